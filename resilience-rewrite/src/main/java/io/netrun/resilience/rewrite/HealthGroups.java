package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.BlockTranslator.Left;
import io.netrun.resilience.spring.mapping.Names;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openrewrite.SourceFile;
import org.openrewrite.properties.tree.Properties;
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
        return String.join(".", path).equals("management.health.defaults.enabled");
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
                    "management.health.defaults.enabled is false, so that there is no contributor resilience, and the"
                            + " start fails. Set management.health.resilience.enabled to true."));
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

    /** Lists those of the environment and of command lines. */
    static void list(String text, Consumer<Left> left) {
        Matcher matcher = ELSEWHERE.matcher(text);
        while (matcher.find()) {
            left.accept(new Left(matcher.group(1) == null ? matcher.group(2) : matcher.group(1), WRITE));
        }
    }

    /** What is left of a text of code; null for nothing. */
    static @Nullable Left ofText(String text) {
        Matcher matcher = ENTRY.matcher(text);
        return matcher.find() ? new Left(matcher.group(1), WRITE) : null;
    }

    private static boolean isOfCircuits(String name) {
        return name.equals("circuitBreakers") || name.startsWith("circuitBreakers/");
    }

    private static boolean isOfLimiters(String name) {
        return name.equals("rateLimiters") || name.startsWith("rateLimiters/");
    }
}
