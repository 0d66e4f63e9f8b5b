package io.netrun.resilience.benchmarks;

import io.github.resilience4j.reactor.bulkhead.operator.BulkheadOperator;
import io.github.resilience4j.reactor.circuitbreaker.operator.CircuitBreakerOperator;
import io.github.resilience4j.reactor.retry.RetryOperator;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;

/**
 * A subscription to a Mono through a circuit breaker, and through bulkhead, retry and circuit breaker, outermost first.
 * The limit is the source without protection.
 */
public class Reactive extends NanosPerCall {

    @Benchmark
    public Object source(Source subject) {
        return subject.mono.block();
    }

    @Benchmark
    public Object oneNetrun(NetrunOne subject) {
        return subject.mono.block();
    }

    @Benchmark
    public Object oneResilience4j(Resilience4jOne subject) {
        return subject.mono.block();
    }

    @Benchmark
    public Object threeNetrun(NetrunThree subject) {
        return subject.mono.block();
    }

    @Benchmark
    public Object threeResilience4j(Resilience4jThree subject) {
        return subject.mono.block();
    }

    @State(Scope.Benchmark)
    public static class Source {

        Mono<Object> mono;

        @Setup
        public void setUp(Work work) {
            mono = Mono.fromSupplier(work::call);
        }
    }

    @State(Scope.Benchmark)
    public static class NetrunOne {

        Mono<Object> mono;

        @Setup
        public void setUp(Source source) {
            CircuitBreaker breaker = CircuitBreaker.of("reactive");
            mono = ReactorGuard.of(breaker).mono(source.mono);
            Checks.require(mono.block() == source.mono.block(), "the call's result comes back");
            Checks.require(breaker.metrics().totalSucceeded() == 1, "the breaker saw the call");
        }
    }

    @State(Scope.Benchmark)
    public static class NetrunThree {

        Mono<Object> mono;

        @Setup
        public void setUp(Source source) {
            CircuitBreaker breaker = CircuitBreaker.of("reactive");
            Pipeline pipeline = Pipeline.of(Bulkhead.of("reactive"), Retry.of("reactive"), breaker);
            mono = ReactorGuard.of(pipeline).mono(source.mono);
            Checks.require(mono.block() == source.mono.block(), "the call's result comes back");
            Checks.require(breaker.metrics().totalSucceeded() == 1, "the breaker saw the call");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4jOne {

        Mono<Object> mono;

        @Setup
        public void setUp(Source source) {
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("reactive");
            mono = source.mono.transformDeferred(CircuitBreakerOperator.of(breaker));
            Checks.require(mono.block() == source.mono.block(), "the call's result comes back");
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 1, "the breaker saw the call");
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4jThree {

        Mono<Object> mono;

        @Setup
        public void setUp(Source source) {
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.ofDefaults("reactive");
            mono = source.mono
                    .transformDeferred(CircuitBreakerOperator.of(breaker))
                    .transformDeferred(RetryOperator.of(io.github.resilience4j.retry.Retry.ofDefaults("reactive")))
                    .transformDeferred(
                            BulkheadOperator.of(io.github.resilience4j.bulkhead.Bulkhead.ofDefaults("reactive")));
            Checks.require(mono.block() == source.mono.block(), "the call's result comes back");
            Checks.require(breaker.getMetrics().getNumberOfSuccessfulCalls() == 1, "the breaker saw the call");
        }
    }
}
