package io.netrun.resilience.spring.mapping;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
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
        return value.matches("\\$\\{[^:]+}");
    }

    /** A duration in nanoseconds, or -1 if it is not a plain one. */
    public static long nanos(@Nullable String value) {
        Matcher matcher = DURATION.matcher(value == null ? "" : value);
        if (matcher.matches() && matcher.group(1).length() < 10) {
            return Long.parseLong(matcher.group(1))
                    * NANOS.getOrDefault(matcher.group(2).toLowerCase(Locale.ROOT), 1L);
        }
        return value != null && value.startsWith("PT") ? iso(value) : -1;
    }

    private static long iso(String value) {
        try {
            return Duration.parse(value).toNanos();
        } catch (DateTimeParseException | ArithmeticException e) {
            return -1;
        }
    }

    /** Whether a text is a whole number above 0, or one that is known only later. */
    static boolean isPositive(@Nullable String value) {
        return value != null && (value.startsWith("${") || value.matches("0*[1-9]\\d{0,8}"));
    }

    /** Whether a value of a setting without a counterpart is one of its kind, as far as that can be known. */
    static boolean isReadable(MappingTable.Row row, String value) {
        if (value.contains("${")) {
            return true;
        }
        return switch (row.kind()) {
            case "number" -> value.matches("\\d{1,10}");
            case "factor", "percent" -> value.matches("\\d{1,10}(\\.\\d+)?([eE][+-]?\\d{1,3})?");
            case "duration" -> nanos(value) >= 0;
            case "class", "classes", "text" -> !value.isBlank();
            default ->
                row.words().keySet().stream()
                        .anyMatch(word -> Names.uniform(word).equals(Names.uniform(value)));
        };
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
