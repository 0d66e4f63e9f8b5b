package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A retry that is decided upon and then not made costs nothing of the budget and is not counted. */
@org.junit.jupiter.api.Timeout(60)
class UnmadeRetryTests {

    private static final Duration DELAY = Duration.ofSeconds(1);

    private final LimitFixture limits = new LimitFixture();
    private final RetryBudget budget = RetryBudget.of("shared", limits.ticker);

    @Test
    void syncCallThatIsInterruptedShouldReturnItsTokens() {
        Retry retry = retry(limits.ticker);
        retry.onRetry((failure, attempt) -> Thread.currentThread().interrupt());
        assertThat(catchThrowable(() -> retry.run(UnmadeRetryTests::fail))).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertUnmade(retry);
    }

    @Test
    void asyncCallThatIsCancelledShouldReturnItsTokens() {
        Retry retry = retry(limits.ticker);
        retry.callAsync(UnmadeRetryTests::failed).cancel(true);
        assertUnmade(retry);
        assertThat(limits.ticker.scheduledCount()).isZero();
    }

    @Test
    void asyncCallThatIsCancelledByAListenerShouldReturnItsTokens() {
        Retry retry = retry(limits.ticker);
        AtomicReference<CompletableFuture<String>> call = new AtomicReference<>();
        CompletableFuture<String> own = new CompletableFuture<>();
        retry.onRetry((failure, attempt) -> call.get().cancel(true));
        call.set(retry.callAsync(() -> own));
        own.completeExceptionally(new IOException());
        assertThat(call.get()).isCancelled();
        assertUnmade(retry);
        assertThat(limits.ticker.scheduledCount()).isZero();
    }

    @RepeatedTest(50)
    void asyncCallCancelledAsItsDelayBeginsShouldReturnItsTokens() throws Exception {
        Retry retry = retry(limits.ticker);
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = retry.callAsync(() -> own);
        Thread rival = new Thread(() -> own.completeExceptionally(new IOException()));
        rival.start();
        call.cancel(true);
        rival.join(20_000);
        assertUnmade(retry);
        assertThat(limits.ticker.scheduledCount()).isZero();
    }

    /** The delay has ended, and what is between the retry and the code of the call finds that it was left. */
    @Test
    void asyncCallThatIsCancelledBeforeItsCodeIsCalledShouldReturnItsTokens() {
        Retry retry = retry(limits.ticker);
        AtomicReference<CompletableFuture<String>> call = new AtomicReference<>();
        AtomicInteger begun = new AtomicInteger();
        Layer inside = new Layer() {
            @Override
            public <T extends @Nullable Object, X extends Throwable> T call(
                    CheckedSupplier<T, X> body, Deadline deadline) throws X {
                return DIRECT.call(body, deadline);
            }

            @Override
            public <T extends @Nullable Object> CompletableFuture<T> callAsync(
                    CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
                if (begun.getAndIncrement() == 1) {
                    call.get().cancel(true);
                }
                return DIRECT.callAsync(body, deadline);
            }
        };
        call.set(retry.around(inside).callAsync(UnmadeRetryTests::failed, Deadline.NONE));
        limits.ticker.advance(DELAY);
        await().until(() -> begun.get() == 2 && call.get().isDone());
        await().until(() -> budget.available() == RetryBudget.CAPACITY);
        assertUnmade(retry);
    }

    @Test
    void callThatALimitGivesUpDuringTheDelayShouldReturnItsTokens() {
        // The delay is shorter than the limit, but the limit is what comes first.
        Retry retry = retry(new io.netrun.resilience.test.ManualTicker());
        CompletableFuture<String> call =
                Pipeline.of(limits.timeout(TimeoutThread.AUTO), retry).callAsync(UnmadeRetryTests::failed);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(call).failsWithin(LimitFixture.LONG);
        assertUnmade(retry);
    }

    @Test
    void cancelDuringAHookThatBlocksShouldReturnTheTokensAtOnce() throws Exception {
        try (BlockedHook hook = new BlockedHook()) {
            CompletableFuture<String> call = hook.retry.callAsync(UnmadeRetryTests::failed);
            hook.awaitBegun();
            call.cancel(true);
            assertThat(budget.available()).isEqualTo(RetryBudget.CAPACITY);
            assertUnmadeAfter(hook);
        }
    }

    @Test
    void limitDuringAHookThatBlocksShouldReturnTheTokens() throws Exception {
        try (BlockedHook hook = new BlockedHook()) {
            CompletableFuture<String> call =
                    Pipeline.of(limits.timeout(TimeoutThread.AUTO), hook.retry).callAsync(UnmadeRetryTests::failed);
            hook.awaitBegun();
            limits.ticker.advance(LimitFixture.LIMIT);
            await().atMost(LimitFixture.LONG).until(() -> budget.available() == RetryBudget.CAPACITY);
            assertThat(call).failsWithin(LimitFixture.LONG);
            assertUnmadeAfter(hook);
        }
    }

    @Test
    void limitDuringASyncHookThatBlocksShouldReturnTheTokens() throws Exception {
        try (BlockedHook hook = new BlockedHook()) {
            Pipeline guarded = Pipeline.of(limits.timeout(TimeoutThread.WORKER), hook.retry);
            CompletableFuture<Throwable> caller = CompletableFuture.supplyAsync(
                    () -> catchThrowable(() -> guarded.run(UnmadeRetryTests::fail)), task -> new Thread(task).start());
            hook.awaitBegun();
            limits.ticker.advance(LimitFixture.LIMIT);
            await().atMost(LimitFixture.LONG).until(() -> budget.available() == RetryBudget.CAPACITY);
            assertThat(caller).succeedsWithin(LimitFixture.LONG);
            assertUnmadeAfter(hook);
        }
    }

