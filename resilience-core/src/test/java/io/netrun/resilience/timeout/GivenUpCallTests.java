package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to a call at its limit, and what its caller gets. */
@org.junit.jupiter.api.Timeout(60)
class GivenUpCallTests {

    private final LimitFixture limits = new LimitFixture();

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    // ---- interrupts run code of others

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callerShouldReturnWhenTheWorkersInterruptHangsOrThrows(boolean hangs) {
        Channel channel = new Channel(hangs);
        Throwable thrown = limits.exceedWhen(
                () -> channel.blocked.getCount() == 0,
                () -> limits.timeout(TimeoutThread.WORKER).run(channel::block));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(Timeout.of("other").<String, RuntimeException>call(() -> "ok"))
                .isEqualTo("ok");
    }

    @Test
    void callOnItsThreadShouldEndAlthoughTheInterruptThrows() {
        Channel channel = new Channel(false);
        Throwable thrown = limits.exceedWhen(
                () -> channel.blocked.getCount() == 0,
                () -> limits.timeout(TimeoutThread.CALLER).run(channel::block));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
    }

    @Test
    void otherLimitsShouldFireWhileAnInterruptHangs() {
        Channel channel = new Channel(true);
        Timeout timeout = limits.timeout(TimeoutThread.CALLER);
        new Thread(() -> catchThrowable(() -> timeout.run(channel::block))).start();
        LimitFixture.awaitLatch(channel.blocked);
        limits.ticker.advance(LimitFixture.LIMIT);
        LimitFixture.awaitLatch(limits.running);
        Timeout other = Timeout.of("other", c -> c.duration(Duration.ofMillis(10)));
        assertThat(other.callAsync(CompletableFuture::new)).failsWithin(LimitFixture.LONG);
        assertThat(catchThrowable(() -> other.run(() -> new CountDownLatch(1).await())))
                .isInstanceOf(TimeoutExceededException.class);
    }

    /** The thread is kept from its next task until then, the permit of the call is not. */
    @Test
    void callThatHasEndedShouldNotCountWhileItsInterruptHangs() {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        timeout.reconfigure(config ->
                config.toBuilder().executor(task -> new Thread(task).start()).build());
        Channel channel = new Channel(true);
        limits.exceedWhen(
                () -> channel.blocked.getCount() == 0, () -> timeout.run(() -> channel.blockUntil(limits.running)));
        await().atMost(LimitFixture.LONG).until(() -> !timeout.isInUse());
        limits.ticker.advance(Duration.ofMillis(200));
        assertThat(timeout.metrics().abandoned()).isZero();
    }

    // ---- abandoned calls

