package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.TimerlessTicker;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sync calls that wait for their tokens, in real time and with a manual ticker. */
@Timeout(120)
class SyncWaitersTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTicker time = new ManualTicker();
    private final List<Integer> begun = new CopyOnWriteArrayList<>();

    static Stream<Ticker> tickers() {
        return Stream.of(Ticker.system(), new StandingTicker(new ManualTicker()));
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void waitersWhenTheLimitRisesShouldWake(Ticker ticker) {
        RateLimiter limiter = onePerHour(ticker);
        List<Waiting> waiters = waiters(limiter, 3);
        limiter.reconfigure(
                c -> c.toBuilder().period(Duration.ofNanos(1_000)).burst(1).build());
        if (ticker instanceof StandingTicker standing) {
            standing.time().advance(Duration.ofSeconds(1));
        }
        waiters.forEach(waiter -> assertThat(waiter.end).succeedsWithin(SOON));
        assertThat(begun).containsExactlyInAnyOrder(0, 1, 2);
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void waitersWhenSwitchedOffShouldGoOn(Ticker ticker) {
        RateLimiter limiter = onePerHour(ticker);
        List<Waiting> waiters = waiters(limiter, 2);
        limiter.setEnabled(false);
        waiters.forEach(waiter -> assertThat(waiter.end).succeedsWithin(SOON));
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void waitersWhenShutDownShouldFail(Ticker ticker) {
        RateLimiter limiter = onePerHour(ticker);
        List<Waiting> waiters = waiters(limiter, 2);
        limiter.shutdown();
        waiters.forEach(waiter -> assertThat(waiter.end)
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(PolicyShutdownException.class));
        assertThat(limiter.metrics().totalRejected()).isEqualTo(2);
        assertThat(limiter.metrics().waiting()).isZero();
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void waiterWhoseCallIsGivenUpShouldLeave(Ticker ticker) {
        RateLimiter limiter = onePerHour(ticker);
        Deadline scope = Deadline.NONE.child();
        Waiting waiting = new Waiting(() -> limiter.entry().call(() -> begun.add(0), scope));
        awaitWaiting(limiter, 1);
        scope.tryStop();
        assertThat(waiting.end).failsWithin(SOON).withThrowableThat().isInstanceOf(CancellationException.class);
        assertThat(waiting.interrupted).isFalse();
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(1, HOUR, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, Duration.ZERO, 0, 0));
        assertThat(begun).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void waiterThatIsInterruptedShouldLeaveWithTheFlagSet(Ticker ticker) {
        RateLimiter limiter = onePerHour(ticker);
        List<Waiting> waiters = waiters(limiter, 2);
        waiters.get(0).thread.interrupt();
        assertThat(waiters.get(0).end)
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(CallInterruptedException.class);
        assertThat(waiters.get(0).interrupted).isTrue();
        assertThat(limiter.metrics().waiting()).isEqualTo(1);
        waiters.get(1).thread.interrupt();
        assertThat(waiters.get(1).end).failsWithin(SOON);
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(1, HOUR, 1, 0, 0, 1, 0, 0, 0, 0, 1, 0, Duration.ZERO, 0, 0));
    }

    @Test
    void waitersShouldBeginInOrderOfArrivalWhateverTheirKind() {
        RateLimiter limiter = limiter(HOUR, new StandingTicker(time));
        limiter.run(() -> {});
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int number = i;
            ends.add(
                    i % 2 == 0
                            ? new Waiting(() -> limiter.run(() -> begun.add(number))).end
                            : limiter.callAsync(() -> CompletableFuture.completedFuture(begun.add(number))));
            awaitWaiting(limiter, i + 1);
        }
        for (CompletableFuture<?> end : ends) {
            time.advance(HOUR.minusNanos(1));
            assertThat(end).isNotDone();
            time.advance(Duration.ofNanos(1));
            assertThat(end).succeedsWithin(SOON);
        }
        assertThat(begun)
                .containsExactlyElementsOf(IntStream.range(0, 6).boxed().toList());
    }

    @Test
    void waiterBehindOneThatLeavesShouldTakeItsToken() {
        RateLimiter limiter = limiter(HOUR, new StandingTicker(time));
        limiter.run(() -> {});
        List<Waiting> waiters = waiters(limiter, 3);
        waiters.get(0).thread.interrupt();
        assertThat(waiters.get(0).end).failsWithin(SOON);
        time.advance(HOUR);
        assertThat(waiters.get(1).end).succeedsWithin(SOON);
        time.advance(HOUR);
        assertThat(waiters.get(2).end).succeedsWithin(SOON);
    }

    @Test
    void waiterBehindOneThatLeavesShouldTakeItsTokenInRealTime() {
        RateLimiter limiter = limiter(Duration.ofSeconds(4), Ticker.system());
        limiter.run(() -> {});
        List<Waiting> waiters = waiters(limiter, 10);
        waiters.subList(0, 9).forEach(waiter -> waiter.thread.interrupt());
        assertThat(waiters.get(9).end).succeedsWithin(SOON);
        assertThat(begun).containsExactly(9);
    }

    @Test
    void waiterWhoseTokenComesTooLateAfterAChangeShouldBeRejected() {
        RateLimiter limiter = limiter(HOUR, new StandingTicker(time));
        limiter.run(() -> {});
        Waiting waiting = waiters(limiter, 1).get(0);
        limiter.reconfigure(c -> c.toBuilder().period(HOUR.multipliedBy(1_000)).build());
        time.advance(HOUR.multipliedBy(100));
        assertThat(waiting.end)
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(RateLimitExceededException.class);
        assertThat(limiter.metrics().totalRejected()).isEqualTo(1);
        assertThat(limiter.metrics().waiting()).isZero();
    }

    @Test
    void threadWhoseWaitHasEndedEarlyShouldKeepNoInterrupt() {
        RateLimiter limiter = onePerHour(new StandingTicker(time));
        AtomicBoolean flag = new AtomicBoolean(true);
        Waiting waiting = new Waiting(
                () -> limiter.run(() -> flag.set(Thread.currentThread().isInterrupted())));
        awaitWaiting(limiter, 1);
        limiter.setEnabled(false);
        assertThat(waiting.end).succeedsWithin(SOON);
        assertThat(flag).isFalse();
        assertThat(waiting.interrupted).isFalse();
    }

    @Test
    void permitShouldBeWaitedForAsByACall() {
        RateLimiter limiter = limiter(Duration.ofSeconds(1), time);
        limiter.acquirePermit().onSuccess();
        limiter.acquirePermit().close();
        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(1));
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(2);
        assertThat(limiter.metrics().available()).isZero();
    }

    @Test
    void permitWhenItsWaitIsTooLongShouldBeRejected() {
        RateLimiter limiter = limiter(HOUR.multipliedBy(1_000), time);
        limiter.acquirePermit();
        assertThatThrownBy(limiter::acquirePermit).isInstanceOf(RateLimitExceededException.class);
        assertThat(limiter.metrics().totalRejected()).isEqualTo(1);
    }

    @Test
    void tryAcquirePermitShouldNeitherWaitNorOvertake() {
        RateLimiter limiter = limiter(Duration.ofSeconds(1), new TimerlessTicker(time));
        assertThat(limiter.tryAcquirePermit()).isPresent();
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ProbeWaiter waiter = new ProbeWaiter();
        waiter.add(limiter, HOUR.toNanos());
        time.advance(Duration.ofSeconds(1));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(limiter.tryAcquirePermit()).isPresent();
        assertThat(waiter.state()).isEqualTo(Reservation.State.GRANTED);
        limiter.setEnabled(false);
        assertThat(limiter.tryAcquirePermit()).isPresent();
        assertThat(limiter.metrics().totalRejected()).isEqualTo(2);
        assertThat(time.sleeps()).isEmpty();
    }

    @Test
    void tryAcquirePermitShouldAnnounceARejection() {
        RateLimiter limiter = limiter(Duration.ofSeconds(1), time);
        List<Duration> announced = new CopyOnWriteArrayList<>();
        limiter.onRejected(event -> announced.add(event.retryAfter()));
        assertThat(limiter.tryAcquirePermit()).isPresent();
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        await().until(() -> announced.size() == 1);
        assertThat(announced).containsExactly(Duration.ofSeconds(1));
    }

    /** A thread that waits in a call. */
    private static final class Waiting {

        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private final Thread thread;
        private volatile boolean interrupted;

        Waiting(Runnable call) {
            thread = new Thread(() -> {
                Throwable failure = null;
                try {
                    call.run();
                } catch (Throwable thrown) {
                    failure = thrown;
                }
                interrupted = Thread.currentThread().isInterrupted();
                if (failure == null) {
                    end.complete(null);
                } else {
                    end.completeExceptionally(failure);
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    private List<Waiting> waiters(RateLimiter limiter, int count) {
        List<Waiting> waiters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            waiters.add(new Waiting(() -> limiter.run(() -> begun.add(number))));
            awaitWaiting(limiter, i + 1);
        }
        return waiters;
    }

    private static void awaitWaiting(RateLimiter limiter, int count) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(SOON)
                .until(() -> limiter.metrics().waiting() == count);
    }

    private static RateLimiter onePerHour(Ticker ticker) {
        RateLimiter limiter = limiter(HOUR, ticker);
        limiter.run(() -> {});
        return limiter;
    }

    private static RateLimiter limiter(Duration period, Ticker ticker) {
        RateLimiterConfig config = RateLimiterConfig.builder()
                .limit(1)
                .period(period)
                .burst(1)
                .maxWait(HOUR.multipliedBy(100))
                .build();
        return RateLimiter.of("test", config, ticker);
    }
}
