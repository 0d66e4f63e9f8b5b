package io.netrun.resilience.benchmarks;

/** A rate limit on Redis that is far from being reached. */
interface SharedRateLimit extends AutoCloseable {

    /** How many calls a second it admits. */
    int CALLS = 1_000_000;

    boolean tryAcquire();

    @Override
    void close();
}
