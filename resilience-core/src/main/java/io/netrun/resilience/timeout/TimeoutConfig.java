package io.netrun.resilience.timeout;

import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a call may take, and where it runs meanwhile. Immutable; every value is checked when it is built.
 *
 * @param duration the time limit; above zero, default 5 s
 * @param message what the exception says; default "Operation timed out"
 * @param thread sync calls: the thread that runs the call; default {@link TimeoutThread#AUTO}
 * @param interrupt sync calls: whether the thread that runs the call is interrupted when the limit strikes; default
 *     true
 * @param maxAbandoned sync calls on workers: how many calls may be running on after their limit before further ones are
 *     refused; at least 1, default 100
 * @param stackTraces whether an {@link AbandonedCallsException} records where it was thrown; default false
 * @param requiresCallerThread for {@link TimeoutThread#AUTO}: whether the calling thread holds something that the call
 *     needs, such as a transaction; asked on every sync call, default never
 * @param executor sync calls on workers: where the calls run instead of on the workers that all instances share; null,
 *     the default, for those. It must not run tasks on the calling thread, and what it throws instead of taking a task
 *     reaches the caller
 */
public record TimeoutConfig(
        Duration duration,
        String message,
        TimeoutThread thread,
        boolean interrupt,
        int maxAbandoned,
        boolean stackTraces,
        BooleanSupplier requiresCallerThread,
        @Nullable Executor executor) {

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message says which, and what is allowed
     */
    public TimeoutConfig {
        Require.positive("duration", duration);
        Objects.requireNonNull(message, "message");
        Objects.requireNonNull(thread, "thread");
        Require.range("maxAbandoned", maxAbandoned, 1, Integer.MAX_VALUE);
        Objects.requireNonNull(requiresCallerThread, "requiresCallerThread");
    }

    private static boolean never() {
        return false;
    }

    /** The defaults. */
    public static TimeoutConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.duration = duration;
        builder.message = message;
        builder.thread = thread;
        builder.interrupt = interrupt;
        builder.maxAbandoned = maxAbandoned;
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
        private boolean stackTraces;
        private BooleanSupplier requiresCallerThread = TimeoutConfig::never;
        private @Nullable Executor executor;

        private Builder() {}

        /** See {@link TimeoutConfig#duration()}. */
        public Builder duration(Duration duration) {
            this.duration = duration;
            return this;
        }

        /** See {@link TimeoutConfig#message()}. */
        public Builder message(String message) {
            this.message = message;
            return this;
        }

        /** See {@link TimeoutConfig#thread()}. */
        public Builder thread(TimeoutThread thread) {
            this.thread = thread;
            return this;
        }

        /** See {@link TimeoutConfig#interrupt()}. */
        public Builder interrupt(boolean interrupt) {
            this.interrupt = interrupt;
            return this;
        }

        /** See {@link TimeoutConfig#maxAbandoned()}. */
        public Builder maxAbandoned(int maxAbandoned) {
            this.maxAbandoned = maxAbandoned;
            return this;
        }

        /** See {@link TimeoutConfig#stackTraces()}. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /** See {@link TimeoutConfig#requiresCallerThread()}. */
        public Builder requiresCallerThread(BooleanSupplier requiresCallerThread) {
            this.requiresCallerThread = requiresCallerThread;
            return this;
        }

        /** Runs sync calls on an executor instead of on the shared workers; null, the default, for those. */
        public Builder executor(@Nullable Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public TimeoutConfig build() {
            return new TimeoutConfig(
                    duration, message, thread, interrupt, maxAbandoned, stackTraces, requiresCallerThread, executor);
        }
    }
}
