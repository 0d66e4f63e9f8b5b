package io.netrun.resilience.benchmarks;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.decorators.Decorators;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** resilience4j's patterns, which neither retry the failures nor open the circuit. */
public final class FailingResilience4j {

    private FailingResilience4j() {}

    /** Decorated for each call, since a call has a body of its own. */
    @State(Scope.Benchmark)
    public abstract static class Decorated extends AsyncCalls.Resilience4j {

        final io.github.resilience4j.circuitbreaker.CircuitBreaker breaker = CountingBreakers.resilience4j("failed");
        final io.github.resilience4j.bulkhead.Bulkhead bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.of("failed", BulkheadConfig.ofDefaults());
        final io.github.resilience4j.retry.Retry retry = io.github.resilience4j.retry.Retry.of(
                "failed",
                RetryConfig.custom()
                        .ignoreExceptions(IllegalStateException.class)
                        .build());
        final TimeLimiter timeLimiter = TimeLimiter.of(FailedFuture.LIMIT);

        @Setup
        public void setUp() {
            FailedFuture.check(this);
        }
    }

    public static class Breaker extends Decorated {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return breaker.executeCompletionStage(call);
        }
    }

    public static class Bulkhead extends Decorated {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return bulkhead.executeCompletionStage(call);
        }
    }

    public static class Retry extends Decorated {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return retry.executeCompletionStage(scheduler, call);
        }
    }

    public static class Timeout extends Decorated {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return timeLimiter.executeCompletionStage(scheduler, call);
        }
    }

    public static class Four extends Decorated {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return Decorators.ofCompletionStage(call)
                    .withCircuitBreaker(breaker)
                    .withRetry(retry, scheduler)
                    .withBulkhead(bulkhead)
                    .withTimeLimiter(timeLimiter, scheduler)
                    .decorate()
                    .get();
        }
    }
}
