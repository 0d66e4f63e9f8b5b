package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the policy, an asynchronous call fails with what was thrown, and not with what stages put around it. */
@org.junit.jupiter.api.Timeout(60)
class CompletionFailureTests {

    private static final IOException DOWN = new IOException("down");

    static Stream<Guard> guards() {
        Bulkhead off = Bulkhead.of("off");
        off.setEnabled(false);
        Timeout timeout = Timeout.of("t");
        Retry retry = Retry.of("r", c -> c.ignoreExceptions(Exception.class));
        Bulkhead bulkhead = Bulkhead.of("b");
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1_000));
        return Stream.of(
                timeout,
                retry,
                bulkhead,
                breaker,
                RateLimiter.of("l", c -> c.limit(1_000)),
                Fallback.of("f", c -> c.handle(IllegalStateException.class, failure -> "unused")),
                Hedge.of("h"),
                off,
                Pipeline.of(),
                Pipeline.of(timeout, bulkhead, retry, breaker));
    }

    @ParameterizedTest
    @MethodSource("guards")
    void asyncFailureShouldBeWhatWasThrown(Guard guard) {
        for (CompletionStage<Object> ended : failedAlready()) {
            assertThat(failureOf(guard.callAsync(() -> ended))).isSameAs(DOWN);
        }
        assertThat(failureOf(guard.callAsync(() -> {
                    throw new CompletionException(DOWN);
                })))
                .isSameAs(DOWN);
        CompletableFuture<Object> later = new CompletableFuture<>();
        CompletableFuture<Object> dependent = new CompletableFuture<>();
        CompletableFuture<Object> call = guard.callAsync(() -> later);
        CompletableFuture<Object> chained = guard.callAsync(() -> dependent.thenApply(value -> value));
        CompletableFuture<Object> minimal = guard.callAsync(dependent::minimalCompletionStage);
        later.completeExceptionally(new CompletionException(DOWN));
        dependent.completeExceptionally(DOWN);
        assertThat(failureOf(call)).isSameAs(DOWN);
        assertThat(failureOf(chained)).isSameAs(DOWN);
        assertThat(failureOf(minimal)).isSameAs(DOWN);
    }

    private static List<CompletionStage<Object>> failedAlready() {
        List<CompletionStage<Object>> failed = new ArrayList<>();
        failed.add(CompletableFuture.failedFuture(new CompletionException(DOWN)));
        failed.add(CompletableFuture.failedFuture(DOWN).thenApply(value -> value));
        failed.add(CompletableFuture.failedStage(new CompletionException(DOWN)));
        return failed;
    }

    @ParameterizedTest
    @MethodSource("guards")
    void onlyOneExceptionShouldBeTakenOff(Guard guard) {
        CompletionException own = new CompletionException(DOWN);
        CompletionException without = new CompletionException("no cause", null);
        CompletableFuture<Object> later = new CompletableFuture<>();
        CompletableFuture<Object> call = guard.callAsync(() -> later);
        later.completeExceptionally(new CompletionException(own));
        assertThat(failureOf(call)).isSameAs(own);
        assertThat(failureOf(guard.callAsync(() -> CompletableFuture.failedStage(new CompletionException(own)))))
                .isSameAs(own);
        assertThat(failureOf(guard.callAsync(() -> CompletableFuture.failedFuture(without))))
                .isSameAs(without);
    }

    @ParameterizedTest
    @MethodSource("guards")
    void syncFailureShouldStayWhatItIs(Guard guard) {
        CompletionException thrown = new CompletionException(DOWN);
        assertThat(catchThrowable(() -> guard.call(() -> {
                    throw thrown;
                })))
                .isSameAs(thrown);
    }

    private static Throwable failureOf(CompletableFuture<Object> call) {
        return call.handle((value, failure) -> failure).join();
    }
}
