package io.netrun.resilience.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Sinks;

/** Hedges whose delay is a percentile. */
@org.junit.jupiter.api.Timeout(60)
class AdaptiveHedgeTests {

    private static final Duration INITIAL = Duration.ofSeconds(5);

    private final HedgedAttempts hedged = new HedgedAttempts();
    private final ManualTicker ticker = hedged.ticker;

    private Hedge hedge(double percentile) {
        return hedged.hedge(c -> c.delay(HedgeDelay.percentile(percentile)).initialDelay(INITIAL));
    }

    private void succeed(Hedge hedge, Duration duration) {
        CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
        ticker.advance(duration);
        hedged.attempts.get(hedged.attempts.size() - 1).complete("done");
        assertThat(call).isCompletedWithValue("done");
    }

    private void succeedUpTo(Hedge hedge, int milliseconds) {
        for (int i = 1; i <= milliseconds; i++) {
            succeed(hedge, Duration.ofMillis(i));
        }
    }

    @Test
    void delayShouldFollowThePercentileOfRecentCalls() {
        Hedge hedge = hedge(95);
        succeedUpTo(hedge, 100);
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(95));
        for (int i = 0; i < RecentDurations.SIZE; i++) {
            succeed(hedge, Duration.ofMillis(7));
        }
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(7));
    }

    @Test
    void delayShouldBeTheInitialOneUntilEnoughCallsAreKnown() {
        Hedge hedge = hedge(50);
        succeedUpTo(hedge, RecentDurations.ENOUGH - 1);
        assertThat(hedge.metrics().delay()).isEqualTo(INITIAL);
        succeed(hedge, Duration.ofMillis(RecentDurations.ENOUGH));
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void delayShouldNotBeShorterThanItsMinimum() {
        Hedge hedge = hedged.hedge(
                c -> c.delay(HedgeDelay.percentile(50)).initialDelay(INITIAL).minDelay(Duration.ofMillis(60)));
        succeedUpTo(hedge, RecentDurations.ENOUGH);
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(60));
    }

    @Test
    void changedPercentileShouldApplyToKnownCalls() {
        Hedge hedge = hedge(50);
        succeedUpTo(hedge, RecentDurations.ENOUGH);
        hedge.reconfigure(
                present -> present.toBuilder().delay(HedgeDelay.percentile(99)).build());
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(99));
        hedge.reconfigure(
                present -> present.toBuilder().delay(HedgedAttempts.DELAY).build());
        assertThat(hedge.metrics().delay()).isEqualTo(HedgedAttempts.DELAY);
    }

    @Test
    void failedCallsShouldNotCount() {
        Hedge hedge = hedge(50);
        for (int i = 0; i < RecentDurations.ENOUGH; i++) {
            CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
            hedged.attempts.get(i).completeExceptionally(new IOException());
            assertThat(call).isCompletedExceptionally();
        }
        assertThat(hedge.metrics().delay()).isEqualTo(INITIAL);
    }

    @Test
    void hedgedCallsShouldNotShortenTheDelay() {
        Hedge hedge = hedge(50);
        for (int i = 0; i < RecentDurations.ENOUGH; i++) {
            succeed(hedge, Duration.ofMillis(50));
        }
        for (int i = 0; i < RecentDurations.ENOUGH; i++) {
            int attempts = hedged.attempts.size();
            CompletableFuture<String> call = hedge.callAsync(hedged::attempt);
            ticker.advance(Duration.ofMillis(50));
            org.awaitility.Awaitility.await().until(() -> hedged.attempts.size() == attempts + 2);
            hedged.attempts.get(attempts + 1).complete("second");
            assertThat(call).isCompletedWithValue("second");
        }
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void syncCallsShouldCount() {
        Hedge hedge = hedge(50);
        for (int i = 0; i < RecentDurations.ENOUGH; i++) {
            hedge.<String, RuntimeException>call(() -> {
                ticker.advance(Duration.ofMillis(3));
                return "done";
            });
        }
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(3));
    }

    @Test
    void streamShouldCountByItsFirstElement() {
        Hedge hedge = hedge(50);
        for (int i = 0; i < RecentDurations.ENOUGH; i++) {
            Sinks.Many<String> source = Sinks.many().unicast().onBackpressureBuffer();
            Disposable subscriber = ReactorGuard.of(hedge).flux(source::asFlux).subscribe();
            ticker.advance(Duration.ofMillis(4));
            source.tryEmitNext("row");
            ticker.advance(Duration.ofMillis(400));
            source.tryEmitComplete();
            assertThat(subscriber.isDisposed()).isTrue();
        }
        assertThat(hedge.metrics().delay()).isEqualTo(Duration.ofMillis(4));
    }

    @Test
    void durationsOfManyThreadsShouldGiveTheirPercentile() throws InterruptedException {
        RecentDurations recent = new RecentDurations();
        CountDownLatch done = new CountDownLatch(4);
        for (int i = 0; i < 4; i++) {
            new Thread(() -> {
                        for (int n = 0; n < 20_000; n++) {
                            recent.record(ThreadLocalRandom.current().nextLong(1, 1_001), 90);
                        }
                        done.countDown();
                    })
                    .start();
        }
        done.await();
        recent.compute(90);
        assertThat(recent.nanos()).isBetween(840L, 960L);
    }

    @Test
    void percentileOutOfItsRangeShouldBeRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HedgeDelay.percentile(100))
                .withMessage("delay is p100: must be a percentile between p50 and p99.9");
        assertThatIllegalArgumentException().isThrownBy(() -> HedgeDelay.percentile(Double.NaN));
        assertThat(HedgeDelay.percentile(99.9)).hasToString("p99.9").isEqualTo(HedgeDelay.percentile(99.9));
        assertThat(HedgeDelay.percentile(95)).hasToString("p95").isNotEqualTo(HedgeDelay.of(INITIAL));
        assertThat(HedgeDelay.of(INITIAL)).hasToString("PT5S").hasSameHashCodeAs(HedgeDelay.of(INITIAL));
    }
}
