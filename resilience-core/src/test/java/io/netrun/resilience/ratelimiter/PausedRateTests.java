package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.RelayTicker;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pause lets calls begin later, never earlier: neither its end nor a change of the rate brings a token early. */
class PausedRateTests {

    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final ManualTicker ticker = new ManualTicker();

    /** A limiter of ten calls a second that has no tokens left. */
    private RateLimiter empty() {
        RateLimiter limiter = RateLimiter.of(
                "test",
                RateLimiterConfig.builder()
                        .limit(10)
                        .maxWait(Duration.ofHours(1))
                        .build(),
                ticker);
        for (int i = 0; i < 10; i++) {
            limiter.run(() -> {});
        }
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        return limiter;
    }

    private static CompletableFuture<String> waiter(RateLimiter limiter) {
        return limiter.callAsync(() -> CompletableFuture.completedFuture("done"));
    }

    @Test
    void resumeShouldNotBringATokenEarly() {
        RateLimiter limiter = empty();
        limiter.pauseFor(PAUSE);
        limiter.resume();
        ticker.advance(Duration.ofMillis(99));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(Duration.ofMillis(1));
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }

    @Test
    void resumeShouldBringOneTokenOfTheTimeOfThePause() {
        RateLimiter limiter = empty();
        limiter.pauseFor(PAUSE);
        ticker.advance(Duration.ofSeconds(1));
        limiter.resume();
        assertThat(limiter.tryAcquirePermit()).isPresent();
        assertThat(limiter.tryAcquirePermit()).isEmpty();
    }

    @Test
    void resumeShouldLeaveWaitersWhereTheyAreWithoutThePause() {
        RateLimiter limiter = empty();
        CompletableFuture<String> first = waiter(limiter);
        CompletableFuture<String> second = waiter(limiter);
        limiter.pauseFor(PAUSE);
        ticker.advance(Duration.ofMillis(10));
        limiter.resume();
        ticker.advance(Duration.ofMillis(89));
        assertThat(first).isNotDone();
        ticker.advance(Duration.ofMillis(1));
        assertThat(first).succeedsWithin(PAUSE);
        assertThat(second).isNotDone();
        ticker.advance(Duration.ofMillis(100));
        assertThat(second).succeedsWithin(PAUSE);
    }

    @Test
    void resumeOfAPauseThatMovedNothingShouldMoveNothing() {
        RateLimiter limiter = empty();
        for (int i = 0; i < 5; i++) {
            waiter(limiter);
        }
        CompletableFuture<String> last = waiter(limiter);
        limiter.pauseFor(Duration.ofMillis(50)); // the first token comes later anyway
        limiter.resume();
        ticker.advance(Duration.ofMillis(599));
        assertThat(last).isNotDone();
        ticker.advance(Duration.ofMillis(1));
        assertThat(last).succeedsWithin(PAUSE);
    }

