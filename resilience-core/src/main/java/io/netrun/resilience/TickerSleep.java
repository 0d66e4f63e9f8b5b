package io.netrun.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sleep in the time of a ticker other than the system's, for a thread that parks meanwhile. A worker sleeps on behalf
 * of that thread: only an interrupt ends a ticker's sleep early, and on the waiting thread it could not be
 * distinguished from one by its user.
 *
 * @apiNote For authors of policies.
 */
public abstract class TickerSleep {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    enum Phase {
        NEW,
        ASLEEP,
        AWAKE,
        /**
         * The worker is about to be interrupted, and waits for it, so that the interrupt reaches this sleep or nothing.
         */
        INTERRUPTING,
        /** The sleep has ended early. */
        INTERRUPTED
    }

    private final Ticker ticker;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

    /** The worker; written before {@link Phase#ASLEEP}. */
    private @Nullable Thread sleeper;

    /** Constructor for subclasses. */
    protected TickerSleep(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Returns how long to sleep, in nanoseconds. Called on the worker, right before it sleeps. */
    protected abstract long nanos();

    /**
     * Receives the end of the sleep. Called once, on the worker; must not throw.
     *
     * @param slept whether the time is over; otherwise the sleep was stopped or has failed
     * @param failure what the ticker threw, an {@link InterruptedException} included, unless the sleep was stopped
     */
    protected abstract void onEnd(boolean slept, @Nullable Throwable failure);

    /** Starts the sleep on a worker. */
    public final void begin() {
        Workers.executeReliably(this::sleep);
    }

    private void sleep() {
        sleeper = Thread.currentThread();
        if (!phase.compareAndSet(Phase.NEW, Phase.ASLEEP)) {
            onEnd(false, null);
            return;
        }
        Throwable failure = null;
        try {
            long nanos = nanos();
            if (nanos > 0) {
                ticker.sleep(nanos);
            }
        } catch (Throwable thrown) {
            failure = thrown;
        }
        if (tryWake()) {
            onEnd(failure == null, failure);
        } else {
            onEnd(false, null);
        }
    }

    /** Returns whether the sleep ended by itself. Otherwise an interrupt has ended it, which is cleared here. */
    private boolean tryWake() {
        if (phase.compareAndSet(Phase.ASLEEP, Phase.AWAKE)) {
            return true;
        }
        while (phase.get() != Phase.INTERRUPTED) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
            Thread.interrupted();
        }
        Thread.interrupted();
        return false;
    }

    /** Ends the sleep early, unless it is over. Runs no user code. */
    public final void stop() {
        if (phase.compareAndSet(Phase.NEW, Phase.INTERRUPTED)
                || !phase.compareAndSet(Phase.ASLEEP, Phase.INTERRUPTING)) {
            return;
        }
        // An interrupt runs foreign code, such as that of the channel in which a thread blocks, so a worker makes it.
        Workers.executeReliably(this::interrupt);
    }

    private void interrupt() {
        Thread asleep = sleeper;
        try {
            if (asleep != null) {
                asleep.interrupt();
            }
        } finally {
            phase.set(Phase.INTERRUPTED);
            LockSupport.unpark(asleep);
        }
    }
}
