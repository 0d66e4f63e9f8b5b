package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.properties.tree.Properties;
import org.openrewrite.yaml.YamlIsoVisitor;
import org.openrewrite.yaml.tree.Yaml;

/**
 * Groups of the health endpoint that name the contributors of resilience4j: the start fails for a name that no
 * contributor has.
 */
final class HealthGroups {

    private static final String HERE = "resilience";

    private static final Pattern KEY = Pattern.compile("management\\.endpoint\\.health\\.group\\.(.+)\\.(in|ex)clude");

    private static final Pattern PREFIX =
            Pattern.compile("management(\\.endpoint(\\.health(\\.group(\\.[^.]+(\\.(in|ex)clude)?)?)?)?)?");

    private static final String NAMES = "(?:circuitBreakers|rateLimiters)\\b";

    /** A variable of the environment, or an option of a command line, with one of the names near. */
    private static final Pattern ELSEWHERE =
            Pattern.compile("\\b(MANAGEMENT_ENDPOINT_HEALTH_GROUP_\\w+?_(?:IN|EX)CLUDE\\w*)\\b[^A-Za-z]{1,4}"
                    + "(?:\\s*value\\W+)?[^\\n]*?\\b" + NAMES
                    + "|(?:-D|--)(management\\.endpoint\\.health\\.group\\.[\\w.\\[\\]-]+)=[\\w,* \"']*?\\b" + NAMES);

    private static final Pattern ENTRY =
            Pattern.compile("(management\\.endpoint\\.health\\.group\\.[\\w.\\[\\]-]+)\\s*[=:]\\s*[^\\n]*?\\b" + NAMES);

    /** What switches the contributor of this library off. */
    private static final Set<String> OFF =
            Set.of("management.health.defaults.enabled", "management.health.resilience.enabled");

    /** A component of the health endpoint in an address. */
    private static final Pattern ADDRESS = Pattern.compile("\\bhealth/(?:[\\w-]+/)?" + NAMES);

    /** A group in a text with a whole file, as a ConfigMap of Kubernetes has it. */
    private static final Pattern WITHIN =
            Pattern.compile("(?s)\\bhealth\\b.{0,200}?\\bgroup\\b.{0,2000}?\\b(?:in|ex)clude\\b[^=:]{0,9}[=:]"
                    + "(?:[^=:\\n]|\\n\\s*-)*?\\b" + NAMES);

    private static final String COMPONENT =
            "There is no such component of health any more. Use resilience instead of circuitBreakers; rate limiters do"
                    + " not contribute to health.";

    private static final String WRITE =
            "The start fails for a name that no health contributor has. Write resilience instead of circuitBreakers,"
                    + " and remove rateLimiters: rate limiters do not contribute to health.";

    private HealthGroups() {}

    /** Whether a key, without the position in a list, is that of the members of a group. */
    static boolean isMembers(List<String> path) {
        return path.size() == 6 && KEY.matcher(String.join(".", path)).matches();
    }

    /** Whether such keys may be beneath one. */
    static boolean isAbove(List<String> path) {
        return PREFIX.matcher(String.join(".", path)).matches();
    }

    /** Whether health contributors are off unless they are switched on, in a file. */
    static boolean areOff(SourceFile file) {
        if (file instanceof Yaml.Documents yaml) {
            return yaml.getDocuments().stream()
                    .flatMap(document ->
                            YamlReading.read(document, "", true, HealthGroups::isDefault).settings().stream())
                    .anyMatch(setting -> setting.value().text().equals("false"));
        }
        return file instanceof Properties.File properties
                && properties.getContent().stream()
                        .anyMatch(content -> content instanceof Properties.Entry entry
                                && isDefault(Names.elements(entry.getKey()))
                                && entry.getValue().getText().strip().equals("false"));
    }

    private static boolean isDefault(List<String> path) {
        return OFF.contains(String.join(".", path));
    }

