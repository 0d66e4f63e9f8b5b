package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * When a circuit breaker opens, how long it stays open, and what closes it. Immutable; every value is checked when it is
 * built.
 *
 * @param failureThreshold failure count that opens the circuit: +1 per failure, −1 per success, never below 0; at least
 *     1, default 5
 * @param successThreshold successful trials that close a half-open circuit; at least 1, default 3
 * @param openDuration how long the circuit stays open before trials are let in; above zero, default 60 s
 * @param halfOpenMaxCalls trials in flight at once while half-open, the first included; 1 to 10,000, default 3
 * @param halfOpenMaxDuration how long a trial may take before it is taken back and counted as failed; above zero, null
 *     for as long as {@code openDuration}, which is the default
 * @param exceptions failures that count, subclasses included; default every {@link Throwable}
 * @param ignoreExceptions failures that count as neither success nor failure, although {@code exceptions} has them;
 *     default none
 * @param failureResult results that count as a failure although nothing was thrown (asynchronous calls: the future's
 *     value), null for none; default none. If it throws, that is logged and the result counts as success
 * @param stackTraces whether a {@link CircuitOpenException} records where it was thrown; default false, since that costs
 *     more than everything else about a rejection
 */
public record CircuitBreakerConfig(
        int failureThreshold,
        int successThreshold,
        Duration openDuration,
        int halfOpenMaxCalls,
        @Nullable Duration halfOpenMaxDuration,
        List<Class<? extends Throwable>> exceptions,
        List<Class<? extends Throwable>> ignoreExceptions,
        @Nullable Predicate<@Nullable Object> failureResult,
        boolean stackTraces) {

    private static final int MAX_TRIALS = 10_000;

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message says which, and what is allowed
     */
    public CircuitBreakerConfig {
        Require.range("failureThreshold", failureThreshold, 1, Integer.MAX_VALUE);
        Require.range("successThreshold", successThreshold, 1, Integer.MAX_VALUE);
        Require.positive("openDuration", openDuration);
        Require.range("halfOpenMaxCalls", halfOpenMaxCalls, 1, MAX_TRIALS);
        if (halfOpenMaxDuration != null) {
            Require.positive("halfOpenMaxDuration", halfOpenMaxDuration);
        }
        ExceptionFilter filter = new ExceptionFilter(exceptions, ignoreExceptions);
        exceptions = filter.exceptions();
        ignoreExceptions = filter.ignored();
    }

    /** How long a trial may take: {@link #halfOpenMaxDuration()}, or else {@link #openDuration()}. */
    public Duration trialDuration() {
        return halfOpenMaxDuration == null ? openDuration : halfOpenMaxDuration;
    }

    /** The defaults. */
    public static CircuitBreakerConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.failureThreshold = failureThreshold;
        builder.successThreshold = successThreshold;
        builder.openDuration = openDuration;
        builder.halfOpenMaxCalls = halfOpenMaxCalls;
        builder.halfOpenMaxDuration = halfOpenMaxDuration;
        builder.exceptions = exceptions;
        builder.ignoreExceptions = ignoreExceptions;
        builder.failureResult = failureResult;
        builder.stackTraces = stackTraces;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private int failureThreshold = 5;
        private int successThreshold = 3;
        private Duration openDuration = Duration.ofSeconds(60);
        private int halfOpenMaxCalls = 3;
        private @Nullable Duration halfOpenMaxDuration;
        private List<Class<? extends Throwable>> exceptions = List.of(Throwable.class);
        private List<Class<? extends Throwable>> ignoreExceptions = List.of();
        private @Nullable Predicate<@Nullable Object> failureResult;
        private boolean stackTraces;

        private Builder() {}

        /** See {@link CircuitBreakerConfig#failureThreshold()}. */
        public Builder failureThreshold(int failureThreshold) {
            this.failureThreshold = failureThreshold;
            return this;
        }

        /** See {@link CircuitBreakerConfig#successThreshold()}. */
        public Builder successThreshold(int successThreshold) {
            this.successThreshold = successThreshold;
            return this;
        }

        /** See {@link CircuitBreakerConfig#openDuration()}. */
        public Builder openDuration(Duration openDuration) {
            this.openDuration = openDuration;
            return this;
        }

        /** See {@link CircuitBreakerConfig#halfOpenMaxCalls()}. */
        public Builder halfOpenMaxCalls(int halfOpenMaxCalls) {
            this.halfOpenMaxCalls = halfOpenMaxCalls;
            return this;
        }

        /** See {@link CircuitBreakerConfig#halfOpenMaxDuration()}. */
        public Builder halfOpenMaxDuration(@Nullable Duration halfOpenMaxDuration) {
            this.halfOpenMaxDuration = halfOpenMaxDuration;
            return this;
        }

        /** See {@link CircuitBreakerConfig#exceptions()}. */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder exceptions(Class<? extends Throwable>... exceptions) {
            this.exceptions = List.of(exceptions);
            return this;
        }

        /** See {@link CircuitBreakerConfig#ignoreExceptions()}. */
        @SafeVarargs
        @SuppressWarnings("varargs")
        public final Builder ignoreExceptions(Class<? extends Throwable>... ignoreExceptions) {
            this.ignoreExceptions = List.of(ignoreExceptions);
            return this;
        }

        /** See {@link CircuitBreakerConfig#failureResult()}. */
        public Builder failureResult(@Nullable Predicate<@Nullable Object> failureResult) {
            this.failureResult = failureResult;
            return this;
        }

        /** See {@link CircuitBreakerConfig#stackTraces()}. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public CircuitBreakerConfig build() {
            return new CircuitBreakerConfig(
                    failureThreshold,
                    successThreshold,
                    openDuration,
                    halfOpenMaxCalls,
                    halfOpenMaxDuration,
                    exceptions,
                    ignoreExceptions,
                    failureResult,
                    stackTraces);
        }
    }
}
