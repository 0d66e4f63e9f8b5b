package io.netrun.resilience.retry;

import java.time.Duration;

/** How the waits of a retry grow from {@link RetryConfig#baseDelay()} on, before they are cut and spread. */
public enum BackoffStrategy {
    /** Each wait is {@link RetryConfig#backoffMultiplier()} times the one before. */
    EXPONENTIAL {
        @Override
        double nanos(double base, double multiplier, int retry) {
            return base * Math.pow(multiplier, retry);
        }
    },
    /** Each wait is longer than the one before by the base delay. */
    LINEAR {
        @Override
        double nanos(double base, double multiplier, int retry) {
            return base * (retry + 1.0);
        }
    },
    /** Each wait is the sum of the two before: 1, 1, 2, 3, 5, 8 times the base delay. */
    FIBONACCI {
        @Override
        double nanos(double base, double multiplier, int retry) {
            // Binet's formula: exact to the nearest whole number as far as a double holds those.
            return base * Math.rint(Math.pow(GOLDEN, retry + 1.0) / Math.sqrt(5));
        }
    },
    /** All waits are the base delay. */
    CONSTANT {
        @Override
        double nanos(double base, double multiplier, int retry) {
            return base;
        }
    };

    private static final double GOLDEN = (1 + Math.sqrt(5)) / 2;

    /**
     * The wait before a retry in nanoseconds; infinite rather than overflown.
     *
     * @param retry its number, from 0
     */
    abstract double nanos(double base, double multiplier, int retry);

    /** A wait that code computes instead. */
    @FunctionalInterface
    public interface Custom {

        /**
         * The wait before a retry; cut at the maximum and spread like any other. Should be quick. If it throws, that is
         * logged and the configured strategy takes its place.
         *
         * @param retry its number, from 0
         * @param failure what the attempt before it failed with
         */
        Duration delay(int retry, Throwable failure);
    }
}
