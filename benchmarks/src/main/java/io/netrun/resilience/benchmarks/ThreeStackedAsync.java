package io.netrun.resilience.benchmarks;

import io.github.resilience4j.decorators.Decorators;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * A call through bulkhead, retry and circuit breaker, outermost first, whose future is done when the call returns it.
 */
public class ThreeStackedAsync extends NanosPerCall {

    private static final int PLACES = 25;

    @Benchmark
    public Object netrun(Netrun subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        return subject.decorated.get();
    }

    @Benchmark
    public Object failsafe(Failsafe subject, EndedWork ended) {
        return subject.start(ended.call).toCompletableFuture().join();
    }

    @Benchmark
    public Object smallRye(SmallRye subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    public static class Netrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            Bulkhead bulkhead = Bulkhead.of("stacked", c -> c.maxConcurrent(PLACES));
            CircuitBreaker breaker = CircuitBreaker.of("stacked");
            prepare(Pipeline.of(bulkhead, Retry.of("stacked"), breaker));
            Checks.require(breaker.metrics().totalSucceeded() == 2, "the breaker saw the calls");
            Checks.require(bulkhead.metrics().totalAccepted() == 2, "the bulkhead saw the calls");
            Checks.require(bulkhead.metrics().asyncActive() == 0, "the calls have released their permits");
        }
    }

    public static class Resilience4j extends AsyncCalls.StackedByResilience4j {

        private final io.github.resilience4j.bulkhead.Bulkhead bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.ofDefaults("stacked");

        @Override
        Supplier<CompletionStage<Object>> decorate(Supplier<CompletionStage<Object>> call) {
            return Decorators.ofCompletionStage(call)
                    .withCircuitBreaker(breaker)
                    .withRetry(retry, scheduler)
                    .withBulkhead(bulkhead)
                    .decorate();
        }
    }

    public static class Failsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            var breaker = dev.failsafe.CircuitBreaker.ofDefaults();
            prepare(List.of(dev.failsafe.Bulkhead.of(PLACES), dev.failsafe.RetryPolicy.ofDefaults(), breaker));
            Checks.require(breaker.getSuccessCount() == 1, "the breaker saw the calls");
        }
    }

    /** The order of its policies is its own: retry, circuit breaker, bulkhead. */
    public static class SmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withBulkhead()
                    .limit(PLACES)
                    .done()
                    .withRetry()
                    .done()
                    .withCircuitBreaker()
                    .done());
        }
    }
}
