package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.test.RecordedEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mode observe: no call ends because of the limit. */
@org.junit.jupiter.api.Timeout(60)
class ObservingTimeoutTests {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    @ParameterizedTest
    @EnumSource
    void syncCallBeyondTheLimitShouldReturnItsResult(TimeoutThread thread) throws Exception {
        Timeout timeout = timeout(thread, ticker);
        Thread caller = Thread.currentThread();
        CountDownLatch reported = new CountDownLatch(1);
        timeout.on(TimeoutEvent.WouldTimeOut.class, event -> reported.countDown());
        String result = timeout.call(() -> {
            ticker.advance(LIMIT);
            assertThat(reported.await(30, TimeUnit.SECONDS)).isTrue(); // while the call runs
            assertThat(Thread.currentThread()).isSameAs(caller);
            return "late";
        });
        assertThat(result).isEqualTo("late");
        assertThat(Thread.interrupted()).isFalse();
        assertThat(timeout.metrics()).isEqualTo(new TimeoutMetrics(0, 0, 0, 1));
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callInTimeShouldNotBeCounted() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        timeout.run(() -> ticker.advance(LIMIT.minusNanos(1)));
        ticker.advance(LIMIT);
        assertThat(timeout.metrics().totalWouldTimeOut()).isZero();
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void eventShouldHaveTheLimit() {
        Timeout timeout = timeout(TimeoutThread.AUTO, new TimerlessTicker(ticker));
        RecordedEvents events = RecordedEvents.of(timeout);
        timeout.run(() -> ticker.advance(LIMIT));
        assertThat(events.all()).containsExactly(new TimeoutEvent.WouldTimeOut("test", ticker.now(), LIMIT));
    }

    @Test
    void callWithoutTimerShouldBeCountedAtItsEnd() {
        Timeout timeout = timeout(TimeoutThread.AUTO, new TimerlessTicker(ticker));
        assertThatThrownBy(() -> timeout.run(() -> {
                    ticker.advance(LIMIT);
                    throw new IOException("late");
                }))
                .hasMessage("late");
        assertThat(timeout.metrics().totalWouldTimeOut()).isEqualTo(1);
    }

    @Test
    void asyncCallShouldBeCountedBeforeItsCallerSeesTheEnd() {
        Timeout timeout = timeout(TimeoutThread.AUTO, new TimerlessTicker(ticker));
        CompletableFuture<String> body = new CompletableFuture<>();
        CompletableFuture<Long> seen = timeout.callAsync(() -> body)
                .thenApply(result -> timeout.metrics().totalWouldTimeOut());
        ticker.advance(LIMIT);
        body.complete("late");
        assertThat(seen).isCompletedWithValue(1L);
    }

    @Test
    void cancelOfAnObservedCallShouldReachTheBody() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        CompletableFuture<String> body = new CompletableFuture<>();
        CompletableFuture<String> call = timeout.callAsync(() -> body);
        assertThat(call.cancel(true)).isTrue();
        assertThat(body).isCancelled();
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void asyncCallBeyondTheLimitShouldGoOn() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        CompletableFuture<String> body = new CompletableFuture<>();
        CompletableFuture<String> call = timeout.callAsync(() -> body);
        ticker.advance(LIMIT);
        await().atMost(Duration.ofSeconds(30)).until(() -> timeout.metrics().totalWouldTimeOut() == 1);
        assertThat(call).isNotDone();
        assertThat(body).isNotCancelled();
        body.complete("late");
        assertThat(call).isCompletedWithValue("late");
        assertThat(timeout.metrics()).isEqualTo(new TimeoutMetrics(0, 0, 0, 1));
    }

    @Test
    void asyncCallInTimeShouldLeaveNoTimer() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        CompletableFuture<String> body = new CompletableFuture<>();
        CompletableFuture<String> call = timeout.callAsync(() -> body);
        body.complete("done");
        assertThat(call).isCompletedWithValue("done");
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void cancelledCallShouldCancelItsBody() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        CompletableFuture<String> body = new CompletableFuture<>();
        timeout.callAsync(() -> body).cancel(true);
        assertThat(body).isCancelled();
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(timeout.metrics().totalWouldTimeOut()).isZero();
    }

    @Test
    void innerRetryShouldNotKnowTheLimit() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        Retry retry = Retry.of(
                "test", RetryConfig.builder().baseDelay(Duration.ofSeconds(5)).build(), ticker);
        AtomicInteger attempts = new AtomicInteger();
        String result = Pipeline.of(timeout, retry).<String, RuntimeException>call(() -> {
            assertThat(Deadline.current().remainingNanos()).isEqualTo(Long.MAX_VALUE);
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("failed");
            }
            return "third";
        });
        assertThat(result).isEqualTo("third");
        await().atMost(Duration.ofSeconds(30)).until(() -> timeout.metrics().totalWouldTimeOut() == 1);
    }

    @Test
    void executorShouldNotBeUsed() {
        Executor rejecting = task -> {
            throw new IllegalStateException("must not be used");
        };
        Timeout timeout = Timeout.of(
                "test",
                TimeoutConfig.builder()
                        .mode(PolicyMode.OBSERVE)
                        .executor(rejecting)
                        .build(),
                ticker);
        assertThat(timeout.<String, RuntimeException>call(() -> "done")).isEqualTo("done");
    }

    @Test
    void disabledTimeoutShouldObserveNothing() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        timeout.setEnabled(false);
        timeout.run(() -> ticker.advance(LIMIT));
        assertThat(timeout.metrics().totalWouldTimeOut()).isZero();
    }

    @Test
    void callShouldEndInTheModeThatItBeganWith() {
        Timeout timeout = timeout(TimeoutThread.AUTO, ticker);
        CompletableFuture<String> observed = new CompletableFuture<>();
        CompletableFuture<String> first = timeout.callAsync(() -> observed);
        timeout.reconfigure(c -> c.toBuilder().mode(PolicyMode.ENFORCE).build());
        CompletableFuture<String> second = timeout.callAsync(CompletableFuture::new);
        ticker.advance(LIMIT);
        assertThat(second).failsWithin(Duration.ofSeconds(30));
        assertThat(first).isNotDone();
        observed.complete("late");
        assertThat(first).isCompletedWithValue("late");
    }

    private static Timeout timeout(TimeoutThread thread, Ticker ticker) {
        return Timeout.of(
                "test",
                TimeoutConfig.builder()
                        .duration(LIMIT)
                        .thread(thread)
                        .mode(PolicyMode.OBSERVE)
                        .build(),
                ticker);
    }
}
