package io.netrun.resilience.benchmarks;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** A call through one pattern whose future is done when the call returns it. */
public class OnePatternAsync extends NanosPerCall {

    private static final int PLACES = 25;

    @Benchmark
    public Object circuitBreakerNetrun(BreakerOfNetrun subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object circuitBreakerResilience4j(BreakerOfResilience4j subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object circuitBreakerFailsafe(BreakerOfFailsafe subject, EndedWork ended) {
        return subject.start(ended.call).toCompletableFuture().join();
    }

    @Benchmark
    public Object circuitBreakerSmallRye(BreakerOfSmallRye subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object bulkheadNetrun(BulkheadOfNetrun subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object bulkheadResilience4j(BulkheadOfResilience4j subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object bulkheadFailsafe(BulkheadOfFailsafe subject, EndedWork ended) {
        return subject.start(ended.call).toCompletableFuture().join();
    }

    @Benchmark
    public Object bulkheadSmallRye(BulkheadOfSmallRye subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object retryNetrun(RetryOfNetrun subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object retryResilience4j(RetryOfResilience4j subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    @Benchmark
    public Object retryFailsafe(RetryOfFailsafe subject, EndedWork ended) {
        return subject.start(ended.call).toCompletableFuture().join();
    }

    @Benchmark
    public Object retrySmallRye(RetryOfSmallRye subject, EndedWork ended) {
        return subject.start(ended.call);
    }

    public static class BreakerOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            CircuitBreaker breaker = CircuitBreaker.of("async");
            prepare(breaker);
            Checks.require(breaker.metrics().totalSucceeded() == 2, "the breaker saw the calls");
        }
    }

    public static class BreakerOfResilience4j extends AsyncCalls.Resilience4j {

        private final io.github.resilience4j.circuitbreaker.CircuitBreaker breaker =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("async");

        @Setup
        public void setUp() {
            AsyncCalls.check(this);
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 2, "the breaker saw the calls");
        }

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return breaker.executeCompletionStage(call);
        }
    }

    public static class BreakerOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.CircuitBreaker.ofDefaults()));
        }
    }

    public static class BreakerOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withCircuitBreaker().done());
        }
    }

    public static class BulkheadOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            Bulkhead bulkhead = Bulkhead.of("async", c -> c.maxConcurrent(PLACES));
            prepare(bulkhead);
            Checks.require(bulkhead.metrics().totalAccepted() == 2, "the bulkhead saw the calls");
            Checks.require(bulkhead.metrics().asyncActive() == 0, "the calls have released their permits");
        }
    }

    public static class BulkheadOfResilience4j extends AsyncCalls.Resilience4j {

        private final io.github.resilience4j.bulkhead.Bulkhead bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.ofDefaults("async");

        @Setup
        public void setUp() {
            AsyncCalls.check(this);
        }

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return bulkhead.executeCompletionStage(call);
        }
    }

    public static class BulkheadOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.Bulkhead.of(PLACES)));
        }
    }

    public static class BulkheadOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withBulkhead().limit(PLACES).done());
        }
    }

    public static class RetryOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            prepare(Retry.of("async"));
        }
    }

    public static class RetryOfResilience4j extends AsyncCalls.Resilience4j {

        private final io.github.resilience4j.retry.Retry retry = io.github.resilience4j.retry.Retry.ofDefaults("async");

        @Setup
        public void setUp() {
            AsyncCalls.check(this);
        }

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return retry.executeCompletionStage(scheduler, call);
        }
    }

    public static class RetryOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.RetryPolicy.ofDefaults()));
        }
    }

    public static class RetryOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withRetry().done());
        }
    }
}
