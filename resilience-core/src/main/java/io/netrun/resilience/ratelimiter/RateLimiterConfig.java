package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.LimitScope;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a rate limiter. Immutable; every value is validated on construction.
 *
 * @param limit number of calls per {@code period}; 1 to 1,000,000, default 50
 * @param period the time in which {@code limit} calls may begin; above zero, default 1 s. The rate may not exceed one
 *     call per microsecond
 * @param burst number of calls that may begin at once after a quiet time; 1 to 1,000,000, null for {@code limit}, which
 *     is the default
 * @param maxWait maximum wait for a token; zero or more, default zero, which rejects at once
 * @param initialTokens tokens that a new instance has; 0 to 1,000,000, null for the whole burst, which is the default.
 *     More than the burst counts as the burst
 * @param warmUp time after the creation of an instance in which its rate and burst rise, evenly, from a third to the
 *     whole; zero or more, default zero, which begins with the whole rate
 * @param learn whether the answers of the dependency pause the instance; default {@link Learning#NONE}
 * @param maxPause the longest pause that an answer can make; above zero, default 1 min. An answer that asks for more
 *     pauses the instance for this time
 * @param scope which calls the limit counts; default {@link LimitScope#NODE}
 * @param mode whether the policy acts, or only counts when it would; default {@link PolicyMode#ENFORCE}
 * @param stackTraces whether a {@link RateLimitExceededException} has a stack trace; default false
 */
public record RateLimiterConfig(
        int limit,
        Duration period,
        @Nullable Integer burst,
        Duration maxWait,
        @Nullable Integer initialTokens,
        Duration warmUp,
        Learning learn,
        Duration maxPause,
        LimitScope scope,
        PolicyMode mode,
        boolean stackTraces) {

    private static final double THOUSANDTHS = 1_000;
    private static final int MAX_CALLS = 1_000_000;
    private static final long LEAST_INTERVAL_NANOS = 1_000;
    private static final long MAX_NANOS = Require.nanos(Duration.ofSeconds(Long.MAX_VALUE));

    /** The lowest rate that a limit can be lowered to, in calls per period. */
    private static final double LEAST_CALLS = 0.001;

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it and the allowed range
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
        if (initialTokens != null) {
            Require.range("initialTokens", initialTokens, 0, MAX_CALLS);
        }
        Require.notNegative("warmUp", warmUp);
        Objects.requireNonNull(learn, "learn");
        Require.positive("maxPause", maxPause);
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(mode, "mode");
        int capacity = burst == null ? limit : burst;
        if (nanosPerCall > MAX_NANOS / capacity) {
            throw new InvalidSettingException(
                    "burst",
                    "burst is " + capacity + ", with " + limit + " calls per " + period
                            + ": must be less than what comes together in 146 years, so lower the burst",
                    "limit",
                    "period");
        }
    }

    /** Returns the time between two tokens, in nanoseconds. */
    long nanosPerCall() {
        return Require.nanos(period) / limit;
    }

    /**
     * Returns these settings with a lower rate: fewer calls per period, or one call in a longer period, and a burst in
     * proportion. A rate that is not lower changes nothing.
     *
     * @param callsPerPeriod zero or more; a thousandth of a call at least
     */
    RateLimiterConfig loweredTo(double callsPerPeriod) {
        if (callsPerPeriod >= limit) {
            return this;
        }
        double calls = Math.max(LEAST_CALLS, callsPerPeriod);
        int whole = Math.max(1, (int) calls);
        int lowerBurst = Math.max(1, (int) (capacity() * (calls / limit)));
        double longest = (double) MAX_NANOS / lowerBurst;
        double nanos = Math.min(Require.nanos(period) * (whole / calls), longest);
        return new RateLimiterConfig(
                whole,
                Duration.ofNanos((long) nanos),
                lowerBurst,
                maxWait,
                initialTokens,
                warmUp,
                learn,
                maxPause,
                scope,
                mode,
                stackTraces);
    }

    /** Returns how many calls may begin in a time, in thousandths. */
    double callsPer(Duration time) {
        if (time.equals(period)) {
            return limit;
        }
        double calls = limit * ((double) Require.nanos(time) / Require.nanos(period));
        return Math.round(calls * THOUSANDTHS) / THOUSANDTHS;
    }

    /** Returns the number of calls that may begin at once: {@link #burst()}, or else {@link #limit()}. */
    public int capacity() {
        return burst == null ? limit : burst;
    }

    /** Returns the number of tokens that a new instance has. */
    int tokensAtFirst() {
        return initialTokens == null ? capacity() : Math.min(initialTokens, capacity());
    }

    /** Returns the default settings. */
    public static RateLimiterConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with the default settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these settings, for a changed copy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.limit = limit;
        builder.period = period;
        builder.burst = burst;
        builder.maxWait = maxWait;
        builder.initialTokens = initialTokens;
        builder.warmUp = warmUp;
        builder.learn = learn;
        builder.maxPause = maxPause;
        builder.scope = scope;
        builder.mode = mode;
        builder.stackTraces = stackTraces;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private int limit = 50;
        private Duration period = Duration.ofSeconds(1);
        private @Nullable Integer burst;
        private Duration maxWait = Duration.ZERO;
        private @Nullable Integer initialTokens;
        private Duration warmUp = Duration.ZERO;
        private Learning learn = Learning.NONE;
        private Duration maxPause = Duration.ofMinutes(1);
        private LimitScope scope = LimitScope.NODE;
        private PolicyMode mode = PolicyMode.ENFORCE;
        private boolean stackTraces;

        private Builder() {}

        /** Sets the number of calls that may begin per period. 1 to 1,000,000, default 50. */
        public Builder limit(int limit) {
            this.limit = limit;
            return this;
        }

        /**
         * Sets the time in which {@link #limit} calls may begin. Above zero, default 1 s. The rate may not exceed one
         * call per microsecond.
         */
        public Builder period(Duration period) {
            this.period = period;
            return this;
        }

        /**
         * Sets the number of calls that may begin at once after a quiet time. 1 to 1,000,000; null, the default, for
         * {@link #limit}.
         */
        public Builder burst(@Nullable Integer burst) {
            this.burst = burst;
            return this;
        }

        /** Sets the maximum time that a call waits for a token. Zero or more, default zero, which rejects at once. */
        public Builder maxWait(Duration maxWait) {
            this.maxWait = maxWait;
            return this;
        }

        /**
         * Sets the tokens that a new instance has. 0 to 1,000,000; null, the default, for the whole burst. More than
         * the burst counts as the burst.
         */
        public Builder initialTokens(@Nullable Integer initialTokens) {
            this.initialTokens = initialTokens;
            return this;
        }

        /**
         * Sets the time after the creation of an instance in which its rate and burst rise, evenly, from a third to the
         * whole. Zero or more, default zero, which begins with the whole rate.
         */
        public Builder warmUp(Duration warmUp) {
            this.warmUp = warmUp;
            return this;
        }

        /**
         * Sets whether the answers of the dependency pause the instance. Default {@link Learning#NONE}; with
         * {@link Learning#RETRY_AFTER}, one with status 429 or 503 that asks for it.
         */
        public Builder learn(Learning learn) {
            this.learn = learn;
            return this;
        }

        /**
         * Sets the longest pause that an answer of the dependency can make. Above zero, default 1 min. An answer that
         * asks for more pauses the instance for this time.
         */
        public Builder maxPause(Duration maxPause) {
            this.maxPause = maxPause;
            return this;
        }

        /**
         * Sets which calls the limit counts: those of this process, or those of all processes of the application.
         * Default {@link LimitScope#NODE}.
         */
        public Builder scope(LimitScope scope) {
            this.scope = scope;
            return this;
        }

        /**
         * Sets whether the policy acts, or only counts when it would. Default {@link PolicyMode#ENFORCE}; with
         * {@link PolicyMode#OBSERVE}, no call waits and none is rejected.
         */
        public Builder mode(PolicyMode mode) {
            this.mode = mode;
            return this;
        }

        /** Sets whether a {@link RateLimitExceededException} has a stack trace. Default false. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public RateLimiterConfig build() {
            return new RateLimiterConfig(
                    limit, period, burst, maxWait, initialTokens, warmUp, learn, maxPause, scope, mode, stackTraces);
        }
    }
}
