package io.netrun.resilience.timeout;

import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a timeout. Immutable; every value is validated on construction.
 *
 * @param duration maximum duration of a call; above zero, default 5 s
 * @param message message of the exception; default {@code Operation timed out}
 * @param thread sync calls: thread that runs the call; default {@link TimeoutThread#AUTO}
 * @param interrupt sync calls: whether the thread that runs the call is interrupted when the timeout fires; default
 *     true
 * @param maxAbandoned sync calls on worker threads: maximum number of calls still running after their timeout before
 *     further ones are rejected; at least 1, default 100
 * @param mode whether the policy acts, or only counts when it would; default {@link PolicyMode#ENFORCE}
 * @param stackTraces whether an {@link AbandonedCallsException} has a stack trace; default false
 * @param requiresCallerThread for {@link TimeoutThread#AUTO}: whether the calling thread holds something that the call
 *     needs, such as a transaction; called for every sync call, default never
 * @param executor sync calls on worker threads: executor that runs the calls; null, the default, for the worker threads
 *     that all instances share. It must not run tasks on the calling thread. What it throws instead of accepting a task
 *     reaches the caller
 */
public record TimeoutConfig(
        Duration duration,
        String message,
        TimeoutThread thread,
        boolean interrupt,
        int maxAbandoned,
        PolicyMode mode,
        boolean stackTraces,
        BooleanSupplier requiresCallerThread,
        @Nullable Executor executor) {

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it and the allowed range
     */
    public TimeoutConfig {
        Require.positive("duration", duration);
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(thread, "thread");
        Require.range("maxAbandoned", maxAbandoned, 1, Integer.MAX_VALUE);
        Objects.requireNonNull(mode, "mode");
        Objects.requireNonNull(requiresCallerThread, "requiresCallerThread");
    }

    private static boolean never() {
        return false;
    }

    /** Returns the default settings. */
    public static TimeoutConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with the default settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these settings, for a changed copy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.duration = duration;
        builder.message = message;
        builder.thread = thread;
        builder.interrupt = interrupt;
        builder.maxAbandoned = maxAbandoned;
        builder.mode = mode;
        builder.stackTraces = stackTraces;
        builder.requiresCallerThread = requiresCallerThread;
        builder.executor = executor;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private Duration duration = Duration.ofSeconds(5);
        private String message = "Operation timed out";
        private TimeoutThread thread = TimeoutThread.AUTO;
        private boolean interrupt = true;
        private int maxAbandoned = 100;
        private PolicyMode mode = PolicyMode.ENFORCE;
        private boolean stackTraces;
        private BooleanSupplier requiresCallerThread = TimeoutConfig::never;
        private @Nullable Executor executor;

        private Builder() {}

        /** Sets the maximum duration of a call. Above zero, default 5 s. */
        public Builder duration(Duration duration) {
            this.duration = duration;
            return this;
        }

        /** Sets the message of the exception. Default {@code Operation timed out}. */
        public Builder message(String message) {
            this.message = message;
            return this;
        }

        /** Sets the thread that runs sync calls. Default {@link TimeoutThread#AUTO}. */
        public Builder thread(TimeoutThread thread) {
            this.thread = thread;
            return this;
        }

        /** Sets whether the thread that runs a sync call is interrupted when the timeout fires. Default true. */
        public Builder interrupt(boolean interrupt) {
            this.interrupt = interrupt;
            return this;
        }

        /**
         * Sets the maximum number of sync calls on worker threads that may still be running after their timeout before
         * further ones are rejected. At least 1, default 100.
         */
        public Builder maxAbandoned(int maxAbandoned) {
            this.maxAbandoned = maxAbandoned;
            return this;
        }

        /**
         * Sets whether the policy acts, or only counts when it would. Default {@link PolicyMode#ENFORCE}; with
         * {@link PolicyMode#OBSERVE}, the limit is measured, but no call ends because of it.
         */
        public Builder mode(PolicyMode mode) {
            this.mode = mode;
            return this;
        }

        /** Sets whether an {@link AbandonedCallsException} has a stack trace. Default false. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * Sets the check whether the calling thread holds something that a sync call needs, such as a transaction, so
         * that the call stays on that thread; for {@link TimeoutThread#AUTO}. It is called for every sync call. Default
         * never.
         */
        public Builder requiresCallerThread(BooleanSupplier requiresCallerThread) {
            this.requiresCallerThread = requiresCallerThread;
            return this;
        }

        /**
         * Sets the executor that runs sync calls. Null, the default, for the worker threads that all instances share.
         * It must not run tasks on the calling thread. What it throws instead of accepting a task reaches the caller.
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
        public TimeoutConfig build() {
            return new TimeoutConfig(
                    duration,
                    message,
                    thread,
                    interrupt,
                    maxAbandoned,
                    mode,
                    stackTraces,
                    requiresCallerThread,
                    executor);
        }
    }
}
