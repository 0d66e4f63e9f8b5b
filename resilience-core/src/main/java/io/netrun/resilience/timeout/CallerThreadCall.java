package io.netrun.resilience.timeout;

import io.netrun.resilience.Cancellation;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.DueTask;
import io.netrun.resilience.Layer;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sync call on its caller's thread, which is interrupted when the timeout fires. One compare-and-set decides whether
 * the call ended or the timeout fired first. If the call was first, the thread is not interrupted, so no interrupt can
 * leak. The timer only hands the expiry over to a worker, because an interrupt runs foreign code.
 */
final class CallerThreadCall implements DueTask {

    private static final VarHandle PHASE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "phase", VarHandle.class, CallerThreadCall.class, byte.class);

    // Bytes, of which the first is the default: a call costs neither a write nor a fence until it ends.
    private static final byte RUNNING = 0;

    /** The call has ended in time. */
    private static final byte ENDED = 1;

    /**
     * The timeout has fired, and a worker is to interrupt the thread. If the call ends before that, there is no need
     * to.
     */
    private static final byte EXPIRING = 2;

    /** The thread is about to be interrupted, and waits for it. */
    private static final byte INTERRUPTING = 3;

    /** The timeout has interrupted the thread, and the interrupt must be cleared. */
    private static final byte INTERRUPTED = 4;

    /** The timeout has fired, but the thread had already been interrupted by other code, or must not be interrupted. */
    private static final byte EXPIRED = 5;

    private final Timeout timeout;
    private final TimeoutConfig config;
    private final Deadline limit;
    private final TimeoutInterrupts interrupts;
    private volatile byte phase;

    /** Written before the phase after {@link #INTERRUPTING}. */
    private List<Throwable> earlier = List.of();

    CallerThreadCall(Timeout timeout, TimeoutConfig config, Deadline limit, TimeoutInterrupts interrupts) {
        this.timeout = timeout;
        this.config = config;
        this.limit = limit;
        this.interrupts = interrupts;
    }

    <T extends @Nullable Object, X extends Throwable> T call(Layer next, CheckedSupplier<T, X> body) throws X {
        Ticker.Scheduled timer = limit.scheduleHandOver(this);
        T result;
        try {
            result = next.call(body, limit);
        } catch (Throwable failure) {
            timer.cancel();
            if (tryEnd(failure)) {
                throw failure;
            }
            throw timeout.giveUp(config, earlier, failure);
        }
        timer.cancel();
        if (tryEnd(null)) {
            return result;
        }
        timeout.discard(result);
        throw timeout.giveUp(config, earlier, null);
    }

    @Override
    public boolean tryFire() {
        return PHASE.compareAndSet(this, RUNNING, EXPIRING);
    }

    /** Interrupts the call, on a worker thread. */
    @Override
    public void run() {
        if (!PHASE.compareAndSet(this, EXPIRING, INTERRUPTING)) {
            return;
        }
        boolean interrupted = false;
        try {
            earlier = limit.tryExceed(timeout.title());
        } finally {
            // Whatever fails before, such as an allocation: the body would run on without its limit.
            try {
                interrupted = config.interrupt() && interrupts.interrupt();
            } finally {
                phase = interrupted ? INTERRUPTED : EXPIRED;
            }
        }
    }

    /** An interrupt of the caller stops what was begun inside and not awaited; any other end lets it go on. */
    private boolean tryEnd(@Nullable Throwable failure) {
        if (PHASE.compareAndSet(this, RUNNING, ENDED)) {
            if (failure != null && Cancellation.ofSyncCall(failure, limit)) {
                limit.tryStop();
            } else {
                limit.end();
            }
            return true;
        }
        if (PHASE.compareAndSet(this, EXPIRING, EXPIRED)) {
            earlier = limit.tryExceed(timeout.title());
            keepInterrupt(failure);
            return false;
        }
        int cleared = awaitInterrupt();
        if (phase == INTERRUPTED) {
            interrupts.clear(cleared);
        } else if (cleared > 0) {
            Thread.currentThread().interrupt();
        } else {
            keepInterrupt(failure);
        }
        return false;
    }

    /**
     * The limit has not interrupted the thread, so an exception that reports an interrupt, and has cleared the flag,
     * reports that of other code. The caller gets the exception of the limit, and learns of the interrupt by the flag.
     */
    private static void keepInterrupt(@Nullable Throwable failure) {
        if (failure != null && Cancellation.reportsOwnInterrupt(failure)) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Returns how often the thread was interrupted meanwhile. Its flag is cleared each time, because it could not park
     * otherwise.
     */
    private int awaitInterrupt() {
        int cleared = 0;
        for (int checks = 0; phase == INTERRUPTING; checks++) {
            cleared += Thread.interrupted() ? 1 : 0;
            SpinBackoff.await(checks);
        }
        return cleared;
    }
}
