package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.ModuleSettings;
import io.netrun.resilience.spring.mapping.Names;
import io.netrun.resilience.spring.mapping.SettingsDocument;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openrewrite.SourceFile;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.quark.Quark;
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

    private static final String SECTIONS =
            "(?:circuit-?breaker|retry|(?:thread-?pool-?)?bulkhead|rate-?limiter|time-?limiter)";

    /** Properties of a build, such as the one with the version, are no settings. */
    private static final Pattern TAG =
            Pattern.compile("<(resilience4j\\." + SECTIONS + "\\.(?:instances|backends|configs)\\.[^>/\\s]+)>");

    /** A key of a setting anywhere in a text, which an option, a placeholder or a tag has beside. */
    private static final Pattern NAMED =
            Pattern.compile("(?<![\\w./{<-])(?:systemProp\\.)?(resilience4j\\." + SECTIONS + "\\.[^<>\"'=:\\s,;)}]+)");

    private static final Pattern JSON = Pattern.compile("SPRING_APPLICATION_JSON[^\n]*resilience4j");

    private static final Pattern PLACE =
            Pattern.compile("(?<![\\w.])spring\\.config\\.(?:name|location)\\b|\\bSPRING_CONFIG_(?:NAME|LOCATION)\\b");

    private static final String ELSEWHERE =
            "Settings beneath another key are not moved. Put them into a file where they"
                    + " are at the top, run the recipe on it, and copy the result.";

    static final String WITHIN_A_TEXT = "Settings within a text are not moved. Put them into a file, run the"
            + " recipe on it, and copy the result.";

    /** The settings of Spring Cloud's adapter, which are none of resilience4j itself. */
    private static final String CLOUD = "spring.cloud.circuitbreaker.resilience4j";

    private static final Pattern EMBEDDED = Pattern.compile("(?m)^\\s*(resilience4j[.:][^=\\s]*)");

    /** Meters as Prometheus names them, in dashboards, alerts and scripts. */
    private static final Pattern METER = Pattern.compile(
            "(?<![A-Za-z0-9])resilience4j_(?:circuitbreaker|retry|(?:thread_pool_)?bulkhead|ratelimiter|timelimiter)_\\w+");

    private static final Pattern RESILIENCE4J_LEVEL = level("io.github.resilience4j");

    private static final Pattern SPRING_RETRY_LEVEL = level("org.springframework.retry");

    private static final String TEXTS = ".*\\.(md|adoc|txt|html)";

    private OtherTexts() {}

    /**
     * Lists those of a file, each once.
     *
     * @param stays whether code stays with resilience4j, so that its settings have an effect
     * @param module the settings of the file's module
     */
    static void list(SourceFile file, boolean stays, ModuleSettings module, Consumer<Left> left) {
        String text = file.printAll();
        if (!text.toLowerCase(Locale.ROOT).contains("resilience4j")) {
            return;
        }
        String path = SettingsMove.path(file);
        Set<Left> found = new LinkedHashSet<>();
        found.addAll(variables(text, stays));
        if (!path.matches(TEXTS)) {
            meters(text, found);
            levels(text, "io.github.resilience4j", RESILIENCE4J_LEVEL, stays, found);
        }
        matches(OPTION, text).forEach(key -> found.add(option(key, stays, module)));
        if (JSON.matcher(text).find()) {
            found.add(new Left("SPRING_APPLICATION_JSON", WITHIN_A_TEXT));
        }
        if (file instanceof Xml.Document) {
            matches(TAG, text).forEach(key -> found.add(option(key, stays, module)));
            matches(NAMED, text).stream()
                    .filter(key -> !key.endsWith("version"))
                    .forEach(key -> found.add(option(key, stays, module)));
        } else if (GradleMove.isScript(file) || OtherLanguages.isSource(file)) {
            matches(NAMED, text).forEach(key -> found.add(option(key, stays, module)));
        } else if (path.endsWith("gradle.properties")) {
            matches(NAMED, text).stream()
                    .filter(key -> text.contains("systemProp." + key))
                    .forEach(key -> found.add(option(key, stays, module)));
        } else if (!stays) {
            matches(PLACEHOLDER, text).forEach(key -> found.add(placeholder(key, module)));
        }
        if (file instanceof Yaml.Documents documents) {
            documents.getDocuments().forEach(document -> {
                if (!stays) {
                    anchors(document, found);
                }
                embedded(document, stays, module, found);
                nested(document, found);
            });
        } else if (file instanceof Properties.File properties) {
            nested(properties, found);
        } else if (path.matches(".*\\.(env|sh)|(.*/)?\\.env")) {
            matches(EMBEDDED, text).forEach(key -> found.add(option(key, stays, module)));
        }
        found.stream()
                .filter(each -> !stays || !each.what().startsWith(CLOUD)) // its starter stays, too, as it is
                .forEach(left);
    }

    /** Lists what makes an application read other files than its main configuration. */
    static void listPlace(SourceFile file, Consumer<Left> left) {
        if (file instanceof Quark || SettingsMove.path(file).matches(TEXTS)) {
            return;
        }
        matches(PLACE, file.printAll())
                .forEach(key -> left.accept(new Left(
                        key,
                        "The defaults of resilience4j are in the main configuration of the module, as application.yml,"
                                + " which is not read with it. Copy them to the file that is read instead.")));
    }

    /** The variables of the environment that a text names. */
    static Set<Left> variables(String text, boolean stays) {
        Set<Left> found = new LinkedHashSet<>();
        matches(VARIABLE, text).forEach(name -> found.add(variable(name, stays)));
        return found;
    }

    private static void meters(String text, Set<Left> found) {
        Set<String> meters = matches(METER, text);
        if (!meters.isEmpty()) {
            String first = meters.iterator().next();
            found.add(new Left(
                    first + (meters.size() == 1 ? "" : " and " + (meters.size() - 1) + " more"),
                    "Nothing registers meters of resilience4j for what annotations protect any more. Set"
                            + " resilience.metrics.resilience4j to true, which adds them under these names, or replace"
                            + " them by those of this library."));
        }
    }

    /** Levels of loggers: as a key of YAML, whole or in its parts, as one of properties, and in XML. */
    private static Pattern level(String packageName) {
        String logger = packageName.replace(".", "\\.") + "(?:\\.\\w+)*";
        String nested = packageName.replace(".", ":\\s+");
        String variable = "LOGGING_LEVEL_" + packageName.replace('.', '_').toUpperCase(Locale.ROOT);
        return Pattern.compile("logging\\.level[.\\[]+" + logger + "|(?m)^\\s+[\"'\\[]*" + logger + "[\"'\\]]*:|\\b"
                + nested + ":|<(?:AsyncLogger|Logger|logger)\\b[^>]*\\bname=[\"']" + logger + "|\\b(" + variable
                + "\\w*)");
    }

    /** Lists levels of loggers of Spring Retry, each once. */
    static void listSpringRetry(SourceFile file, boolean stays, Consumer<Left> left) {
        Set<Left> found = new LinkedHashSet<>();
        if (!SettingsMove.path(file).matches(TEXTS)) {
            levels(file.printAll(), "org.springframework.retry", SPRING_RETRY_LEVEL, stays, found);
        }
        found.forEach(left);
    }

    private static void levels(String text, String packageName, Pattern level, boolean stays, Set<Left> found) {
        Matcher matcher = level.matcher(text);
        while (matcher.find()) {
            String variable = matcher.group(1);
            String here = variable == null ? "io.netrun.resilience" : "LOGGING_LEVEL_IO_NETRUN_RESILIENCE";
            found.add(new Left(
                    variable == null ? "level of " + packageName : variable,
                    stays
                            ? "It is for code that stays with "
                                    + (level == SPRING_RETRY_LEVEL ? "Spring Retry" : "resilience4j")
                                    + " alone. Set " + here + " for annotations."
                            : "It has no effect any more. Set " + here + " instead."));
        }
    }

    private static Set<String> matches(Pattern pattern, String text) {
        Set<String> matches = new LinkedHashSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            matches.add(matcher.groupCount() == 0 ? matcher.group() : matcher.group(1));
        }
        return matches;
    }

    private static Left placeholder(String key, ModuleSettings module) {
        KeyCounterpart here = KeyCounterpart.of(module, Names.elements(key));
        return new Left(
                "${" + key + "}",
                here == null
                        ? "The setting is not there any more. Write its value, or a placeholder for a key of your own."
                        : "The setting is not there any more. Write ${" + here.key() + "}." + here.note());
    }

    private static Left option(String key, boolean stays, ModuleSettings module) {
        List<String> elements = Names.elements(key);
        KeyCounterpart here = KeyCounterpart.of(module, elements);
        return new Left(
                key, effect(stays) + (here == null ? PropertyTexts.remedy(elements) : written(here.key(), stays)));
    }

    private static String effect(boolean stays) {
        return stays
                ? "It counts for the code that stays with resilience4j, and not for annotated methods. "
                : "It is not moved, and has no effect. ";
    }

    private static String written(String here, boolean stays) {
        return "Write " + here + (stays ? " beside it" : "") + ", with a unit if it is a duration.";
    }

    /** A variable of the environment, whose name has no dashes and may have capitals. */
    private static Left variable(String name, boolean stays) {
        String[] parts = name.split("_", -1);
        String here = null;
        for (int last = parts.length - 1; last > 3 && here == null; last--) {
            String setting = String.join("", List.of(parts).subList(last, parts.length));
            String instance = String.join("_", List.of(parts).subList(3, last)).toLowerCase(Locale.ROOT);
            here = PropertyTexts.here(List.of("resilience4j", parts[1], parts[2], instance, setting));
        }
        if (here == null && parts.length > 5 && parts[2].equalsIgnoreCase("breaker")) {
            return variable(name.replaceFirst("_(?i:breaker)_", "BREAKER_"), stays);
        }
        return new Left(
                name,
                effect(stays)
                        + (here == null
                                ? "Set what it became in the configuration."
                                : written(variableOf(here), stays)));
    }

    private static String variableOf(String key) {
        return key.replace("-", "").replaceAll("[.\\[]", "_").replace("]", "").toUpperCase(Locale.ROOT);
    }

    /** A text with a whole file of settings, as a ConfigMap of Kubernetes has it. */
    private static void embedded(Yaml.Document document, boolean stays, ModuleSettings module, Set<Left> found) {
        new YamlIsoVisitor<Integer>() {
            @Override
            public Yaml.Scalar visitScalar(Yaml.Scalar scalar, Integer p) {
                if (scalar.getValue().contains("\n")) {
                    matches(EMBEDDED, scalar.getValue()).forEach(key -> {
                        if (!key.endsWith(":")) {
                            found.add(option(key, stays, module));
                        } else {
                            found.add(new Left(key, WITHIN_A_TEXT));
                        }
                    });
                }
                return scalar;
            }
        }.visit(document, 0);
    }

    /** Settings beneath another key, as in the values of a chart or the overrides of a configuration server. */
    private static void nested(Yaml.Document document, Set<Left> found) {
        new YamlIsoVisitor<List<String>>() {
            @Override
            public Yaml.Mapping.Entry visitMappingEntry(Yaml.Mapping.Entry entry, List<String> above) {
                List<String> path = new ArrayList<>(above);
                path.addAll(YamlReading.elements(entry));
                boolean cloud = String.join(".", path).startsWith(CLOUD);
                if (cloud && entry.getValue() instanceof Yaml.Scalar) {
                    found.add(cloud(path));
                } else if (!cloud && isNested(path, above.size())) {
                    found.add(new Left(String.join(".", path), ELSEWHERE));
                    return entry;
                }
                visit(entry.getValue(), path, getCursor());
                return entry;
            }
        }.visit(document, List.of());
    }

    private static void nested(Properties.File file, Set<Left> found) {
        for (Properties.Content content : LineEnds.readable(file).getContent()) {
            if (content instanceof Properties.Entry entry) {
                List<String> path = Names.elements(entry.getKey());
                if (entry.getKey().startsWith(CLOUD)) {
                    found.add(cloud(path));
                } else if (!path.isEmpty() && !path.get(0).equals("systemProp") && isNested(path, 0)) {
                    found.add(new Left(entry.getKey(), ELSEWHERE));
                }
            }
        }
    }

    private static Left cloud(List<String> path) {
        boolean limiter = Names.uniform(path.get(path.size() - 1)).equals("disabletimelimiter");
        return new Left(
                String.join(".", path),
                "It has no effect any more, since the circuit breakers are those of this library: remove it. "
                        + (limiter
                                ? "A call has a time limit only where resilience.timeout.instances has its id."
                                : "They have no thread pools, bulkheads and groups of Spring Cloud."));
    }

    /** Whether one of the elements behind some is that of the settings, beneath a key that is none of Spring's own. */
    private static boolean isNested(List<String> path, int behind) {
        boolean known =
                Set.of("logging", "management", "resilience", "resilience4j").contains(path.get(0));
        return !known
                && path.subList(Math.max(1, behind), Math.max(path.size(), Math.max(1, behind))).stream()
                        .anyMatch("resilience4j"::equals);
    }

    /** Aliases whose anchors were within settings that are moved, and which cannot have its content instead. */
    private static void anchors(Yaml.Document document, Set<Left> found) {
        boolean moves = YamlReading.read(document, "", true, SettingsDocument::isForeign)
                .isForeign();
        if (moves && document.getBlock() instanceof Yaml.Mapping mapping) {
            Anchors.dangling(mapping, YamlMove.pruned(mapping))
                    .forEach(alias -> found.add(new Left(
                            "*" + alias,
                            "Its anchor &" + alias
                                    + " was in the settings of resilience4j, which are moved, so that the"
                                    + " file cannot be read. Write the former content at the first *" + alias + ".")));
        }
    }
}
