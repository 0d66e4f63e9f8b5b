package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.xml.tree.Xml;
import org.openrewrite.yaml.YamlIsoVisitor;
import org.openrewrite.yaml.tree.Yaml;

/**
 * What files other than code name of resilience4j outside of its settings: placeholders, environment variables, options
 * of a command line, and anchors of YAML. They are listed with what to write.
 */
final class OtherTexts {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(resilience4j\\.[^}:]+)");

    private static final Pattern VARIABLE = Pattern.compile("\\bRESILIENCE4J_[A-Za-z0-9_]+");

    private static final Pattern OPTION = Pattern.compile("(?:-D|--)(resilience4j\\.[^\\s=\"',]+)");

    private static final Pattern EMBEDDED = Pattern.compile("(?m)^\\s*(resilience4j[.:][^=\\s]*)");

    private OtherTexts() {}

    /** Lists those of a file, each once. */
    static void list(SourceFile file, Consumer<Left> left) {
        String text = file.printAll();
        if (!text.toLowerCase(Locale.ROOT).contains("resilience4j") || file instanceof Xml.Document) {
            return;
        }
        Set<Left> found = new LinkedHashSet<>();
        matches(PLACEHOLDER, text).forEach(key -> found.add(placeholder(key)));
        matches(VARIABLE, text).forEach(name -> found.add(variable(name)));
        matches(OPTION, text).forEach(key -> found.add(option(key)));
        if (file instanceof Yaml.Documents documents) {
            documents.getDocuments().forEach(document -> {
                anchors(document, found);
                embedded(document, found);
            });
        } else if (!(file instanceof Properties.File)
                && SettingsMove.path(file).matches(".*\\.(env|sh)|(.*/)?\\.env")) {
            matches(EMBEDDED, text).forEach(key -> found.add(option(key)));
        }
        found.forEach(left);
    }

    private static Set<String> matches(Pattern pattern, String text) {
        Set<String> matches = new LinkedHashSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            matches.add(matcher.groupCount() == 0 ? matcher.group() : matcher.group(1));
        }
        return matches;
    }

    private static Left placeholder(String key) {
        String here = PropertyTexts.here(Names.elements(key));
        return new Left(
                "${" + key + "}",
                here == null
                        ? "The setting is not there any more. Write its value, or a placeholder for a key of your own."
                        : "The setting is not there any more. Write ${" + here + "}, whose values may have a unit.");
    }

    private static Left option(String key) {
        String here = PropertyTexts.here(Names.elements(key));
        return new Left(
                key,
                here == null
                        ? "It is not moved, and has no effect. Set what it became in the configuration."
                        : "It is not moved, and has no effect. Write " + here + ", with a unit if it is a duration.");
    }

    /** A variable of the environment, whose name has no dashes and may have capitals. */
    private static Left variable(String name) {
        String[] parts = name.split("_", -1);
        String here = null;
        for (int last = parts.length - 1; last > 3 && here == null; last--) {
            String setting = String.join("", List.of(parts).subList(last, parts.length));
            String instance = String.join("_", List.of(parts).subList(3, last)).toLowerCase(Locale.ROOT);
            here = PropertyTexts.here(List.of("resilience4j", parts[1], parts[2], instance, setting));
        }
        if (here == null && parts.length > 5 && parts[2].equalsIgnoreCase("breaker")) {
            return variable(name.replaceFirst("_(?i:breaker)_", "BREAKER_"));
        }
        return new Left(
                name,
                here == null
                        ? "It is not moved, and has no effect. Set what it became in the configuration."
                        : "It is not moved, and has no effect. Write " + variableOf(here)
                                + ", with a unit if it is a duration.");
    }

    private static String variableOf(String key) {
        return key.replace("-", "").replaceAll("[.\\[]", "_").replace("]", "").toUpperCase(Locale.ROOT);
    }

    /** A text with a whole file of settings, as a ConfigMap of Kubernetes has it. */
    private static void embedded(Yaml.Document document, Set<Left> found) {
        new YamlIsoVisitor<Integer>() {
            @Override
            public Yaml.Scalar visitScalar(Yaml.Scalar scalar, Integer p) {
                if (scalar.getValue().contains("\n")) {
                    matches(EMBEDDED, scalar.getValue()).forEach(key -> {
                        if (!key.endsWith(":")) {
                            found.add(option(key));
                        } else {
                            found.add(new Left(
                                    key,
                                    "Settings within a text are not moved. Put them into a file, run the recipe on it,"
                                            + " and copy the result."));
                        }
                    });
                }
                return scalar;
            }
        }.visit(document, 0);
    }

    /** Anchors within settings that are moved, and aliases outside of them. */
    private static void anchors(Yaml.Document document, Set<Left> found) {
        Set<String> defined = new HashSet<>();
        Set<String> kept = new HashSet<>();
        List<String> aliases = new ArrayList<>();
        if (document.getBlock() instanceof Yaml.Mapping mapping) {
            collect(mapping, List.of(), defined, kept, aliases);
        }
        aliases.stream()
                .filter(alias -> defined.contains(alias) && !kept.contains(alias))
                .distinct()
                .forEach(alias -> found.add(new Left(
                        "*" + alias,
                        "Its anchor &" + alias + " was in the settings of resilience4j, which are moved, so that the"
                                + " file cannot be read. Write the former content at the first *" + alias + ".")));
    }

    private static void collect(
            Yaml.Mapping mapping, List<String> path, Set<String> defined, Set<String> kept, List<String> aliases) {
        for (Yaml.Mapping.Entry entry : mapping.getEntries()) {
            List<String> full = new ArrayList<>(path);
            full.addAll(YamlReading.elements(entry));
            boolean moved = !full.isEmpty() && (SettingsDocument.isForeign(full) || SettingsDocument.isOurs(full));
            if (!moved && entry.getValue() instanceof Yaml.Mapping child && child.getAnchor() == null) {
                collect(child, full, defined, kept, aliases);
                continue;
            }
            new YamlIsoVisitor<Integer>() {
                @Override
                public @Nullable Yaml visit(@Nullable Tree tree, Integer p) {
                    if (tree instanceof Yaml.Alias alias && !moved) {
                        aliases.add(alias.getAnchor().getKey());
                        return alias;
                    } else if (tree instanceof Yaml.Anchor anchor) {
                        (moved ? defined : kept).add(anchor.getKey());
                        return anchor;
                    }
                    anchor(tree);
                    return super.visit(tree, p);
                }

                private void anchor(@Nullable Object tree) {
                    Yaml.Anchor anchor = tree instanceof Yaml.Mapping mapping
                            ? mapping.getAnchor()
                            : tree instanceof Yaml.Sequence sequence
                                    ? sequence.getAnchor()
                                    : tree instanceof Yaml.Scalar scalar ? scalar.getAnchor() : null;
                    if (anchor != null) {
                        (moved ? defined : kept).add(anchor.getKey());
                    }
                }
            }.visit(entry.getValue(), 0);
        }
    }
}
