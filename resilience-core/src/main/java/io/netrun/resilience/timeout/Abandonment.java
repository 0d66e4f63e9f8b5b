package io.netrun.resilience.timeout;

import io.netrun.resilience.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call that continues after its caller has left. It counts as abandoned only after a grace period, because a call
 * that responds to the interrupt needs a moment to clean up.
 */
final class Abandonment implements Runnable {

    /** The time that a call may take to end after its caller has left, in nanoseconds. */
    static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    enum Phase {
        NEW,
        GRACE,
        COUNTED,
        ENDED
    }

    private final Timeout timeout;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);
    private volatile Ticker.@Nullable Scheduled timer;

    Abandonment(Timeout timeout) {
        this.timeout = timeout;
    }

    /** Starts the grace period: the caller has left. */
    void begin() {
        if (!phase.compareAndSet(Phase.NEW, Phase.GRACE)) {
            return; // the call has just ended
        }
        timeout.callIsLeftBehind();
        try {
            timer = timeout.ticker().schedule(this, GRACE_NANOS);
        } catch (Throwable noTimer) {
            run();
        }
        if (phase.get() == Phase.ENDED) {
            cancelTimer();
        }
    }

    /** Ends the grace period; on the timer's thread. */
    @Override
    public void run() {
        if (phase.compareAndSet(Phase.GRACE, Phase.COUNTED)) {
            timeout.abandonedCallBegins();
        }
    }

    /** Records that the call has ended. */
    void end() {
        Phase before = phase.getAndSet(Phase.ENDED);
        if (before == Phase.COUNTED) {
            timeout.abandonedCallEnds();
        }
        if (before != Phase.NEW) {
            timeout.callLeftBehindEnds();
        }
        cancelTimer();
    }

    private void cancelTimer() {
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            scheduled.cancel();
        }
    }
}