    /**
     * The members of a group with those of this library.
     *
     * @param path the key
     * @param names the members
     * @param stay whether the contributors of resilience4j stay
     * @param off whether health contributors are off unless they are switched on
     * @param left takes what is left
     */
    static List<String> moved(List<String> path, List<String> names, boolean stay, boolean off, Consumer<Left> left) {
        boolean circuits = names.stream().anyMatch(HealthGroups::isOfCircuits);
        boolean limiters = names.stream().anyMatch(HealthGroups::isOfLimiters);
        String key = String.join(".", path);
        Set<String> moved = new LinkedHashSet<>();
        for (String name : names) {
            if (stay || !(isOfCircuits(name) || isOfLimiters(name))) {
                moved.add(name);
            }
            if (isOfCircuits(name)) {
                moved.add(HERE);
            }
        }
        if (limiters && !stay) {
            boolean included = path.get(5).equals("include");
            if (moved.isEmpty() && !included) {
                left.accept(new Left(
                        key + " = " + String.join(",", names),
                        "The start fails for a name that no health contributor has. Remove the setting: rate limiters"
                                + " do not contribute to health."));
                return names;
            }
            String others = moved.isEmpty() ? "ping" : "";
            left.accept(new Left(
                    key + " = " + String.join(",", names),
                    "Rate limiters do not contribute to health, so rateLimiters is "
                            + (others.isEmpty() ? "removed." : "replaced by ping, which is always up.")));
            if (moved.isEmpty()) {
                moved.add(others);
            }
        }
        if (circuits && off) {
            left.accept(new Left(
                    key + " = " + String.join(",", moved),
                    "The contributor resilience is off, by management.health.defaults.enabled or"
                            + " management.health.resilience.enabled, so that the start fails. Set"
                            + " management.health.resilience.enabled to true."));
        }
        return circuits || limiters ? new ArrayList<>(moved) : names;
    }

    /** The member at one position of a list, which must stay one. */
    static String movedAt(List<String> path, String name, boolean stay, boolean off, Consumer<Left> left) {
        if (stay && (isOfCircuits(name) || isOfLimiters(name))) {
            left.accept(new Left(
                    String.join(".", path) + " = " + name, "Add resilience, too, at the next position of the list."));
            return name;
        }
        return moved(path, List.of(name), false, off, left).get(0);
    }

    /** Members with commas between them. */
    static String moved(List<String> path, String names, boolean stay, boolean off, Consumer<Left> left) {
        List<String> words =
                Arrays.stream(names.split(",", -1)).map(String::strip).toList();
        List<String> moved = moved(path, words, stay, off, left);
        return moved.equals(words) ? names : String.join(names.matches("(?s).*,\\S.*") ? "," : ", ", moved);
    }

    /** Lists those of the environment, of command lines, of addresses, and of texts with a whole file. */
    static void list(SourceFile file, Consumer<Left> left) {
        String text = file.printAll();
        if (ADDRESS.matcher(text).find()) {
            left.accept(component(text));
        }
        if (file instanceof Yaml.Documents) {
            new YamlIsoVisitor<Integer>() {
                @Override
                public Yaml.Scalar visitScalar(Yaml.Scalar scalar, Integer p) {
                    String value = scalar.getValue();
                    if (value.contains("\n") && WITHIN.matcher(value).find()) {
                        left.accept(new Left("management.endpoint.health.group within a text", WRITE));
                    }
                    return scalar;
                }
            }.visit(file, 0);
        }
        Matcher matcher = ELSEWHERE.matcher(text);
        while (matcher.find()) {
            left.accept(new Left(matcher.group(1) == null ? matcher.group(2) : matcher.group(1), WRITE));
        }
    }

    private static Left component(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        return new Left(matcher.find() ? matcher.group() : "health", COMPONENT);
    }

    /**
     * What is left of a text of code; null for nothing.
     *
     * @param health whether the code uses health
     */
    static @Nullable Left ofText(String text, BooleanSupplier health) {
        Matcher matcher = ENTRY.matcher(text);
        if (matcher.find()) {
            return new Left(matcher.group(1), WRITE);
        } else if ((isOfCircuits(text) || isOfLimiters(text)) && health.getAsBoolean()) {
            return new Left('"' + text + '"', COMPONENT);
        }
        return ADDRESS.matcher(text).find() ? component(text) : null;
    }

    private static boolean isOfCircuits(String name) {
        return name.equals("circuitBreakers") || name.startsWith("circuitBreakers/");
    }

    private static boolean isOfLimiters(String name) {
        return name.equals("rateLimiters") || name.startsWith("rateLimiters/");
    }
}
