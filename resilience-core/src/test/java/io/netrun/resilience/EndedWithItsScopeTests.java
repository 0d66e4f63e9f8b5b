package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call whose source ends in the moment in which the scope of the call is left: its future ends as it is counted. */
@org.junit.jupiter.api.Timeout(60)
class EndedWithItsScopeTests {

    private final CircuitBreaker breaker = CircuitBreaker.of("c");
    private final Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ZERO));
    private final CompletableFuture<String> source = new CompletableFuture<>();
    private final Fallback fallback = Fallback.of("f", c -> c.handle(IOException.class, e -> source));
    private final List<CompletableFuture<String>> calls = new ArrayList<>();

    /** Leaves the scope of a call, whose parts are all decided before the source ends, and its future is cancelled. */
    private void leave(CheckedSupplier<CompletableFuture<String>, RuntimeException> call, boolean withResult) {
        Timeout around = Timeout.of("t", c -> c.duration(Duration.ofMinutes(1)));
        around.callAsync(() -> {
                    calls.add(call.get());
                    Deadline.current().register(new Deadline.InFlight() {
                        @Override
                        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
                            if (withResult) {
                                source.complete("done");
                            } else {
                                source.completeExceptionally(new IOException("of the source"));
                            }
                        }
                    });
                    return new CompletableFuture<>();
                })
                .cancel(true);
        await().until(calls.get(0)::isDone);
    }

    private static CompletableFuture<String> failed() {
        return CompletableFuture.failedFuture(new IOException());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callOfACircuitShouldBeCancelledAsItIsCounted(boolean withResult) {
        leave(() -> breaker.callAsync(() -> source), withResult);
        assertThat(calls.get(0)).isCancelled();
        assertThat(breaker.metrics().totalCancelled()).isOne();
        assertThat(breaker.metrics().totalSucceeded() + breaker.metrics().totalFailed())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void retriedCallShouldBeCancelledAsItIsCounted(boolean withResult) {
        AtomicInteger begun = new AtomicInteger();
        leave(() -> retry.callAsync(() -> begun.getAndIncrement() == 0 ? failed() : source), withResult);
        assertThat(calls.get(0)).isCancelled();
        assertThat(retry.metrics().totalCancelled()).isOne();
        assertThat(retry.metrics().totalRecovered() + retry.metrics().totalExhausted())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recoveredCallShouldBeCancelledAsItIsCounted(boolean withResult) {
        leave(() -> fallback.callAsync(EndedWithItsScopeTests::failed), withResult);
        assertThat(calls.get(0)).isCancelled();
        assertThat(fallback.metrics().totalPassed()).isOne();
        assertThat(fallback.metrics().totalRecovered() + fallback.metrics().totalFailed())
                .isZero();
    }

    @Test
    void resultShouldReachAHookForLateResults() {
        List<@Nullable Object> late = new CopyOnWriteArrayList<>();
        Timeout inside = Timeout.of("i", c -> c.duration(Duration.ofMinutes(1)));
        inside.onLateResult(late::add);
        leave(() -> Pipeline.of(breaker, inside).callAsync(() -> source), true);
        assertThat(calls.get(0)).isCancelled();
        await().atMost(10, TimeUnit.SECONDS).until(() -> !late.isEmpty());
        assertThat(late).containsExactly("done");
    }
}
