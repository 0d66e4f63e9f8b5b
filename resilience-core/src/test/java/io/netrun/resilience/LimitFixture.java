package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutThread;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Calls that hang until their timeout fires, on a ticker that the test advances. */
public final class LimitFixture {

    public static final Duration LIMIT = Duration.ofSeconds(5);
    public static final Duration LONG = Duration.ofSeconds(20);

    public final ManualTicker ticker = new ManualTicker();

    /** A hanging body has begun. */
    public final CountDownLatch running = new CountDownLatch(1);

    /** Lets all hanging bodies end. */
    public final CountDownLatch release = new CountDownLatch(1);

    public Timeout timeout(TimeoutThread thread) {
        return timeout(thread, true);
    }

    public Timeout timeout(TimeoutThread thread, boolean interrupt) {
        return Timeout.of(
                "t",
                TimeoutConfig.builder()
                        .duration(LIMIT)
                        .thread(thread)
                        .interrupt(interrupt)
                        .build(),
                ticker);
    }

    public Retry retry(UnaryOperator<RetryConfig.Builder> settings) {
        return Retry.of("r", settings.apply(RetryConfig.builder().jitter(false)).build(), ticker);
    }

    /**
     * Makes a call on another thread, advances the time to its timeout as soon as it hangs, and returns what the call
     * throws.
     */
    public Throwable exceed(CheckedRunnable<?> call) {
        return exceedWhen(() -> running.getCount() == 0, call);
    }

    public Throwable exceedWhen(BooleanSupplier when, CheckedRunnable<?> call) {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> thrown.set(catchThrowable(call::run)));
        caller.start();
        await().atMost(LONG).until(when::getAsBoolean);
        ticker.advance(LIMIT);
        await().atMost(LONG).until(() -> !caller.isAlive());
        return thrown.get();
    }

    /** Hangs until it is interrupted. */
    public void hang() throws InterruptedException {
        running.countDown();
        release.await();
    }

    /** Hangs and ignores interrupts. */
    public void hangDeaf() {
        running.countDown();
        awaitUninterruptibly(release);
    }

    /** Takes a permit for as long as nothing is released. */
    public void occupy(Bulkhead full) {
        CountDownLatch held = new CountDownLatch(1);
        new Thread(() -> full.run(() -> {
                    held.countDown();
                    awaitUninterruptibly(release);
                }))
                .start();
        awaitLatch(held);
    }

    public static void awaitLatch(CountDownLatch latch) {
        await().atMost(LONG).until(() -> latch.getCount() == 0);
    }

    /** Until one of the latches is open, whatever interrupts come. */
    public static void awaitLatchSpinning(CountDownLatch... latches) {
        while (Arrays.stream(latches).allMatch(latch -> latch.getCount() > 0)) {
            Thread.onSpinWait();
        }
    }

    /** Waits, whatever interrupts come. */
    public static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException ignored) {
                // it is deaf
            }
        }
    }
}
