package io.netrun.resilience.retry;

/**
 * How waits are spread, so that callers that failed together do not come back together. The modes are those of
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
public enum Jitter {
    /** The computed wait itself. */
    NONE {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return computed;
        }
    },
    /** Uniform between zero and the computed wait. */
    FULL {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return computed * random;
        }
    },
    /** The computed wait times a uniform factor in [0.5, 1.0). */
    EQUAL {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return computed * (0.5 + random / 2);
        }
    },
    /**
     * Uniform between the base delay and three times the wait before (the base delay before the first retry); the
     * multiplier plays no part. With a custom backoff, what that computes stands for the base delay.
     */
    DECORRELATED {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return base + random * (3 * Math.max(base, previous) - base);
        }
    };

    /**
     * The wait in nanoseconds, not yet cut at the maximum.
     *
     * @param computed the wait by the backoff formula
     * @param base the base delay, or what custom code computed in its place
     * @param previous the wait before this one, or zero
     * @param random uniform in [0, 1)
     */
    abstract double apply(double computed, double base, double previous, double random);
}
