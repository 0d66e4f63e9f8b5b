package io.netrun.resilience.sample.simulator;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** A change of knobs as JSON: {@code {"failureRate": 0.8, "latency": "50ms"}}. Missing fields keep their values. */
record KnobsJson(
        @Nullable Double failureRate,
        @Nullable String latency,
        @Nullable Integer failNext,
        @Nullable Integer slowNext) {

    static KnobsJson of(Knobs knobs) {
        return new KnobsJson(
                knobs.failureRate(),
                DurationStyle.SIMPLE.print(knobs.latency(), ChronoUnit.MILLIS),
                knobs.failNext(),
                knobs.slowNext());
    }

    /**
     * Applies this change to the given knobs.
     *
     * @throws IllegalArgumentException if a value is out of range, or the latency is not a duration
     */
    Knobs applyTo(Knobs knobs) {
        return new Knobs(
                failureRate == null ? knobs.failureRate() : failureRate,
                latency == null ? knobs.latency() : duration(latency),
                failNext == null ? knobs.failNext() : failNext,
                slowNext == null ? knobs.slowNext() : slowNext);
    }

    private static Duration duration(String text) {
        try {
            return DurationStyle.detectAndParse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("latency is '" + text + "': must be a duration such as 50ms or 2s", e);
        }
    }
}
