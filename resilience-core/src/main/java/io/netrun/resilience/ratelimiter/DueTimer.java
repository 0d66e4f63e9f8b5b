package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The clock of a {@link ReservationQueue} and its one timer, which has the queue drained when the first token comes.
 * Used by the draining thread alone, except for {@link #reach}.
 */
final class DueTimer {

    private static final Logger log = LoggerFactory.getLogger(DueTimer.class);

    /**
     * How often it is set if somebody turns the time meanwhile, for which a delay that is relative would be too late.
     */
    private static final int MAX_SETTINGS = 5;

    private final Ticker ticker;
    private final Runnable drain;

    /** The latest moment of which the ticker has told by a timer or a sleep. */
    private final AtomicLong reached;

    private volatile boolean fired;
    private Ticker.@Nullable Scheduled scheduled;
    private long at;

    DueTimer(Ticker ticker, Runnable drain) {
        this.ticker = ticker;
        this.drain = drain;
        this.reached = new AtomicLong(ticker.nanoTime());
    }

    /** The time, which is never before a moment at which the ticker woke somebody. */
    long now() {
        long clock = ticker.nanoTime();
        long woken = reached.get();
        return woken - clock > 0 ? woken : clock;
    }

    /** Takes note that a moment has come, whatever the clock says. */
    void reach(long moment) {
        long seen;
        do {
            seen = reached.get();
        } while (moment - seen > 0 && !reached.compareAndSet(seen, moment));
    }

    /**
     * Sets the timer, if it is not set for that moment.
     *
     * @throws RuntimeException what the ticker throws if it can set no timer; so may an {@link Error}
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
            scheduled = ticker.scheduleAt(Workers.handOver(() -> fire(moment)), moment);
        } while (!isSystem() && ticker.nanoTime() != before && ++settings < MAX_SETTINGS);
    }

    /** Whether time is real, and not turned by a test. */
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
            cancelQuietly(former);
        }
    }

    /** Cancels a timer; what that throws is logged. */
    static void cancelQuietly(Ticker.Scheduled timer) {
        try {
            timer.cancel();
        } catch (Throwable thrown) {
            log.error("A timer could not be cancelled", thrown);
        }
    }
}
