package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
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
