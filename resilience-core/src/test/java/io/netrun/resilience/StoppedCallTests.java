package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerMetrics;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A stopped call counts as cancelled whatever it throws then; otherwise what it throws is a failure. */
@org.junit.jupiter.api.Timeout(60)
class StoppedCallTests {

    private static final Duration DELAY = Duration.ofMillis(100);

    private final LimitFixture limits = new LimitFixture();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
    private final Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(DELAY).build(), limits.ticker);

    @AfterEach
    void release() {
        limits.release.countDown();
        Thread.interrupted();
    }

    /** What code makes of an interrupt. */
    enum Reaction {
        LETS_IT_OUT {
            @Override
            Exception to(InterruptedException interrupt) {
                return interrupt;
            }
        },
        WRAPS_IT {
            @Override
            Exception to(InterruptedException interrupt) {
                return new IllegalStateException(interrupt);
            }
        },
        WRAPS_IT_AND_SETS_THE_FLAG {
            @Override
            Exception to(InterruptedException interrupt) {
                Thread.currentThread().interrupt();
                return new IllegalStateException("gave up");
            }
        },
        THROWS_SOMETHING_ELSE {
            @Override
            Exception to(InterruptedException interrupt) {
                return new IllegalStateException("connection lost");
            }
        },
        CHANNEL {
            @Override
            Exception to(InterruptedException interrupt) {
                return new ClosedByInterruptException();
            }
        },
        PIPE {
            @Override
            Exception to(InterruptedException interrupt) {
                return new UncheckedIOException(new InterruptedIOException());
            }
        },
        FUTURE {
            @Override
            Exception to(InterruptedException interrupt) {
                return new CancellationException();
            }
        };

        abstract Exception to(InterruptedException interrupt);
    }

    // ---- losers of a hedge

    @ParameterizedTest
    @EnumSource(Reaction.class)
    void loserOfAHedgeShouldCountAsCancelledWhateverItThrows(Reaction reaction) throws Exception {
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<Integer> call = CompletableFuture.supplyAsync(() -> {
            try {
                return Pipeline.of(hedge, breaker).call(() -> {
                    int number = made.incrementAndGet();
                    if (number == 1) {
                        hang(reaction);
                    }
                    return number;
                });
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        LimitFixture.awaitLatch(limits.running);
        await().until(() -> limits.ticker.scheduledCount() == 1);
        limits.ticker.advance(DELAY);
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo(2);
        await().atMost(LimitFixture.LONG).until(() -> hedge.metrics().active() == 0);
        assertCancelledAlone(1);
    }

    @Test
    void loserOfAHedgeThatRetriesShouldMakeNoOtherAttempt() {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO));
        AtomicInteger first = new AtomicInteger();
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = hedge.callAsync(() -> {
            if (made.incrementAndGet() > 1) {
                return CompletableFuture.completedFuture("second");
            }
            return retry.callAsync(() -> {
                        first.incrementAndGet();
                        return own;
                    })
                    .thenApply(value -> value);
        });
        limits.ticker.advance(DELAY);
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("second");
        own.completeExceptionally(new IOException("late"));
        await().until(() -> retry.metrics().totalCancelled() == 1);
        assertThat(first).hasValue(1);
    }

    // ---- callers that leave

    @ParameterizedTest
    @EnumSource(Reaction.class)
    void callWhoseCallerIsInterruptedShouldCountAsCancelled(Reaction reaction) throws Exception {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(5));
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        AtomicInteger made = new AtomicInteger();
        Throwable thrown =
                interruptCaller(() -> Pipeline.of(timeout, retry, breaker).run(() -> {
                    made.incrementAndGet();
                    hang(reaction);
                }));
        assertThat(thrown).isInstanceOf(CallInterruptedException.class);
        await().atMost(LimitFixture.LONG).until(() -> breaker.metrics().totalCancelled() == 1);
        assertCancelledAlone(0);
        assertThat(made).hasValue(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"LETS_IT_OUT", "WRAPS_IT", "WRAPS_IT_AND_SETS_THE_FLAG", "CHANNEL", "PIPE"})
    void callOnAnInterruptedThreadShouldCountAsCancelled(Reaction reaction) throws Exception {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(5));
        Fallback fallback = Fallback.of("f", c -> c.value("else"));
        AtomicInteger made = new AtomicInteger();
        Throwable thrown =
                interruptCaller(() -> Pipeline.of(fallback, retry, breaker).run(() -> {
                    made.incrementAndGet();
                    hang(reaction);
                }));
        assertThat(thrown).isNotNull();
        assertCancelledAlone(0);
        assertThat(made).hasValue(1);
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
        assertThat(fallback.metrics().totalRecovered()).isZero();
    }

    @Test
    void callOfAnInterruptedCallerShouldBeCancelledInInnerGuards() throws Exception {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        interruptCaller(() -> timeout.run(() -> breaker.run(() -> hang(Reaction.THROWS_SOMETHING_ELSE))));
        await().atMost(LimitFixture.LONG).until(() -> breaker.metrics().totalCancelled() == 1);
        assertCancelledAlone(0);
    }

    @ParameterizedTest
    @MethodSource("waysOut")
    void asyncCallThatIsLeftShouldCountAsCancelled(WayOut way) {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(5));
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = Pipeline.of(limits.timeout(TimeoutThread.AUTO), retry)
                .callAsync(() -> breaker.callAsync(() -> {
                            made.incrementAndGet();
                            return own;
                        })
                        .thenApply(value -> value));
        way.leave(call);
        own.completeExceptionally(new IOException("connection lost"));
        assertThat(call).isDone();
        assertCancelledAlone(0);
        assertThat(made).hasValue(1);
        assertThat(limits.ticker.scheduledCount()).isZero();
    }

    static List<WayOut> waysOut() {
        return List.of(
                call -> call.cancel(true),
                call -> call.complete("else"),
                call -> call.completeExceptionally(new IllegalStateException("left")),
                call -> call.completeAsync(() -> "else", Runnable::run),
                call -> call.obtrudeValue("else"),
                call -> call.obtrudeException(new IllegalStateException("left")));
    }

    interface WayOut {
        void leave(CompletableFuture<String> call);
    }

    // ---- what reports an interrupt

    static List<Exception> reportedInterrupts() {
        return List.of(
                new InterruptedException(),
                new ClosedByInterruptException(),
                new FileLockInterruptionException(),
                new InterruptedIOException(),
                new UncheckedIOException(new InterruptedIOException("interrupted")),
                new IllegalStateException(new InterruptedException()));
    }

    @ParameterizedTest
    @MethodSource("reportedInterrupts")
    void reportOfAnInterruptShouldCountTheSameInEveryMode(Exception failure) {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(3));
        Pipeline pipeline = Pipeline.of(Fallback.of("f", c -> c.value("else")), retry, breaker);
        assertThat(catchThrowable(() -> pipeline.call(() -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertCancelledAlone(0);
        assertThat(pipeline.<String>callAsync(() -> CompletableFuture.failedFuture(failure)))
                .isCompletedExceptionally();
        assertThat(breaker.metrics().totalCancelled()).isEqualTo(2);
        assertThat(breaker.metrics().totalFailed()).isZero();
    }

    // ---- what looks like a cancel and is none

    static List<Exception> failuresOfItsOwn() {
        return List.of(
                new CancellationException(),
                new ExecutionException(new CancellationException()),
                new SocketTimeoutException("read timed out"),
                new InterruptedIOException("timeout"));
    }

    @ParameterizedTest
    @MethodSource("failuresOfItsOwn")
    void failureThatNobodyCausedShouldCountAndBeRetried(Exception failure) {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(2));
        Fallback fallback = Fallback.of("f", c -> c.value("else"));
        CircuitBreaker patient = CircuitBreaker.of("p");
        Pipeline pipeline = Pipeline.of(fallback, retry, patient);
        assertThat(catchThrowable(() -> assertThat(pipeline.<String, Exception>call(() -> {
                            throw failure;
                        }))
                        .isEqualTo("else")))
                .isNull();
        assertThat(pipeline.<String>callAsync(() -> CompletableFuture.failedFuture(failure)))
                .isCompletedWithValue("else");
        assertThat(patient.metrics().totalFailed()).isEqualTo(4);
        assertThat(patient.metrics().totalCancelled()).isZero();
    }

    @Test
    void futureThatTheBodyCancelsItselfShouldBeAFailure() {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = breaker.callAsync(() -> own);
        own.cancel(true);
        assertThat(call).isCompletedExceptionally();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void interruptThatIsNamedAsACauseShouldCount() {
        CircuitBreaker strict = CircuitBreaker.of(
                "s", c -> c.exceptions(InterruptedException.class).matchCauses(true));
        catchThrowable(() -> strict.run(() -> {
            throw new IllegalStateException(new InterruptedException());
        }));
        assertThat(strict.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void interruptThatIsNamedShouldStartTheNextAttemptOfAHedge() {
        Hedge strict = Hedge.of(
                "s", c -> c.delay(Duration.ofDays(1)).onFailure(true).exceptions(ClosedByInterruptException.class));
        AtomicInteger attempts = new AtomicInteger();
        assertThat(strict.<Integer>callAsync(() -> {
                    int attempt = attempts.incrementAndGet();
                    return attempt > 1
                            ? CompletableFuture.completedFuture(attempt)
                            : CompletableFuture.failedFuture(new ClosedByInterruptException());
                }))
                .succeedsWithin(LimitFixture.LONG)
                .isEqualTo(2);
    }

    @Test
    void interruptThatIsNamedShouldCount() {
        CircuitBreaker strict = CircuitBreaker.of("s", c -> c.exceptions(InterruptedException.class));
        catchThrowable(() -> strict.run(() -> {
            throw new InterruptedException();
        }));
        assertThat(strict.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void fileLockThatIsInterruptedShouldCountAsCancelled() {
        catchThrowable(() -> breaker.run(() -> {
            throw new FileLockInterruptionException();
        }));
        assertCancelledAlone(0);
    }

    @Test
    void failureWhoseCauseCannotBeReadShouldCount() {
        catchThrowable(() -> breaker.run(() -> {
            throw new UnreadableException();
        }));
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    // ---- helpers

    private void assertCancelledAlone(int succeeded) {
        CircuitBreakerMetrics metrics = breaker.metrics();
        assertThat(metrics.totalCancelled()).isEqualTo(1);
        assertThat(metrics.totalFailed()).isZero();
        assertThat(metrics.totalSucceeded()).isEqualTo(succeeded);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    private void hang(Reaction reaction) throws Exception {
        try {
            limits.hang();
        } catch (InterruptedException interrupt) {
            throw reaction.to(interrupt);
        }
    }

    private Throwable interruptCaller(CheckedRunnable<?> call) throws InterruptedException {
        Throwable[] thrown = new Throwable[1];
        Thread caller = new Thread(() -> thrown[0] = catchThrowable(call::run));
        caller.start();
        LimitFixture.awaitLatch(limits.running);
        caller.interrupt();
        caller.join(20_000);
        assertThat(caller.isAlive()).isFalse();
        return thrown[0];
    }

    /** Its methods fail, as those of a class that was deserialized only in part. */
    private static final class UnreadableException extends ExecutionException {

        private static final long serialVersionUID = 1L;

        UnreadableException() {
            super("unreadable", null);
        }

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause");
        }
    }
}
