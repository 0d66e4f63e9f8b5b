package io.netrun.resilience.hedge;

import io.netrun.resilience.InvalidSettingException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When a hedge starts another attempt: after a fixed time, or after a percentile of the durations of recent successful
 * calls. Immutable; the text of a percentile is {@code p95}.
 */
public final class HedgeDelay {

    private static final double LOWEST = 50;
    private static final double HIGHEST = 99.9;

    private final @Nullable Duration duration;
    private final double percentile;

    private HedgeDelay(@Nullable Duration duration, double percentile) {
        this.duration = duration;
        this.percentile = percentile;
    }

    /**
     * A fixed time.
     *
     * @param duration above zero, which the settings check
     */
    public static HedgeDelay of(Duration duration) {
        return new HedgeDelay(Objects.requireNonNull(duration, "delay"), Double.NaN);
    }

    /**
     * A percentile of the durations of recent successful calls.
     *
     * @param percentile 50 to 99.9
     * @throws IllegalArgumentException if it is out of range
     */
    public static HedgeDelay percentile(double percentile) {
        if (!(percentile >= LOWEST && percentile <= HIGHEST)) {
            throw new InvalidSettingException(
                    "delay", "delay is p" + text(percentile) + ": must be a percentile between p50 and p99.9");
        }
        return new HedgeDelay(null, percentile);
    }

    /** The fixed time; null for a percentile. */
    public @Nullable Duration duration() {
        return duration;
    }

    /** The percentile; NaN for a fixed time. */
    public double percentile() {
        return percentile;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HedgeDelay delay
                && Objects.equals(duration, delay.duration)
                && Double.compare(percentile, delay.percentile) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(duration, percentile);
    }

    @Override
    public String toString() {
        return duration == null ? "p" + text(percentile) : duration.toString();
    }

    private static String text(double percentile) {
        String text = Double.toString(percentile);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
