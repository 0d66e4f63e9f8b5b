package io.netrun.resilience.rewrite;

import io.netrun.resilience.rewrite.SettingsMove.Translated;
import io.netrun.resilience.rewrite.SettingsMove.Written;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.Setting;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.openrewrite.ExecutionContext;
import org.openrewrite.SourceFile;
import org.openrewrite.properties.PropertiesIsoVisitor;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.text.PlainText;
import org.openrewrite.yaml.YamlIsoVisitor;
import org.openrewrite.yaml.tree.Yaml;

/**
 * Settings that annotations of other libraries have and those of this library cannot have: they get into the main
 * configuration of their module. Not thread-safe.
 */
final class AddedSettings {

    private static final String MAIN = "/src/main/";

    private final Map<String, Map<List<String>, String>> added = new TreeMap<>();

    private final Map<String, ModuleSettings> modules = new TreeMap<>();

    private final Builds builds = new Builds();

    /** The modules with the class of an application. */
    private final Set<String> applications = new TreeSet<>();

    /** Whether code in a file can have settings in the configuration of its module. */
    static boolean isPossible(String path) {
        return ("/" + path).contains(MAIN);
    }

    /** What is known of the builds. */
    Builds builds() {
        return builds;
    }

    /** Adds a setting of an instance. */
    void add(String path, List<String> key, String value) {
        added.computeIfAbsent(Names.module(path), module -> new LinkedHashMap<>())
                .putIfAbsent(key, value);
    }

    /** Whether code in a file has a setting of an instance. */
    boolean has(String path, List<String> key) {
        return added.getOrDefault(Names.module(path), Map.of()).containsKey(key);
    }

    /** Keeps the settings alone that fulfil a condition. */
    void keep(BiPredicate<List<String>, String> condition) {
        added.values()
                .forEach(settings ->
                        settings.entrySet().removeIf(setting -> !condition.test(setting.getKey(), setting.getValue())));
        added.values().removeIf(Map::isEmpty);
    }

    /** Notes a file of settings, or of a build. */
    void scan(SourceFile file) {
        String path = SettingsMove.path(file);
        builds.scan(file);
        boolean main = path.endsWith(".java") && isPossible(path);
        if (main && file.printAll().contains("@SpringBootApplication")) {
            applications.add(Names.module(path));
        }
        boolean settings = file instanceof Yaml.Documents || file instanceof Properties.File;
        if (!settings
                || !path.matches("(.*/)?application[^/]*")
                || SettingsDocument.sources(path).isEmpty()) {
            return;
        }
        ModuleSettings module = modules.computeIfAbsent(Names.module(path), name -> new ModuleSettings());
        List<SettingsDocument> documents = file instanceof Yaml.Documents yaml
                ? YamlMove.read(yaml)
                : file instanceof Properties.File properties ? PropertiesMove.read(properties) : List.of();
        documents.forEach(module::add);
        if (documents.isEmpty()) {
            module.add(new SettingsDocument(path + "#0", false, List.of()));
        }
    }

    /**
     * The settings of a module, and of those whose code is in an application with its configuration: what it depends on
     * and, where one has no configuration of its own, what depends on it.
     */
    private Map<List<String>, String> settings(String module) {
        Map<List<String>, String> all = own(module);
        all().stream()
                .filter(other -> !isConfigured(other) && libraries(other).contains(module))
                .forEach(other -> own(other).forEach(all::putIfAbsent));
        return all;
    }

    private Map<List<String>, String> own(String module) {
        Map<List<String>, String> own = new LinkedHashMap<>(added.getOrDefault(module, Map.of()));
        libraries(module)
                .forEach(library -> added.getOrDefault(library, Map.of()).forEach(own::putIfAbsent));
        return own;
    }

    private Set<String> all() {
        Set<String> all = new TreeSet<>(modules.keySet());
        all.addAll(added.keySet());
        all.addAll(applications);
        return all;
    }

    private Set<String> libraries(String module) {
        return builds.libraries(module, all());
    }

    /** Whether a module has the configuration that is read at each start. */
    private boolean isConfigured(String module) {
        return modules.getOrDefault(module, new ModuleSettings()).documents().stream()
                .anyMatch(document -> SettingsDocument.sources(document.id()).equals("main")
                        && ModuleSettings.isAlwaysRead(document.file()));
    }

    private Homes homes(String module) {
        return new Homes(module, modules.getOrDefault(module, new ModuleSettings()), true);
    }

