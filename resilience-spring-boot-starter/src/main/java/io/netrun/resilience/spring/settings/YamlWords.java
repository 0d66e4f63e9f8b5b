package io.netrun.resilience.spring.settings;

import java.util.Locale;
import java.util.Set;

/** Words that YAML reads as something else unless they are in quotes: switches and numbers. */
final class YamlWords {

    private static final Set<String> TRUE = Set.of("true", "yes", "on");
    private static final Set<String> FALSE = Set.of("false", "no", "off");

    private YamlWords() {}

    /** Whether YAML may have read something else as this name. */
    static boolean isWord(String name) {
        return name.equals("true") || name.equals("false") || name.equals("null") || isNumber(name);
    }

    /** Whether YAML reads a word as a name that differs from it. */
    static boolean readsAs(String word, String name) {
        if (word.equals(name) || !isWord(name)) {
            return false;
        }
        String lower = word.toLowerCase(Locale.ROOT);
        return switch (name) {
            case "true" -> TRUE.contains(lower);
            case "false" -> FALSE.contains(lower);
            case "null" -> word.equals("~") || lower.equals("null");
            default -> isSameNumber(lower.replace("_", ""), name);
        };
    }

    private static boolean isNumber(String name) {
        return name.matches("[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?");
    }

    private static boolean isSameNumber(String word, String name) {
        if (isNumber(word) && Double.parseDouble(word) == Double.parseDouble(name)) {
            return true;
        }
        try {
            return Long.decode(word).toString().equals(name); // octal and hexadecimal
        } catch (NumberFormatException noNumber) {
            return false;
        }
    }
}
