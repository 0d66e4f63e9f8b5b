package io.netrun.resilience.retry;

/**
 * How delays are randomized, so that callers that failed together do not retry together. The modes are those of
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
public enum Jitter {
    /** The computed delay itself. */
    NONE {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return computed;
        }
    },
    /** Uniform between zero and the computed delay. */
    FULL {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return computed * random;
        }
    },
    /** The computed delay times a uniform factor in [0.5, 1.0). */
    EQUAL {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return computed * (0.5 + random / 2);
        }
    },
    /**
     * Uniform between the base delay and three times the previous delay (the base delay before the first retry); the
     * multiplier is not used. With a custom backoff, its result replaces the base delay.
     */
    DECORRELATED {
        @Override
        double apply(double computed, double base, double previous, double random) {
            return base + random * (3 * Math.max(base, previous) - base);
        }
    };

    /**
     * Returns the delay in nanoseconds, before it is limited to the maximum.
     *
     * @param computed the delay according to the backoff strategy
     * @param base the base delay, or the result of a custom backoff
     * @param previous the previous delay, or zero
     * @param random uniform in [0, 1)
     */
    abstract double apply(double computed, double base, double previous, double random);
}
