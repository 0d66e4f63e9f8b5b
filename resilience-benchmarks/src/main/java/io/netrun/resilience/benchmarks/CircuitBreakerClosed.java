package io.netrun.resilience.benchmarks;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A successful call through a closed circuit breaker that counts it: ours with the leaky count, which is its default, and
 * with the failure rate of the last 100 calls, which is what resilience4j does by default.
 */
public class CircuitBreakerClosed extends NanosPerCall {

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.breaker.call(subject.body);
    }

    @Benchmark
    public Object netrunCountWindow(NetrunCountWindow subject) {
        return subject.breaker.call(subject.body);
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        return subject.decorated.get();
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        CircuitBreaker breaker;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            breaker = CircuitBreaker.of("closed", configuration());
            body = work::call;
            Checks.require(breaker.call(body) == work.call(), "the call's result comes back");
            Checks.require(breaker.metrics().totalSucceeded() == 1, "the success is counted");
        }

        CircuitBreakerConfig configuration() {
            return CircuitBreakerConfig.defaults();
        }
    }

    @State(Scope.Benchmark)
    public static class NetrunCountWindow extends Netrun {

        @Override
        CircuitBreakerConfig configuration() {
            return CircuitBreakerConfig.builder()
                    .detection(Detection.COUNT_WINDOW)
                    .windowSize(100)
                    .minimumCalls(100)
                    .build();
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("closed");
            decorated = breaker.decorateSupplier(work::call);
            Checks.require(decorated.get() == work.call(), "the call's result comes back");
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 1, "the success is counted");
        }
    }
}