    @Test
    void deafAttemptsOfAHedgeShouldCountAsAbandoned() {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        timeout.reconfigure(config -> config.toBuilder().maxAbandoned(1).build());
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(5));
        Pipeline hedged = Pipeline.of(timeout, bulkhead, hedge());
        limits.exceed(() -> hedged.run(limits::hangDeaf));
        limits.ticker.advance(Duration.ofMillis(100));
        assertThat(timeout.metrics().abandoned()).isEqualTo(1);
        assertThat(bulkhead.metrics().syncActive()).isEqualTo(1);
        assertThat(catchThrowable(() -> hedged.run(() -> {}))).isInstanceOf(AbandonedCallsException.class);
        limits.release.countDown();
        await().atMost(LimitFixture.LONG)
                .until(() ->
                        timeout.metrics().abandoned() == 0 && bulkhead.metrics().syncActive() == 0);
    }

    @Test
    void callerOnItsThreadShouldNotWaitForDeafAttemptsOfAHedge() {
        Pipeline hedged = Pipeline.of(limits.timeout(TimeoutThread.CALLER), hedge());
        assertThat(limits.exceed(() -> hedged.run(limits::hangDeaf))).isInstanceOf(TimeoutExceededException.class);
    }

    @Test
    void innerLimitOnItsThreadShouldNotWaitForDeafAttemptsOfAHedge() {
        Timeout inner = Timeout.of(
                "inner",
                TimeoutConfig.builder()
                        .duration(LimitFixture.LIMIT)
                        .thread(TimeoutThread.CALLER)
                        .build(),
                limits.ticker);
        Timeout outer =
                Timeout.of("outer", c -> c.duration(Duration.ofMinutes(1)).thread(TimeoutThread.WORKER));
        assertThat(limits.exceed(() -> Pipeline.of(outer, inner, hedge()).run(limits::hangDeaf)))
                .isInstanceOf(TimeoutExceededException.class);
    }

    private Hedge hedge() {
        return Hedge.of(
                "h",
                HedgeConfig.builder().delay(LimitFixture.LIMIT.multipliedBy(2)).build(),
                limits.ticker);
    }

    @Test
    void callShouldCountAsAbandonedOnlyAfterAGrace() {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        limits.exceed(() -> timeout.run(limits::hangDeaf));
        assertThat(timeout.metrics().abandoned()).isZero();
        limits.ticker.advance(Duration.ofMillis(99));
        assertThat(timeout.metrics().abandoned()).isZero();
        limits.ticker.advance(Duration.ofMillis(1));
        assertThat(timeout.metrics().abandoned()).isEqualTo(1);
        limits.release.countDown();
        await().atMost(LimitFixture.LONG).until(() -> timeout.metrics().abandoned() == 0);
    }

    /** An evicted instance would forget the call, and that of a key that comes back would not count it. */
    @Test
    void timeoutShouldBeInUseFromTheMomentThatACallIsLeft() {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        limits.exceed(() -> timeout.run(limits::hangDeaf));
        assertThat(timeout.isInUse()).isTrue();
        limits.release.countDown();
        await().atMost(LimitFixture.LONG).until(() -> !timeout.isInUse());
    }

    @Test
    void callThatHeedsTheInterruptShouldNeverCountAsAbandoned() {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        CountDownLatch ended = new CountDownLatch(1);
        timeout.onLateResult(result -> ended.countDown());
        limits.exceed(() -> timeout.call(() -> {
            try {
                limits.hang();
            } catch (InterruptedException heeded) {
                // and it returns
            }
            return "late";
        }));
        LimitFixture.awaitLatch(ended);
        await().atMost(LimitFixture.LONG).until(() -> limits.ticker.scheduledCount() == 0);
        limits.ticker.advance(Duration.ofSeconds(1));
        assertThat(timeout.metrics().abandoned()).isZero();
    }

    @Test
    void callWhoseCallerLeftShouldCountAsAbandonedToo() throws Exception {
        Timeout timeout = limits.timeout(TimeoutThread.WORKER);
        Thread caller = new Thread(() -> catchThrowable(() -> timeout.run(limits::hangDeaf)));
        caller.start();
        LimitFixture.awaitLatch(limits.running);
        caller.interrupt();
        caller.join(20_000);
        limits.ticker.advance(Abandonment.GRACE_NANOS == 0 ? Duration.ZERO : Duration.ofNanos(Abandonment.GRACE_NANOS));
        assertThat(timeout.metrics().abandoned()).isEqualTo(1);
        assertThat(timeout.metrics().totalTimedOut()).isZero();
    }

    // ---- late results

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void lateResultShouldReachTheHook(TimeoutThread thread) {
        Timeout timeout = limits.timeout(thread, false);
        List<Object> late = new CopyOnWriteArrayList<>();
        timeout.onLateResult(result -> {
            throw new IllegalStateException("hook");
        });
        timeout.onLateResult(late::add);
        limits.exceedWhen(
                () -> limits.running.getCount() == 0,
                () -> timeout.call(() -> {
                    Deadline scope = Deadline.current();
                    limits.running.countDown();
                    await().atMost(LimitFixture.LONG).until(scope::isOver);
                    return "connection";
                }));
        await().atMost(LimitFixture.LONG).until(() -> late.equals(List.of("connection")));
    }

    @Test
    void lateResultOfAFutureShouldReachTheHook() {
        Timeout timeout = limits.timeout(TimeoutThread.AUTO);
        List<Object> late = new CopyOnWriteArrayList<>();
        timeout.onLateResult(late::add);
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = timeout.callAsync(own::minimalCompletionStage);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(call).failsWithin(LimitFixture.LONG);
        own.complete("connection");
        assertThat(late).containsExactly("connection");
    }

    // ---- what failed before

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void limitShouldKeepTheFailuresOfEarlierAttempts(TimeoutThread thread) {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(5));
        List<IOException> failures = List.of(new IOException("first"), new IOException("second"));
        AtomicInteger attempts = new AtomicInteger();
        Throwable thrown =
                limits.exceed(() -> Pipeline.of(limits.timeout(thread), retry).run(() -> {
                    int attempt = attempts.getAndIncrement();
                    if (attempt < 2) {
                        throw failures.get(attempt);
                    }
                    limits.hang();
                }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(List.of(thrown.getSuppressed())).startsWith(failures.get(0), failures.get(1));
    }

    @Test
    void limitOfAFutureShouldKeepTheFailuresOfEarlierAttempts() {
        Retry retry = limits.retry(c -> c.baseDelay(Duration.ZERO).maxAttempts(5));
        IOException failure = new IOException("certificate expired");
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> call = Pipeline.of(limits.timeout(TimeoutThread.AUTO), retry)
                .callAsync(() -> attempts.getAndIncrement() < 2
                        ? CompletableFuture.failedFuture(failure)
                        : new CompletableFuture<>());
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(call::join).getCause().getSuppressed()).containsExactly(failure);
    }

    @Test
    void limitDuringTheDelayShouldKeepTheFailuresOfAttempts() {
        // A retry that does not see the limit: it waits by a clock that stands still.
        Retry retry = Retry.of(
                "r",
                io.netrun.resilience.retry.RetryConfig.builder()
                        .baseDelay(Duration.ofSeconds(4))
                        .jitter(false)
                        .build(),
                new ManualTicker());
        IOException failure = new IOException("certificate expired");
        CompletableFuture<String> call = Pipeline.of(limits.timeout(TimeoutThread.AUTO), retry)
                .callAsync(() -> CompletableFuture.failedFuture(failure));
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(call::join).getCause())
                .isInstanceOf(TimeoutExceededException.class)
                .satisfies(exceeded -> assertThat(exceeded.getSuppressed()).containsExactly(failure));
    }

    // ---- nothing follows

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void delayOfARetryShouldEndAtTheLimit(TimeoutThread thread) {
        Timeout timeout = Timeout.of(
                "t",
                TimeoutConfig.builder()
                        .duration(Duration.ofMinutes(10))
                        .thread(thread)
                        .interrupt(false)
                        .build(),
                limits.ticker);
        Retry retry = Retry.of("r", c -> c.baseDelay(Duration.ofMinutes(5)).maxDelay(Duration.ofMinutes(5)));
        AtomicInteger attempts = new AtomicInteger();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        retry.onRetry((failure, attempt) -> limits.running.countDown());
        Thread caller = new Thread(() ->
                thrown.set(catchThrowable(() -> Pipeline.of(timeout, retry).run(() -> {
                    attempts.incrementAndGet();
                    throw new IOException();
                }))));
        caller.start();
        LimitFixture.awaitLatch(limits.running);
        limits.ticker.advance(Duration.ofMinutes(10));
        await().atMost(LimitFixture.LONG).until(() -> retry.metrics().totalCancelled() == 1 && !caller.isAlive());
        assertThat(thrown.get()).isInstanceOf(TimeoutExceededException.class);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void fallbackWithinALimitShouldNotFollowIt() {
        Fallback fallback = Fallback.of("f", c -> c.value("else"));
        Throwable thrown = limits.exceed(() -> Pipeline.of(limits.timeout(TimeoutThread.CALLER), fallback)
                .call(() -> {
                    try {
                        limits.hang();
                        return "ok";
                    } catch (InterruptedException interrupt) {
                        throw new IllegalStateException("connection lost");
                    }
                }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(fallback.metrics().totalRecovered()).isZero();
    }

    // ---- settings

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER", "AUTO"})
    void callShouldEndByTheSettingsItBeganWith(TimeoutThread thread) {
        Timeout timeout = limits.timeout(thread);
        Runnable change = () -> timeout.reconfigure(c -> c.toBuilder()
                .duration(Duration.ofMinutes(10))
                .message("new")
                .interrupt(false)
                .build());
        Throwable thrown;
        if (thread == TimeoutThread.AUTO) {
            CompletableFuture<String> call = timeout.callAsync(CompletableFuture::new);
            change.run();
            limits.ticker.advance(LimitFixture.LIMIT);
            thrown = catchThrowable(call::join).getCause();
        } else {
            thrown = limits.exceed(() -> timeout.run(() -> {
                change.run();
                limits.hang();
            }));
        }
        assertThat(thrown).hasMessage("Timeout 't': Operation timed out (limit 5s)");
    }

    /** A channel whose close, which an interrupt of the thread that blocks in it calls, hangs or throws. */
    private final class Channel extends AbstractInterruptibleChannel {

        private final boolean hangs;
        private final CountDownLatch blocked = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);

        Channel(boolean hangs) {
            this.hangs = hangs;
        }

        void block() throws IOException {
            begin();
            try {
                blocked.countDown();
                LimitFixture.awaitLatchSpinning(closed, limits.release);
            } finally {
                end(true);
            }
        }

        /** Leaves without {@code end}, which would wait for the interrupt. */
        void blockUntil(CountDownLatch latch) {
            begin();
            blocked.countDown();
            LimitFixture.awaitLatchSpinning(latch, limits.release);
        }

        @Override
        protected void implCloseChannel() {
            if (hangs) {
                limits.hangDeaf();
            }
            closed.countDown();
            throw new IllegalStateException("cannot be closed");
        }
    }
}
