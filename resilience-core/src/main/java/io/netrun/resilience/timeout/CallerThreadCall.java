package io.netrun.resilience.timeout;

import io.netrun.resilience.Cancellation;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
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
final class CallerThreadCall implements Runnable {

    private static final VarHandle PHASE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "phase", VarHandle.class, CallerThreadCall.class, Phase.class);

    private enum Phase {
        RUNNING,
        /** The call has ended in time. */
        ENDED,
        /**
         * The timeout has fired, and a worker is to interrupt the thread. If the call ends before that, there is no
         * need to.
         */
        EXPIRING,
        /** The thread is about to be interrupted, and waits for it. */
        INTERRUPTING,
        /** The timeout has interrupted the thread, and the interrupt must be cleared. */
        INTERRUPTED,
        /**
         * The timeout has fired, but the thread had already been interrupted by other code, or must not be interrupted.
         */
        EXPIRED
    }

    private final Timeout timeout;
    private final TimeoutConfig config;
    private final Deadline limit;
    private final TimeoutInterrupts interrupts;
    private final Runnable expiry = Workers.handOver(this::expire);
    private volatile Phase phase = Phase.RUNNING;

    /** Written before the phase after {@link Phase#INTERRUPTING}. */
    private List<Throwable> earlier = List.of();

    CallerThreadCall(Timeout timeout, TimeoutConfig config, Deadline limit, TimeoutInterrupts interrupts) {
        this.timeout = timeout;
        this.config = config;
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

    /** Fires the timeout; on the timer's thread. */
    @Override
    public void run() {
        if (PHASE.compareAndSet(this, Phase.RUNNING, Phase.EXPIRING)) {
            expiry.run();
        }
    }

    /** Runs on a worker thread. */
    private void expire() {
        if (!PHASE.compareAndSet(this, Phase.EXPIRING, Phase.INTERRUPTING)) {
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
                phase = interrupted ? Phase.INTERRUPTED : Phase.EXPIRED;
            }
        }
    }

    /** An interrupt of the caller stops what was begun inside and not awaited; any other end lets it go on. */
    private boolean tryEnd(@Nullable Throwable failure) {
        if (PHASE.compareAndSet(this, Phase.RUNNING, Phase.ENDED)) {
            if (failure != null && Cancellation.ofSyncCall(failure, limit)) {
                limit.tryStop();
            } else {
                limit.end();
            }
            return true;
        }
        if (PHASE.compareAndSet(this, Phase.EXPIRING, Phase.EXPIRED)) {
            earlier = limit.tryExceed(timeout.title());
            return false;
        }
        int cleared = awaitInterrupt();
        if (phase == Phase.INTERRUPTED) {
            interrupts.clear(cleared);
        } else if (cleared > 0) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /**
     * Returns how often the thread was interrupted meanwhile. Its flag is cleared each time, because it could not park
     * otherwise.
     */
    private int awaitInterrupt() {
        int cleared = 0;
        for (int checks = 0; phase == Phase.INTERRUPTING; checks++) {
            cleared += Thread.interrupted() ? 1 : 0;
            SpinBackoff.await(checks);
        }
        return cleared;
    }
}
