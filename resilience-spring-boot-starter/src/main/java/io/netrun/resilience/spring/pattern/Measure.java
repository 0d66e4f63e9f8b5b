package io.netrun.resilience.spring.pattern;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One meter that every instance of a pattern has, without a word of Micrometer, which may be absent.
 *
 * @param name without the common prefix, such as {@code circuitbreaker.calls}
 * @param kind what sort of meter it is
 * @param description one line for people
 * @param tags beside the instance's name
 * @param value reads it from an instance
 * @param <P> the policy
 */
public record Measure<P>(
        String name, Kind kind, String description, Map<String, String> tags, ToDoubleFunction<P> value) {

    /** The sorts of meters. */
    public enum Kind {
        /** A value that goes up and down. */
        GAUGE,
        /** A total that only grows. */
        COUNTER
    }

    static <P> Measure<P> gauge(String name, String description, ToDoubleFunction<P> value) {
        return new Measure<>(name, Kind.GAUGE, description, Map.of(), value);
    }

    static <P> Measure<P> counter(String name, String description, String outcome, ToDoubleFunction<P> value) {
        return new Measure<>(name, Kind.COUNTER, description, Map.of("outcome", outcome), value);
    }

    Measure<P> tagged(String key, String tagValue) {
        return new Measure<>(name, kind, description, Map.of(key, tagValue), value);
    }
}
