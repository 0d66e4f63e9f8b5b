package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A sleep ends early by a shutdown, the end of its scope, or an interrupt by the thread's user, none of which hides
 * another.
 */
@Timeout(60)
class WaitsTests {

    private static final long LONG = TimeUnit.HOURS.toNanos(1);

    private final PendingWaits waits = new PendingWaits();
    private final Deadline scope = Deadline.NONE.child();

    /** How a sleep is ended early. */
    enum Wake {
        SHUTDOWN {
            @Override
            void wake(PendingWaits waits, Deadline scope) {
                waits.shutdown();
            }
        },
        SCOPE {
            @Override
            void wake(PendingWaits waits, Deadline scope) {
                scope.tryStop();
            }
        };

        abstract void wake(PendingWaits waits, Deadline scope);
    }

    static Stream<Ticker> tickers() {
        return Stream.of(Ticker.system(), new RealTicker());
    }

    @ParameterizedTest
    @EnumSource
    void interruptBeforeAnEndedWaitShouldStay(Wake wake) throws Exception {
        for (Ticker ticker : tickers().toList()) {
            wake.wake(waits, scope);
            Thread.currentThread().interrupt();

            assertThat(waits.sleep(ticker, LONG, scope)).isFalse();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    /** The interrupt comes when the sleep has been woken and has not returned yet. */
    @ParameterizedTest
    @EnumSource
    void interruptThatMeetsTheWakeUpShouldStay(Wake wake) {
        Thread waiter = Thread.currentThread();
        CountDownLatch interrupted = new CountDownLatch(1);
        RealTicker ticker = new RealTicker() {

            @Override
            public void sleep(long nanos) throws InterruptedException {
                wake.wake(waits, scope);
                try {
                    super.sleep(nanos);
                } finally {
                    waiter.interrupt();
                    interrupted.countDown();
                }
            }
        };

        Throwable thrown = catchThrowable(() -> waits.sleep(ticker, LONG, scope));

        // The sleep may have returned before the interrupt comes.
        LimitFixture.awaitLatchSpinning(interrupted);
        boolean flag = Thread.interrupted();
        assertThat(flag || thrown instanceof InterruptedException).isTrue();
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void interruptShouldEndTheSleepAndClearTheFlag(Ticker ticker) throws Exception {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        AtomicReference<@Nullable Boolean> flag = new AtomicReference<>();
        Thread sleeper = new Thread(() -> {
            thrown.set(catchThrowable(() -> waits.sleep(ticker, LONG, scope)));
            flag.set(Thread.currentThread().isInterrupted());
        });
        sleeper.start();
        await().until(() -> isParked(sleeper));

        sleeper.interrupt();

        sleeper.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(flag.get()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void sleeperShouldNotBeInterruptedToBeWoken(Ticker ticker) throws Exception {
        CompletableFuture<Boolean> slept = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread sleeper = new Thread(() -> {
            try {
                slept.complete(waits.sleep(ticker, LONG, scope));
            } catch (Throwable unexpected) {
                slept.completeExceptionally(unexpected);
            }
            flag.complete(Thread.currentThread().isInterrupted());
        });
        sleeper.start();
        await().until(() -> isParked(sleeper));

        waits.shutdown();

        assertThat(slept).succeedsWithin(LimitFixture.LONG).isEqualTo(false);
        assertThat(flag).succeedsWithin(LimitFixture.LONG).isEqualTo(false);
    }

    @ParameterizedTest
    @MethodSource("tickers")
    void sleepShouldEndWithItsTime(Ticker ticker) throws Exception {
        assertThat(waits.sleep(ticker, 1, scope)).isTrue();
    }

    @Test
    void sleepShouldFailAsItsTickerDoes() {
        IllegalArgumentException broken = new IllegalArgumentException("broken");
        RealTicker ticker = new RealTicker() {

            @Override
            public void sleep(long nanos) {
                throw broken;
            }
        };

        assertThat(catchThrowable(() -> waits.sleep(ticker, LONG, scope))).hasRootCause(broken);
    }

    @Test
    void workerShouldNotSleepOnWhenNobodyWaits() throws Exception {
        CountDownLatch woken = new CountDownLatch(1);
        CountDownLatch asleep = new CountDownLatch(1);
        RealTicker ticker = new RealTicker() {

            @Override
            public void sleep(long nanos) throws InterruptedException {
                asleep.countDown();
                try {
                    super.sleep(nanos);
                } finally {
                    woken.countDown();
                }
            }
        };
        new Thread(() -> catchThrowable(() -> waits.sleep(ticker, LONG, scope))).start();
        LimitFixture.awaitLatch(asleep);

        scope.tryStop();

        LimitFixture.awaitLatch(woken);
    }

    @Test
    void retryInterruptedWhileItIsShutDownShouldKeepTheInterrupt() {
        ManualTicker time = new ManualTicker();
        Retry[] own = new Retry[1];
        own[0] = Retry.of(
                "r", RetryConfig.builder().baseDelay(Duration.ofSeconds(1)).build(), time);
        own[0].onRetry((failure, attempt) -> {
            own[0].shutdown();
            Thread.currentThread().interrupt();
        });

        Throwable thrown = catchThrowable(() -> own[0].run(() -> {
            throw new IOException("down");
        }));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(thrown).isInstanceOf(IOException.class);
    }

    private static boolean isParked(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING || thread.getState() == Thread.State.WAITING;
    }

    /** Real time, but not the system's ticker. */
    private static class RealTicker extends RelayTicker {

        RealTicker() {
            super(Ticker.system());
        }
    }
}
