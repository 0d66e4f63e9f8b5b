package io.netrun.resilience.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Hedges with {@code onFailure}. */
@org.junit.jupiter.api.Timeout(60)
class FailureHedgeTests {

    private final HedgedAttempts hedged = new HedgedAttempts();
    private final ManualTicker ticker = hedged.ticker;
    private final List<CompletableFuture<String>> attempts = hedged.attempts;

    private Hedge hedge(Consumer<HedgeConfig.Builder> settings) {
        return hedged.hedge(c -> {
            c.onFailure(true);
            settings.accept(c);
        });
    }

    @Test
    void failureShouldStartTheNextAttemptAtOnce() {
        Hedge hedge = hedge(c -> {});
        List<HedgeEvent.Hedged> events = new CopyOnWriteArrayList<>();
        hedge.onHedged(events::add);
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        IOException failure = new IOException("first");
        attempts.get(0).completeExceptionally(failure);
        assertThat(attempts).hasSize(2);
        assertThat(call).isNotDone();
        attempts.get(1).complete("second");
        assertThat(call).isCompletedWithValue("second");
        assertThat(hedge.metrics()).isEqualTo(new HedgeMetrics(0, 1, 1, 0, HedgedAttempts.DELAY));
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.attempt()).isEqualTo(2);
            assertThat(event.failure()).isSameAs(failure);
        });
    }

    @Test
    void attemptsShouldBeBounded() {
        Hedge hedge = hedge(c -> c.maxAttempts(3).maxActive(1));
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        for (int i = 0; i < 3; i++) {
            attempts.get(i).completeExceptionally(new IOException("attempt " + i));
        }
        assertThat(call).isCompletedExceptionally();
        assertThatThrownBy(call::join).hasMessageContaining("attempt 2");
        assertThat(attempts).hasSize(3);
        assertThat(hedge.metrics().active()).isZero();
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void bodyThatThrowsShouldBeFollowedAtOnce() {
        Hedge hedge = hedge(c -> c.maxAttempts(10).maxActive(1));
        AtomicInteger made = new AtomicInteger();
        CompletableFuture<String> call = hedge.callAsync(() -> {
            if (made.incrementAndGet() < 10) {
                throw new IllegalStateException();
            }
            return CompletableFuture.completedFuture("tenth");
        });
        assertThat(call).isCompletedWithValue("tenth");
        assertThat(hedge.metrics().active()).isZero();
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void delayShouldBeginWithTheNextAttempt() {
        Hedge hedge = hedge(c -> c.maxAttempts(3));
        hedge.callAsync(hedged::attempt);
        ticker.advance(HedgedAttempts.DELAY.dividedBy(2));
        attempts.get(0).completeExceptionally(new IOException());
        assertThat(ticker.scheduledCount()).isEqualTo(1);
        ticker.advance(HedgedAttempts.DELAY.minusNanos(1));
        assertThat(attempts).hasSize(2);
        ticker.advance(java.time.Duration.ofNanos(1));
        await().until(() -> attempts.size() == 3);
    }

    @Test
    void ignoredFailureShouldStartNone() {
        Hedge hedge = hedge(c -> c.exceptions(IOException.class).ignoreExceptions(java.io.FileNotFoundException.class));
        for (Exception failure : List.of(new IllegalStateException(), new java.io.FileNotFoundException())) {
            attempts.clear();
            CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
            attempts.get(0).completeExceptionally(failure);
            assertThat(call).isCompletedExceptionally();
            assertThat(attempts).hasSize(1);
        }
        assertThat(hedge.metrics().totalHedged()).isZero();
    }

    @Test
    void rejectionShouldStartNoneUnlessNamed() {
        CircuitBreaker breaker = CircuitBreaker.of("b");
        breaker.forceOpen();
        Hedge none = hedge(c -> {});
        assertThat(Pipeline.of(none, breaker).callAsync(hedged::attempt)).isCompletedExceptionally();
        assertThat(none.metrics().totalHedged()).isZero();
        Hedge named = hedge(c -> c.exceptions(CircuitOpenException.class));
        assertThat(Pipeline.of(named, breaker).callAsync(hedged::attempt)).isCompletedExceptionally();
        assertThat(named.metrics().totalHedged()).isEqualTo(1);
    }

    @Test
    void attemptWithoutASlotShouldNotStart() {
        Hedge hedge = hedge(c -> c.maxActive(1));
        hedge.callAsync(hedged::attempt);
        hedged.passDelay(2);
        CompletableFuture<String> other = hedge.callAsync(hedged::attempt);
        attempts.get(2).completeExceptionally(new IOException());
        assertThat(other).isCompletedExceptionally();
        assertThat(hedge.metrics().totalDenied()).isEqualTo(1);
        assertThat(hedge.metrics().active()).isEqualTo(1);
    }

    @Test
    void cancelledCallShouldStartNone() {
        Hedge hedge = hedge(c -> {});
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        call.cancel(true);
        assertThat(attempts).singleElement().matches(CompletableFuture::isCancelled);
        assertThat(hedge.metrics()).isEqualTo(new HedgeMetrics(0, 0, 0, 0, HedgedAttempts.DELAY));
    }

    @Test
    void cancelShouldReachTheAttemptAfterAFailure() {
        Hedge hedge = hedge(c -> c.maxAttempts(3));
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        attempts.get(0).completeExceptionally(new IOException());
        call.cancel(true);
        assertThat(attempts.get(1)).isCancelled();
        assertThat(attempts).hasSize(2);
        assertThat(hedge.metrics().active()).isZero();
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callGivenUpShouldStartNone() {
        Timeout timeout = Timeout.of(
                "t",
                TimeoutConfig.builder()
                        .duration(HedgedAttempts.DELAY.dividedBy(2))
                        .build(),
                ticker);
        Hedge hedge = hedge(c -> {});
        CompletableFuture<String> call = Pipeline.of(timeout, hedge).callAsync(hedged::attempt);
        ticker.advance(HedgedAttempts.DELAY.dividedBy(2));
        assertThat(call).failsWithin(java.time.Duration.ofSeconds(20));
        await().until(() -> attempts.get(0).isCancelled() && ticker.scheduledCount() == 0);
        assertThat(attempts).hasSize(1);
    }

    @Test
    void syncFailureShouldStartTheNextAttemptAtOnce() throws IOException {
        Hedge hedge = hedge(c -> {});
        AtomicInteger made = new AtomicInteger();
        String result = hedge.call(() -> {
            if (made.incrementAndGet() == 1) {
                throw new IOException();
            }
            return "second";
        });
        assertThat(result).isEqualTo("second");
        await().until(() -> hedge.metrics().equals(new HedgeMetrics(0, 1, 1, 0, HedgedAttempts.DELAY)));
        await().until(() -> ticker.scheduledCount() == 0);
    }

    @Test
    void lastSyncFailureShouldBeTheCalls() {
        Hedge hedge = hedge(c -> c.maxAttempts(3));
        AtomicInteger made = new AtomicInteger();
        assertThatThrownBy(() -> hedge.call(() -> {
                    throw new IOException("attempt " + made.incrementAndGet());
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("attempt 3");
        await().until(() -> hedge.metrics().active() == 0);
    }

    @Test
    void failedMonoShouldBeFollowedAtOnce() {
        Hedge hedge = hedge(c -> {});
        AtomicInteger made = new AtomicInteger();
        String result = ReactorGuard.of(hedge)
                .mono(() -> made.incrementAndGet() == 1 ? Mono.error(new IllegalStateException()) : Mono.just("second"))
                .block();
        assertThat(result).isEqualTo("second");
        assertThat(hedge.metrics().active()).isZero();
    }

    @Test
    void streamThatHasBegunShouldNotBeFollowed() {
        Hedge hedge = hedge(c -> {});
        AtomicInteger made = new AtomicInteger();
        Flux<String> stream = ReactorGuard.of(hedge).flux(() -> {
            made.incrementAndGet();
            return Flux.concat(Mono.just("row"), Mono.error(new IllegalStateException("broken")));
        });
        assertThatThrownBy(stream::blockLast).hasMessageContaining("broken");
        assertThat(made).hasValue(1);
    }

    @Test
    void failureWhileTheTimerStartsAnAttemptShouldStartOne() throws Exception {
        for (int round = 0; round < 20; round++) {
            HedgedAttempts fresh = new HedgedAttempts();
            Hedge hedge = fresh.hedge(c -> c.onFailure(true).maxAttempts(3));
            CompletableFuture<String> call = hedge.callAsync(fresh::attempt);
            Thread failing = new Thread(() -> fresh.attempts.get(0).completeExceptionally(new IOException()));
            failing.start();
            fresh.ticker.advance(HedgedAttempts.DELAY);
            failing.join();
            await().until(() -> fresh.attempts.size() >= 2);
            assertThat(call).isNotDone();
            fresh.attempts.get(1).complete("second");
            assertThat(call).isCompletedWithValue("second");
            await().until(() -> hedge.metrics().active() == 0);
        }
    }
}
