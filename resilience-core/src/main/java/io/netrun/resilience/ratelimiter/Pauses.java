package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pauses of a rate limiter. Of overlapping pauses the longest counts, and they are one: it begins once and ends
 * once. {@link ReservationQueue} applies it to the tokens; a timer here announces its end. A dry run has pauses that
 * are counted and never applied.
 */
final class Pauses implements PendingWaits.Waiting {

    /**
     * A pause.
     *
     * @param until its end on the ticker, in nanoseconds
     */
    record Pause(long until) {}

    private static final Logger log = LoggerFactory.getLogger(Pauses.class);

    private final Ticker ticker;
    private final Listener listener;

    /** The pause that counts; null once its end has been announced. Changed under the lock of this object. */
    private volatile @Nullable Pause current;

    /** When the latest pause that is over ended, on the ticker; written before {@link #current} becomes null. */
    private volatile long endedAt;

    /** The pause that would count, in a dry run. */
    private final AtomicReference<@Nullable Pause> observed = new AtomicReference<>();

    private final LongAdder total = new LongAdder();
    private final LongAdder wouldPause = new LongAdder();
    private volatile Ticker.@Nullable Scheduled scheduled;
    private volatile boolean shutDown;

    /** What a rate limiter does as its pauses change. */
    interface Listener {

        /** A pause has begun, or ends at another time than before. Never throws. */
        void onMoved();

        /** A pause has begun. Publishes events that are deferred, under a lock. */
        void onPaused(Duration duration);

        /** A pause has ended. Publishes events that are deferred, under a lock. */
        void onResumed();

        /** A pause would have begun. */
        void onWouldPause(Duration duration);
    }

    Pauses(Ticker ticker, Listener listener) {
        this.ticker = ticker;
        this.listener = listener;
    }

    /** The pause that counts, which may be over; null if there is none. */
    @Nullable
    Pause current() {
        return current;
    }

    /**
     * When the latest pause ended, before its time or with it. To be read after {@link #current()}, if that is null.
     */
    long endedAt() {
        return endedAt;
    }

    /** The nanoseconds until the pause is over; zero if there is none. */
    long remaining() {
        Pause pause = current;
        return pause == null ? 0 : Math.max(0, pause.until - ticker.nanoTime());
    }

    long total() {
        return total.sum();
    }

    long totalWouldPause() {
        return wouldPause.sum();
    }

    /** Begins a pause, or lengthens the present one; one that ends earlier than it changes nothing. */
    void begin(long nanos) {
        long now = ticker.nanoTime();
        Pause pause = new Pause(now + nanos);
        if (isLonger(current, pause)) {
            return;
        }
        announcing(() -> tryBegin(pause, now, nanos));
    }

    /** Makes a change and then delivers its events, which are in their order as soon as it is made. */
    private void announcing(BooleanSupplier change) {
        AbstractPolicy.deferringEvents(() -> {
            boolean changed = change.getAsBoolean();
            if (changed) {
                listener.onMoved();
            }
            return changed;
        });
    }

    private boolean tryBegin(Pause pause, long now, long nanos) {
        boolean begins;
        synchronized (this) {
            Pause former = current;
            if (isLonger(former, pause)) {
                return false;
            }
            current = pause;
            begins = former == null || former.until - now <= 0;
            if (begins) {
                total.increment();
                if (former != null) {
                    listener.onResumed(); // its timer is late
                }
                listener.onPaused(Duration.ofNanos(nanos));
            }
        }
        if (begins) {
            setTimer(pause.until);
        }
        return true;
    }

    /** Counts a pause that a dry run does not make, unless another one would be in force. */
    void observe(long nanos) {
        long now = ticker.nanoTime();
        Pause pause = new Pause(now + nanos);
        Pause former = observed.get();
        while (!isLonger(former, pause)) {
            if (observed.compareAndSet(former, pause)) {
                if (former == null || former.until - now <= 0) {
                    wouldPause.increment();
                    listener.onWouldPause(Duration.ofNanos(nanos));
                }
                return;
            }
            former = observed.get();
        }
    }

    private static boolean isLonger(@Nullable Pause former, Pause pause) {
        return former != null && former.until - pause.until >= 0;
    }

    /** Ends the pause, if there is one, and announces that. */
    void end() {
        announcing(() -> {
            synchronized (this) {
                if (current == null) {
                    return false;
                }
                endedAt = ticker.nanoTime();
                current = null;
                listener.onResumed();
            }
            cancelTimer();
            return true;
        });
    }

    /** Ends the pause. Returns whether there was one; its end is then the caller's to announce. */
    boolean tryEnd() {
        synchronized (this) {
            if (current == null) {
                return false;
            }
            endedAt = ticker.nanoTime();
            current = null;
        }
        cancelTimer();
        listener.onMoved();
        return true;
    }

    private void setTimer(long until) {
        if (shutDown) {
            return;
        }
        try {
            cancelTimer();
            scheduled = ticker.scheduleAt(Workers.handOverWhenDue(this::onDue), until);
        } catch (Throwable noTimer) {
            SafeLog.error(log, "The end of a rate limiter's pause has no timer and is not announced", noTimer);
        }
        if (shutDown) {
            cancelTimer();
        }
    }

    /** Announces the end of the pause, unless it was lengthened. */
    private void onDue() {
        if (!shutDown) {
            announcing(this::tryEndDue);
        }
    }

    private boolean tryEndDue() {
        Pause pause;
        synchronized (this) {
            pause = current;
            if (pause == null) {
                return false;
            }
            if (pause.until - ticker.nanoTime() <= 0) {
                endedAt = pause.until;
                current = null;
                listener.onResumed();
                return true;
            }
        }
        setTimer(pause.until);
        return false;
    }

    private void cancelTimer() {
        Ticker.Scheduled last = scheduled;
        if (last != null) {
            scheduled = null;
            last.cancel();
        }
    }

    @Override
    public void onShutdown() {
        shutDown = true;
        cancelTimer();
    }
}
