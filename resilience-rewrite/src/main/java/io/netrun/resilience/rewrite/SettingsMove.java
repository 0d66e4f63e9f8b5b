package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import io.netrun.resilience.spring.mapping.SettingsTranslator;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.properties.tree.Properties;

/** What both kinds of configuration files have in common when their settings are moved. */
final class SettingsMove {

    private final Map<String, ModuleSettings> modules;

    private final Set<String> applications;

    private final Set<String> healthOff;

    private final boolean keepBehaviour;

    private final BiConsumer<String, Left> leftovers;

    /**
     * @param modules what is known of the modules, by their paths
     * @param applications the modules whose main sources have code that is moved, or that are applications
     * @param healthOff the modules whose health contributors are off unless they are switched on
     * @param keepBehaviour whether defaults that differ are written out
     * @param leftovers takes the path of a file and what was left in it
     */
    SettingsMove(
            Map<String, ModuleSettings> modules,
            Set<String> applications,
            Set<String> healthOff,
            boolean keepBehaviour,
            BiConsumer<String, Left> leftovers) {
        this.modules = modules;
        this.applications = applications;
        this.healthOff = healthOff;
        this.keepBehaviour = keepBehaviour;
        this.leftovers = leftovers;
    }

    /** The path of a file, with slashes. */
    static String path(SourceFile file) {
        return file.getSourcePath().toString().replace('\\', '/');
    }

    /**
     * Whether a key makes its document apply under a condition alone.
     *
     * @param section whether it has keys beneath, as {@code spring.profiles} has with {@code active}
     */
    static boolean isCondition(String key, boolean section) {
        String uniform = Names.uniform(key);
        return !section
                && (uniform.startsWith("spring.config.activate.") || uniform.matches("spring\\.profiles(\\[\\d+\\])?"));
    }

    /** Whether a key is the one that imports files. */
    static boolean isImport(List<String> path) {
        return String.join(".", path).matches("spring\\.config\\.import(\\.\\d+)?");
    }

    /** Adds the paths of files that a text imports, beneath their resources. */
    static void add(String locations, List<String> imports) {
        for (String location : locations.split("[,;]", -1)) {
            String name = location.replaceAll("[\"'\\s]", "").replaceFirst("^optional:", "");
            boolean known = name.matches("(classpath\\*?:|file:)?[^:$\\[]+");
            if (known) {
                imports.add(name.replaceFirst("^[a-z*]+:", "").replaceFirst("^(\\./|/)+", ""));
            }
        }
    }

    /** Whether a file applies without a profile. */
    static boolean isBase(String path) {
        return !path.substring(path.lastIndexOf('/') + 1).matches("(application|bootstrap)-[^.]+\\..*");
    }

    /** The settings of a document in this library, or null if nothing changes. */
    @Nullable
    Translated translate(String path, int number) {
        ModuleSettings module = modules.get(Names.module(path));
        String id = path + "#" + number;
        SettingsDocument document = module == null
                ? null
                : module.documents().stream()
                        .filter(other -> other.id().equals(id))
                        .findFirst()
                        .orElse(null);
        if (module == null || document == null) {
            return null;
        }
        boolean isHome = !module.patterns().isEmpty() && homes(path, module).isHome(document);
        SettingsTranslator.Result result = new SettingsTranslator(module, document, keepBehaviour).translate(isHome);
        result.left().forEach(left -> leftovers.accept(path, left));
        List<Written> settings = new ArrayList<>();
        for (Setting setting : document.settings()) {
            if (SettingsDocument.isOurs(setting.path())) {
                settings.add(new Written(setting.path(), setting.value(), setting.comments(), null));
            }
        }
        int former = settings.size();
        Map<String, Written> known = new HashMap<>();
        settings.forEach(setting -> known.put(setting.key(), setting));
        Set<String> commented = new HashSet<>(); // a setting may become several
        result.moved().forEach(placed -> {
            Setting origin = placed.setting().origin();
            List<String> comments = origin == null || commented.contains(origin.key()) ? List.of() : origin.comments();
            Written written = inRange(
                    new Written(placed.path(), placed.setting().value(), comments, origin),
                    left -> leftovers.accept(path, left));
            if (written == null) {
                return;
            }
            if (known.putIfAbsent(written.key(), written) == null) {
                settings.add(written);
                if (origin != null) {
                    commented.add(origin.key());
                }
            }
        });
        boolean changes = settings.size() > former || (document.isForeign() && !module.isForeignKept());
        return changes ? new Translated(settings, module.isForeignKept()) : null;
    }

