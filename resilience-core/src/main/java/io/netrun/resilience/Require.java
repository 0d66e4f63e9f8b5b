package io.netrun.resilience;

import java.time.Duration;

/**
 * Validates configuration records. Each check throws an {@link InvalidSettingException} that names the field, the value
 * and the allowed range.
 *
 * @apiNote For authors of policies.
 */
public final class Require {

    private static final int MAX_NAME_LENGTH = 200;
    private static final long MAX_NANOS = Long.MAX_VALUE / 2;
    private static final Duration LONGEST = Duration.ofNanos(MAX_NANOS);

    private Require() {}

    /** Requires a name: 1 to 200 characters, not blank, no control characters. */
    public static String name(String name) {
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH || hasControlCharacter(name)) {
            String shown = name.length() > MAX_NAME_LENGTH ? name.substring(0, MAX_NAME_LENGTH) + "…" : name;
            throw new InvalidSettingException(
                    "name",
                    "name is '" + shown.replaceAll("\\p{Cntrl}", "?") + "': must have 1 to " + MAX_NAME_LENGTH
                            + " characters, not all blank and none of them a control character");
        }
        return name;
    }

    /** Without a stream: each new key of a family is checked. */
    private static boolean hasControlCharacter(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (Character.isISOControl(name.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Requires a whole number within a range, both ends included. */
    public static int range(String field, int value, int min, int max) {
        if (value < min || value > max) {
            String range = max == Integer.MAX_VALUE ? "at least " + min : "between " + min + " and " + max;
            throw new InvalidSettingException(field, field + " is " + value + ": must be " + range);
        }
        return value;
    }

    /** Requires a finite number not less than a minimum. */
    public static double atLeast(String field, double value, double min) {
        if (!(value >= min) || Double.isInfinite(value)) {
            throw new InvalidSettingException(
                    field, field + " is " + value + ": must be a finite number of at least " + min);
        }
        return value;
    }

    /** Requires a percentage above 0 and at most 100. */
    public static double percentage(String field, double value) {
        if (!(value > 0 && value <= 100)) {
            throw new InvalidSettingException(
                    field, field + " is " + value + ": must be a percentage above 0, at most 100");
        }
        return value;
    }

    /** Requires a duration above zero. */
    public static Duration positive(String field, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new InvalidSettingException(
                    field, field + " is " + value + ": must be above zero, such as 500ms or 5s");
        }
        return value;
    }

    /** Requires a duration of zero or more. */
    public static Duration notNegative(String field, Duration value) {
        if (value.isNegative()) {
            throw new InvalidSettingException(
                    field, field + " is " + value + ": must be zero or positive, such as 0s, 500ms or 5s");
        }
        return value;
    }

    /**
     * Returns a duration in nanoseconds, cut at 146 years so that sums with {@link Ticker#nanoTime()} stay comparable.
     */
    public static long nanos(Duration value) {
        return value.compareTo(LONGEST) >= 0 ? MAX_NANOS : value.toNanos();
    }
}
