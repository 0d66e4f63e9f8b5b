package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.lang.ref.WeakReference;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The share of the rate that a new rate limiter uses, which rises with the time since its creation in {@link #STEPS}
 * even steps, from a third: the cold factor of 3 of Guava's {@code SmoothRateLimiter.SmoothWarmingUp}. As with the slow
 * start of load balancers, it depends on time and not on calls, and does not begin again after a quiet time. A timer
 * runs until it is over, and none after that.
 */
final class WarmUp implements PendingWaits.Waiting {

    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

    private static final double COLD_FACTOR = 3;
    private static final int STEPS = 20;

    private final Ticker ticker;
    private final Runnable onStep;
    private final long begun;
    private volatile boolean over;
    private volatile Ticker.@Nullable Scheduled scheduled;

    /**
     * Creates a warm-up, without a timer.
     *
     * @param begun when the rate limiter was created, on the ticker, in nanoseconds
     * @param onStep called when the share has changed, on a worker thread
     */
    WarmUp(Ticker ticker, long begun, Runnable onStep) {
        this.ticker = ticker;
        this.begun = begun;
        this.onStep = onStep;
    }

    /** Returns the number of steps that have passed. */
    private long steps(Duration time) {
        if (over || time.isZero()) {
            return STEPS;
        }
        return Math.min(STEPS, Math.max(0, ticker.nanoTime() - begun) / stepNanos(time));
    }

    /** Returns the time of a step, in whole nanoseconds, so that a timer never fires before its step is over. */
    private static long stepNanos(Duration time) {
        return (Require.nanos(time) - 1) / STEPS + 1;
    }

    /**
     * Returns the present share, from a third to 1.
     *
     * @param time the whole time of the warm-up
     */
    double share(Duration time) {
        return (1 + (COLD_FACTOR - 1) * steps(time) / STEPS) / COLD_FACTOR;
    }

    /** Sets the timer for the next step, if there is one. Called by one thread at a time. */
    void setTimer(Duration time) {
        Ticker.Scheduled former = scheduled;
        if (former != null) {
            scheduled = null;
            former.cancel();
        }
        long steps = steps(time);
        if (steps >= STEPS) {
            return;
        }
        try {
            long next = begun + (steps + 1) * stepNanos(time);
            scheduled = ticker.scheduleAt(Workers.handOverWhenDue(new Step(this)), next);
        } catch (Throwable noTimer) {
            SafeLog.error(log, "The warm-up of a rate limiter has no timer and ends at once", noTimer);
            over = true;
        }
        if (over) { // shut down meanwhile
            onShutdown();
        }
    }

    private void step() {
        if (!over) {
            onStep.run();
        }
    }

    @Override
    public void onShutdown() {
        over = true;
        Ticker.Scheduled last = scheduled;
        if (last != null) {
            last.cancel();
        }
    }

    /** The timer does not keep a rate limiter that nobody refers to, such as an evicted one. */
    private static final class Step extends WeakReference<WarmUp> implements Runnable {

        Step(WarmUp warmUp) {
            super(warmUp);
        }

        @Override
        public void run() {
            WarmUp warmUp = get();
            if (warmUp != null) {
                warmUp.step();
            }
        }
    }
}
