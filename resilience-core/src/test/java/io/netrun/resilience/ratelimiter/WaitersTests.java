package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Asynchronous calls that wait for their tokens while others leave and settings change. */
@Timeout(60)
class WaitersTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final List<Integer> begun = new CopyOnWriteArrayList<>();

    /** In which order waiters leave. */
    enum Leaving {
        FIRST_TO_LAST {
            @Override
            void sort(List<?> waiters) {
                // They are in this order.
            }
        },
        LAST_TO_FIRST {
            @Override
            void sort(List<?> waiters) {
                Collections.reverse(waiters);
            }
        },
        ANYHOW {
            @Override
            void sort(List<?> waiters) {
                Collections.shuffle(waiters, new Random(1));
            }
        };

        abstract void sort(List<?> waiters);
    }

    @ParameterizedTest
    @EnumSource
    void nextCallWhenAllWaitersHaveLeftShouldGetTheNextToken(Leaving leaving) {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 500);
        ticker.advance(Duration.ofMillis(60));
        leaving.sort(waiters);
        waiters.forEach(waiter -> waiter.cancel(true));
        assertThat(limiter.metrics().waiting()).isZero();
        assertThat(ticker.scheduledCount()).isZero();
        limiter.run(() -> {});
        assertThat(ticker.sleeps()).containsExactly(Duration.ofMillis(40));
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(2);
        assertThat(limiter.metrics().totalRejected()).isZero();
        assertThat(begun).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void waitersThatLeaveAfterTheLimitFellShouldLeaveNoDebt(Leaving leaving) {
        RateLimiter limiter = limiter(c -> c.limit(1_000).burst(1).maxWait(SECOND));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 500);
        limiter.reconfigure(c -> c.toBuilder().limit(1).maxWait(Duration.ZERO).build());
        leaving.sort(waiters);
        waiters.forEach(waiter -> waiter.cancel(true));
        assertThat(limiter.metrics().waiting()).isZero();
        assertThat(retryAfter(limiter)).isEqualTo(SECOND);
        ticker.advance(SECOND.multipliedBy(3));
        limiter.run(() -> {});
        assertThat(retryAfter(limiter)).isEqualTo(SECOND);
    }

    @Test
    void waitersWhenTheLimitRisesShouldBeginAtTheNewRateInOrder() {
        RateLimiter limiter = limiter(c -> c.limit(1).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        waiters(limiter, 20);
        limiter.reconfigure(c -> c.toBuilder().limit(1_000).build());
        waiter(limiter, 20);
        for (int count = 1; count <= 21; count++) {
            ticker.advance(Duration.ofMillis(1));
            awaitBegun(count);
        }
        assertThat(begun)
                .containsExactlyElementsOf(IntStream.range(0, 21).boxed().toList());
        assertThat(limiter.metrics().waiting()).isZero();
    }

    @Test
    void waitersWhenTheyAreDueTogetherShouldBeginInOrder() {
        RateLimiter limiter = limiter(c -> c.limit(1).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        waiters(limiter, 20);
        limiter.reconfigure(c -> c.toBuilder().limit(1_000).build());
        waiter(limiter, 20);
        ticker.advance(SECOND);
        awaitBegun(21);
        assertThat(begun).hasSize(21).doesNotHaveDuplicates();
    }

    @Test
    void waitersWhenTheLimitFallsShouldBeginAtTheNewRate() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        waiters(limiter, 3);
        ticker.advance(Duration.ofMillis(50));
        limiter.reconfigure(c -> c.toBuilder().limit(1).build());
        ticker.advance(Duration.ofMillis(499));
        limiter.queue().drain();
        assertThat(limiter.metrics().waiting()).isEqualTo(3);
        ticker.advance(Duration.ofMillis(1));
        awaitBegun(1);
        ticker.advance(Duration.ofMillis(999));
        limiter.queue().drain();
        assertThat(limiter.metrics().waiting()).isEqualTo(2);
        ticker.advance(Duration.ofMillis(1));
        awaitBegun(2);
    }

    @Test
    void waiterThatLeavesShouldMoveThoseBehindItUpAndNobodyElse() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 4);
        waiters.get(1).cancel(true);
        for (int count = 1; count <= 3; count++) {
            ticker.advance(Duration.ofMillis(99));
            limiter.queue().drain();
            assertThat(limiter.metrics().waiting()).isEqualTo(4 - count);
            ticker.advance(Duration.ofMillis(1));
            awaitBegun(count);
        }
        assertThat(begun).containsExactly(0, 2, 3);
    }

    @Test
    void waiterWhoseTokenComesTooLateAfterAChangeShouldBeRejected() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(SECOND));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 3);
        limiter.reconfigure(c -> c.toBuilder().limit(1).build());
        ticker.advance(SECOND);
        assertThat(waiters.get(0)).succeedsWithin(SOON);
        assertThat(waiters.get(1))
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(RateLimitExceededException.class);
        assertThat(waiters.get(2))
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(RateLimitExceededException.class);
        assertThat(limiter.metrics().totalRejected()).isEqualTo(2);
        assertThat(ticker.scheduledCount()).isZero();
        limiter.run(() -> {});
        assertThat(ticker.sleeps()).containsExactly(SECOND);
    }

    @Test
    void waiterBehindOthersThatLeaveShouldNotExpireAfterAChange() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(SECOND));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 3);
        limiter.reconfigure(c -> c.toBuilder().limit(1).build());
        waiters.get(0).cancel(true);
        waiters.get(1).cancel(true);
        ticker.advance(SECOND);
        assertThat(waiters.get(2)).succeedsWithin(SOON).isEqualTo(2);
    }

    @Test
    void settingsThatWouldHaveWaitersWaitForAgesShouldRejectTheLast() {
        RateLimiter limiter = limiter(c -> c.limit(1).burst(1).maxWait(Duration.ofDays(36_500)));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 20);
        limiter.reconfigure(
                c -> c.toBuilder().period(Duration.ofDays(365L * 10)).build());
        assertThat(waiters.get(19)).failsWithin(SOON);
        assertThat(waiters.get(0)).isNotDone();
        int waiting = limiter.metrics().waiting();
        assertThat(waiting).isEqualTo(13);
        limiter.reconfigure(c -> c.toBuilder().period(SECOND).build());
        for (int i = 0; i < waiting; i++) {
            ticker.advance(SECOND);
            assertThat(waiters.get(i)).succeedsWithin(SOON);
        }
        await().until(() -> limiter.metrics().totalRejected() == 7); // workers reject them
    }

    @Test
    void rejectionShouldCountTheWaitersAhead() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMillis(250)));
        limiter.run(() -> {});
        waiters(limiter, 2);
        assertThat(retryAfter(limiter)).isEqualTo(Duration.ofMillis(50));
        assertThat(limiter.metrics().waiting()).isEqualTo(2);
    }

    @Test
    void waitersWhenSwitchedOffShouldGoOnAtOnceAndUseNoToken() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 3);
        limiter.setEnabled(false);
        for (CompletableFuture<Integer> waiter : waiters) {
            assertThat(waiter).succeedsWithin(SOON);
        }
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(4);
        assertThat(limiter.metrics().waiting()).isZero();
        limiter.setEnabled(true);
        limiter.run(() -> {});
        assertThat(ticker.sleeps()).containsExactly(Duration.ofMillis(100));
    }

    @Test
    void callsThatLeaveShouldCountAsNeitherAcceptedNorRejected() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        waiters(limiter, 3).forEach(waiter -> waiter.completeExceptionally(new IllegalStateException("left")));
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(10, SECOND, 10, 0, 0, 1, 0, 0, 0, 0, 1, 0, Duration.ZERO, 0, 0));
    }

    @Test
    void waiterWhoseCallIsGivenUpShouldLeaveAtOnceAndNeverRun() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        Deadline scope = Deadline.NONE.child();
        CompletableFuture<Integer> givenUp = limiter.entry().callAsync(() -> begin(0), scope);
        CompletableFuture<Integer> behind = waiter(limiter, 1);
        scope.tryStop();
        assertThat(limiter.metrics().waiting()).isEqualTo(1);
        await().atMost(SOON).until(givenUp::isCancelled);
        ticker.advance(Duration.ofMillis(100));
        assertThat(behind).succeedsWithin(SOON).isEqualTo(1);
        assertThat(begun).containsExactly(1);
    }

    @Test
    void waitersWhenShutDownShouldFailAndGiveTheirTokensBack() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1).maxWait(Duration.ofMinutes(1)));
        limiter.run(() -> {});
        List<CompletableFuture<Integer>> waiters = waiters(limiter, 3);
        limiter.shutdown();
        for (CompletableFuture<Integer> waiter : waiters) {
            assertThat(waiter).failsWithin(SOON);
        }
        assertThat(limiter.metrics().totalRejected()).isEqualTo(3);
        ticker.advance(Duration.ofMillis(100));
        limiter.run(() -> {});
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void newcomerShouldStandBehindWaitersWhoseTimerIsLate() {
        RateLimiter limiter = timerless(c -> c.limit(10).burst(1));
        limiter.run(() -> {});
        ProbeWaiter late = new ProbeWaiter();
        late.add(limiter, SECOND.toNanos());
        ticker.advance(Duration.ofMillis(100));
        assertThat(retryAfter(limiter)).isEqualTo(Duration.ofMillis(100));
        ticker.advance(Duration.ofMillis(100));
        limiter.run(() -> assertThat(late.state()).isEqualTo(Reservation.State.GRANTED));
        assertThat(retryAfter(limiter)).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void lateTimerShouldNotMakeMoreThanTheBurst() {
        RateLimiter limiter = timerless(c -> c.limit(10).burst(2));
        limiter.run(() -> {});
        limiter.run(() -> {});
        new ProbeWaiter().add(limiter, SECOND.toNanos());
        ticker.advance(Duration.ofMinutes(1));
        limiter.run(() -> {});
        limiter.run(() -> {});
        assertThat(retryAfter(limiter)).isEqualTo(Duration.ofMillis(100));
    }

    private CompletableFuture<Integer> waiter(RateLimiter limiter, int number) {
        return limiter.callAsync(() -> begin(number));
    }

    private CompletableFuture<Integer> begin(int number) {
        begun.add(number);
        return CompletableFuture.completedFuture(number);
    }

    private List<CompletableFuture<Integer>> waiters(RateLimiter limiter, int count) {
        List<CompletableFuture<Integer>> waiters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            waiters.add(waiter(limiter, i));
        }
        assertThat(limiter.metrics().waiting()).isEqualTo(count);
        return waiters;
    }

    private void awaitBegun(int count) {
        await().atMost(SOON).until(() -> begun.size() == count);
    }

    private static Duration retryAfter(RateLimiter limiter) {
        return catchThrowableOfType(RateLimitExceededException.class, () -> limiter.run(() -> {}))
                .retryAfter()
                .orElseThrow();
    }

    private RateLimiter timerless(Consumer<RateLimiterConfig.Builder> settings) {
        return RateLimiter.of("test", limiter(settings).config(), new TimerlessTicker(ticker));
    }

    private RateLimiter limiter(Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder();
        settings.accept(builder);
        return RateLimiter.of("test", builder.build(), ticker);
    }
}
