package io.netrun.resilience.benchmarks;

import io.github.resilience4j.decorators.Decorators;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A successful call through bulkhead, retry and circuit breaker, outermost first, stacked beforehand. */
public class ThreeStacked extends NanosPerCall {

    private static final int PLACES = 25;

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.pipeline.call(subject.body);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        return subject.decorated.get();
    }

    @Benchmark
    public Object failsafe(Failsafe subject) {
        return subject.call();
    }

    @Benchmark
    public Object smallRye(SmallRye subject) {
        return subject.call();
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        Pipeline pipeline;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            Bulkhead bulkhead = Bulkhead.of("stacked", c -> c.maxConcurrent(PLACES));
            CircuitBreaker breaker = CircuitBreaker.of("stacked");
            pipeline = Pipeline.of(bulkhead, Retry.of("stacked"), breaker);
            body = work::call;
            Checks.require(pipeline.call(body) == work.call(), "the call's result comes back");
            Checks.require(breaker.metrics().totalSucceeded() == 1, "the breaker saw the call");
            Checks.require(bulkhead.metrics().totalAccepted() == 1, "the bulkhead saw the call");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("stacked");
            decorated = Decorators.ofSupplier((Supplier<Object>) work::call)
                    .withCircuitBreaker(breaker)
                    .withRetry(io.github.resilience4j.retry.Retry.ofDefaults("stacked"))
                    .withBulkhead(io.github.resilience4j.bulkhead.Bulkhead.ofDefaults("stacked"))
                    .decorate();
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 1, "the breaker saw the call");
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var breaker = dev.failsafe.CircuitBreaker.ofDefaults();
            prepare(
                    work::call,
                    List.of(dev.failsafe.Bulkhead.of(PLACES), dev.failsafe.RetryPolicy.ofDefaults(), breaker));
            Checks.require(call() == work.call(), "the call's result comes back");
            Checks.require(breaker.getSuccessCount() == 1, "the breaker saw the call");
        }
    }

    /** The order of its policies is its own: retry, circuit breaker, bulkhead. */
    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            prepare(
                    work::call,
                    guard -> guard.withBulkhead()
                            .limit(PLACES)
                            .done()
                            .withRetry()
                            .done()
                            .withCircuitBreaker()
                            .done());
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }
}
