package io.netrun.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sleep in the time of a ticker other than the system's, for a thread that parks meanwhile. A worker sleeps in place
 * of that thread: a ticker's sleep ends early only by an interrupt, which on the waiting thread could not be told from
 * one by its user. For authors of policies.
 */
public abstract class TickerSleep {

    private static final long WAKING_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private enum Phase {
        NEW,
        ASLEEP,
        AWAKE,
        /**
         * The worker is about to be interrupted. It waits this out, so that the interrupt hits its sleep or nothing.
         */
        WAKING,
        /** Ended early. */
        WOKEN
    }

    private final Ticker ticker;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

    /** The worker; written before {@link Phase#ASLEEP}. */
    private @Nullable Thread sleeper;

    /** For subclasses. */
    protected TickerSleep(Ticker ticker) {
        this.ticker = ticker;
    }

    /** How long to sleep, in nanoseconds; called on the worker, right before it sleeps. */
    protected abstract long nanos();

    /**
     * The sleep is over. Called once, on the worker; must not throw.
     *
     * @param slept whether the time is over; otherwise the sleep was stopped or has failed
     * @param failure what the ticker threw, an {@link InterruptedException} included, unless the sleep was stopped
     */
    protected abstract void onEnd(boolean slept, @Nullable Throwable failure);

    /** Has a worker sleep. */
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
        if (wakesByItself()) {
            onEnd(failure == null, failure);
        } else {
            onEnd(false, null);
        }
    }

    /** False if the sleep was ended early, by an interrupt that is then taken back. */
    private boolean wakesByItself() {
        if (phase.compareAndSet(Phase.ASLEEP, Phase.AWAKE)) {
            return true;
        }
        while (phase.get() != Phase.WOKEN) {
            LockSupport.parkNanos(this, WAKING_NANOS);
            Thread.interrupted();
        }
        Thread.interrupted();
        return false;
    }

    /** Ends the sleep early, unless it is over. Runs no code of the user. */
    public final void stop() {
        if (phase.compareAndSet(Phase.NEW, Phase.WOKEN) || !phase.compareAndSet(Phase.ASLEEP, Phase.WAKING)) {
            return;
        }
        // An interrupt runs code of others, such as that of the channel in which a thread blocks, so a worker makes it.
        Workers.executeReliably(this::wake);
    }

    private void wake() {
        Thread asleep = sleeper;
        try {
            if (asleep != null) {
                asleep.interrupt();
            }
        } finally {
            phase.set(Phase.WOKEN);
            LockSupport.unpark(asleep);
        }
    }
}
