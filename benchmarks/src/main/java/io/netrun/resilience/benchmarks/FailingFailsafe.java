package io.netrun.resilience.benchmarks;

import java.util.List;
import org.openjdk.jmh.annotations.Setup;

/** Failsafe's patterns, which neither retry the failures nor open the circuit. */
public final class FailingFailsafe {

    private FailingFailsafe() {}

    public static class Breaker extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(CountingBreakers.failsafe()));
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
                    CountingBreakers.failsafe()));
            FailedFuture.check(this);
        }
    }

    private static dev.failsafe.RetryPolicy<Object> ignoringRetry() {
        return dev.failsafe.RetryPolicy.builder()
                .handle(IllegalArgumentException.class)
                .build();
    }
}
