package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutExceededException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A source that ignores that it was cancelled may run for ever. What has ended without it does not keep it, nor does it
 * keep what has ended.
 */
@org.junit.jupiter.api.Timeout(60)
class DeafSourcesTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    static Stream<Guard> policies() {
        ManualTicker ticker = new ManualTicker();
        Timeout timeout = Timeout.of("t", TimeoutConfig.defaults(), ticker);
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
        Fallback fallback = Fallback.of("f", c -> c.handle(IllegalArgumentException.class, e -> "else"));
        CircuitBreaker breaker = CircuitBreaker.of("c");
        return Stream.of(
                timeout,
                Retry.of("r"),
                fallback,
                hedge,
                breaker,
                Bulkhead.of("b"),
                RateLimiter.of("l"),
                Pipeline.of(fallback, timeout, Bulkhead.of("b"), Retry.of("r"), hedge, breaker));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void cancelledFutureShouldNotKeepItsSource(Guard guard) {
        Sources sources = new Sources();
        CompletableFuture<Object> call = guard.callAsync(sources::next);
        call.cancel(true);
        sources.assertGone(0);
        assertThat(call).isCancelled();
        Reference.reachabilityFence(guard);
    }

    @Test
    void timedOutFutureShouldNotKeepItsSource() {
        Timeout timeout =
                Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        Sources sources = new Sources();
        CompletableFuture<Object> call = timeout.callAsync(sources::next);
        ticker.advance(SECOND);
        await().until(call::isDone);
        sources.assertGone(0);
        assertThat(call).isCompletedExceptionally();
    }

