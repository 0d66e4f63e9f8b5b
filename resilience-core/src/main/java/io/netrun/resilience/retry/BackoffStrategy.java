package io.netrun.resilience.retry;

import java.time.Duration;

/** How the delays of a retry grow from {@link RetryConfig#baseDelay()}, before they are limited and randomized. */
public enum BackoffStrategy {
    /** Each delay is {@link RetryConfig#backoffMultiplier()} times the one before. */
    EXPONENTIAL {
        @Override
        double nanos(double base, double multiplier, int retry) {
            return base * Math.pow(multiplier, retry);
        }
    },
    /** Each delay is longer than the one before by the base delay. */
    LINEAR {
        @Override
        double nanos(double base, double multiplier, int retry) {
            return base * (retry + 1.0);
        }
    },
    /** Each delay is the sum of the two before: 1, 1, 2, 3, 5, 8 times the base delay. */
    FIBONACCI {
        @Override
        double nanos(double base, double multiplier, int retry) {
            // Binet's formula: exact to the nearest whole number within the range in which a double is.
            return base * Math.rint(Math.pow(GOLDEN, retry + 1.0) / Math.sqrt(5));
        }
    },
    /** All delays are the base delay. */
    CONSTANT {
        @Override
        double nanos(double base, double multiplier, int retry) {
            return base;
        }
    };

    private static final double GOLDEN = (1 + Math.sqrt(5)) / 2;

    /**
     * Returns the delay before a retry in nanoseconds; infinity on overflow.
     *
     * @param retry its number, from 0
     */
    abstract double nanos(double base, double multiplier, int retry);

    /** A delay that custom code computes. */
    @FunctionalInterface
    public interface Custom {

        /**
         * Returns the delay before a retry. It is limited to the maximum and randomized like any other. Should be
         * quick. If it throws, that is logged and the configured strategy is used instead.
         *
         * @param retry its number, from 0
         * @param failure the unwrapped failure of the attempt before it
         */
        Duration delay(int retry, Throwable failure);
    }
}
