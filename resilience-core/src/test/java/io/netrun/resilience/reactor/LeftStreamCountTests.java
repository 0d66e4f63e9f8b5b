package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryBudget;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.publisher.TestPublisher;

/** How retries and hedges count streams whose subscriber leaves: by whether an element was delivered before. */
@org.junit.jupiter.api.Timeout(60)
class LeftStreamCountTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Retry retry =
            Retry.of("r", c -> c.maxAttempts(3).baseDelay(Duration.ZERO).countSuccesses(true));
    private final Hedge hedge =
            Hedge.of("h", HedgeConfig.builder().delay(Duration.ofSeconds(1)).build(), ticker);
    private final AtomicInteger subscriptions = new AtomicInteger();

    /** A stream without an end, after some subscriptions that fail. */
    private Flux<Integer> endless(int failures) {
        return Flux.defer(() -> subscriptions.incrementAndGet() <= failures
                ? Flux.error(new IOException())
                : Flux.concat(Flux.just(1), Flux.never()));
    }

    private void read(Guard guard, int failures) {
        subscriptions.set(0);
        assertThat(ReactorGuard.of(guard).flux(endless(failures)).next().block())
                .isEqualTo(1);
    }

    @Test
    void firstAttemptThatDeliveredShouldCountAsSucceeded() {
        read(retry, 0);
        assertThat(retry.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(retry.metrics().totalCancelled()).isZero();
    }

    @Test
    void laterAttemptThatDeliveredShouldCountAsRecovered() {
        read(retry, 2);
        assertThat(retry.metrics().totalRecovered()).isEqualTo(1);
        assertThat(retry.metrics().totalCancelled()).isZero();
        assertThat(retry.metrics().totalSucceeded()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void callLeftBeforeAnElementShouldCountAsCancelled(int failures) {
        Disposable reading = ReactorGuard.of(retry)
                .flux(Flux.defer(() ->
                        subscriptions.incrementAndGet() <= failures ? Flux.error(new IOException()) : Flux.never()))
                .subscribe();
        await().until(() -> subscriptions.get() == failures + 1);
        reading.dispose();
        assertThat(retry.metrics().totalCancelled()).isEqualTo(1);
        assertThat(retry.metrics().totalRecovered() + retry.metrics().totalSucceeded())
                .isZero();
    }

    @Test
    void budgetShouldGetItsTokensBackFromStreamsReadInPart() {
        RetryBudget budget = RetryBudget.of("b", ticker);
        Retry limited = Retry.of(
                "limited", c -> c.maxAttempts(2).baseDelay(Duration.ZERO).budget(budget));
        int before = budget.available();
        for (int call = 0; call < 100; call++) {
            read(limited, call % 10 == 0 ? 1 : 0);
        }
        assertThat(budget.available()).isEqualTo(before);
        assertThat(limited.metrics().totalDenied()).isZero();
    }

    /** A limit that fires is no way of reading a stream in part. */
    @Test
    void streamThatALimitEndsShouldNotCountAsSucceeded() {
        Timeout timeout = Timeout.of(
                "t", TimeoutConfig.builder().duration(Duration.ofSeconds(5)).build(), ticker);
        List<Throwable> failures = new ArrayList<>();
        ReactorGuard.of(Pipeline.of(timeout, retry))
                .mono(ReactorGuard.of(retry).flux(endless(0)).then(Mono.<Integer>never()))
                .subscribe(value -> {}, failures::add);
        ticker.advance(Duration.ofSeconds(5));
        await().until(() -> !failures.isEmpty());
        assertThat(retry.metrics().totalSucceeded()).isZero();
    }

    @Test
    void loserOfAHedgeShouldNotCountAsSucceededByTheWinnersElement() {
        List<TestPublisher<Integer>> sources = List.of(TestPublisher.create(), TestPublisher.create());
        Disposable reading = ReactorGuard.of(Pipeline.of(hedge, retry))
                .flux(Flux.defer(() -> sources.get(subscriptions.getAndIncrement())))
                .subscribe();
        ticker.advance(Duration.ofSeconds(1));
        await().until(() -> subscriptions.get() == 2);
        sources.get(1).next(1);
        reading.dispose();
        await().until(() -> retry.metrics().totalCancelled() + retry.metrics().totalSucceeded() == 2);
        assertThat(retry.metrics().totalSucceeded()).isEqualTo(1);
        assertThat(hedge.metrics().totalWon()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void laterAttemptOfAHedgeShouldWinOnceWithItsFirstElement(boolean leaves) {
        Hedge once = Hedge.of(
                "once", HedgeConfig.builder().delay(Duration.ofSeconds(1)).build(), ticker);
        TestPublisher<Integer> second = TestPublisher.create();
        Disposable reading = ReactorGuard.of(once)
                .flux(Flux.defer(() -> subscriptions.incrementAndGet() == 1 ? Flux.never() : second))
                .subscribe();
        ticker.advance(Duration.ofSeconds(1));
        await().until(() -> subscriptions.get() == 2);
        second.next(1);
        assertThat(once.metrics().totalWon()).isEqualTo(1);
        if (leaves) {
            reading.dispose();
        } else {
            second.complete();
        }
        assertThat(once.metrics().totalWon()).isEqualTo(1);
    }
}
