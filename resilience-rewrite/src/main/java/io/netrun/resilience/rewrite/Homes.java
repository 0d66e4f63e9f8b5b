package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.SettingsTranslator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.text.PlainTextParser;

/**
 * Where the settings of a whole application are: in a document of its main configuration that is read at each start. A
 * file that may not be read, such as one for a {@code @PropertySource} or a profile, is none.
 *
 * @param root the path of the module
 * @param module what is known of it
 * @param application whether its main sources have code that is moved, or it is an application
 */
record Homes(String root, ModuleSettings module, boolean application) {

    private static final String MAIN = "main";

    /** Whether a document gets the settings of the whole application. */
    boolean isHome(SettingsDocument document) {
        String sources = SettingsDocument.sources(document.id());
        if (!document.base()) {
            return false;
        } else if (sources.isEmpty()) {
            return documentsOf(MAIN).isEmpty() && isHomeOfDirectory(document);
        }
        String file = homeFile(sources);
        return document.file().equals(file) && document.equals(first(documents(file)));
    }

    /** Whether a file should have such a document, and has none. */
    boolean isToBegin(String path) {
        String sources = SettingsDocument.sources(path);
        return !sources.isEmpty() && path.equals(homeFile(sources)) && first(documents(path)) == null;
    }

    /** The file to create, since none is always read; null if there is one, or if none is needed. */
    @Nullable
    String created() {
        String file = mainFile();
        if (documentsOf(MAIN).isEmpty() && documentsOf("").stream().anyMatch(this::isHome)) {
            return null;
        } else if (file == null) {
            return module.documents().stream().noneMatch(this::isHome) ? path("test") : null;
        }
        return documents(file).isEmpty() ? file : null;
    }

    /** Outside of sources, as in a repository of configurations, each file may be that of an application. */
    private boolean isHomeOfDirectory(SettingsDocument document) {
        String file = document.file();
        String directory = file.substring(0, file.lastIndexOf('/') + 1);
        List<SettingsDocument> beside = module.documents().stream()
                .filter(SettingsDocument::base)
                .filter(other ->
                        other.file().startsWith(directory) && other.file().indexOf('/', directory.length()) < 0)
                .toList();
        String main = beside.stream()
                .map(SettingsDocument::file)
                .filter(ModuleSettings::isMain)
                .findFirst()
                .orElse(null);
        boolean variant = beside.stream()
                .map(SettingsDocument::file)
                .anyMatch(other -> file.startsWith(other.substring(0, other.lastIndexOf('.')) + "-"));
        return document.equals(first(documents(file)))
                && (main == null ? document.isForeign() && !variant : file.equals(firstMain(beside)));
    }

    /** The file of the main sources that is always read; null if there is nothing to write into it. */
    private @Nullable String mainFile() {
        List<SettingsDocument> documents = documentsOf(MAIN);
        String file = firstMain(documents);
        return file == null && (application || !documents.isEmpty()) ? path(MAIN) : file;
    }

    /** The file of some sources: that of main, or the one that hides it. */
    private @Nullable String homeFile(String sources) {
        String file = mainFile();
        List<SettingsDocument> documents = documentsOf(sources);
        if (sources.equals(MAIN)) {
            return file;
        } else if (file == null) {
            return firstMain(documents);
        }
        String hiding = file.replace("src/" + MAIN + "/", "src/" + sources + "/");
        return documents.stream().anyMatch(document -> document.file().equals(hiding)) ? hiding : null;
    }

    /** The file that would be created, of the kind that the project has. */
    private String path(String sources) {
        List<SettingsDocument> documents = documentsOf(sources);
        boolean properties = !documents.isEmpty()
                && documents.stream().allMatch(document -> document.file().endsWith(".properties"));
        String path = root + "/src/" + sources + "/resources/application." + (properties ? "properties" : "yml");
        return path.substring(1);
    }

    /** The main file of some documents, preferably one with something to move, and one that has a document for it. */
    private static @Nullable String firstMain(List<SettingsDocument> documents) {
        List<SettingsDocument> main = documents.stream()
                .filter(document -> ModuleSettings.isAlwaysRead(document.file()))
                .toList();
        SettingsDocument first = first(main);
        return first != null
                ? first.file()
                : main.isEmpty() ? null : main.get(0).file();
    }

    private static @Nullable SettingsDocument first(List<SettingsDocument> documents) {
        List<SettingsDocument> base =
                documents.stream().filter(SettingsDocument::base).toList();
        return base.stream()
                .filter(SettingsDocument::isForeign)
                .findFirst()
                .orElse(base.isEmpty() ? null : base.get(0));
    }

    private List<SettingsDocument> documentsOf(String sources) {
        return module.documents().stream()
                .filter(document -> SettingsDocument.sources(document.id()).equals(sources))
                .toList();
    }

    private List<SettingsDocument> documents(@Nullable String file) {
        return module.documents().stream()
                .filter(document -> document.file().equals(file))
                .toList();
    }

    /** The settings of the whole application, for a document that has nothing else. */
    static Map<List<String>, Setting.Value> settings(ModuleSettings module, String file) {
        Map<List<String>, Setting.Value> settings = new LinkedHashMap<>();
        new SettingsTranslator(module, new SettingsDocument(file + "#", true, List.of()), true)
                .translate(true)
                .moved()
                .forEach(placed ->
                        settings.putIfAbsent(placed.path(), placed.setting().value()));
        return settings;
    }

    /** Settings as the text of a file. */
    static String text(String file, Map<List<String>, Setting.Value> settings) {
        if (file.endsWith(".properties")) {
            return settings.entrySet().stream()
                    .map(setting -> new SettingsMove.Written(setting.getKey(), setting.getValue(), List.of(), null))
                    .map(written -> written.key() + "=" + written.value().text() + "\n")
                    .collect(Collectors.joining());
        }
        YamlWriting writing = new YamlWriting();
        settings.forEach((key, value) -> writing.add(key, value, List.of()));
        return writing.text();
    }

    /** A file that begins with a document of settings, or ends with it if it has no other settings. */
    static SourceFile begun(SourceFile file, Map<List<String>, Setting.Value> settings) {
        String former = file.printAll().replace("\r\n", "\n");
        String path = SettingsMove.path(file);
        String written = text(path, settings);
        List<String> parts = new ArrayList<>();
        boolean comments = former.lines().allMatch(line -> line.isBlank() || line.matches("\\s*#.*|---\\s*"));
        if (comments && path.endsWith(".properties")) {
            parts.add(former.isEmpty() || former.endsWith("\n") ? former : former + "\n");
            parts.add(written);
        } else if (comments) {
            parts.add(former.replaceAll("(?m)^---\\s*$\n?", ""));
            parts.add(former.isEmpty() || former.endsWith("\n") ? "" : "\n");
            parts.add(written);
        } else {
            parts.add(written);
            parts.add(path.endsWith(".properties") ? "#---\n" : former.startsWith("---") ? "" : "---\n");
            parts.add(former);
        }
        return PlainTextParser.convert(file).withText(String.join("", parts));
    }
}
