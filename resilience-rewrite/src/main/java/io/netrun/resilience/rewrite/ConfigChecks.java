package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import io.netrun.resilience.spring.mapping.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checks of a configuration in code, which are those of settings: values that this library does not take are not
 * written, and exceptions have their names here.
 *
 * @param pattern the pattern of the configuration
 * @param fresh whether it begins with the defaults
 * @param calls the calls of its builder, by their names
 * @param left what was left
 */
record ConfigChecks(String pattern, boolean fresh, Map<String, String> calls, List<String> left) {

    private static final Pattern DURATION = Pattern.compile("Duration\\.of(Nanos|Millis|Seconds|Minutes|Hours|Days)"
            + "\\((-?\\d[\\d_]*)L?\\)|Duration\\.(ZERO)|Duration\\.parse\\(\"(.*)\"\\)");

    private static final Map<String, String> UNITS =
            Map.of("Nanos", "ns", "Millis", "ms", "Seconds", "s", "Minutes", "m", "Hours", "h", "Days", "d");

    /** The limit of a rate limiter that sets none. */
    private static final BigDecimal LIMIT = BigDecimal.valueOf(50);

    private static final String TIMEOUT = "TimeoutException.class";

    /** Checks all calls. */
    void apply() {
        new ArrayList<>(calls.keySet()).forEach(name -> {
            if (name.matches("exceptions|ignoreExceptions")) {
                list(name);
            } else {
                limit(name);
            }
        });
        compare();
    }

    private void limit(String name) {
        String written = value(name);
        Ranges.Range range = Ranges.ofKey(List.of("resilience", pattern, "", kebab(name)));
        BigDecimal number = range == null || written == null ? null : range.value(written);
        if (range == null || number == null || range.has(number)) {
            return;
        }
        BigDecimal most = range.most();
        boolean large = most != null && range.whole() && number.compareTo(most) > 0;
        left.add(name + "(" + calls.get(name) + "): it must be " + range.words()
                + (large ? ", and the largest one is written" : ", so it is not written"));
        if (large && most != null) {
            calls.put(name, most.toPlainString());
        } else {
            calls.remove(name);
        }
    }

    /** What two values of one configuration may be together. */
    private void compare() {
        BigDecimal size = number("windowSize");
        BigDecimal minimum = number("minimumCalls");
        if (size != null && minimum != null && minimum.compareTo(size) > 0) {
            calls.put("minimumCalls", calls.getOrDefault("windowSize", ""));
        }
        BigDecimal base = nanos("baseDelay");
        BigDecimal most = nanos("maxDelay");
        String delay = calls.getOrDefault("baseDelay", "");
        if (base != null && !calls.containsKey("maxDelay") && base.compareTo(Ranges.DEFAULT_MAX_DELAY) > 0) {
            calls.put("maxDelay", delay); // never below the base delay
        } else if (base != null && most != null && most.compareTo(base) < 0) {
            left.add("maxDelay(" + calls.get("maxDelay") + "): it is below baseDelay, which is not possible here");
            calls.put("maxDelay", delay);
        }
        BigDecimal limit = calls.containsKey("limit") ? number("limit") : LIMIT;
        BigDecimal period = nanos("period");
        boolean endless = limit != null
                && period != null
                && limit.multiply(BigDecimal.valueOf(1_000)).compareTo(period) > 0;
        if (endless && Values.LARGEST.equals(calls.get("limit"))) {
            calls.put("period", "Duration.ofSeconds(1)"); // the largest one is listed already
        } else if (endless) {
            left.add("limit(" + calls.getOrDefault("limit", LIMIT.toPlainString())
                    + "): more than one call in a microsecond is no limit; here, that is the largest one");
            calls.put("limit", Values.LARGEST);
            calls.put("period", "Duration.ofSeconds(1)");
        } else if (!fresh && calls.containsKey("period") && !calls.containsKey("limit")) {
            left.add("limit: the one of " + Values.LARGEST + " that stands for no limit needs a period of a second:"
                    + " write limit(50), the default there, where the configuration has that one");
        }
    }

    /** A list of exceptions, with the names here. Errors never count there, whatever is listed. */
    private void list(String name) {
        String all = calls.getOrDefault(name, "");
        if (!all.matches("([\\w.]+\\.class(, )?)+")) {
            return;
        }
        List<String> kept = new ArrayList<>();
        for (String literal : Arrays.asList(all.split(", "))) {
            boolean counted = name.equals("exceptions");
            String here = exceptions().getOrDefault(literal, literal);
            if (literal.equals(TIMEOUT) || literal.endsWith("." + TIMEOUT)) {
                add(kept, literal);
                add(kept, "TimeoutExceededException.class");
                left.add("of " + literal.replace(".class", "")
                        + " and TimeoutExceededException, which the time limits of"
                        + " this library throw, remove the one that no call throws");
            } else if (counted && literal.equals("Throwable.class")) {
                add(kept, "Exception.class");
            } else if (!counted || !isError(literal)) {
                add(kept, here);
            }
        }
        if (kept.isEmpty()) {
            left.add(name + "(" + all + "): errors never count there, so that no failure did; here, these do");
        } else {
            calls.put(name, String.join(", ", kept));
        }
    }

    private static void add(List<String> names, String name) {
        if (!names.contains(name)) {
            names.add(name);
        }
    }

    private static boolean isError(String literal) {
        String name = literal.replace(".class", "");
        return Values.isError(name.contains(".") ? name : "java.lang." + name);
    }

    /** The literals of the exceptions here, by those there with and without the package. */
    private static Map<String, String> exceptions() {
        Map<String, String> names = new LinkedHashMap<>();
        MappingTable.get().renamed(MappingTable.RESILIENCE4J, "exception").forEach((there, here) -> {
            String literal = MappedPatterns.simple(here) + ".class";
            names.put(there + ".class", literal);
            names.put(MappedPatterns.simple(there) + ".class", literal);
        });
        names.remove(TIMEOUT);
        return names;
    }

    private @Nullable BigDecimal number(String name) {
        String value = value(name);
        return value == null ? null : Ranges.number(value);
    }

    private @Nullable BigDecimal nanos(String name) {
        String value = value(name);
        return value == null ? null : Ranges.nanos(value);
    }

    /** A value that is written as a number, or as a duration with its unit; null for another one. */
    private @Nullable String value(String name) {
        String code = calls.getOrDefault(name, "").replaceAll("^(Integer|Long)\\.MAX_VALUE$", "2147483647");
        Matcher duration = DURATION.matcher(code);
        if (!duration.matches()) {
            return code.matches("-?[\\d_.]+[fFdDlL]?") ? code.replaceAll("[_fFdDlL]", "") : null;
        } else if (duration.group(3) != null) {
            return "0s";
        }
        return duration.group(4) != null
                ? duration.group(4)
                : duration.group(2).replace("_", "") + UNITS.get(duration.group(1));
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
