package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sleep in the time of a ticker other than the system's, for a thread that parks meanwhile. Another thread sleeps in its
 * place: to be woken early it has to be interrupted, and that could not be told from an interrupt of the waiting thread by
 * its user.
 */
final class TickerSleep implements Runnable {

    private final RateLimiter limiter;
    private final long moment;
    private final Thread waiter;
    private final Deadline scope = Deadline.NONE.child();
    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    private TickerSleep(RateLimiter limiter, long moment, Thread waiter) {
        this.limiter = limiter;
        this.moment = moment;
        this.waiter = waiter;
    }

    /** Begins a sleep for the calling thread, which is unparked when it is over. */
    static TickerSleep begin(RateLimiter limiter, long moment) {
        TickerSleep sleep = new TickerSleep(limiter, moment, Thread.currentThread());
        Workers.dispatch(sleep);
        return sleep;
    }

    @Override
    public void run() {
        try {
            Ticker ticker = limiter.ticker();
            long nanos = moment - limiter.queue().now();
            if (nanos <= 0 || limiter.waitingCalls().sleep(ticker, nanos, scope)) {
                limiter.queue().reach(moment);
                limiter.queue().drain();
            }
        } catch (Throwable thrown) {
            failure = thrown;
        } finally {
            over = true;
            LockSupport.unpark(waiter);
        }
    }

    boolean isUntil(long other) {
        return moment == other && !over;
    }

    void stop() {
        scope.tryStop();
    }

    /** What the ticker threw instead of sleeping. */
    @Nullable
    Throwable failure() {
        return failure;
    }
}
