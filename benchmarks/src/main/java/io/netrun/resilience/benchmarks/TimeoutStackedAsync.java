package io.netrun.resilience.benchmarks;

import io.github.resilience4j.decorators.Decorators;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * A call through timeout, retry and circuit breaker, outermost first, whose future is done when the call returns it.
 */
public class TimeoutStackedAsync extends NanosPerCall {

    private static final Duration LIMIT = Duration.ofSeconds(5);

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
            CircuitBreaker breaker = CircuitBreaker.of("stacked");
            prepare(Pipeline.of(Timeout.of("stacked", c -> c.duration(LIMIT)), Retry.of("stacked"), breaker));
            Checks.require(breaker.metrics().totalSucceeded() == 2, "the breaker saw the calls");
        }
    }

    public static class Resilience4j extends AsyncCalls.StackedByResilience4j {

        private final TimeLimiter timeLimiter = TimeLimiter.of(LIMIT);

        @Override
        Supplier<CompletionStage<Object>> decorate(Supplier<CompletionStage<Object>> call) {
            return Decorators.ofCompletionStage(call)
                    .withCircuitBreaker(breaker)
                    .withRetry(retry, scheduler)
                    .withTimeLimiter(timeLimiter, scheduler)
                    .decorate();
        }
    }

    public static class Failsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            var breaker = dev.failsafe.CircuitBreaker.ofDefaults();
            prepare(List.of(dev.failsafe.Timeout.of(LIMIT), dev.failsafe.RetryPolicy.ofDefaults(), breaker));
            Checks.require(breaker.isClosed(), "the breaker is closed");
        }
    }

    /** The order of its policies is its own: retry, circuit breaker, timeout. */
    public static class SmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withTimeout()
                    .duration(LIMIT.toMillis(), ChronoUnit.MILLIS)
                    .done()
                    .withRetry()
                    .done()
                    .withCircuitBreaker()
                    .done());
        }
    }
}
