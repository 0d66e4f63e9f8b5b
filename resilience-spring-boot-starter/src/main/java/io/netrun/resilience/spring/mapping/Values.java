package io.netrun.resilience.spring.mapping;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    private static final Pattern BARE_DEFAULT = Pattern.compile("(\\$\\{[^}:]+:)(\\d+)}");

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

    /** A duration with its unit; a number alone counts milliseconds. */
    public static String duration(String value) {
        if (value.matches("\\d+")) {
            long millis = Long.parseLong(value);
            return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
        }
        Matcher placeholder = BARE_DEFAULT.matcher(value);
        return placeholder.matches() ? placeholder.group(1) + placeholder.group(2) + "}ms" : value.replace(" ", "");
    }

    /** Whether the unit of a duration cannot be known: it is elsewhere. */
    public static boolean isUnitUnknown(String value) {
        return value.matches("\\$\\{[^:]+}") || FILTERED.matcher(value).matches();
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
        if (value.contains("${") || FILTERED.matcher(value).find()) {
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
    static boolean isError(String name) {
        if (!name.startsWith("java.")) {
            return false;
        }
        try {
            return Error.class.isAssignableFrom(Class.forName(name, false, null));
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** A class in another one is written with a dollar sign here. */
    static String nested(String name) {
        return name.replaceAll("(\\.[A-Z]\\w*)\\.(?=[A-Z])", "$1\\$");
    }

    /** Class names, with the exceptions of resilience4j replaced. */
    public static List<String> classes(List<String> names, boolean timeouts) {
        Map<String, String> exceptions = MappingTable.get().renamed(MappingTable.RESILIENCE4J, "exception");
        List<String> replaced = new ArrayList<>();
        for (String name : names) {
            boolean ours = timeouts || name.startsWith("io.github.resilience4j.");
            String word = nested(ours ? exceptions.getOrDefault(name, name) : name);
            if (!word.isBlank() && !replaced.contains(word)) {
                replaced.add(word);
            }
        }
        return replaced;
    }
}
