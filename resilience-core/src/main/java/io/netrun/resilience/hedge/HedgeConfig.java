package io.netrun.resilience.hedge;

import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a hedge. Immutable; every value is validated on construction.
 *
 * @param delay time after which another attempt starts in parallel; above zero, or a percentile of the durations of
 *     recent successful calls; default 500 ms. The 95th percentile of the latency is a good value: then one call in
 *     twenty is made twice
 * @param initialDelay with a percentile: the delay as long as fewer than 100 successful calls are known; above zero,
 *     default 500 ms
 * @param minDelay with a percentile: the shortest delay; above zero, default 1 ms
 * @param maxAttempts maximum number of attempts of a call, the first included; 2 to 10, default 2
 * @param maxActive maximum number of additional attempts running at once, over all calls of the instance, so that a
 *     service that is slow throughout does not receive twice the load; 1 to 1,000,000, default 10
 * @param onFailure whether another attempt starts at once when one fails before the delay is over; default false
 * @param exceptions with {@code onFailure}: failures after which another attempt starts, by class, subclasses included,
 *     or by code; not empty, default every {@link Exception}. A rejection by another policy is one only if its class is
 *     named
 * @param ignoreExceptions with {@code onFailure}: failures after which none starts, even if they match
 *     {@code exceptions}; default none
 * @param requiresCallerThread sync calls: whether the calling thread holds something that the call needs, such as a
 *     transaction; such a call stays on its thread and is made once; called for every sync call, default never
 * @param executor sync calls: executor that runs the attempts; null, the default, for the worker threads that all
 *     instances share. It must not run tasks on the calling thread. What it throws instead of accepting a task is the
 *     attempt's failure
 */
public record HedgeConfig(
        HedgeDelay delay,
        Duration initialDelay,
        Duration minDelay,
        int maxAttempts,
        int maxActive,
        boolean onFailure,
        List<FailureMatcher> exceptions,
        List<FailureMatcher> ignoreExceptions,
        BooleanSupplier requiresCallerThread,
        @Nullable Executor executor) {

    private static final int MOST_ATTEMPTS = 10;
    private static final int MOST_ACTIVE = 1_000_000;

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it and the allowed range
     */
    public HedgeConfig {
        if (delay.duration() != null) {
            Require.positive("delay", delay.duration());
        }
        Require.positive("initialDelay", initialDelay);
        Require.positive("minDelay", minDelay);
        exceptions = ExceptionFilter.requireSome(exceptions);
        ignoreExceptions = List.copyOf(ignoreExceptions);
        Require.range("maxAttempts", maxAttempts, 2, MOST_ATTEMPTS);
        Require.range("maxActive", maxActive, 1, MOST_ACTIVE);
        Objects.requireNonNull(requiresCallerThread, "requiresCallerThread");
    }

    private static boolean never() {
        return false;
    }

    /** Returns the default settings. */
    public static HedgeConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with the default settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these settings, for a changed copy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.delay = delay;
        builder.initialDelay = initialDelay;
        builder.minDelay = minDelay;
        builder.maxAttempts = maxAttempts;
        builder.maxActive = maxActive;
        builder.onFailure = onFailure;
        builder.exceptions = exceptions;
        builder.ignoreExceptions = ignoreExceptions;
        builder.requiresCallerThread = requiresCallerThread;
        builder.executor = executor;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private HedgeDelay delay = HedgeDelay.of(Duration.ofMillis(500));
        private Duration initialDelay = Duration.ofMillis(500);
        private Duration minDelay = Duration.ofMillis(1);
        private int maxAttempts = 2;
        private int maxActive = 10;
        private boolean onFailure;
        private List<FailureMatcher> exceptions = List.of(FailureMatcher.of(Exception.class));
        private List<FailureMatcher> ignoreExceptions = List.of();
        private BooleanSupplier requiresCallerThread = HedgeConfig::never;
        private @Nullable Executor executor;

        private Builder() {}

        /**
         * Sets the time after which another attempt starts in parallel. Above zero, default 500 ms. The 95th percentile
         * of the latency is a good value: then one call in twenty is made twice.
         */
        public Builder delay(Duration delay) {
            return delay(HedgeDelay.of(delay));
        }

        /**
         * Sets the time after which another attempt starts in parallel, as {@code HedgeDelay.percentile(95)}: then the
         * delay follows the durations of recent successful calls.
         */
        public Builder delay(HedgeDelay delay) {
            this.delay = delay;
            return this;
        }

        /**
         * Sets the delay as long as fewer than 100 successful calls are known, if the delay is a percentile. Above
         * zero, default 500 ms.
         */
        public Builder initialDelay(Duration initialDelay) {
            this.initialDelay = initialDelay;
            return this;
        }

        /** Sets the shortest delay, if the delay is a percentile. Above zero, default 1 ms. */
        public Builder minDelay(Duration minDelay) {
            this.minDelay = minDelay;
            return this;
        }

        /**
         * Sets whether another attempt starts at once when one fails before the delay is over, up to
         * {@link #maxAttempts}. Default false.
         */
        public Builder onFailure(boolean onFailure) {
            this.onFailure = onFailure;
            return this;
        }

        /**
         * Sets the failures after which another attempt starts, if {@link #onFailure} is set. Subclasses are included.
         * Not empty, default every {@link Exception}. A rejection by another policy is one only if its class is named.
         */
        @SafeVarargs
        public final Builder exceptions(Class<? extends Throwable>... exceptions) {
            this.exceptions = FailureMatcher.ofEach(exceptions);
            return this;
        }

        /** Sets the failures by matchers; otherwise like {@link #exceptions(Class...)}. */
        public Builder exceptions(List<FailureMatcher> exceptions) {
            this.exceptions = exceptions;
            return this;
        }

        /**
         * Sets the failures after which no other attempt starts, even if they match {@link #exceptions}. Subclasses are
         * included. Default none.
         */
        @SafeVarargs
        public final Builder ignoreExceptions(Class<? extends Throwable>... ignoreExceptions) {
            this.ignoreExceptions = FailureMatcher.ofEach(ignoreExceptions);
            return this;
        }

        /** Sets these failures by matchers; otherwise like {@link #ignoreExceptions(Class...)}. */
        public Builder ignoreExceptions(List<FailureMatcher> ignoreExceptions) {
            this.ignoreExceptions = ignoreExceptions;
            return this;
        }

        /** Sets the maximum number of attempts of a call, the first included. 2 to 10, default 2. */
        public Builder maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /**
         * Sets the maximum number of additional attempts running at once, over all calls of the instance. 1 to
         * 1,000,000, default 10.
         */
        public Builder maxActive(int maxActive) {
            this.maxActive = maxActive;
            return this;
        }

        /**
         * Sets the check whether the calling thread holds something that a sync call needs, such as a transaction. Such
         * a call stays on its thread and is made once. It is called for every sync call. Default never.
         */
        public Builder requiresCallerThread(BooleanSupplier requiresCallerThread) {
            this.requiresCallerThread = requiresCallerThread;
            return this;
        }

        /**
         * Sets the executor that runs the attempts of sync calls. Null, the default, for the worker threads that all
         * instances share. It must not run tasks on the calling thread. What it throws instead of accepting a task is
         * the attempt's failure.
         */
        public Builder executor(@Nullable Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public HedgeConfig build() {
            return new HedgeConfig(
                    delay,
                    initialDelay,
                    minDelay,
                    maxAttempts,
                    maxActive,
                    onFailure,
                    exceptions,
                    ignoreExceptions,
                    requiresCallerThread,
                    executor);
        }
    }
}
