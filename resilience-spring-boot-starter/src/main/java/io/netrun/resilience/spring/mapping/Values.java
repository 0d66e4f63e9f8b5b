package io.netrun.resilience.spring.mapping;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values of settings, from the form of another library to that of this one. */
public final class Values {

    /** A duration that is longer than any call. */
    public static final String FOREVER = "365d";

    /** The longest queue of a bulkhead, and the largest limit of a rate limiter. */
    public static final String LARGEST = "1000000";

    private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(ns|us|ms|s|m|h|d|)", Pattern.CASE_INSENSITIVE);

    private static final Pattern ISO = Pattern.compile("\\+?P", Pattern.CASE_INSENSITIVE);

    private static final Pattern NUMBER = Pattern.compile("\\+?\\d{1,10}");

    private static final Pattern FACTOR = Pattern.compile("\\+?(\\d{1,10}\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?[fFdD]?");

    private static final Pattern CLASS = Pattern.compile("\\p{javaJavaIdentifierStart}[\\p{javaJavaIdentifierPart}.]*");

    /** What the build replaces in files of configuration. */
    private static final Pattern FILTERED = Pattern.compile("@[\\w.-]+@");

    /** How many placeholders may be within each other. */
    private static final int DEPTH = 8;

    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "", 1_000_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);

    private Values() {}

    /** A duration with its unit; a number alone counts milliseconds. One with placeholders stays as it is. */
    public static String duration(String value) {
        if (value.matches("\\d+")) {
            long millis = Long.parseLong(value);
            return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
        }
        return isFixed(value) ? value.replace(" ", "") : value;
    }

    /** Whether a value is complete: neither the start nor the build replaces a part of it. */
    static boolean isFixed(String value) {
        return !value.contains("${") && !FILTERED.matcher(value).find();
    }

    /** Whether a unit stands behind what is replaced. */
    static boolean endsWithUnit(String value) {
        return !value.isEmpty() && Character.isLetter(value.charAt(value.length() - 1));
    }

    /** Whether a text is one placeholder, whose default may have further ones. */
    static boolean isPlaceholder(String text) {
        return text.startsWith("${") && end(text, 0) == text.length() - 1;
    }

    /**
     * What a text may be once its placeholders have their values. One with a name that is not known stays in it, and
     * its default is another possibility.
     *
     * @param known the values that a name may have; empty if it is not known
     */
    static Set<String> texts(String text, Function<String, Set<String>> known) {
        return texts(text, known, 0).stream()
                .map(each -> each.replace('\0', '$'))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> texts(String text, Function<String, Set<String>> known, int depth) {
        int begin = text.indexOf("${");
        int end = begin < 0 ? -1 : end(text, begin);
        if (end < 0 || depth > DEPTH) {
            return Set.of(text);
        }
        String inner = text.substring(begin + 2, end);
        int colon = colon(inner);
        String name = (colon < 0 ? inner : inner.substring(0, colon)).strip();
        Set<String> values = new LinkedHashSet<>(known.apply(name));
        if (values.isEmpty()) {
            values.add("\0{" + name.replace('$', '\0') + "}"); // not to be looked at again
        }
        if (colon >= 0) {
            values.add(inner.substring(colon + 1).strip());
        }
        Set<String> all = new LinkedHashSet<>();
        for (String value : values) {
            all.addAll(texts(text.substring(0, begin) + value + text.substring(end + 1), known, depth + 1));
        }
        return all;
    }

    /** Where the default of a placeholder begins; its name may have placeholders, too. */
    private static int colon(String inner) {
        int depth = 0;
        for (int i = 0; i < inner.length(); i++) {
            char c = inner.charAt(i);
            depth += inner.startsWith("${", i) ? 1 : c == '}' ? -1 : 0;
            if (c == ':' && depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** Where the placeholder ends that begins at a position; -1 if it does not. */
    private static int end(String text, int begin) {
        int depth = 0;
        for (int i = begin; i < text.length(); i++) {
            if (text.startsWith("${", i)) {
                depth++;
            } else if (text.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** A duration in nanoseconds, or -1 if it is not a plain one. */
    public static long nanos(@Nullable String value) {
        Matcher matcher = DURATION.matcher(value == null ? "" : value);
        if (matcher.matches() && matcher.group(1).length() < 10) {
            return Long.parseLong(matcher.group(1))
                    * NANOS.getOrDefault(matcher.group(2).toLowerCase(Locale.ROOT), 1L);
        }
        return value == null ? -1 : iso(value);
    }

    private static long iso(String value) {
        try {
            return ISO.matcher(value).lookingAt() ? Duration.parse(value).toNanos() : -1;
        } catch (DateTimeParseException | ArithmeticException e) {
            return -1;
        }
    }

    /** Whether a text is a whole number above 0, or one that is known only later. */
    static boolean isPositive(@Nullable String value) {
        return value != null && (value.startsWith("${") || value.matches("0*[1-9]\\d{0,8}"));
    }

    /** Whether a value is one of its setting's kind, as far as that can be known. */
    static boolean isReadable(MappingTable.Row row, String value) {
        if (!isFixed(value)) {
            return true;
        }
        return switch (row.kind()) {
            case "number", "window" -> NUMBER.matcher(value.replace("_", "")).matches();
            case "factor", "percent" -> FACTOR.matcher(value.replace("_", "")).matches();
            case "duration" -> isDuration(value);
            case "class" -> CLASS.matcher(value.strip()).matches();
            case "classes" ->
                value.isBlank()
                        ? row.there().name().equals("ignore-exceptions")
                        : Arrays.stream(value.split(","))
                                .allMatch(name -> CLASS.matcher(name.strip()).matches());
            case "text" -> !value.isBlank();
            default ->
                row.words().keySet().stream()
                        .anyMatch(word -> Names.uniform(word).equals(Names.uniform(word(row, value))));
        };
    }

    private static boolean isDuration(String value) {
        return DURATION.matcher(value).matches() || iso(value) >= 0;
    }

    /** A word of a setting; the ones that Spring and YAML take for true and false have one spelling. */
    static String word(MappingTable.Row row, String value) {
        return row.words().containsKey("true") ? truth(value) : value;
    }

    /** The text of a truth value in one spelling; another text as it is. */
    static String truth(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> "true";
            case "false", "no", "off", "0" -> "false";
            default -> value;
        };
    }

    /** Whether a name is that of an {@code Error} of the JDK. */
    public static boolean isError(String name) {
        if (!name.startsWith("java.")) {
            return false;
        }
        try {
            return Error.class.isAssignableFrom(Class.forName(name, false, null));
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Class names, with the exceptions of resilience4j replaced. */
    public static List<String> classes(List<String> names, boolean timeouts) {
        Map<String, String> exceptions = MappingTable.get().renamed(MappingTable.RESILIENCE4J, "exception");
        List<String> replaced = new ArrayList<>();
        for (String name : names) {
            boolean ours = timeouts || name.startsWith("io.github.resilience4j.");
            String word = ours ? exceptions.getOrDefault(name, name) : name;
            if (!word.isBlank() && !replaced.contains(word)) {
                replaced.add(word);
            }
        }
        return replaced;
    }
}
