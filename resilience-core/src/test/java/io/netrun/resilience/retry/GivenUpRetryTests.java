package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Sinks;

/** A retried call that is given up from around it counts once, as cancelled, before its caller learns of it. */
@org.junit.jupiter.api.Timeout(60)
class GivenUpRetryTests {

    private static final RetryMetrics RETRIED_AND_CANCELLED = new RetryMetrics(1, 0, 0, 0, 0, 1, 0);

    private final LimitFixture limits = new LimitFixture();
    private final Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(3));
    private final Timeout timeout = limits.timeout(TimeoutThread.WORKER);
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicReference<RetryMetrics> seen = new AtomicReference<>();

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    @ParameterizedTest
    @CsvSource({
        "CALLER, false, WRAP", "CALLER, false, RETHROW", "CALLER, true, WRAP",
        "WORKER, false, WRAP", "WORKER, false, RETHROW", "WORKER, true, WRAP"
    })
    void interruptOfTheLimitShouldReachTheCodeAroundTheRetry(
            TimeoutThread thread, boolean restoresFlag, OnExhausted onExhausted) {
        Timeout limit = limits.timeout(thread);
        Retry inner =
                limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(3).onExhausted(onExhausted));
        AtomicReference<Throwable> between = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        RuntimeException translated = new IllegalStateException("interrupted");
        Throwable thrown = limits.exceed(() -> limit.run(() -> {
            try {
                inner.run(() -> {
                    if (made.incrementAndGet() == 1) {
                        throw new IOException("first");
                    }
                    try {
                        limits.hang();
                    } catch (InterruptedException e) {
                        if (!restoresFlag) {
                            throw e;
                        }
                        Thread.currentThread().interrupt();
                        throw translated;
                    }
                });
            } catch (Throwable seenBetween) {
                between.set(seenBetween);
                flag.set(Thread.currentThread().isInterrupted());
                throw seenBetween;
            }
        }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        if (thread == TimeoutThread.WORKER) {
            await().until(() -> between.get() != null);
        }
        if (restoresFlag) {
            assertThat(between.get()).isSameAs(translated);
            await().untilTrue(flag);
        } else {
            assertThat(between.get()).isInstanceOf(InterruptedException.class);
        }
        assertThat(inner.metrics()).isEqualTo(RETRIED_AND_CANCELLED);
    }

    @Test
    void failureOtherThanTheInterruptShouldStillSayThatNoTimeIsLeft() {
        AtomicReference<Throwable> between = new AtomicReference<>();
        limits.exceed(() -> limits.timeout(TimeoutThread.CALLER).run(() -> {
            try {
                retry.run(() -> {
                    try {
                        limits.hang();
                    } catch (InterruptedException e) {
                        throw new IOException("down");
                    }
                });
            } catch (Throwable seenBetween) {
                between.set(seenBetween);
                throw seenBetween;
            }
        }));
        assertThat(between.get())
                .isInstanceOf(RetryExhaustedException.class)
                .hasMessageContaining("no time left for another");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void attemptThatGoesOnAfterTheLimitShouldBeCountedBefore(boolean succeeds) {
        AtomicInteger ended = new AtomicInteger();
        Throwable thrown = limits.exceed(() -> {
            try {
                Pipeline.of(timeout, retry).run(() -> {
                    if (made.incrementAndGet() == 1) {
                        throw new IOException("first");
                    }
                    limits.hangDeaf();
                    ended.incrementAndGet();
                    if (!succeeds) {
                        throw new IOException("late");
                    }
                });
            } finally {
                seen.set(retry.metrics());
            }
        });
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(seen).hasValue(RETRIED_AND_CANCELLED);
        limits.release.countDown();
        await().until(() -> ended.get() == 1 && timeout.metrics().abandoned() == 0);
        assertThat(retry.metrics()).isEqualTo(RETRIED_AND_CANCELLED);
    }

    @Test
    void delayOfACallThatIsLeftShouldBeCountedBefore() {
        Retry patient = limits.retry(c -> c.baseDelay(Duration.ofSeconds(1)));
        CompletableFuture<String> call = timeout.callAsync(
                () -> patient.callAsync(() -> CompletableFuture.<String>failedFuture(new IOException("down")))
                        .thenApply(value -> value));
        CompletableFuture<RetryMetrics> metrics = call.handle((value, failure) -> patient.metrics());
        call.cancel(true);
        assertThat(metrics).isCompletedWithValue(new RetryMetrics(0, 0, 0, 0, 0, 1, 0));
        assertThat(patient.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 1, 0));
    }

    @Test
    void attemptThatGoesOnAfterACancelShouldBeCountedBefore() {
        CopyOnWriteArrayList<CompletableFuture<String>> own = new CopyOnWriteArrayList<>();
        CompletableFuture<String> call = timeout.callAsync(() -> retry.callAsync(() -> {
                    CompletableFuture<String> attempt = new CompletableFuture<>();
                    own.add(attempt);
                    return attempt;
                })
                .thenApply(value -> value));
        own.get(0).completeExceptionally(new IOException("first"));
        await().until(() -> own.size() == 2);
        CompletableFuture<RetryMetrics> metrics = call.handle((value, failure) -> retry.metrics());
        call.cancel(true);
        assertThat(metrics).isCompletedWithValue(RETRIED_AND_CANCELLED);
        own.get(1).complete("late");
        assertThat(retry.metrics()).isEqualTo(RETRIED_AND_CANCELLED);
    }

    @Test
    void callThatEndsInTimeShouldCountAsItEnds() {
        assertThatThrownBy(() -> Pipeline.of(timeout, retry).run(() -> {
                    throw new IOException("down");
                }))
                .isInstanceOf(RetryExhaustedException.class);
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(2, 0, 1, 0, 0, 0, 0));
    }

    /** The attempt fails, and before that is counted the call is stopped from around it. */
    @ParameterizedTest
    @EnumSource(StopWithin.class)
    void callStoppedAsItsAttemptFailsShouldCountOnce(StopWithin moment) {
        AtomicReference<CompletableFuture<String>> call = new AtomicReference<>();
        Runnable stop = () -> call.get().cancel(true);
        Retry asking =
                limits.retry(c -> c.maxAttempts(3).baseDelay(Duration.ZERO).failure(failure -> {
                    if (moment == StopWithin.JUDGEMENT) {
                        stop.run();
                    }
                    return true;
                }));
        CompletableFuture<String> own = new CompletableFuture<>();
        Adapted body = new Adapted(own, moment == StopWithin.CHECK ? stop : () -> {});
        call.set(Pipeline.of(timeout, asking).callAsync(body));
        own.completeExceptionally(new IOException("down"));
        assertThat(call.get()).isCancelled();
        assertThat(asking.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 1, 0));
    }

    /** The circuit's clock is read when the limit settles the circuit's part of the call: after that of the retry. */
    @Test
    void monoWhoseValueArrivesAsItIsGivenUpShouldCountOnce() {
        Sinks.One<String> value = Sinks.one();
        AtomicBoolean givenUp = new AtomicBoolean();
        Ticker emitting = new RelayTicker(limits.ticker) {
            @Override
            public Instant now() {
                if (givenUp.get()) {
                    value.tryEmitValue("late");
                }
                return super.now();
            }
        };
        CircuitBreaker circuit =
                CircuitBreaker.of("c", CircuitBreakerConfig.builder().build(), emitting);
        Retry counting = limits.retry(c -> c.countSuccesses(true));
        CompletableFuture<String> call = ReactorGuard.of(Pipeline.of(timeout, counting, circuit))
                .mono(value.asMono())
                .toFuture();
        givenUp.set(true);
        limits.ticker.advance(LimitFixture.LIMIT);
        await().until(call::isDone);
        assertThatThrownBy(call::join).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(value.currentSubscriberCount()).isZero();
        assertThat(counting.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 0, 1, 0));
    }

    private enum StopWithin {
        /** Before the attempts are known to the call. */
        CHECK,
        /** After that. */
        JUDGEMENT
    }

    private static final class Adapted extends AdaptedCall<String> {

        private final CompletableFuture<String> own;
        private final Runnable onCheck;

        Adapted(CompletableFuture<String> own, Runnable onCheck) {
            this.own = own;
            this.onCheck = onCheck;
        }

        @Override
        public CompletionStage<String> get() {
            return own;
        }

        @Override
        public boolean isCommitted() {
            onCheck.run();
            return false;
        }

        @Override
        public CompletionStage<String> adapt(@Nullable Object replacement) {
            throw new AssertionError("there is no fallback");
        }
    }
}
