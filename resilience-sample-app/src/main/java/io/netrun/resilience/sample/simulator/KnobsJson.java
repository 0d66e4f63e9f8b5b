package io.netrun.resilience.sample.simulator;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** Knobs as people write them: {@code {"failureRate": 0.8, "latency": "50ms"}}. What is left out stays as it is. */
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
     * The knobs, changed as this says.
     *
     * @throws IllegalArgumentException if a value is out of its range, or the latency is no duration
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