    @Test
    void shorterPauseAfterAResumeShouldNotKeepTheLongerOne() {
        RateLimiter limiter = empty();
        limiter.pauseFor(PAUSE);
        limiter.resume();
        limiter.pauseFor(Duration.ofMillis(200));
        ticker.advance(Duration.ofMillis(199));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(Duration.ofMillis(1));
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lowerRateShouldHoldForThePauseAsWell(boolean waits) {
        RateLimiter limiter = empty();
        Optional<CompletableFuture<String>> waiter = waits ? Optional.of(waiter(limiter)) : Optional.empty();
        limiter.pauseFor(Duration.ofMillis(400));
        limiter.reconfigure(c -> c.toBuilder().limit(1).build());
        ticker.advance(Duration.ofMillis(999));
        assertThat(waiter.map(CompletableFuture::isDone)
                        .orElseGet(() -> limiter.tryAcquirePermit().isPresent()))
                .isFalse();
        ticker.advance(Duration.ofMillis(1));
        waiter.ifPresentOrElse(
                call -> assertThat(call).succeedsWithin(PAUSE),
                () -> assertThat(limiter.tryAcquirePermit()).isPresent());
    }

    @Test
    void changeOfTheRateAndResumeShouldAgree() {
        RateLimiter limiter = empty();
        limiter.pauseFor(PAUSE);
        limiter.reconfigure(c -> c.toBuilder().limit(1).build());
        limiter.resume();
        ticker.advance(Duration.ofMillis(999));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(Duration.ofMillis(1));
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }

    /** A change is made just after the thread that will follow it has read the clock. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void timeBeforeAChangeShouldNotCountAsTimeAfterIt(boolean resumes) {
        LateTicker late = new LateTicker(ticker);
        RateLimiter limiter = RateLimiter.of(
                "test", RateLimiterConfig.builder().limit(1).burst(100).build(), late);
        limiter.acquirePermit(100);
        if (resumes) {
            limiter.pauseFor(PAUSE);
        }
        late.afterNextReading(() -> {
            ticker.advance(Duration.ofSeconds(10));
            if (resumes) {
                limiter.resume();
            } else {
                limiter.reconfigure(c -> c.toBuilder().limit(10).build());
            }
        });
        limiter.queue().drain();
        assertThat(limiter.metrics().available()).isEqualTo(resumes ? 1 : 10);
    }

    private enum Ending {
        BY_ITS_TIME(limiter -> {}, PAUSE),
        RESUMED(RateLimiter::resume, Duration.ofSeconds(1)), // the next token would have been due then
        RESUMED_AND_PAUSED_AGAIN(
                limiter -> {
                    limiter.resume();
                    limiter.pauseFor(Duration.ofSeconds(5));
                },
                Duration.ofSeconds(5));

        private final Consumer<RateLimiter> change;
        private final Duration nextToken;

        Ending(Consumer<RateLimiter> change, Duration nextToken) {
            this.change = change;
            this.nextToken = nextToken;
        }
    }

    /** The clock goes on before the thread that is serving the waiters follows the end of a pause. */
    @ParameterizedTest
    @EnumSource
    void tokensAfterTheEndOfAPauseShouldComeHoweverLateThatIsFollowed(Ending ending) {
        LateTicker late = new LateTicker(ticker);
        RateLimiter limiter = RateLimiter.of(
                "test", RateLimiterConfig.builder().limit(1).burst(100).build(), late);
        limiter.acquirePermit(100);
        limiter.pauseFor(PAUSE);
        late.afterNextReading(() -> {
            ending.change.accept(limiter);
            ticker.advance(ending.nextToken.plusSeconds(10));
        });
        limiter.queue().drain();
        assertThat(limiter.metrics().available()).isEqualTo(11);
    }

    /** Calls that come after the end of a pause, and before that is followed, do not get more than a full bucket. */
    @Test
    void tokensOfAnEndThatIsFollowedLateShouldNotExceedTheBurst() {
        LateTicker late = new LateTicker(ticker);
        RateLimiter limiter = RateLimiter.of(
                "test",
                RateLimiterConfig.builder()
                        .limit(1)
                        .burst(2)
                        .maxWait(Duration.ofHours(1))
                        .build(),
                late);
        limiter.pauseFor(PAUSE);
        List<CompletableFuture<String>> waiters = new ArrayList<>();
        late.afterNextReading(() -> {
            limiter.resume();
            ticker.advance(Duration.ofSeconds(10));
            for (int i = 0; i < 5; i++) {
                waiters.add(waiter(limiter));
            }
        });
        limiter.queue().drain();
        assertThat(limiter.metrics().waiting()).isEqualTo(3);
        assertThat(waiters.get(1)).succeedsWithin(PAUSE);
        assertThat(waiters.get(2)).isNotDone();
    }

    /** 2,000 rounds with seeds of their own; a failure names its seed. */
    @Test
    void noMoreCallsShouldBeginThanTokensCame() {
        for (int seed = 0; seed < 2_000; seed++) {
            round(new Random(seed), "seed " + seed);
        }
    }

    private static void round(Random random, String seed) {
        ManualTicker ticker = new ManualTicker();
        int burst = 1 + random.nextInt(6);
        int limit = 1 + random.nextInt(20);
        RateLimiter limiter = RateLimiter.of(
                "test", RateLimiterConfig.builder().limit(limit).burst(burst).build(), ticker);
        double level = burst;
        List<String> steps = new ArrayList<>();
        for (int step = 0; step < 40; step++) {
            long millis = 1 + random.nextInt(500);
            switch (random.nextInt(5)) {
                case 0 -> {
                    limiter.pauseFor(Duration.ofMillis(millis));
                    steps.add("pause " + millis);
                }
                case 1 -> {
                    limiter.resume();
                    steps.add("resume");
                }
                case 2 -> {
                    limit = 1 + random.nextInt(20);
                    int next = limit;
                    limiter.reconfigure(c -> c.toBuilder().limit(next).build());
                    steps.add("limit " + limit);
                }
                default -> {
                    ticker.advance(Duration.ofMillis(millis));
                    level = Math.min(burst, level + millis * limit / 1_000.0);
                    steps.add("advance " + millis);
                }
            }
            boolean paused = limiter.pausedUntil().isPresent();
            while (limiter.tryAcquirePermit().isPresent()) {
                level--;
                assertThat(paused).as("%s, %s: paused", seed, steps).isFalse();
            }
            assertThat(level).as("%s, %s", seed, steps).isGreaterThan(-1e-6);
        }
        limiter.resume();
        ticker.advance(Duration.ofSeconds(60));
        assertThat(limiter.metrics().available()).as(seed).isEqualTo(burst);
    }

    /** A ticker that lets something happen between a thread's reading of the clock and its next step. */
    private static final class LateTicker extends RelayTicker {

        private Runnable next = () -> {};

        LateTicker(Ticker ticker) {
            super(ticker);
        }

        void afterNextReading(Runnable action) {
            next = action;
        }

        @Override
        public long nanoTime() {
            long now = super.nanoTime();
            Runnable action = next;
            next = () -> {};
            action.run();
            return now;
        }
    }
}
