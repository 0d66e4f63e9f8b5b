package io.netrun.resilience.benchmarks;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import java.time.Duration;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A call that an open circuit breaker refuses, without a stack trace; its caller catches the rejection. The limit is one
 * reading of the clock, since only time ends the open state.
 */
public class CircuitBreakerOpen extends NanosPerCall {

    private static final Duration LONG = Duration.ofDays(1);

    @Benchmark
    public long clock() {
        return System.nanoTime();
    }

    @Benchmark
    public Object netrun(Netrun subject) {
        try {
            return subject.breaker.call(subject.body);
        } catch (CircuitOpenException rejection) {
            return rejection;
        }
    }

    @Benchmark
    public Object resilience4j(Resilience4j subject) {
        try {
            return subject.decorated.get();
        } catch (CallNotPermittedException rejection) {
            return rejection;
        }
    }

    @State(Scope.Benchmark)
    public static class Netrun {

        CircuitBreaker breaker;
        CheckedSupplier<Object, RuntimeException> body;

        @Setup
        public void setUp(Work work) {
            breaker = CircuitBreaker.of("open", c -> c.failureThreshold(1).openDuration(LONG));
            body = work::call;
            breaker.acquirePermit().onFailure(new IllegalStateException("opens the circuit"));
            Checks.require(breaker.state() == CircuitBreaker.State.OPEN, "the circuit is open");
            Checks.requireRejection(() -> breaker.call(body), CircuitOpenException.class);
        }
    }

    @State(Scope.Benchmark)
    public static class Resilience4j {

        Supplier<Object> decorated;

        @Setup
        public void setUp(Work work) {
            var config = CircuitBreakerConfig.custom()
                    .writableStackTraceEnabled(false)
                    .waitDurationInOpenState(LONG)
                    .build();
            var breaker = io.github.resilience4j.circuitbreaker.CircuitBreaker.of("open", config);
            breaker.transitionToOpenState();
            decorated = breaker.decorateSupplier(work::call);
            Checks.requireRejection(decorated::get, CallNotPermittedException.class);
        }
    }
}
