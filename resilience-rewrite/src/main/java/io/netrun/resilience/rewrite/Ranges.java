package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.Values;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The ranges of the numbers and durations that annotations of this library have. */
final class Ranges {

    /** The maximum delay of a retry that sets none, in nanoseconds. */
    static final BigDecimal DEFAULT_MAX_DELAY = BigDecimal.valueOf(30_000_000_000L);

    /** The base delay of a retry that sets none, in nanoseconds. */
    static final BigDecimal DEFAULT_BASE_DELAY = BigDecimal.valueOf(1_000_000_000L);

    /** A year, in nanoseconds. */
    static final BigDecimal YEAR = BigDecimal.valueOf(Duration.ofDays(365).toNanos());

    private static final Pattern DURATION = Pattern.compile("(-?\\d+)\\s*(ns|us|ms|s|m|h|d)", Pattern.CASE_INSENSITIVE);

    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);

    private static final Range ATTEMPTS = new Range(false, BigDecimal.ONE, BigDecimal.valueOf(Integer.MAX_VALUE), true);

    private static final Range DELAY = new Range(true, BigDecimal.ZERO, null, false);

    private static final Range DURATION_ABOVE_ZERO = new Range(true, BigDecimal.ONE, null, false);

    private static final Map<String, Range> ALL = Map.of(
            "maxAttempts",
            ATTEMPTS,
            "failureThreshold",
            ATTEMPTS,
            "maxConcurrent",
            new Range(false, BigDecimal.ONE, new BigDecimal(Values.LARGEST), true),
            "backoffMultiplier",
            new Range(false, BigDecimal.ONE, null, false),
            "baseDelay",
            DELAY,
            "maxDelay",
            DELAY,
            "maxDuration",
            DURATION_ABOVE_ZERO,
            "openDuration",
            DURATION_ABOVE_ZERO);

    private static final Range COUNT = new Range(false, BigDecimal.ONE, BigDecimal.valueOf(Integer.MAX_VALUE), true);

    private static final Range CALLS = new Range(false, BigDecimal.ONE, new BigDecimal(Values.LARGEST), true);

    private static final Range PERCENT = new Range(false, new BigDecimal("0.0001"), BigDecimal.valueOf(100), false);

    private static final Range FACTOR = new Range(false, BigDecimal.ONE, null, false);

    /** Those of settings, by their section and name. */
    private static final Map<String, Range> SETTINGS = Map.ofEntries(
            Map.entry("retry.max-attempts", COUNT),
            Map.entry("retry.base-delay", DELAY),
            Map.entry("retry.max-delay", DELAY),
            Map.entry("retry.backoff-multiplier", FACTOR),
            Map.entry("circuit-breaker.failure-threshold", COUNT),
            Map.entry("circuit-breaker.failure-rate-threshold", PERCENT),
            Map.entry("circuit-breaker.slow-call-rate-threshold", PERCENT),
            Map.entry("circuit-breaker.slow-call-duration", DURATION_ABOVE_ZERO),
            Map.entry("circuit-breaker.open-duration", DURATION_ABOVE_ZERO),
            Map.entry("circuit-breaker.max-open-duration", DURATION_ABOVE_ZERO),
            Map.entry("circuit-breaker.half-open-max-duration", DURATION_ABOVE_ZERO),
            Map.entry("circuit-breaker.open-backoff-multiplier", FACTOR),
            Map.entry("circuit-breaker.minimum-calls", COUNT),
            Map.entry("circuit-breaker.success-threshold", COUNT),
            Map.entry(
                    "circuit-breaker.half-open-max-calls",
                    new Range(false, BigDecimal.ONE, BigDecimal.valueOf(10_000), true)),
            Map.entry(
                    "circuit-breaker.window-size", new Range(false, BigDecimal.ONE, BigDecimal.valueOf(50_000), true)),
            Map.entry("circuit-breaker.window-duration", DURATION_ABOVE_ZERO),
            Map.entry("bulkhead.max-concurrent", CALLS),
            Map.entry("bulkhead.max-queue", new Range(false, BigDecimal.ZERO, new BigDecimal(Values.LARGEST), true)),
            Map.entry("bulkhead.max-wait", DURATION_ABOVE_ZERO),
            Map.entry("rate-limiter.limit", CALLS),
            Map.entry("rate-limiter.period", DURATION_ABOVE_ZERO),
            Map.entry("rate-limiter.max-wait", DELAY),
            Map.entry("timeout.duration", DURATION_ABOVE_ZERO));

    private Ranges() {}

    /** The range of a setting by the elements of its key, or null if it has none. */
    static @Nullable Range ofKey(List<String> path) {
        return path.size() < 4 ? null : SETTINGS.get(path.get(1) + "." + path.get(path.size() - 1));
    }

    /** The range of an argument, or null if it has none. */
    static @Nullable Range of(String argument) {
        return ALL.get(argument);
    }

    /** The range of a setting, or null if it has none. */
    static @Nullable Range ofSetting(String setting) {
        return ALL.entrySet().stream()
                .filter(entry -> setting.equals(
                        entry.getKey().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT)))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    /** A duration with its unit, in nanoseconds; null if it is none. */
    static @Nullable BigDecimal nanos(String text) {
        Matcher matcher = DURATION.matcher(text.strip());
        if (matcher.matches()) {
            return new BigDecimal(matcher.group(1))
                    .multiply(BigDecimal.valueOf(
                            NANOS.getOrDefault(matcher.group(2).toLowerCase(Locale.ROOT), 1L)));
        }
        try {
            Duration duration = Duration.parse(text.strip());
            return BigDecimal.valueOf(duration.getSeconds())
                    .multiply(BigDecimal.valueOf(1_000_000_000L))
                    .add(BigDecimal.valueOf(duration.getNano()));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    /** A number; null if a text is none. */
    static @Nullable BigDecimal number(String text) {
        try {
            return new BigDecimal(text.strip().replace("_", ""));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * What a value may be.
     *
     * @param duration whether it is a duration
     * @param least the least value; nanoseconds for a duration
     * @param most the largest value, or null
     * @param whole whether it is a whole number
     */
    record Range(
            boolean duration, BigDecimal least, @Nullable BigDecimal most, boolean whole) {

        boolean has(BigDecimal value) {
            return value.compareTo(least) >= 0
                    && (most == null || value.compareTo(most) <= 0)
                    && (!whole || value.stripTrailingZeros().scale() <= 0);
        }

        /** The value of a text, or null if it is none of this kind. */
        @Nullable
        BigDecimal value(String text) {
            return duration ? nanos(text) : number(text);
        }

        String words() {
            if (duration) {
                return least.signum() == 0 ? "a duration of zero or more" : "a duration above zero";
            }
            if (equals(PERCENT)) {
                return "a percentage above 0, at most 100";
            }
            String kind = whole ? "a whole number " : "a number ";
            return most == null ? kind + "of at least " + least : kind + "from " + least + " to " + most;
        }
    }
}
