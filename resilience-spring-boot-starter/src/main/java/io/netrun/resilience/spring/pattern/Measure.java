package io.netrun.resilience.spring.pattern;

import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One meter that every instance of a pattern has, without a word of Micrometer, which may be absent.
 *
 * @param name without the common prefix, such as {@code circuitbreaker.calls}
 * @param kind what sort of meter it is
 * @param description one line for people
 * @param unit what the value is counted in, such as {@code seconds}; null where it is a plain number
 * @param tags beside the instance's name
 * @param value reads it from an instance
 * @param <P> the policy
 */
public record Measure<P>(
        String name,
        Kind kind,
        String description,
        @Nullable String unit,
        Map<String, String> tags,
        ToDoubleFunction<P> value) {

    /** The sorts of meters. */
    public enum Kind {
        /** A value that goes up and down. */
        GAUGE,
        /** A total that only grows. */
        COUNTER
    }

    static <P> Measure<P> gauge(String name, String description, ToDoubleFunction<P> value) {
        return new Measure<>(name, Kind.GAUGE, description, null, Map.of(), value);
    }

    static <P> Measure<P> counter(String name, String description, ToDoubleFunction<P> value) {
        return new Measure<>(name, Kind.COUNTER, description, null, Map.of(), value);
    }

    static <P> Measure<P> counter(String name, String description, String outcome, ToDoubleFunction<P> value) {
        return Measure.counter(name, description, value).tagged("outcome", outcome);
    }

    Measure<P> tagged(String key, String tagValue) {
        return new Measure<>(name, kind, description, unit, Map.of(key, tagValue), value);
    }

    Measure<P> inSeconds() {
        return new Measure<>(name, kind, description, "seconds", tags, value);
    }
}
