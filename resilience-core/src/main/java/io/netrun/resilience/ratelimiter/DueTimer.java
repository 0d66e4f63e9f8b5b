package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The clock of a {@link ReservationQueue} and its single timer, which drains the queue when the first token is due.
 * Confined to the draining thread, except for {@link #reach}.
 */
final class DueTimer {

    /**
     * How often the timer is set again if a test advances the time meanwhile, which would make a relative delay too
     * long.
     */
    private static final int MAX_SETTINGS = 5;

    private final Ticker ticker;
    private final Runnable drain;

    /** The latest moment for which a timer or a sleep of the ticker has ended. */
    private final AtomicLong reached;

    private volatile boolean fired;
    private Ticker.@Nullable Scheduled scheduled;
    private long at;

    DueTimer(Ticker ticker, Runnable drain) {
        this.ticker = ticker;
        this.drain = drain;
        this.reached = new AtomicLong(ticker.nanoTime());
    }

    /** The current time, never before a moment for which the ticker has fired. */
    long now() {
        long clock = ticker.nanoTime();
        long woken = reached.get();
        return woken - clock > 0 ? woken : clock;
    }

    /** Records that a moment has been reached, whatever the clock shows. */
    void reach(long moment) {
        long seen;
        do {
            seen = reached.get();
        } while (moment - seen > 0 && !reached.compareAndSet(seen, moment));
    }

    /**
     * Sets the timer unless it is already set for that moment.
     *
     * @throws RuntimeException what the ticker throws if it cannot set a timer, which may also be an {@link Error}
     */
    void set(long moment) {
        if (fired) {
            fired = false;
        } else if (scheduled != null && at == moment) {
            return;
        }
        at = moment;
        long before;
        int settings = 0;
        do {
            cancel();
            before = ticker.nanoTime();
            scheduled = ticker.scheduleAt(Workers.handOverWhenDue(() -> fire(moment)), moment);
        } while (!isSystem() && ticker.nanoTime() != before && ++settings < MAX_SETTINGS);
    }

    /** Whether time is real. */
    boolean isSystem() {
        return ticker == Ticker.system();
    }

    private void fire(long moment) {
        reach(moment);
        fired = true;
        drain.run();
    }

    void cancel() {
        Ticker.Scheduled former = scheduled;
        if (former != null) {
            scheduled = null;
            former.cancel();
        }
    }
}
