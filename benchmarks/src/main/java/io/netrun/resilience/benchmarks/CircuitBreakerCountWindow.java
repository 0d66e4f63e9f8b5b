package io.netrun.resilience.benchmarks;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.Detection;
import java.util.List;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A successful call through a closed circuit breaker that goes by the failure rate of the last 100 calls. */
public class CircuitBreakerCountWindow extends NanosPerCall {

    private static final int CALLS = 100;

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.breaker.call(subject.body);
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

        CircuitBreaker breaker;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            breaker = CircuitBreaker.of(
                    "window",
                    c -> c.detection(Detection.COUNT_WINDOW).windowSize(CALLS).minimumCalls(CALLS));
            body = work::call;
            Checks.require(breaker.call(body) == work.call(), "the call's result comes back");
            Checks.require(breaker.metrics().totalSucceeded() == 1, "the success is counted");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var config = CircuitBreakerConfig.custom()
                    .slidingWindow(CALLS, CALLS, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                    .build();
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("window", config);
            decorated = breaker.decorateSupplier(work::call);
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 1, "the success is counted");
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var breaker = dev.failsafe.CircuitBreaker.builder()
                    .withFailureThreshold(CALLS / 2, CALLS)
                    .build();
            prepare(work::call, List.of(breaker));
            Checks.require(call() == work.call(), "the call's result comes back");
            Checks.require(breaker.getSuccessCount() == 1, "the success is counted");
        }
    }

    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            prepare(
                    work::call,
                    guard -> guard.withCircuitBreaker()
                            .requestVolumeThreshold(CALLS)
                            .failureRatio(0.5)
                            .done());
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }
}
