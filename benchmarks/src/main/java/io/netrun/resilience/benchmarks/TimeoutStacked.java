package io.netrun.resilience.benchmarks;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A successful call through timeout, retry and circuit breaker, outermost first, on the thread of its caller. */
public class TimeoutStacked extends NanosPerCall {

    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Benchmark
    public Object netrun(Netrun subject) {
        return subject.pipeline.call(subject.body);
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
            Timeout timeout =
                    Timeout.of("stacked", c -> c.thread(TimeoutThread.CALLER).duration(LIMIT));
            CircuitBreaker breaker = CircuitBreaker.of("stacked");
            pipeline = Pipeline.of(timeout, Retry.of("stacked"), breaker);
            body = work::call;
            Checks.require(pipeline.call(body) == work.call(), "the call's result comes back");
            Checks.require(breaker.metrics().totalSucceeded() == 1, "the breaker saw the call");
        }
    }

    public static class Failsafe extends FailsafeCall {

        @Setup
        public void setUp(Work work) {
            var timeout = dev.failsafe.Timeout.builder(LIMIT).withInterrupt().build();
            var breaker = dev.failsafe.CircuitBreaker.ofDefaults();
            prepare(work::call, List.of(timeout, dev.failsafe.RetryPolicy.ofDefaults(), breaker));
            Checks.require(call() == work.call(), "the call's result comes back");
            Checks.require(breaker.getSuccessCount() == 1, "the breaker saw the call");
        }
    }

    /** The order of its policies is its own: retry, circuit breaker, timeout. */
    public static class SmallRye extends SmallRyeCall {

        @Setup
        public void setUp(Work work) {
            prepare(
                    work::call,
                    guard -> guard.withTimeout()
                            .duration(LIMIT.toMillis(), ChronoUnit.MILLIS)
                            .done()
                            .withRetry()
                            .done()
                            .withCircuitBreaker()
                            .done());
            Checks.require(call() == work.call(), "the call's result comes back");
        }
    }
}
