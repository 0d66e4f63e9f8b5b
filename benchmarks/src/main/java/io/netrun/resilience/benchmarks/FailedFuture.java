package io.netrun.resilience.benchmarks;

import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.decorators.Decorators;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * An asynchronous call that fails after it has returned its future, which is what an outage is made of: through each
 * pattern, and through timeout, bulkhead, retry and circuit breaker, outermost first. The failure is made beforehand,
 * is not retried, and opens no circuit: ours counts it and has a high threshold, the others ignore it. The limit is the
 * JDK's {@code handle}.
 */
public class FailedFuture extends NanosPerCall {

    private static final int PERMITS = 25;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final IllegalStateException DOWN = new IllegalStateException("down");

    @Benchmark
    public Object handled() {
        CompletableFuture<Object> future = new CompletableFuture<>();
        CompletableFuture<Object> handled = future.handle((value, failure) -> failure);
        future.completeExceptionally(DOWN);
        return handled.join();
    }

    @Benchmark
    public Object circuitBreakerNetrun(BreakerOfNetrun subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object circuitBreakerResilience4j(BreakerOfResilience4j subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object circuitBreakerFailsafe(BreakerOfFailsafe subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object circuitBreakerSmallRye(BreakerOfSmallRye subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadNetrun(BulkheadOfNetrun subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadResilience4j(BulkheadOfResilience4j subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadFailsafe(BulkheadOfFailsafe subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadSmallRye(BulkheadOfSmallRye subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retryNetrun(RetryOfNetrun subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retryResilience4j(RetryOfResilience4j subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retryFailsafe(RetryOfFailsafe subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retrySmallRye(RetryOfSmallRye subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutNetrun(TimeoutOfNetrun subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutResilience4j(TimeoutOfResilience4j subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutFailsafe(TimeoutOfFailsafe subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutSmallRye(TimeoutOfSmallRye subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourNetrun(FourOfNetrun subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourResilience4j(FourOfResilience4j subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourFailsafe(FourOfFailsafe subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourSmallRye(FourOfSmallRye subject) {
        return failLater(subject);
    }

    private static Object failLater(AsyncCalls.Starter subject) {
        var future = new CompletableFuture<Object>();
        CompletionStage<Object> call = subject.start(() -> future);
        future.completeExceptionally(DOWN);
        // Not join, which would make an exception for every subject.
        return call.handle((value, failure) -> failure).toCompletableFuture().join();
    }

    private static void check(AsyncCalls.Starter subject) {
        AsyncCalls.check(subject);
        for (int i = 0; i < 1_000; i++) {
            Object failure = failLater(subject);
            Checks.require(
                    failure == DOWN || (failure instanceof Throwable wrapper && wrapper.getCause() == DOWN),
                    "the call's failure comes back");
        }
    }

    public static class BreakerOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            CircuitBreaker breaker = CircuitBreaker.of("failed", c -> c.failureThreshold(Integer.MAX_VALUE));
            prepare(breaker);
            check(this);
            Checks.require(breaker.metrics().totalFailed() == 1_000, "the breaker saw the failures");
        }
    }

    public static class BulkheadOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            Bulkhead bulkhead = Bulkhead.of("failed", c -> c.maxConcurrent(PERMITS));
            prepare(bulkhead);
            check(this);
            Checks.require(bulkhead.metrics().asyncActive() == 0, "the calls have released their permits");
        }
    }

    public static class RetryOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            Retry retry = notRetrying();
            prepare(retry);
            check(this);
            Checks.require(retry.metrics().totalNotRetried() == 1_000, "the retry saw the failures");
        }
    }

    public static class TimeoutOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            prepare(Timeout.of("failed", c -> c.duration(LIMIT)));
            check(this);
        }
    }

    public static class FourOfNetrun extends AsyncCalls.Netrun {

        @Setup
        public void setUp() {
            CircuitBreaker breaker = CircuitBreaker.of("failed", c -> c.failureThreshold(Integer.MAX_VALUE));
            prepare(Pipeline.of(
                    Timeout.of("failed", c -> c.duration(LIMIT)),
                    Bulkhead.of("failed", c -> c.maxConcurrent(PERMITS)),
                    notRetrying(),
                    breaker));
            check(this);
            Checks.require(breaker.metrics().totalFailed() == 1_000, "the breaker saw the failures");
        }
    }

    private static Retry notRetrying() {
        return Retry.of("failed", c -> c.ignoreExceptions(IllegalStateException.class));
    }

    /** Decorated for each call, since a call has a body of its own. */
    @State(Scope.Benchmark)
    public abstract static class DecoratedByResilience4j extends AsyncCalls.Resilience4j {

        final io.github.resilience4j.circuitbreaker.CircuitBreaker breaker =
                io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
                        "failed",
                        CircuitBreakerConfig.custom()
                                .ignoreExceptions(IllegalStateException.class)
                                .build());
        final io.github.resilience4j.bulkhead.Bulkhead bulkhead =
                io.github.resilience4j.bulkhead.Bulkhead.of("failed", BulkheadConfig.ofDefaults());
        final io.github.resilience4j.retry.Retry retry = io.github.resilience4j.retry.Retry.of(
                "failed",
                RetryConfig.custom()
                        .ignoreExceptions(IllegalStateException.class)
                        .build());
        final TimeLimiter timeLimiter = TimeLimiter.of(LIMIT);

        @Setup
        public void setUp() {
            check(this);
        }
    }

    public static class BreakerOfResilience4j extends DecoratedByResilience4j {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return breaker.executeCompletionStage(call);
        }
    }

    public static class BulkheadOfResilience4j extends DecoratedByResilience4j {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return bulkhead.executeCompletionStage(call);
        }
    }

    public static class RetryOfResilience4j extends DecoratedByResilience4j {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return retry.executeCompletionStage(scheduler, call);
        }
    }

    public static class TimeoutOfResilience4j extends DecoratedByResilience4j {

        @Override
        public CompletionStage<Object> start(Supplier<CompletionStage<Object>> call) {
            return timeLimiter.executeCompletionStage(scheduler, call);
        }
    }

    public static class FourOfResilience4j extends DecoratedByResilience4j {

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

    public static class BreakerOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(ignoringBreaker()));
            check(this);
        }
    }

    public static class BulkheadOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.Bulkhead.of(PERMITS)));
            check(this);
        }
    }

    public static class RetryOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(ignoringRetry()));
            check(this);
        }
    }

    public static class TimeoutOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(dev.failsafe.Timeout.of(LIMIT)));
            check(this);
        }
    }

    public static class FourOfFailsafe extends AsyncCalls.ByFailsafe {

        @Setup
        public void setUp() {
            prepare(List.of(
                    dev.failsafe.Timeout.of(LIMIT),
                    dev.failsafe.Bulkhead.of(PERMITS),
                    ignoringRetry(),
                    ignoringBreaker()));
            check(this);
        }
    }

    private static dev.failsafe.CircuitBreaker<Object> ignoringBreaker() {
        return dev.failsafe.CircuitBreaker.builder()
                .handle(IllegalArgumentException.class)
                .build();
    }

    private static dev.failsafe.RetryPolicy<Object> ignoringRetry() {
        return dev.failsafe.RetryPolicy.builder()
                .handle(IllegalArgumentException.class)
                .build();
    }

    public static class BreakerOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withCircuitBreaker()
                    .skipOn(IllegalStateException.class)
                    .done());
            check(this);
        }
    }

    public static class BulkheadOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withBulkhead().limit(PERMITS).done());
            check(this);
        }
    }

    public static class RetryOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard ->
                    guard.withRetry().abortOn(IllegalStateException.class).done());
            check(this);
        }
    }

    public static class TimeoutOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withTimeout()
                    .duration(LIMIT.toMillis(), ChronoUnit.MILLIS)
                    .done());
            check(this);
        }
    }

    /** The order of its policies is its own: retry, circuit breaker, timeout, bulkhead. */
    public static class FourOfSmallRye extends AsyncCalls.SmallRye {

        @Setup
        public void setUp() {
            prepare(guard -> guard.withTimeout()
                    .duration(LIMIT.toMillis(), ChronoUnit.MILLIS)
                    .done()
                    .withBulkhead()
                    .limit(PERMITS)
                    .done()
                    .withRetry()
                    .abortOn(IllegalStateException.class)
                    .done()
                    .withCircuitBreaker()
                    .skipOn(IllegalStateException.class)
                    .done());
            check(this);
        }
    }
}