    @Test
    void limitDuringAListenerThatBlocksShouldReturnTheTokens() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Retry retry = retry(limits.ticker);
        retry.onRetry((failure, attempt) -> {
            begun.countDown();
            awaitUninterruptibly(release);
        });
        Pipeline guarded = Pipeline.of(limits.timeout(TimeoutThread.WORKER), retry);
        CompletableFuture<Throwable> caller = CompletableFuture.supplyAsync(
                () -> catchThrowable(() -> guarded.run(UnmadeRetryTests::fail)), task -> new Thread(task).start());
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        limits.ticker.advance(LimitFixture.LIMIT);
        await().atMost(LimitFixture.LONG).until(() -> budget.available() == RetryBudget.CAPACITY);
        release.countDown();
        assertThat(caller).succeedsWithin(LimitFixture.LONG);
        assertUnmade(retry);
    }

    @Test
    void cancelOfAnAttemptThatRunsShouldNotReturnItsTokens() {
        Retry retry = retry(limits.ticker);
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> call =
                retry.callAsync(() -> attempts.incrementAndGet() == 1 ? failed() : new CompletableFuture<>());
        limits.ticker.advance(DELAY);
        await().atMost(LimitFixture.LONG).until(() -> attempts.get() == 2);
        call.cancel(true);
        assertThat(budget.available()).isEqualTo(RetryBudget.CAPACITY - RetryBudget.RETRY_COST);
    }

    /** A hook that blocks, whatever interrupts it, until this is closed. */
    private final class BlockedHook implements AutoCloseable {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);
        private final Retry retry = Retry.of(
                "r",
                RetryConfig.builder()
                        .maxAttempts(2)
                        .baseDelay(Duration.ZERO)
                        .jitter(false)
                        .budget(budget)
                        .beforeRetry((failure, attempt) -> {
                            begun.countDown();
                            awaitUninterruptibly(release);
                            over.countDown();
                        })
                        .build(),
                limits.ticker);

        void awaitBegun() throws InterruptedException {
            assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(budget.available()).isEqualTo(RetryBudget.CAPACITY - RetryBudget.RETRY_COST);
        }

        @Override
        public void close() {
            release.countDown();
            awaitUninterruptibly(over);
        }
    }

    /** The tokens are not returned a second time when the hook returns. */
    private void assertUnmadeAfter(BlockedHook hook) {
        hook.close();
        await().during(Duration.ofMillis(20)).until(() -> budget.available() == RetryBudget.CAPACITY);
        assertUnmade(hook.retry);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                if (!latch.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("never released");
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void callWhoseRetryIsShutDownShouldReturnItsTokens() {
        Retry retry = retry(limits.ticker);
        CompletableFuture<String> call = retry.callAsync(UnmadeRetryTests::failed);
        retry.shutdown();
        assertThat(call).failsWithin(LimitFixture.LONG);
        assertUnmade(retry);
    }

    @Test
    void callForWhichNoTimerCanBeSetShouldReturnItsTokens() {
        Retry retry = retry(new TimerlessTicker(limits.ticker));
        assertThat(retry.callAsync(UnmadeRetryTests::failed)).isCompletedExceptionally();
        assertUnmade(retry);
    }

    @Test
    void retryThatIsMadeShouldStillCost() {
        Retry retry = retry(limits.ticker);
        catchThrowable(() -> retry.run(UnmadeRetryTests::fail));
        assertThat(budget.available()).isEqualTo(RetryBudget.CAPACITY - RetryBudget.RETRY_COST);
        assertThat(retry.metrics().totalRetries()).isEqualTo(1);
    }

    @Test
    void attemptAfterADelayShouldNotFollowMaxDuration() {
        Retry retry = Retry.of(
                "r",
                RetryConfig.builder()
                        .maxDuration(Duration.ofSeconds(3))
                        .baseDelay(Duration.ofSeconds(1))
                        .jitter(false)
                        .maxAttempts(10)
                        .build(),
                limits.ticker);
        CompletableFuture<String> first = new CompletableFuture<>();
        CompletableFuture<String> call = retry.callAsync(() -> first);
        limits.ticker.advance(Duration.ofMillis(2_500));
        first.completeExceptionally(new IOException());
        assertThat(catchThrowable(call::join).getCause()).hasMessageContaining("no time left");
        assertThat(retry.metrics().totalRetries()).isZero();
        assertThat(limits.ticker.scheduledCount()).isZero();
    }

    private void assertUnmade(Retry retry) {
        await().atMost(LimitFixture.LONG).until(() -> budget.available() == RetryBudget.CAPACITY);
        assertThat(retry.metrics().totalRetries()).isZero();
        assertThat(retry.metrics().totalCancelled() + retry.metrics().totalExhausted())
                .isEqualTo(1);
    }

    private Retry retry(Ticker ticker) {
        return Retry.of(
                "r",
                RetryConfig.builder()
                        .maxAttempts(2)
                        .baseDelay(DELAY)
                        .jitter(false)
                        .budget(budget)
                        .build(),
                ticker);
    }

    private static String fail() throws IOException {
        throw new IOException("down");
    }

    private static CompletableFuture<String> failed() {
        return CompletableFuture.failedFuture(new IOException("down"));
    }
}
