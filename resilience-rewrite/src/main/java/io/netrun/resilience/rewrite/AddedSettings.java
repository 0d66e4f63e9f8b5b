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
import java.util.TreeMap;
import java.util.TreeSet;
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

    private final Map<String, TreeSet<String>> files = new TreeMap<>();

    /** Whether code in a file can have settings in the configuration of its module. */
    static boolean isPossible(String path) {
        return ("/" + path).contains(MAIN);
    }

    /** Adds a setting of an instance. */
    void add(String path, List<String> key, String value) {
        added.computeIfAbsent(Names.module(path), module -> new LinkedHashMap<>())
                .putIfAbsent(key, value);
    }

    /** Notes a file of settings. */
    void scan(SourceFile file) {
        String path = SettingsMove.path(file);
        if (ModuleSettings.isMain(path) && isPossible(path) && isBase(file)) {
            files.computeIfAbsent(Names.module(path), module -> new TreeSet<>()).add(path);
        }
    }

    private static boolean isBase(SourceFile file) {
        List<SettingsDocument> documents = file instanceof Yaml.Documents yaml
                ? YamlMove.read(yaml)
                : file instanceof Properties.File properties ? PropertiesMove.read(properties) : List.of();
        return !documents.isEmpty() && documents.get(0).base();
    }

    /** New files, for modules that have none. */
    Collection<SourceFile> generate() {
        List<SourceFile> generated = new ArrayList<>();
        added.forEach((module, settings) -> {
            if (!files.containsKey(module)) {
                YamlWriting writing = new YamlWriting();
                settings.forEach((key, value) -> writing.add(key, Setting.Value.of(value), List.of()));
                generated.add(PlainText.builder()
                        .sourcePath(Path.of((module + "/src/main/resources/application.yml").substring(1)))
                        .text(writing.text())
                        .build());
            }
        });
        return generated;
    }

    /** The file with the settings of its module, if it is the one that gets them. */
    SourceFile move(SourceFile file, ExecutionContext ctx) {
        String path = SettingsMove.path(file);
        TreeSet<String> all = files.getOrDefault(Names.module(path), new TreeSet<>());
        Map<List<String>, String> settings = added.getOrDefault(Names.module(path), Map.of());
        if (settings.isEmpty() || all.isEmpty() || !all.first().equals(path)) {
            return file;
        } else if (file instanceof Yaml.Documents yaml) {
            return (SourceFile) new IntoYaml(settings).visitNonNull(yaml, ctx);
        } else if (file instanceof Properties.File properties) {
            return (SourceFile) new IntoProperties(settings).visitNonNull(properties, ctx);
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

    /** Adds to the first document of a YAML file. */
    private static final class IntoYaml extends YamlIsoVisitor<ExecutionContext> {

        private final Map<List<String>, String> settings;

        private boolean first = true;

        IntoYaml(Map<List<String>, String> settings) {
            this.settings = settings;
        }

        @Override
        public Yaml.Document visitDocument(Yaml.Document document, ExecutionContext ctx) {
            if (!first) {
                return document;
            }
            first = false;
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
            return document.withBlock(YamlMove.changed(mapping, new Translated(all, true), ctx));
        }
    }

    /** Adds to the first part of a file of properties. */
    private static final class IntoProperties extends PropertiesIsoVisitor<ExecutionContext> {

        private final Map<List<String>, String> settings;

        IntoProperties(Map<List<String>, String> settings) {
            this.settings = settings;
        }

        @Override
        public Properties.File visitFile(Properties.File original, ExecutionContext ctx) {
            Properties.File file = LineEnds.readable(original);
            List<Written> missing =
                    missing(settings, PropertiesMove.read(file).get(0).settings());
            List<Properties.Content> contents = new ArrayList<>(file.getContent());
            int end = 0;
            while (end < contents.size() && !PropertiesMove.isSeparator(contents.get(end))) {
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
