package io.netrun.resilience.hedge;

import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When another attempt begins beside one that takes long. Immutable; every value is checked when it is built.
 *
 * @param delay how long an attempt may take before another begins beside it; above zero, default 500 ms. What 95 % of
 *     the calls take at most is a good value: then one call in twenty is made twice
 * @param maxAttempts attempts of one call, the first included; 2 to 10, default 2
 * @param maxActive attempts running at once beyond one for each call, over all calls of the instance; none begins
 *     beyond that, so that a service on which everything takes long does not get twice the load; 1 to 1,000,000,
 *     default 10
 * @param requiresCallerThread sync calls: whether the calling thread holds something that the call needs, such as a
 *     transaction; such a call stays on its thread and is made once; asked on every sync call, default never
 * @param executor where the attempts of sync calls run instead of on the workers that all instances share; null, the
 *     default, for those. It must not run tasks on the calling thread, and what it throws instead of taking a task is
 *     the attempt's failure
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
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message says which, and what is allowed
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

    /** The defaults. */
    public static HedgeConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
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

        /** See {@link HedgeConfig#delay()}. */
        public Builder delay(Duration delay) {
            this.delay = delay;
            return this;
        }

        /** See {@link HedgeConfig#maxAttempts()}. */
        public Builder maxAttempts(int maxAttempts) {
            this.maxAttempts = maxAttempts;
            return this;
        }

        /** See {@link HedgeConfig#maxActive()}. */
        public Builder maxActive(int maxActive) {
            this.maxActive = maxActive;
            return this;
        }

        /** See {@link HedgeConfig#requiresCallerThread()}. */
        public Builder requiresCallerThread(BooleanSupplier requiresCallerThread) {
            this.requiresCallerThread = requiresCallerThread;
            return this;
        }

        /**
         * Runs attempts of sync calls on an executor instead of on the shared workers; null, the default, for those.
         */
        public Builder executor(@Nullable Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public HedgeConfig build() {
            return new HedgeConfig(delay, maxAttempts, maxActive, requiresCallerThread, executor);
        }
    }
}