    @Test
    void substitutedFutureShouldNotKeepItsSource() {
        Guard guard = Pipeline.of(
                Fallback.of("f", c -> c.handle(TimeoutExceededException.class, e -> "else")),
                Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker));
        Sources sources = new Sources();
        CompletableFuture<Object> call = guard.callAsync(sources::next);
        ticker.advance(SECOND);
        await().until(call::isDone);
        sources.assertGone(0);
        assertThat(call).isCompleted();
    }

    @Test
    void hedgedFutureShouldNotKeepTheSourceThatHasLost() {
        Sources sources = new Sources();
        CompletableFuture<Object> call = hedged(sources);
        sources.take(1).complete("result");
        sources.assertGone(0);
        assertThat(call).isCompletedWithValue("result");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void sourceThatHasLostShouldNotKeepTheResult(int winner) {
        Sources sources = new Sources();
        CompletableFuture<Object> loser = lose(sources, winner);
        sources.assertResultGone();
        assertThat(loser).isNotDone();
    }

    /** In a frame of its own, which keeps nothing. */
    private CompletableFuture<Object> lose(Sources sources, int winner) {
        CompletableFuture<Object> call = hedged(sources);
        CompletableFuture<Object> loser = sources.take(1 - winner);
        sources.take(winner).complete(sources.result());
        assertThat(call).isCompleted();
        return loser;
    }

    private CompletableFuture<Object> hedged(Sources sources) {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
        CompletableFuture<Object> call = hedge.callAsync(sources::next);
        ticker.advance(SECOND);
        await().until(() -> sources.begun() == 2);
        return call;
    }

    @Test
    void slotsShouldBeReleasedByTheSourcesThatHaveLost() {
        Hedge hedge =
                Hedge.of("h", HedgeConfig.builder().delay(SECOND).maxAttempts(3).build(), ticker);
        Sources sources = new Sources();
        CompletableFuture<Object> call = hedge.callAsync(sources::next);
        ticker.advance(SECOND);
        await().until(() -> sources.begun() == 2);
        ticker.advance(SECOND);
        await().until(() -> sources.begun() == 3);
        List<Integer> active = new ArrayList<>();
        sources.take(1).complete("result");
        assertThat(call).isCompleted();
        active.add(hedge.metrics().active());
        sources.take(0).complete("late");
        active.add(hedge.metrics().active());
        sources.take(2).completeExceptionally(new IllegalStateException("late"));
        active.add(hedge.metrics().active());
        assertThat(active).containsExactly(2, 1, 0);
    }

    @Test
    void slotShouldBeReleasedByTheLastSourceOfACancelledCall() {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
        Sources sources = new Sources();
        CompletableFuture<Object> call = hedge.callAsync(sources::next);
        ticker.advance(SECOND);
        await().until(() -> sources.begun() == 2);
        call.cancel(true);
        List<Integer> active = new ArrayList<>();
        active.add(hedge.metrics().active());
        sources.take(0).complete("late");
        active.add(hedge.metrics().active());
        sources.take(1).complete("late");
        active.add(hedge.metrics().active());
        assertThat(active).containsExactly(1, 1, 0);
    }

    @Test
    void lateResultShouldReachTheHook() {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
        List<@Nullable Object> late = new ArrayList<>();
        hedge.onLateResult(late::add);
        Sources sources = new Sources();
        CompletableFuture<Object> call = hedge.callAsync(sources::next);
        ticker.advance(SECOND);
        await().until(() -> sources.begun() == 2);
        sources.take(1).complete("result");
        assertThat(call).isCompleted();
        sources.take(0).complete("late");
        assertThat(late).containsExactly("late");
    }

    @Test
    void workerThatHasLostShouldNotKeepTheResult() throws InterruptedException {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(SECOND).build(), ticker);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        Thread turning = new Thread(() -> {
            await().until(() -> begun.get() == 1);
            ticker.advance(SECOND);
        });
        turning.start();
        WeakReference<Object> result = new WeakReference<>(hedge.call(() -> {
            if (begun.incrementAndGet() == 1) {
                awaitDeaf(end);
            }
            return new Object();
        }));
        turning.join();
        await().until(() -> {
            System.gc();
            return result.get() == null;
        });
        assertThat(hedge.metrics().active()).isOne();
        end.countDown();
        await().until(() -> hedge.metrics().active() == 0);
    }

    @Test
    void failureOfTheCallShouldNotBeKeptByADeafWorker() throws InterruptedException {
        Timeout timeout =
                Timeout.of("t", TimeoutConfig.builder().duration(SECOND).build(), ticker);
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        Thread turning = new Thread(() -> {
            await().until(() -> begun.getCount() == 0);
            ticker.advance(SECOND);
        });
        turning.start();
        WeakReference<Throwable> failure = new WeakReference<>(catchThrowable(() -> timeout.call(() -> {
            begun.countDown();
            awaitDeaf(end);
            return "late";
        })));
        turning.join();
        try {
            await().until(() -> {
                System.gc();
                return failure.get() == null;
            });
        } finally {
            end.countDown();
        }
    }

    private static void awaitDeaf(CountDownLatch end) {
        boolean over = false;
        while (!over) {
            try {
                over = end.await(50, TimeUnit.SECONDS);
            } catch (InterruptedException deaf) {
                // It goes on.
            }
        }
    }

    /** Futures that ignore a cancel. */
    private static final class Sources {

        private final List<WeakReference<CompletableFuture<Object>>> all = new ArrayList<>();

        /** Keeps them until the test drops them. */
        private final List<@Nullable CompletableFuture<Object>> kept = new ArrayList<>();

        private WeakReference<Object> result = new WeakReference<>(null);

        synchronized CompletableFuture<Object> next() {
            CompletableFuture<Object> source = new Deaf();
            all.add(new WeakReference<>(source));
            kept.add(source);
            return source;
        }

        synchronized int begun() {
            return all.size();
        }

        synchronized CompletableFuture<Object> take(int index) {
            return Objects.requireNonNull(all.get(index).get());
        }

        Object result() {
            Object made = new Object();
            result = new WeakReference<>(made);
            return made;
        }

        void assertGone(int index) {
            WeakReference<?> source = all.get(index);
            synchronized (this) {
                kept.clear();
            }
            await().until(() -> {
                System.gc();
                return source.get() == null;
            });
        }

        void assertResultGone() {
            synchronized (this) {
                kept.clear();
            }
            await().until(() -> {
                System.gc();
                return result.get() == null;
            });
        }
    }

    private static final class Deaf extends CompletableFuture<Object> {

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return false;
        }
    }
}
