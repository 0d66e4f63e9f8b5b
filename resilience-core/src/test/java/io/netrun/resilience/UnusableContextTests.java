package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fallback.Fallback;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.retry.RetryMetrics;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

/** A context that cannot be captured, restored, or put back: its accessors are code of others. */
@org.junit.jupiter.api.Timeout(60)
class UnusableContextTests {

    private static final Duration DELAY = Duration.ofSeconds(1);

    private final LimitFixture limits = new LimitFixture();
    private final Tenant tenant = new Tenant();
    private final CompletableFuture<String> own = new CompletableFuture<>();

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(tenant);
        tenant.current.set("t1");
    }

    @AfterEach
    void remove() {
        ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
        limits.release.countDown();
    }

    // ---- it cannot be restored

    @Test
    void queuedCallShouldFailAndReleaseItsPermit() {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
        CompletableFuture<String> first = bulkhead.callAsync(() -> own);
        CompletableFuture<String> queued = bulkhead.callAsync(() -> CompletableFuture.completedFuture("made"));
        tenant.restorable = false;
        own.complete("first");
        assertThat(first).isCompletedWithValue("first");
        assertFailsByContext(queued);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void callShouldEndWithItsOwnFailureInsteadOfALaterAttempt() {
        Bulkhead around = Bulkhead.of("around");
        Retry retry = limits.retry(c -> c.baseDelay(DELAY));
        CompletableFuture<String> call =
                Pipeline.of(around, retry).callAsync(() -> CompletableFuture.failedFuture(new IOException("down")));
        tenant.restorable = false;
        limits.ticker.advance(DELAY);
        assertThat(call)
                .failsWithin(LimitFixture.LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(RetryExhaustedException.class)
                .withMessageContaining("the caller's context")
                .havingCause()
                .withMessage("down");
        assertThat(around.metrics().asyncActive()).isZero();
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(0, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void callShouldEndWithItsOwnFailureIfNothingCanBeDecided() {
        Retry retry = limits.retry(c -> c.baseDelay(DELAY));
        CompletableFuture<String> call = retry.callAsync(() -> own);
        tenant.restorable = false;
        own.completeExceptionally(new IOException("down"));
        assertThat(call)
                .failsWithin(LimitFixture.LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(IOException.class);
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void callShouldGoOnWhenTheContextBeforeCannotBePutBack() {
        Retry retry = limits.retry(c -> c.baseDelay(DELAY));
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<String> call =
                retry.callAsync(() -> made.incrementAndGet() == 1 ? own : CompletableFuture.completedFuture("second"));
        tenant.resettable = false;
        own.completeExceptionally(new IOException("down"));
        limits.ticker.advance(DELAY);
        assertThat(call).succeedsWithin(LimitFixture.LONG).isEqualTo("second");
    }

    @Test
    void fallbackShouldFailTheCall() {
        Fallback fallback = Fallback.of("f", c -> c.value("else"));
        CompletableFuture<String> call = fallback.callAsync(() -> own);
        tenant.restorable = false;
        own.completeExceptionally(new IOException());
        assertFailsByContext(call);
    }

    @Test
    void hedgeShouldGoOnWithTheAttemptsThatRun() {
        Hedge hedge = Hedge.of("h", HedgeConfig.builder().delay(DELAY).build(), limits.ticker);
        CompletableFuture<String> call = hedge.callAsync(() -> own);
        tenant.restorable = false;
        limits.ticker.advance(DELAY);
        own.complete("first");
        assertThat(call).isCompletedWithValue("first");
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void limitShouldFireAllTheSame() {
        CompletableFuture<String> call = limits.timeout(TimeoutThread.AUTO).callAsync(() -> own);
        tenant.restorable = false;
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(() -> call.get(20, java.util.concurrent.TimeUnit.SECONDS)))
                .hasCauseInstanceOf(TimeoutExceededException.class);
        await().until(own::isCancelled);
    }

    @Test
    void syncCallOnAWorkerShouldFailAtOnce() {
        tenant.restorable = false;
        assertThat(catchThrowable(() -> Timeout.of("t").run(() -> {}))).hasMessage("unknown tenant");
        assertThat(catchThrowable(() -> Hedge.of("h").run(() -> {}))).hasMessage("unknown tenant");
    }

    @Test
    void circuitShouldCountTheCallAllTheSame() {
        CircuitBreaker breaker = CircuitBreaker.of("c");
        breaker.onStateChange((from, to) -> {});
        CompletableFuture<String> call = breaker.callAsync(() -> own);
        tenant.restorable = false;
        own.complete("ok");
        assertThat(call).isCompletedWithValue("ok");
        assertThat(breaker.metrics().totalSucceeded()).isEqualTo(1);
    }

    // ---- the one before cannot be put back

    @Test
    void circuitShouldCountTheCallOnce() {
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(10));
        breaker.onStateChange((from, to) -> {});
        CompletableFuture<String> call = breaker.callAsync(() -> own);
        tenant.resettable = false;
        own.completeExceptionally(new IOException());
        assertThat(call).isCompletedExceptionally();
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
        assertThat(breaker.metrics().failureCount()).isEqualTo(1);
    }

    @Test
    void queuedCallThatHasBegunShouldBeCancelled() {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
        CompletableFuture<String> begun = new CompletableFuture<>();
        bulkhead.callAsync(() -> own);
        CompletableFuture<String> queued = bulkhead.callAsync(() -> begun);
        tenant.resettable = false;
        own.complete("first");
        assertFailsByContext(queued);
        assertThat(begun).isCancelled();
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void queuedMonoThatHasBegunShouldBeCancelled() {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
        AtomicInteger cancelled = new AtomicInteger();
        bulkhead.callAsync(() -> own);
        CompletableFuture<Object> queued = ReactorGuard.of(bulkhead)
                .mono(() -> Mono.never().doOnCancel(cancelled::incrementAndGet))
                .toFuture();
        tenant.resettable = false;
        own.complete("first");
        assertFailsByContext(queued);
        assertThat(cancelled).hasValue(1);
        assertThat(bulkhead.metrics().asyncActive()).isZero();
    }

    @Test
    void callThatWaitedForATokenShouldBeCancelled() {
        RateLimiterConfig onePerDelay = RateLimiterConfig.builder()
                .limit(1)
                .period(DELAY)
                .maxWait(LimitFixture.LONG)
                .build();
        RateLimiter limiter = RateLimiter.of("l", onePerDelay, limits.ticker);
        Bulkhead around = Bulkhead.of("around");
        limiter.callAsync(() -> CompletableFuture.completedFuture("first"));
        CompletableFuture<String> waited = Pipeline.of(around, limiter).callAsync(() -> own);
        tenant.resettable = false;
        limits.ticker.advance(DELAY);
        assertFailsByContext(waited);
        assertThat(own).isCancelled();
        assertThat(around.metrics().asyncActive()).isZero();
    }

    @Test
    void fallbackThatHasBegunShouldBeCancelled() {
        CompletableFuture<String> replacement = new CompletableFuture<>();
        Fallback fallback = Fallback.of("f", c -> c.handle(e -> replacement));
        CompletableFuture<String> call = fallback.callAsync(() -> own);
        tenant.resettable = false;
        own.completeExceptionally(new IOException("down"));
        assertFailsByContext(call);
        assertThat(replacement).isCancelled();
    }

    @Test
    void resultBeforeThatShouldBeKept() {
        Bulkhead bulkhead = Bulkhead.of("b", c -> c.maxConcurrent(1));
        bulkhead.callAsync(() -> own);
        CompletableFuture<String> queued = bulkhead.callAsync(() -> CompletableFuture.completedFuture("made"));
        tenant.resettable = false;
        own.complete("first");
        assertThat(queued).succeedsWithin(LimitFixture.LONG).isEqualTo("made");
    }

    @Test
    void workersCallShouldKeepItsResult() {
        tenant.resettable = false;
        assertThat(Timeout.of("t").<String, RuntimeException>call(() -> "ok")).isEqualTo("ok");
        assertThat(Hedge.of("h").<String, RuntimeException>call(() -> "ok")).isEqualTo("ok");
    }

    // ---- it cannot be captured

    static Stream<Policy> policies() {
        return Stream.of(
                Timeout.of("t"),
                Retry.of("r"),
                Hedge.of("h"),
                Fallback.of("f", c -> c.value("else")),
                CircuitBreaker.of("c"));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void callShouldFailTheFutureAndReleaseWhatItHolds(Policy policy) {
        Bulkhead around = Bulkhead.of("around", c -> c.maxConcurrent(2).maxQueue(0));
        if (policy instanceof CircuitBreaker breaker) {
            breaker.onStateChange((from, to) -> {});
        }
        tenant.capturable = false;
        for (int i = 0; i < 3; i++) {
            CompletableFuture<String> body = new CompletableFuture<>();
            CompletableFuture<String> call = Pipeline.of(around, policy).callAsync(() -> body);
            assertFailsByContext(call);
            assertThat(around.metrics().asyncActive()).isZero();
        }
    }

    @Test
    void callThatWouldHaveToQueueShouldFailTheFuture() {
        Bulkhead full = Bulkhead.of("full", c -> c.maxConcurrent(1));
        Fallback fallback = Fallback.of("f", c -> c.handle(IllegalStateException.class, e -> "else"));
        CompletableFuture<String> first = full.callAsync(() -> own);
        tenant.capturable = false;
        CompletableFuture<String> queued = full.callAsync(() -> own);
        assertFailsByContext(queued);
        tenant.capturable = true;
        assertThat(full.metrics().asyncQueued()).isZero();
        first.cancel(true);
        assertThat(full.metrics().asyncActive()).isZero();
        assertThat(fallback.metrics().totalFailed()).isZero();
    }

    // ---- what listeners and continuations see

    @Test
    void whatFollowsALimitShouldHaveTheCallersContext() {
        List<@Nullable String> seen = new CopyOnWriteArrayList<>();
        Timeout timeout = limits.timeout(TimeoutThread.AUTO);
        timeout.onTimeout(event -> seen.add(tenant.current.get()));
        CompletableFuture<?> callback = timeout.callAsync(() -> own).handle((value, thrown) -> {
            seen.add(tenant.current.get());
            return null;
        });
        limits.ticker.advance(LimitFixture.LIMIT);
        callback.join();
        assertThat(seen).containsExactly("t1", "t1");
    }

    @Test
    void whatFollowsAWaitThatWasTooLongShouldHaveTheCallersContext() {
        List<@Nullable String> seen = new CopyOnWriteArrayList<>();
        Bulkhead bulkhead = Bulkhead.of(
                "b",
                io.netrun.resilience.bulkhead.BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxWait(DELAY)
                        .build(),
                limits.ticker);
        bulkhead.on(io.netrun.resilience.bulkhead.BulkheadEvent.class, event -> seen.add(tenant.current.get()));
        bulkhead.callAsync(() -> own);
        CompletableFuture<?> callback = bulkhead.callAsync(() -> own).handle((value, thrown) -> {
            seen.add(tenant.current.get());
            return null;
        });
        limits.ticker.advance(DELAY);
        callback.join();
        assertThat(seen).containsExactly("t1", "t1");
    }

    @Test
    void listenersShouldHaveItWhicheverThreadEndsTheCall() throws Exception {
        List<@Nullable String> seen = new CopyOnWriteArrayList<>();
        AtomicInteger attempts = new AtomicInteger();
        Retry retry = limits.retry(c -> c.baseDelay(DELAY).maxAttempts(3));
        retry.onRetry((failure, attempt) -> seen.add(tenant.current.get()));
        CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(2));
        breaker.onStateChange((from, to) -> seen.add(tenant.current.get()));
        CompletableFuture<String> second = new CompletableFuture<>();
        Pipeline.of(retry, breaker).callAsync(() -> attempts.incrementAndGet() == 1 ? own : second);
        endElsewhere(own);
        limits.ticker.advance(DELAY);
        await().until(() -> attempts.get() == 2);
        endElsewhere(second);
        assertThat(seen).containsExactly("t1", "t1", "t1");
    }

    private static void endElsewhere(CompletableFuture<String> future) throws InterruptedException {
        Thread foreign = new Thread(() -> future.completeExceptionally(new IOException()));
        foreign.start();
        foreign.join(20_000);
    }

    private static void assertFailsByContext(CompletableFuture<?> call) {
        assertThat(catchThrowable(() -> call.get(20, java.util.concurrent.TimeUnit.SECONDS)))
                .hasRootCauseInstanceOf(IllegalStateException.class);
    }

    /** A thread-bound value whose accessor may fail in every way. */
    private static final class Tenant implements ThreadLocalAccessor<String> {

        private final ThreadLocal<@Nullable String> current = new ThreadLocal<>();
        private final Thread caller = Thread.currentThread();
        private volatile boolean capturable = true;
        private volatile boolean restorable = true;
        private volatile boolean resettable = true;

        @Override
        public Object key() {
            return "tenant";
        }

        @Override
        public @Nullable String getValue() {
            if (!capturable && Thread.currentThread() == caller) {
                throw new IllegalStateException("no tenant");
            }
            return current.get();
        }

        @Override
        public void setValue(String value) {
            if (!restorable) {
                throw new IllegalStateException("unknown tenant");
            }
            current.set(value);
        }

        @Override
        public void setValue() {
            current.remove();
        }

        @Override
        public void restore(String previous) {
            putBack();
            current.set(previous);
        }

        @Override
        public void restore() {
            putBack();
            current.remove();
        }

        private void putBack() {
            if (!resettable) {
                throw new IllegalStateException("cannot be put back");
            }
        }
    }
}
