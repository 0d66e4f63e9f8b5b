package io.netrun.resilience.timeout;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sync call on a worker thread, while its caller waits for the first of three: the call's end, the limit, an interrupt
 * of the caller. Which it was is decided by one compare-and-set of {@link Phase}.
 */
final class WorkerCall<T extends @Nullable Object, X extends Throwable> implements Runnable {

    private enum Phase {
        /** No worker has taken it up yet. */
        NEW,
        RUNNING,
        /** The call has ended in time. */
        ENDED,
        /** The caller is leaving; the worker is about to be interrupted. The worker waits this out, so that the interrupt
         * hits this call or nothing. */
        STOPPING,
        /** The caller has left without a result. */
        STOPPED
    }

    private final Timeout timeout;
    private final Deadline limit;
    private final Layer next;
    private final CheckedSupplier<T, X> body;
    private final Thread caller = Thread.currentThread();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.NEW);

    /** Written before {@link Phase#RUNNING}. */
    private @Nullable LimitInterrupts worker;

    /** Written before {@link Phase#ENDED}. */
    private @Nullable T result;

    private @Nullable Throwable failure;

    WorkerCall(Timeout timeout, Deadline limit, Layer next, CheckedSupplier<T, X> body) {
        this.timeout = timeout;
        this.limit = limit;
        this.next = next;
        this.body = body;
    }

    /** Has the call made and waits for it; on the caller's thread. */
    T call() throws X {
        Ticker.Scheduled timer = limit.schedule(this::expire);
        try {
            Workers.execute(ContextPropagation.wrap(this));
            while (isOpen()) {
                LockSupport.park(this);
                if (Thread.interrupted()) {
                    Thread.currentThread().interrupt();
                    if (stop(false)) {
                        throw new CallInterruptedException(
                                timeout.name(),
                                "Timeout '" + timeout.name() + "': interrupted while waiting for the call",
                                new InterruptedException());
                    }
                }
            }
        } finally {
            timer.cancel();
        }
        return outcome();
    }

    private boolean isOpen() {
        Phase now = phase.get();
        return now == Phase.NEW || now == Phase.RUNNING;
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what the call threw is an X or unchecked; null where T may be null
    private T outcome() throws X {
        if (phase.get() != Phase.ENDED) {
            throw timeout.giveUp();
        }
        if (failure != null) {
            throw (X) failure;
        }
        return result;
    }

    /** The limit strikes; on the timer's thread. */
    private void expire() {
        if (stop(true)) {
            LockSupport.unpark(caller);
        }
    }

    /** Ends the caller's wait without a result, unless the call was faster. */
    private boolean stop(boolean byLimit) {
        if (phase.compareAndSet(Phase.NEW, Phase.STOPPED)) {
            return true;
        }
        if (!phase.compareAndSet(Phase.RUNNING, Phase.STOPPING)) {
            return false;
        }
        if (byLimit) {
            limit.exceed();
        }
        timeout.abandonedCallBegins();
        LimitInterrupts running = worker;
        if (timeout.config().interrupt() && running != null) {
            running.strike();
        }
        phase.set(Phase.STOPPED);
        return true;
    }

    /** Makes the call; on the worker's thread. */
    @Override
    public void run() {
        LimitInterrupts interrupts = LimitInterrupts.enter();
        try {
            worker = interrupts;
            if (phase.compareAndSet(Phase.NEW, Phase.RUNNING)) {
                make();
            }
        } finally {
            interrupts.leave();
        }
    }

    private void make() {
        try {
            result = next.call(body, limit);
        } catch (Throwable thrown) {
            failure = thrown;
        }
        if (phase.compareAndSet(Phase.RUNNING, Phase.ENDED)) {
            LockSupport.unpark(caller);
            return;
        }
        while (phase.get() == Phase.STOPPING) {
            Thread.onSpinWait();
        }
        timeout.abandonedCallEnds();
        Thread.interrupted(); // the interrupt was for this call; the thread's next task must not see it
    }
}
