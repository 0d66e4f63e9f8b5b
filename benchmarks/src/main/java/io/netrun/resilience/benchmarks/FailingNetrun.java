package io.netrun.resilience.benchmarks;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import org.openjdk.jmh.annotations.Setup;

/** This library's patterns, whose failures are not retried and open no circuit. */
public final class FailingNetrun {

    private FailingNetrun() {}

    public static class Breaker extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            CircuitBreaker breaker = CircuitBreaker.of("failed", c -> c.failureThreshold(Integer.MAX_VALUE));
            prepare(breaker);
            FailedFuture.check(this);
            Checks.require(breaker.metrics().totalFailed() == 1_000, "the breaker saw the failures");
        }
    }

    public static class Bulkhead extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            io.netrun.resilience.bulkhead.Bulkhead bulkhead =
                    io.netrun.resilience.bulkhead.Bulkhead.of("failed", c -> c.maxConcurrent(FailedFuture.PERMITS));
            prepare(bulkhead);
            FailedFuture.check(this);
            Checks.require(bulkhead.metrics().asyncActive() == 0, "the calls have released their permits");
        }
    }

    public static class Retry extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            io.netrun.resilience.retry.Retry retry = notRetrying();
            prepare(retry);
            FailedFuture.check(this);
            Checks.require(retry.metrics().totalNotRetried() == 1_000, "the retry saw the failures");
        }
    }

    public static class Timeout extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            prepare(io.netrun.resilience.timeout.Timeout.of("failed", c -> c.duration(FailedFuture.LIMIT)));
            FailedFuture.check(this);
        }
    }

    public static class Four extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            CircuitBreaker breaker = CircuitBreaker.of("failed", c -> c.failureThreshold(Integer.MAX_VALUE));
            prepare(Pipeline.of(
                    io.netrun.resilience.timeout.Timeout.of("failed", c -> c.duration(FailedFuture.LIMIT)),
                    io.netrun.resilience.bulkhead.Bulkhead.of("failed", c -> c.maxConcurrent(FailedFuture.PERMITS)),
                    notRetrying(),
                    breaker));
            FailedFuture.check(this);
            Checks.require(breaker.metrics().totalFailed() == 1_000, "the breaker saw the failures");
        }
    }

    private static io.netrun.resilience.retry.Retry notRetrying() {
        return io.netrun.resilience.retry.Retry.of("failed", c -> c.ignoreExceptions(IllegalStateException.class));
    }
}