    /**
     * New files, for modules that have none. Of those that are one application, the class path has one alone that is
     * read: there is none beside another one, and the application itself has it.
     */
    Collection<SourceFile> generate() {
        List<SourceFile> generated = new ArrayList<>();
        Set<String> candidates = new TreeSet<>(added.keySet());
        candidates.addAll(applications);
        for (String module : candidates) {
            Map<List<String>, String> settings = settings(module);
            String created = settings.isEmpty() || isElsewhere(module)
                    ? null
                    : homes(module).created();
            if (created != null) {
                generated.add(PlainText.builder()
                        .sourcePath(Path.of(created))
                        .text(Homes.text(created, values(settings)))
                        .build());
            }
        }
        return generated;
    }

    /** Whether another module has the configuration of a module that has none, or gets it. */
    private boolean isElsewhere(String module) {
        return !isConfigured(module)
                && (libraries(module).stream().anyMatch(this::isConfigured)
                        || all().stream()
                                .filter(other ->
                                        isConfigured(other) || applications.contains(other) || added.containsKey(other))
                                .anyMatch(other -> libraries(other).contains(module)));
    }

    private static Map<List<String>, Setting.Value> values(Map<List<String>, String> settings) {
        Map<List<String>, Setting.Value> values = new LinkedHashMap<>();
        settings.forEach((key, value) -> values.put(key, Setting.Value.of(value)));
        return values;
    }

    /** The file with the settings of its module, if it is one that gets them. */
    SourceFile move(SourceFile file, ExecutionContext ctx) {
        String path = SettingsMove.path(file);
        String name = Names.module(path);
        ModuleSettings module = modules.get(name);
        Map<List<String>, String> settings = settings(name);
        if (settings.isEmpty() || module == null) {
            return file;
        } else if (homes(name).isToBegin(path)) {
            return Homes.begun(file, values(settings));
        }
        List<SettingsDocument> documents = module.documents().stream()
                .filter(document -> document.file().equals(path))
                .toList();
        int number = 0;
        while (number < documents.size() && !homes(name).isHome(documents.get(number))) {
            number++;
        }
        if (number == documents.size()) {
            return file;
        } else if (file instanceof Yaml.Documents yaml) {
            return (SourceFile) new IntoYaml(settings, number).visitNonNull(yaml, ctx);
        } else if (file instanceof Properties.File properties) {
            return (SourceFile) new IntoProperties(settings, number).visitNonNull(properties, ctx);
        }
        return file;
    }

    private static List<Written> missing(Map<List<String>, String> settings, List<Setting> present) {
        List<Written> missing = new ArrayList<>();
        settings.forEach((key, value) -> {
            if (present.stream().noneMatch(setting -> setting.path().equals(key))) {
                missing.add(new Written(key, Setting.Value.of(value), List.of(), null));
            }
        });
        return missing;
    }

    /** Adds to a document of a YAML file. */
    private static final class IntoYaml extends YamlIsoVisitor<ExecutionContext> {

        private final Map<List<String>, String> settings;

        private int number;

        IntoYaml(Map<List<String>, String> settings, int number) {
            this.settings = settings;
            this.number = number;
        }

        @Override
        public Yaml.Document visitDocument(Yaml.Document document, ExecutionContext ctx) {
            if (number-- != 0) {
                return document;
            }
            List<Setting> ours = YamlReading.read(document, "", true, SettingsDocument::isOurs).settings().stream()
                    .filter(setting -> SettingsDocument.isOurs(setting.path()))
                    .toList();
            List<Written> missing = missing(settings, ours);
            if (missing.isEmpty() || !(document.getBlock() instanceof Yaml.Mapping mapping)) {
                return document;
            }
            List<Written> all = new ArrayList<>();
            ours.forEach(setting -> all.add(new Written(setting.path(), setting.value(), setting.comments(), null)));
            all.addAll(missing);
            return YamlMove.changed(document, mapping, new Translated(all, true), ctx);
        }
    }

    /** Adds to a part of a file of properties. */
    private static final class IntoProperties extends PropertiesIsoVisitor<ExecutionContext> {

        private final Map<List<String>, String> settings;

        private final int number;

        IntoProperties(Map<List<String>, String> settings, int number) {
            this.settings = settings;
            this.number = number;
        }

        @Override
        public Properties.File visitFile(Properties.File original, ExecutionContext ctx) {
            Properties.File file = LineEnds.readable(original);
            List<Written> missing =
                    missing(settings, PropertiesMove.read(file).get(number).settings());
            List<Properties.Content> contents = new ArrayList<>(file.getContent());
            int end = 0;
            int before = number;
            while (end < contents.size() && (!PropertiesMove.isSeparator(contents.get(end)) || before-- > 0)) {
                end++;
            }
            for (Written setting : missing) {
                contents.add(end, PropertiesMove.entry(setting, end == 0 ? "" : "\n"));
                end++;
            }
            return missing.isEmpty() ? original : LineEnds.as(file.withContent(contents), original);
        }
    }
}