    /** A setting as it can be here, or null if it cannot be. */
    static @Nullable Written inRange(Written setting, Consumer<Left> leftovers) {
        Ranges.Range range = Ranges.ofKey(setting.path());
        String bad = range == null || setting.value().list()
                ? null
                : new Numbers()
                        .possible(setting.value().text().replace("_", ""), range)
                        .bad();
        BigDecimal number = range == null || bad == null ? null : range.value(bad);
        if (range == null || bad == null || number == null) {
            return setting; // what is no number or no duration is known to be so already
        }
        BigDecimal most = range.most();
        boolean large = most != null
                && range.whole()
                && number.compareTo(most) > 0
                && setting.value().text().equals(bad);
        leftovers.accept(new Left(
                (setting.origin() == null ? setting.key() : setting.origin().key()) + " = "
                        + setting.value().text(),
                "As " + setting.key() + ", it must be " + range.words() + ", and it is " + bad
                        + (large
                                ? ". The largest one is written."
                                : ", so it is not written. Write what applies instead.")));
        return large && most != null
                ? new Written(
                        setting.path(), Setting.Value.of(most.toPlainString()), setting.comments(), setting.origin())
                : null;
    }

    private Homes homes(String path, ModuleSettings module) {
        return new Homes(Names.module(path), module, applications.contains(Names.module(path)));
    }

    /** A file with a document of its own for what applies always, if it needs one; it has none that can have it. */
    SourceFile withDocument(SourceFile file) {
        String path = path(file);
        ModuleSettings module = modules.get(Names.module(path));
        if (module == null || !keepBehaviour || module.patterns().isEmpty()) {
            return file;
        }
        return homes(path, module).isToBegin(path) ? Homes.begun(file, Homes.settings(module, path)) : file;
    }

    /** Takes what was left in a file. */
    Consumer<Left> leftovers(String path) {
        return left -> leftovers.accept(path, left);
    }

    /** Whether health contributors are off unless they are switched on, in the module of a file. */
    boolean isHealthOff(String path) {
        return healthOff.contains(Names.module(path));
    }

    /** Whether the endpoints of resilience4j stay, because code of the file's module uses its instances. */
    boolean areEndpointsKept(String path) {
        ModuleSettings module = modules.get(Names.module(path));
        return module != null && module.isForeignKept();
    }

    /** The names of endpoints, with that of this library beside those of resilience4j. */
    String extended(String names) {
        List<String> words =
                Arrays.stream(names.split(",", -1)).map(String::strip).toList();
        boolean missing = words.stream().anyMatch(SettingsMove::isEndpoint) && !words.contains("resilience");
        return missing ? names + separator(names) + "resilience" : names;
    }

    /** The names of endpoints, with those of resilience4j replaced. */
    String exposed(String names) {
        List<String> words =
                Arrays.stream(names.split(",", -1)).map(String::strip).toList();
        boolean foreign = words.stream().anyMatch(SettingsMove::isEndpoint);
        return foreign
                ? words.stream()
                        .map(word -> isEndpoint(word) ? "resilience" : word)
                        .distinct()
                        .collect(Collectors.joining(separator(names)))
                : names;
    }

    /** What is between names, as it is written. */
    private static String separator(String names) {
        return names.matches("(?s).*,\\S.*") ? "," : ", ";
    }

    private static boolean isEndpoint(String name) {
        return MappingTable.get()
                .find(MappingTable.RESILIENCE4J, "endpoint", name)
                .isPresent();
    }

    /** Whether a setting is in the file already. */
    static boolean isWritten(Written setting, List<Properties.Content> contents) {
        return setting.origin() == null
                && contents.stream()
                        .anyMatch(content -> content instanceof Properties.Entry entry
                                && Names.elements(entry.getKey()).equals(setting.path()));
    }

    /**
     * A document in this library's words.
     *
     * @param settings all settings of {@code resilience}
     * @param isForeignKept whether the settings of resilience4j stay
     */
    record Translated(List<Written> settings, boolean isForeignKept) {}

    /**
     * A setting to be written.
     *
     * @param path the elements of its key
     * @param value its value
     * @param comments its comments
     * @param origin the setting that it replaces, or null
     */
    record Written(
            List<String> path,
            Setting.Value value,
            List<String> comments,
            @Nullable Setting origin) {

        String key() {
            return path.stream()
                    .map(Names::bracketed)
                    .collect(Collectors.joining("."))
                    .replace(".[", "[");
        }

        boolean isFrom(List<String> elements) {
            return origin != null && origin.path().equals(elements.subList(0, Math.min(5, elements.size())));
        }
    }
}
