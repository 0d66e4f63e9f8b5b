package io.netrun.resilience.spring.mapping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A setting in a file.
 *
 * @param path the elements of its key, in the spelling of the file
 * @param value its value, with the quotes that it has in the file; for a list, its elements
 * @param comments the comments before it and behind it, without what marks them
 * @param source the key of the line that has the value; null for a default. It is another one than that of the path,
 *     which is empty then, if the value is of a shared configuration
 */
public record Setting(
        List<String> path,
        Value value,
        List<String> comments,
        @Nullable String source) {

    /** A setting with its own line; without a path, a default. */
    public Setting(List<String> path, Value value, List<String> comments) {
        this(path, value, comments, path.isEmpty() ? null : String.join(".", path));
    }

    /** The key with dots. */
    public String key() {
        return String.join(".", path);
    }

    /**
     * A value.
     *
     * @param words one word, or the elements of a list
     * @param list whether it is a list
     */
    public record Value(List<String> words, boolean list) {

        /** One word. */
        public static Value of(String word) {
            return new Value(List.of(word), false);
        }

        /** Another word, with the quotes of this one where YAML needs them. */
        Value with(String other) {
            String word = words.isEmpty() ? "" : words.get(0);
            String text = unquoted(word);
            boolean needed = other.startsWith("@") || other.contains(": ") || other.contains(" #");
            return of(needed && !list && !text.equals(word) ? word.charAt(0) + other + word.charAt(0) : other);
        }

        /** The word without its quotes; of a list, its elements with commas. */
        public String text() {
            return String.join(",", words.stream().map(Value::unquoted).toList());
        }

        /** The elements of a list, or of a word with commas, without quotes. */
        public List<String> elements() {
            return List.of(text().split("\\s*,\\s*"));
        }

        private static String unquoted(String word) {
            boolean quoted = word.length() > 1
                    && ((word.startsWith("\"") && word.endsWith("\"")) || (word.startsWith("'") && word.endsWith("'")));
            return quoted ? word.substring(1, word.length() - 1) : word;
        }
    }
}
