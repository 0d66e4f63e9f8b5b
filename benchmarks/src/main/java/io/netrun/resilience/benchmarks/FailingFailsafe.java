package io.netrun.resilience.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Setup;

/** Failsafe's patterns, which ignore the failures. */
public final class FailingFailsafe {

    private FailingFailsafe() {}

    public static class Breaker extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(ignoringBreaker()));
            FailedFuture.check(this);
        }
    }

    public static class Bulkhead extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.Bulkhead.of(FailedFuture.PERMITS)));
            FailedFuture.check(this);
        }
    }

    public static class Retry extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(ignoringRetry()));
            FailedFuture.check(this);
        }
    }

    public static class Timeout extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.Timeout.of(FailedFuture.LIMIT)));
            FailedFuture.check(this);
        }
    }

    public static class Four extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(
                    dev.failsafe.Timeout.of(FailedFuture.LIMIT),
                    dev.failsafe.Bulkhead.of(FailedFuture.PERMITS),
                    ignoringRetry(),
                    ignoringBreaker()));
            FailedFuture.check(this);
        }
    }

    private static dev.failsafe.CircuitBreaker<Object> ignoringBreaker() {
        return dev.failsafe.CircuitBreaker.builder()
                .handle(IllegalArgumentException.class)
                .build();
    }

    private static dev.failsafe.RetryPolicy<Object> ignoringRetry() {
        return dev.failsafe.RetryPolicy.builder()
                .handle(IllegalArgumentException.class)
                .build();
    }
}
