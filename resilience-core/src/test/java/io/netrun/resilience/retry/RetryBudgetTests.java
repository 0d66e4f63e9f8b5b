package io.netrun.resilience.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.RetryAfter;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryBudgetTests {

    private final ManualTicker ticker = new ManualTicker();
    private final RetryBudget budget = RetryBudget.of("shared", ticker);

    @Test
    void outageOfABusyServiceShouldCauseFewRetries() {
        Retry retry = retry(3);
        for (int call = 0; call < 60_000; call++) {
            fail(retry);
            ticker.advance(Duration.ofMillis(1));
        }
        // 35 that the full bucket covers, and one more before the service was known to be busy.
        assertThat(retry.metrics().totalRetries()).isEqualTo(36);
        assertThat(retry.metrics().totalDenied()).isGreaterThan(59_000);
    }

    @Test
    void refundShouldReturnTheTokensOfARetryThatWasNotMade() {
        int cost = budget.tryAcquire(false);
        int overload = budget.tryAcquire(true);
        assertThat(budget.available()).isEqualTo(500 - 14 - 5);
        budget.refund(cost);
        budget.refund(overload);
        assertThat(budget.available()).isEqualTo(500);
        budget.refund(cost);
        assertThat(budget.available()).isEqualTo(500);
        drain();
        int left = budget.available();
        budget.refund(0);
        budget.refund(RetryBudget.DENIED);
        assertThat(budget.available()).isEqualTo(left);
    }

    @Test
    void outageOfAQuietServiceShouldLeaveItOneRetryASecond() {
        Retry retry = retry(2);
        drain();
        for (int second = 0; second < 60; second++) {
            fail(retry);
            ticker.advance(Duration.ofSeconds(1));
        }
        assertThat(retry.metrics().totalRetries()).isEqualTo(60);
    }

    @Test
    void budgetShouldNotFailCallsIfItsTickerDoes() {
        AtomicBoolean broken = new AtomicBoolean();
        RetryBudget unread = RetryBudget.of("unread", new RelayTicker(ticker) {
            @Override
            public long nanoTime() {
                if (broken.get()) {
                    throw new IllegalStateException("no clock");
                }
                return super.nanoTime();
            }
        });
        while (unread.available() >= RetryBudget.RETRY_COST) {
            unread.tryAcquire(false);
        }
        ticker.advance(Duration.ofSeconds(5));
        unread.tryAcquire(false); // the free one of this second
        broken.set(true);
        assertThat(unread.tryAcquire(false)).isEqualTo(RetryBudget.DENIED);
        broken.set(false);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(unread.tryAcquire(false)).isZero();
    }

    @Test
    void deniedCallShouldFailAsItsLastAttemptDid() {
        drain();
        budget.tryAcquire(false); // the free one of this second
        Retry retry = retry(3);
        List<String> heard = new ArrayList<>();
        retry.on(RetryEvent.Denied.class, event -> heard.add(event.name() + " " + event.budget()));
        IOException failure = new IOException();
        assertThatThrownBy(() -> retry.run(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(retry.metrics()).isEqualTo(new RetryMetrics(0, 0, 0, 1, 0, 0, 0));
        assertThat(heard).containsExactly("test shared");
    }

    @Test
    void retryShouldCostFourteenAndLessUnderOverload() {
        Retry retry = retry(2);
        fail(retry);
        assertThat(budget.available()).isEqualTo(500 - 14);
        catchThrowable(() -> retry.run(() -> {
            throw new Overloaded();
        }));
        assertThat(budget.available()).isEqualTo(500 - 14 - 5);
    }

    @Test
    void everyFailureWithoutAHintShouldCostAlike() {
        Retry retry = retry(3);
        fail(retry);
        fail(retry);
        assertThat(budget.available()).isEqualTo(500 - 4 * 14);
    }

    @Test
    void retriedSuccessShouldReturnWhatItsRetryCost() {
        AtomicInteger calls = new AtomicInteger();
        retry(3).run(() -> {
            if (calls.incrementAndGet() < 3) {
                throw new IllegalStateException();
            }
        });
        // Two retries were paid for, one of them in vain.
        assertThat(budget.available()).isEqualTo(500 - 14);
    }

    @Test
    void firstSuccessShouldReturnOneInEveryWayOfCalling() {
        Retry retry = retry(2);
        fail(retry);
        retry.run(() -> {});
        assertThat(budget.available()).isEqualTo(500 - 14 + 1);
        retry.callAsync(() -> CompletableFuture.completedFuture("at once"));
        assertThat(budget.available()).isEqualTo(500 - 14 + 2);
        CompletableFuture<String> later = new CompletableFuture<>();
        retry.callAsync(() -> later);
        later.complete("later");
        assertThat(budget.available()).isEqualTo(500 - 14 + 3);
    }

    @Test
    void budgetShouldNotGrowBeyondItsCapacity() {
        retry(2).run(() -> {});
        assertThat(budget.available()).isEqualTo(500);
    }

    @Test
    void retriesThatNameTheSameBudgetShouldShareIt() {
        drain();
        budget.tryAcquire(false);
        Retry other = retry(2);
        fail(other);
        assertThat(other.metrics().totalDenied()).isEqualTo(1);
    }

    private Retry retry(int attempts) {
        RetryConfig config = RetryConfig.builder()
                .maxAttempts(attempts)
                .baseDelay(Duration.ZERO)
                .budget(budget)
                .build();
        return Retry.of("test", config, ticker);
    }

    private void drain() {
        while (budget.available() >= RetryBudget.RETRY_COST) {
            budget.tryAcquire(false);
        }
    }

    private static void fail(Retry retry) {
        catchThrowable(() -> retry.run(() -> {
            throw new IOException("down");
        }));
    }

    private static final class Overloaded extends IOException implements RetryAfter {

        private static final long serialVersionUID = 1L;

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(Duration.ZERO);
        }
    }
}
