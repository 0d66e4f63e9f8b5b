package io.netrun.resilience.benchmarks;

import java.time.temporal.ChronoUnit;
import org.openjdk.jmh.annotations.Setup;

/** SmallRye's patterns, which ignore the failures. */
public final class FailingSmallRye {

    private FailingSmallRye() {}

    public static class Breaker extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withCircuitBreaker()
                    .skipOn(IllegalStateException.class)
                    .done());
            FailedFuture.check(this);
        }
    }

    public static class Bulkhead extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withBulkhead().limit(FailedFuture.PERMITS).done());
            FailedFuture.check(this);
        }
    }

    public static class Retry extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard ->
                    guard.withRetry().abortOn(IllegalStateException.class).done());
            FailedFuture.check(this);
        }
    }

    public static class Timeout extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withTimeout()
                    .duration(FailedFuture.LIMIT.toMillis(), ChronoUnit.MILLIS)
                    .done());
            FailedFuture.check(this);
        }
    }

    /** The order of its policies is its own: retry, circuit breaker, timeout, bulkhead. */
    public static class Four extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withTimeout()
                    .duration(FailedFuture.LIMIT.toMillis(), ChronoUnit.MILLIS)
                    .done()
                    .withBulkhead()
                    .limit(FailedFuture.PERMITS)
                    .done()
                    .withRetry()
                    .abortOn(IllegalStateException.class)
                    .done()
                    .withCircuitBreaker()
                    .skipOn(IllegalStateException.class)
                    .done());
            FailedFuture.check(this);
        }
    }
}
