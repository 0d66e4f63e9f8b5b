package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.test.ManualTicker;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an asynchronous call that waits takes along, and what it leaves behind. */
@Timeout(120)
class AsyncReservationTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger runs = new AtomicInteger();
    private final Context context = new Context();

    /** A part of the caller's context that can fail. */
    private static final class Context implements ThreadLocalAccessor<String> {

        private final ThreadLocal<@Nullable String> value = new ThreadLocal<>();
        private volatile boolean failsToRead;
        private volatile boolean failsToRestore;
        private volatile Runnable onRestore = () -> {};

        @Override
        public Object key() {
            return "rate-limiter-test";
        }

        @Override
        public @Nullable String getValue() {
            if (failsToRead) {
                throw new IllegalStateException("cannot be read");
            }
            return value.get();
        }

        @Override
        public void setValue(String restored) {
            if (failsToRestore) {
                throw new IllegalStateException("cannot be restored");
            }
            value.set(restored);
            onRestore.run();
        }

        @Override
        public void setValue() {
            value.remove();
        }
    }

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(context);
        context.value.set("request 7");
    }

    @AfterEach
    void remove() {
        context.value.remove();
        ContextRegistry.getInstance().removeThreadLocalAccessor("rate-limiter-test");
    }

    @Test
    void callThatWaitedShouldRunInItsCallersContext() {
        RateLimiter limiter = used(ticker);
        CompletableFuture<@Nullable String> call =
                limiter.callAsync(() -> CompletableFuture.completedFuture(context.value.get()));
        ticker.advance(SECOND);
        assertThat(call).succeedsWithin(SOON).isEqualTo("request 7");
    }

    @Test
    void callWhenContextCannotBeRestoredShouldReturnItsToken() {
        RateLimiter limiter = used(ticker);
        CompletableFuture<Integer> failing = limiter.callAsync(this::counted);
        context.failsToRestore = true;
        ticker.advance(SECOND);
        assertThat(failing).failsWithin(SOON).withThrowableThat().havingCause().withMessage("cannot be restored");
        assertThat(runs).hasValue(0);
        await().atMost(SOON).until(() -> limiter.metrics().available() == 1);
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(1, SECOND, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, Duration.ZERO, 0, 0));
    }

    @Test
    void tokenGivenBackShouldGoToTheNextWaiter() {
        RateLimiter limiter = used(ticker);
        context.failsToRestore = true;
        CompletableFuture<Integer> failing = limiter.callAsync(this::counted);
        context.value.remove();
        CompletableFuture<Integer> behind = limiter.callAsync(this::counted);
        ticker.advance(SECOND);
        assertThat(failing).failsWithin(SOON);
        assertThat(behind).succeedsWithin(SOON);
    }

    @Test
    void callWhoseContextCannotBeReadShouldFailAndReserveNothing() {
        RateLimiter limiter = used(ticker);
        context.failsToRead = true;
        assertThat(limiter.callAsync(this::counted)).isCompletedExceptionally();
        assertThat(limiter.metrics().waiting()).isZero();
        context.failsToRead = false;
        ticker.advance(SECOND);
        limiter.run(() -> {});
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void listenerOfALateRejectionShouldRunInTheCallersContext() {
        RateLimiter limiter = used(ticker);
        List<String> heard = new CopyOnWriteArrayList<>();
        limiter.onRejected(event -> heard.add(String.valueOf(context.value.get())));
        CompletableFuture<Integer> waiting = limiter.callAsync(this::counted);
        limiter.reconfigure(c -> c.toBuilder().period(Duration.ofDays(1)).build());
        ticker.advance(SECOND.multipliedBy(10));
        assertThat(waiting).failsWithin(SOON);
        assertThat(heard).containsExactly("request 7");
        assertThat(runs).hasValue(0);
    }

    @Test
    void callThatIsCancelledWhenItsTokenHasComeShouldGiveItBack() {
        RateLimiter limiter = used(ticker);
        CompletableFuture<Integer> call = limiter.callAsync(this::counted);
        context.onRestore = () -> call.cancel(true);
        ticker.advance(SECOND);
        await().atMost(SOON).until(() -> limiter.metrics().available() == 1);
        assertThat(call).isCancelled();
        assertThat(runs).hasValue(0);
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(1, SECOND, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, Duration.ZERO, 0, 0));
    }

    /** Its worker is held up while it restores the caller's context. */
    @Test
    void tokenOfACallThatIsCancelledShouldBeReturnedAtOnce() {
        RateLimiter limiter = used(ticker);
        CompletableFuture<Integer> call = limiter.callAsync(this::counted);
        CountDownLatch restoring = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        context.onRestore = () -> {
            restoring.countDown();
            LimitFixture.awaitUninterruptibly(release);
        };
        ticker.advance(SECOND);
        LimitFixture.awaitLatch(restoring);
        CompletableFuture<Integer> available =
                call.handle((value, failure) -> limiter.metrics().available());
        call.cancel(true);
        release.countDown();
        assertThat(available).isCompletedWithValue(1);
        assertThat(runs).hasValue(0);
        limiter.run(() -> {});
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(1, SECOND, 1, 0, 0, 2, 0, 0, 0, 0, 2, 0, Duration.ZERO, 0, 0));
    }

    /** One outcome, which its caller sees and which is counted. */
    @RepeatedTest(30)
    void callCancelledAsItIsRejectedShouldHaveOneOutcome() throws Exception {
        RateLimiter limiter = used(ticker);
        List<RateLimiterEvent> events = new CopyOnWriteArrayList<>();
        limiter.onRejected(events::add);
        CompletableFuture<Integer> call = limiter.callAsync(this::counted);
        limiter.reconfigure(c -> c.toBuilder().period(Duration.ofDays(1)).build());
        CountDownLatch start = new CountDownLatch(1);
        Thread rival = new Thread(() -> {
            LimitFixture.awaitLatchSpinning(start);
            ticker.advance(SECOND.multipliedBy(10));
        });
        rival.start();
        start.countDown();
        call.cancel(true);
        rival.join(20_000);
        Throwable thrown = catchThrowable(() -> call.get(20, TimeUnit.SECONDS));
        int rejected = thrown != null && thrown.getCause() instanceof RateLimitExceededException ? 1 : 0;
        assertThat(events).hasSize(rejected);
        assertThat(limiter.metrics().totalRejected()).isEqualTo(rejected);
    }

    @Test
    void callWhoseBodyThrowsShouldFailAndKeepItsToken() {
        RateLimiter limiter = used(ticker);
        CompletableFuture<Integer> call = limiter.callAsync(() -> {
            throw new IllegalStateException("body");
        });
        ticker.advance(SECOND);
        assertThat(call).failsWithin(SOON).withThrowableThat().havingCause().withMessage("body");
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(2);
        assertThat(limiter.metrics().available()).isZero();
    }

    @Test
    void callWhoseTimerCannotBeCancelledShouldStillLeave() {
        RateLimiter limiter = used(new StubbornTicker(ticker));
        CompletableFuture<Integer> first = limiter.callAsync(this::counted);
        CompletableFuture<Integer> second = limiter.callAsync(this::counted);
        first.cancel(true);
        second.cancel(true);
        assertThat(limiter.metrics().waiting()).isZero();
        CompletableFuture<Integer> third = limiter.callAsync(this::counted);
        ticker.advance(SECOND);
        assertThat(third).succeedsWithin(SOON);
    }

    @Test
    void futureOfACallThatHasLeftShouldKeepNothingOfIt() {
        RateLimiter limiter = used(ticker);
        List<CompletableFuture<Integer>> futures = new CopyOnWriteArrayList<>();
        WeakReference<byte[]> kept = captured(limiter, futures);
        futures.get(0).cancel(true);
        awaitGone(kept, futures.get(0));
    }

    @Test
    void futureOfACallThatHasEndedShouldKeepNothingOfIt() {
        RateLimiter limiter = used(ticker);
        List<CompletableFuture<Integer>> futures = new CopyOnWriteArrayList<>();
        WeakReference<byte[]> kept = captured(limiter, futures);
        ticker.advance(SECOND);
        assertThat(futures.get(0)).succeedsWithin(SOON);
        awaitGone(kept, futures.get(0));
    }

    private static WeakReference<byte[]> captured(RateLimiter limiter, List<CompletableFuture<Integer>> futures) {
        byte[] large = new byte[1_000];
        futures.add(limiter.callAsync(() -> CompletableFuture.completedFuture(large.length)));
        assertThat(limiter.metrics().waiting()).isEqualTo(1);
        return new WeakReference<>(large);
    }

    private static void awaitGone(WeakReference<?> reference, CompletableFuture<?> future) {
        await().atMost(SOON).until(() -> {
            System.gc();
            return reference.get() == null;
        });
        Reference.reachabilityFence(future);
    }

    private CompletableFuture<Integer> counted() {
        return CompletableFuture.completedFuture(runs.incrementAndGet());
    }

    /** One call a second, and the first has begun. */
    private static RateLimiter used(Ticker ticker) {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(1)
                .maxWait(SECOND.multipliedBy(10))
                .build();
        RateLimiter limiter = RateLimiter.of("test", config, ticker);
        limiter.run(() -> {});
        return limiter;
    }

    /** Timers that cannot be cancelled. */
    private static final class StubbornTicker extends RelayTicker {

        StubbornTicker(Ticker time) {
            super(time);
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            super.schedule(task, delayNanos);
            return () -> {
                throw new IllegalStateException("cancel");
            };
        }
    }

    /** The clock of an inner policy is read between the grant and the body. */
    @Test
    void tokenOfACallThatIsCancelledBeforeItsBodyShouldBeReturned() {
        ManualTicker time = new ManualTicker();
        RateLimiter limiter = RateLimiter.of(
                "test",
                RateLimiterConfig.builder()
                        .limit(1)
                        .maxWait(Duration.ofMinutes(1))
                        .build(),
                time);
        limiter.run(() -> {});
        AtomicReference<CompletableFuture<Object>> cancelled = new AtomicReference<>();
        CircuitBreaker breaker = CircuitBreaker.of(
                "inner",
                CircuitBreakerConfig.builder()
                        .slowCallDuration(Duration.ofSeconds(1))
                        .build(),
                new RelayTicker(time) {
                    @Override
                    public long nanoTime() {
                        CompletableFuture<Object> call = cancelled.getAndSet(null);
                        if (call != null) {
                            call.cancel(true);
                        }
                        return super.nanoTime();
                    }
                });
        AtomicInteger bodies = new AtomicInteger();
        CompletableFuture<Object> call = Pipeline.of(limiter, breaker).callAsync(() -> {
            bodies.incrementAndGet();
            return CompletableFuture.completedFuture("done");
        });
        cancelled.set(call);

        time.advance(Duration.ofSeconds(1));

        await().until(() -> call.isDone() && limiter.metrics().available() == 1);
        assertThat(bodies).hasValue(0);
        assertThat(limiter.metrics().totalAccepted()).isOne();
    }
}
