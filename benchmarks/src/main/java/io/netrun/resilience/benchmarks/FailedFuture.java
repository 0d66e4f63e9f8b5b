package io.netrun.resilience.benchmarks;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * An asynchronous call that fails after it has returned its future, which is what an outage is made of: through each
 * pattern, and through timeout, bulkhead, retry and circuit breaker, outermost first. The failure is made beforehand,
 * is not retried, and opens no circuit: ours counts it and has a high threshold, the others ignore it. The limit is the
 * JDK's {@code handle}.
 */
public class FailedFuture extends NanosPerCall {

    static final int PERMITS = 25;
    static final Duration LIMIT = Duration.ofSeconds(5);
    private static final IllegalStateException DOWN = new IllegalStateException("down");

    @Benchmark
    public Object handled() {
        CompletableFuture<Object> future = new CompletableFuture<>();
        CompletableFuture<Object> handled = future.handle((value, failure) -> failure);
        future.completeExceptionally(DOWN);
        return handled.join();
    }

    @Benchmark
    public Object circuitBreakerNetrun(FailingNetrun.Breaker subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object circuitBreakerResilience4j(FailingResilience4j.Breaker subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object circuitBreakerFailsafe(FailingFailsafe.Breaker subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object circuitBreakerSmallRye(FailingSmallRye.Breaker subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadNetrun(FailingNetrun.Bulkhead subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadResilience4j(FailingResilience4j.Bulkhead subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadFailsafe(FailingFailsafe.Bulkhead subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object bulkheadSmallRye(FailingSmallRye.Bulkhead subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retryNetrun(FailingNetrun.Retry subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retryResilience4j(FailingResilience4j.Retry subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retryFailsafe(FailingFailsafe.Retry subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object retrySmallRye(FailingSmallRye.Retry subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutNetrun(FailingNetrun.Timeout subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutResilience4j(FailingResilience4j.Timeout subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutFailsafe(FailingFailsafe.Timeout subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object timeoutSmallRye(FailingSmallRye.Timeout subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourNetrun(FailingNetrun.Four subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourResilience4j(FailingResilience4j.Four subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourFailsafe(FailingFailsafe.Four subject) {
        return failLater(subject);
    }

    @Benchmark
    public Object fourSmallRye(FailingSmallRye.Four subject) {
        return failLater(subject);
    }

    private static Object failLater(AsyncCalls.Starter subject) {
        return failLater(subject, DOWN);
    }

    static Object failLater(AsyncCalls.Starter subject, Throwable down) {
        var future = new CompletableFuture<Object>();
        CompletionStage<Object> call = subject.start(() -> future);
        future.completeExceptionally(down);
        // Not join, which would make an exception for every subject.
        return call.handle((value, failure) -> failure).toCompletableFuture().join();
    }

    static void check(AsyncCalls.Starter subject) {
        AsyncCalls.check(subject);
        for (int i = 0; i < 1_000; i++) {
            Object failure = failLater(subject);
            Checks.require(
                    failure == DOWN || (failure instanceof Throwable wrapper && wrapper.getCause() == DOWN),
                    "the call's failure comes back");
        }
    }
}
