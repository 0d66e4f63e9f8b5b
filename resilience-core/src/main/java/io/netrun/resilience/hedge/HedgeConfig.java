package io.netrun.resilience.hedge;

import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a hedge. Immutable; every value is validated on construction.
 *
 * @param delay time after which another attempt starts in parallel; above zero, default 500 ms. The 95th percentile of
 *     the latency is a good value: then one call in twenty is made twice
 * @param maxAttempts maximum number of attempts of a call, the first included; 2 to 10, default 2
 * @param maxActive maximum number of additional attempts running at once, over all calls of the instance, so that a
 *     service that is slow throughout does not receive twice the load; 1 to 1,000,000, default 10
 * @param requiresCallerThread sync calls: whether the calling thread holds something that the call needs, such as a
 *     transaction; such a call stays on its thread and is made once; called for every sync call, default never
 * @param executor sync calls: executor that runs the attempts; null, the default, for the worker threads that all
 *     instances share. It must not run tasks on the calling thread. What it throws instead of accepting a task is the
 *     attempt's failure
 */
public record HedgeConfig(
        Duration delay,
        int maxAttempts,
        int maxActive,
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
        Require.positive("delay", delay);
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
        builder.maxAttempts = maxAttempts;
        builder.maxActive = maxActive;
        builder.requiresCallerThread = requiresCallerThread;
        builder.executor = executor;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private Duration delay = Duration.ofMillis(500);
        private int maxAttempts = 2;
        private int maxActive = 10;
        private BooleanSupplier requiresCallerThread = HedgeConfig::never;
        private @Nullable Executor executor;

        private Builder() {}

        /**
         * Sets the time after which another attempt starts in parallel. Above zero, default 500 ms. The 95th percentile
         * of the latency is a good value: then one call in twenty is made twice.
         */
        public Builder delay(Duration delay) {
            this.delay = delay;
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
            return new HedgeConfig(delay, maxAttempts, maxActive, requiresCallerThread, executor);
        }
    }
}
