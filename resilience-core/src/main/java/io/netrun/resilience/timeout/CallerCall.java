package io.netrun.resilience.timeout;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A sync call on its caller's thread, which the timer interrupts. Whether the call ended or the limit struck first is
 * decided by one compare-and-set; if the call was first, the thread is not touched, so no interrupt can leak.
 */
final class CallerCall implements Runnable {

    private static final VarHandle PHASE;

    static {
        try {
            PHASE = MethodHandles.lookup().findVarHandle(CallerCall.class, "phase", Phase.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private enum Phase {
        RUNNING,
        /** The call has ended in time. */
        ENDED,
        /** The limit has struck and the thread is about to be interrupted; the thread waits this out. */
        STRIKING,
        /** The limit has interrupted the thread, and has to take that back. */
        STRUCK,
        /** The limit has struck, but the thread had been interrupted by someone else, or is not to be. */
        STRUCK_QUIETLY
    }

    private final Timeout timeout;
    private final Deadline limit;
    private final LimitInterrupts interrupts;
    private volatile Phase phase = Phase.RUNNING;

    CallerCall(Timeout timeout, Deadline limit, LimitInterrupts interrupts) {
        this.timeout = timeout;
        this.limit = limit;
        this.interrupts = interrupts;
    }

    <T extends @Nullable Object, X extends Throwable> T call(Layer next, CheckedSupplier<T, X> body) throws X {
        Ticker.Scheduled timer = limit.schedule(this);
        T result;
        try {
            result = next.call(body, limit);
        } catch (Throwable failure) {
            timer.cancel();
            if (endedInTime()) {
                throw failure;
            }
            TimeoutExceededException exceeded = timeout.giveUp();
            exceeded.addSuppressed(failure);
            throw exceeded;
        }
        timer.cancel();
        if (endedInTime()) {
            return result;
        }
        throw timeout.giveUp();
    }

    /** The limit strikes; on the timer's thread. */
    @Override
    public void run() {
        if (!PHASE.compareAndSet(this, Phase.RUNNING, Phase.STRIKING)) {
            return;
        }
        limit.exceed();
        boolean interrupted = timeout.config().interrupt() && interrupts.strike();
        phase = interrupted ? Phase.STRUCK : Phase.STRUCK_QUIETLY;
    }

    private boolean endedInTime() {
        if (PHASE.compareAndSet(this, Phase.RUNNING, Phase.ENDED)) {
            return true;
        }
        while (phase == Phase.STRIKING) {
            Thread.onSpinWait();
        }
        if (phase == Phase.STRUCK) {
            interrupts.takeBack();
        }
        return false;
    }
}
