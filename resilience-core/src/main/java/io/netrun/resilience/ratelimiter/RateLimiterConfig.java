package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Require;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may begin, and how long one waits for its turn. Immutable; every value is checked when it is built.
 *
 * @param limit calls per {@code period}; 1 to 1,000,000, default 50
 * @param period the time in which {@code limit} calls may begin; above zero, default 1 s. Calls may come no faster than
 *     one per microsecond on average
 * @param burst calls that may begin at once after a quiet time; 1 to 1,000,000, null for as many as {@code limit},
 *     which is the default
 * @param maxWait longest wait for a turn; zero or more, zero refuses at once, which is the default
 * @param stackTraces whether a {@link RateLimitExceededException} records where it was thrown; default false
 */
public record RateLimiterConfig(
        int limit, Duration period, @Nullable Integer burst, Duration maxWait, boolean stackTraces) {

    private static final int MAX_CALLS = 1_000_000;
    private static final long LEAST_INTERVAL_NANOS = 1_000;

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message says which, and what is allowed
     */
    public RateLimiterConfig {
        Require.range("limit", limit, 1, MAX_CALLS);
        Require.positive("period", period);
        long nanosPerCall = Require.nanos(period) / limit;
        if (nanosPerCall < LEAST_INTERVAL_NANOS) {
            throw new InvalidSettingException(
                    "limit",
                    "limit is " + limit + ", with a period of " + period
                            + ": must be at most one call per microsecond, lower the limit or lengthen the period",
                    "period");
        }
        if (burst != null) {
            Require.range("burst", burst, 1, MAX_CALLS);
        }
        Require.notNegative("maxWait", maxWait);
        int capacity = burst == null ? limit : burst;
        if (nanosPerCall > Require.nanos(Duration.ofSeconds(Long.MAX_VALUE)) / capacity) {
            throw new InvalidSettingException(
                    "burst",
                    "burst is " + capacity + ", with " + limit + " calls per " + period
                            + ": must be less than what comes together in 146 years, so lower the burst",
                    "limit",
                    "period");
        }
    }

    /** The time between two calls, where they come evenly. */
    long nanosPerCall() {
        return Require.nanos(period) / limit;
    }

    /** How many calls may begin at once: {@link #burst()}, or else {@link #limit()}. */
    public int capacity() {
        return burst == null ? limit : burst;
    }

    /** The defaults. */
    public static RateLimiterConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.limit = limit;
        builder.period = period;
        builder.burst = burst;
        builder.maxWait = maxWait;
        builder.stackTraces = stackTraces;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private int limit = 50;
        private Duration period = Duration.ofSeconds(1);
        private @Nullable Integer burst;
        private Duration maxWait = Duration.ZERO;
        private boolean stackTraces;

        private Builder() {}

        /** See {@link RateLimiterConfig#limit()}. */
        public Builder limit(int limit) {
            this.limit = limit;
            return this;
        }

        /** See {@link RateLimiterConfig#period()}. */
        public Builder period(Duration period) {
            this.period = period;
            return this;
        }

        /** See {@link RateLimiterConfig#burst()}. */
        public Builder burst(@Nullable Integer burst) {
            this.burst = burst;
            return this;
        }

        /** See {@link RateLimiterConfig#maxWait()}. */
        public Builder maxWait(Duration maxWait) {
            this.maxWait = maxWait;
            return this;
        }

        /** See {@link RateLimiterConfig#stackTraces()}. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public RateLimiterConfig build() {
            return new RateLimiterConfig(limit, period, burst, maxWait, stackTraces);
        }
    }
}
