package io.netrun.resilience.bulkhead;

import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may run and wait. Immutable; every value is checked when it is built.
 *
 * @param maxConcurrent calls running at once, per pool; 1 to 1,000,000, default 10
 * @param maxQueue calls waiting, per pool; 0 to 1,000,000, 0 refuses at once; default 100
 * @param maxWait longest wait in the queue; above zero, null for no limit; default no limit
 * @param pools whether sync and asynchronous calls share the places; default {@link BulkheadPools#SEPARATE}
 * @param stackTraces whether a {@link BulkheadFullException} records where it was thrown; default false
 */
public record BulkheadConfig(
        int maxConcurrent, int maxQueue, @Nullable Duration maxWait, BulkheadPools pools, boolean stackTraces) {

    private static final int MAX_CALLS = 1_000_000;

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException if one is out of its range; the message says which, and what is allowed
     */
    public BulkheadConfig {
        Require.range("maxConcurrent", maxConcurrent, 1, MAX_CALLS);
        Require.range("maxQueue", maxQueue, 0, MAX_CALLS);
        if (maxWait != null) {
            Require.positive("maxWait", maxWait);
        }
        Objects.requireNonNull(pools, "pools");
    }

    /** The defaults. */
    public static BulkheadConfig defaults() {
        return builder().build();
    }

    /** A builder that holds the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds these settings, for a copy with changes. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.maxConcurrent = maxConcurrent;
        builder.maxQueue = maxQueue;
        builder.maxWait = maxWait;
        builder.pools = pools;
        builder.stackTraces = stackTraces;
        return builder;
    }

    /** Collects the settings that differ from the defaults. Not thread-safe. */
    public static final class Builder {

        private int maxConcurrent = 10;
        private int maxQueue = 100;
        private @Nullable Duration maxWait;
        private BulkheadPools pools = BulkheadPools.SEPARATE;
        private boolean stackTraces;

        private Builder() {}

        /** See {@link BulkheadConfig#maxConcurrent()}. */
        public Builder maxConcurrent(int maxConcurrent) {
            this.maxConcurrent = maxConcurrent;
            return this;
        }

        /** See {@link BulkheadConfig#maxQueue()}. */
        public Builder maxQueue(int maxQueue) {
            this.maxQueue = maxQueue;
            return this;
        }

        /** See {@link BulkheadConfig#maxWait()}. */
        public Builder maxWait(@Nullable Duration maxWait) {
            this.maxWait = maxWait;
            return this;
        }

        /** See {@link BulkheadConfig#pools()}. */
        public Builder pools(BulkheadPools pools) {
            this.pools = pools;
            return this;
        }

        /** See {@link BulkheadConfig#stackTraces()}. */
        public Builder stackTraces(boolean stackTraces) {
            this.stackTraces = stackTraces;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException if a value is out of its range
         */
        public BulkheadConfig build() {
            return new BulkheadConfig(maxConcurrent, maxQueue, maxWait, pools, stackTraces);
        }
    }
}
