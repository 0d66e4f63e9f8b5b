package io.netrun.resilience.bulkhead;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a bulkhead. Immutable; every value is validated on construction.
 *
 * @param maxConcurrent maximum number of concurrent calls per pool; 1 to 1,000,000, default 10
 * @param maxQueue maximum number of waiting calls per pool; 0 to 1,000,000, 0 rejects at once; default 100
 * @param maxWait maximum time in the queue; above zero, null for no limit, which is the default
 * @param pools whether sync and asynchronous calls share the permits; default {@link BulkheadPools#SEPARATE}
 * @param scope which calls the limit counts; default {@link LimitScope#NODE}
 * @param mode whether the policy acts, or only counts when it would; default {@link PolicyMode#ENFORCE}
 * @param stackTraces whether a {@link BulkheadFullException} has a stack trace; default false
 */
public record BulkheadConfig(
        int maxConcurrent,
        int maxQueue,
        @Nullable Duration maxWait,
        BulkheadPools pools,
        LimitScope scope,
        PolicyMode mode,
        boolean stackTraces) {

    private static final int MAX_CALLS = 1_000_000;

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it and the allowed range
     */
    public BulkheadConfig {
        Require.range("maxConcurrent", maxConcurrent, 1, MAX_CALLS);
        Require.range("maxQueue", maxQueue, 0, MAX_CALLS);
        if (maxWait != null) {
            Require.positive("maxWait", maxWait);
        }
        Objects.requireNonNull(pools, "pools");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(mode, "mode");
    }

    /** Returns the default settings. */
    public static BulkheadConfig defaults() {
        return builder().build();
    }

    /** Returns a builder with the default settings. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these settings, for a changed copy. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxConcurrent = maxConcurrent;
        builder.maxQueue = maxQueue;
        builder.maxWait = maxWait;
        builder.pools = pools;
        builder.scope = scope;
        builder.mode = mode;
        builder.stackTraces = stackTraces;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private int maxConcurrent = 10;
        private int maxQueue = 100;
        private @Nullable Duration maxWait;
        private BulkheadPools pools = BulkheadPools.SEPARATE;
        private LimitScope scope = LimitScope.NODE;
        private PolicyMode mode = PolicyMode.ENFORCE;
        private boolean stackTraces;

        private Builder() {}

        /** Sets the maximum number of concurrent calls per pool. 1 to 1,000,000, default 10. */
        public Builder maxConcurrent(int maxConcurrent) {
            this.maxConcurrent = maxConcurrent;
            return this;
        }

        /** Sets the maximum number of waiting calls per pool. 0 to 1,000,000, default 100; 0 rejects at once. */
        public Builder maxQueue(int maxQueue) {
            this.maxQueue = maxQueue;
            return this;
        }

        /** Sets the maximum time that a call waits in the queue. Above zero; null, the default, for no limit. */
        public Builder maxWait(@Nullable Duration maxWait) {
            this.maxWait = maxWait;
            return this;
        }

        /** Sets whether sync and asynchronous calls share the permits. Default {@link BulkheadPools#SEPARATE}. */
        public Builder pools(BulkheadPools pools) {
            this.pools = pools;
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

        /** Sets whether a {@link BulkheadFullException} has a stack trace. Default false. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * Builds the configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public BulkheadConfig build() {
            return new BulkheadConfig(maxConcurrent, maxQueue, maxWait, pools, scope, mode, stackTraces);
        }
    }
}
