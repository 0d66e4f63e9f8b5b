package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.TickerSleep;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A sleep until a reservation is due, on a ticker that is not the system's, while the waiting thread parks. */
final class ReservationSleep extends TickerSleep {

    private final RateLimiter limiter;
    private final long moment;
    private final Thread waiter = Thread.currentThread();
    private volatile boolean over;
    private volatile @Nullable Throwable failure;

    ReservationSleep(RateLimiter limiter, long moment) {
        super(limiter.ticker());
        this.limiter = limiter;
        this.moment = moment;
    }

    @Override
    protected long nanos() {
        return moment - limiter.queue().now();
    }

    @Override
    protected void onEnd(boolean slept, @Nullable Throwable thrown) {
        try {
            failure = thrown;
            if (slept) {
                limiter.queue().reach(moment);
                limiter.queue().drain();
            }
        } catch (Throwable unexpected) {
            failure = unexpected;
        } finally {
            over = true;
            LockSupport.unpark(waiter);
        }
    }

    boolean isUntil(long other) {
        return moment == other && !over;
    }

    /** The exception that the ticker threw instead of sleeping. */
    @Nullable
    Throwable failure() {
        return failure;
    }
}
