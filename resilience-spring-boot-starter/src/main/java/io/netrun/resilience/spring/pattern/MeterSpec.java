package io.netrun.resilience.spring.pattern;

import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A meter of every instance of a pattern. Independent of Micrometer, which may be absent.
 *
 * @param name without the common prefix, such as {@code circuitbreaker.calls}
 * @param kind what sort of meter it is
 * @param description one line for the meter's users
 * @param unit what the value is counted in, such as {@code seconds}; null where it is a plain number
 * @param tags beside the instance's name
 * @param value reads it from an instance
 * @param combination how the values of a family's instances become one
 * @param <P> the policy
 */
public record MeterSpec<P>(
        String name,
        Kind kind,
        String description,
        @Nullable String unit,
        Map<String, String> tags,
        ToDoubleFunction<P> value,
        Combination combination) {

    /** The sorts of meters. */
    public enum Kind {
        /** A value that goes up and down. */
        GAUGE,
        /** A total that only grows. */
        COUNTER,
        /** A total of calls in the form of a timer, whose durations are not known. */
        TIMER
    }

    /** Ways to make one value of several. */
    public enum Combination {
        /** All together. */
        SUM,
        /** The largest, of those that are numbers; NaN if none is. */
        LARGEST
    }

    static <P> MeterSpec<P> gauge(String name, String description, ToDoubleFunction<P> value) {
        return new MeterSpec<>(name, Kind.GAUGE, description, null, Map.of(), value, Combination.SUM);
    }

    static <P> MeterSpec<P> counter(String name, String description, ToDoubleFunction<P> value) {
        return new MeterSpec<>(name, Kind.COUNTER, description, null, Map.of(), value, Combination.SUM);
    }

    static <P> MeterSpec<P> timer(String name, String description, ToDoubleFunction<P> value) {
        return new MeterSpec<>(name, Kind.TIMER, description, null, Map.of(), value, Combination.SUM);
    }

    /** Each meter of an instance is looked up by its specification. */
    @Override
    public int hashCode() {
        return 31 * name.hashCode() + tags.hashCode();
    }

    /** The name with the prefix of this library, unless it is that of another library. */
    public String fullName() {
        return name.startsWith("resilience4j.") ? name : "resilience." + name;
    }

    static <P> MeterSpec<P> counter(String name, String description, String outcome, ToDoubleFunction<P> value) {
        return MeterSpec.counter(name, description, value).tagged("outcome", outcome);
    }

    MeterSpec<P> tagged(String key, String tagValue) {
        return new MeterSpec<>(name, kind, description, unit, Map.of(key, tagValue), value, combination);
    }

    MeterSpec<P> inSeconds() {
        return new MeterSpec<>(name, kind, description, "seconds", tags, value, combination);
    }

    MeterSpec<P> largest() {
        return new MeterSpec<>(name, kind, description, unit, tags, value, Combination.LARGEST);
    }

    /** One value for two. */
    public double combine(double one, double other) {
        if (combination == Combination.SUM) {
            return one + other;
        }
        return Double.isNaN(one) ? other : Double.isNaN(other) ? one : Math.max(one, other);
    }
}
