package io.netrun.resilience.hedge;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallFuture;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Layer;
import io.netrun.resilience.SubstituteCall;
import io.netrun.resilience.Workers;
import io.netrun.resilience.WrappedBody;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a sync call, on a worker; cancelling it interrupts it. It runs once, whatever the executor does with
 * its task. The body begins before the attempt is stopped or never, so an attempt that is stopped before its body
 * leaves at once.
 */
final class WorkerAttempt<T extends @Nullable Object> extends CallFuture<T> implements Runnable {

    /** Set in {@link #bodies} when no further body may begin. */
    private static final int STOPPED = Integer.MIN_VALUE;

    private final Layer next;

    /** Null once it is decided that the attempt never begins: an executor of the user may keep the task. */
    private @Nullable CheckedSupplier<T, ?> body;

    /** As the body, since it leads to the call. */
    private @Nullable Attempt<T> attempt;

    private final Hedge hedge;
    private final AtomicBoolean taken = new AtomicBoolean();

    /** The number of running bodies: inner policies may start several, one after the other or in parallel. */
    private final AtomicInteger bodies = new AtomicInteger();

    /** Ensures that a cancellation interrupts this attempt or nothing. */
    private final FutureTask<Boolean> task = new FutureTask<>(this::make, true);

    /** The thread that is passing this attempt to an executor of the user. */
    private volatile @Nullable Thread starter;

    private volatile boolean over;

    WorkerAttempt(Layer next, CheckedSupplier<T, ?> body, Attempt<T> attempt, Hedge hedge) {
        this.next = next;
        this.body = body;
        this.attempt = attempt;
        this.hedge = hedge;
    }

    /** Starts the attempt on a worker. Never throws. */
    void start(CallerContext context, HedgeConfig config) {
        if (hasEnded()) {
            return;
        }
        try {
            Runnable onWorker = context.wrap(this, this::failed);
            Executor executor = config.executor();
            if (executor == null) {
                Workers.executePromptly(onWorker);
            } else {
                starter = Thread.currentThread();
                executor.execute(onWorker);
                starter = null;
            }
        } catch (Throwable noThread) {
            failed(noThread);
        }
    }

    /**
     * Fails the attempt because it cannot be made on a worker, or its context cannot be restored. Has no effect on an
     * attempt that a worker has started.
     */
    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    private void failed(Throwable thrown) {
        if (taken.compareAndSet(false, true)) {
            over = true;
            try {
                finish(null, thrown);
            } finally {
                attempt().leave();
            }
        }
    }

    private Attempt<T> attempt() {
        return Objects.requireNonNull(attempt, "the attempt was dropped");
    }

    /** Returns whether no part of this attempt runs any longer, or ever will. */
    boolean isOver() {
        return over || bodies.get() == STOPPED;
    }

    /** Makes the attempt; on the worker's thread. */
    @Override
    public void run() {
        if (!taken.compareAndSet(false, true)) {
            return;
        }
        if (Thread.currentThread() == starter) {
            hedge.reportCallersThread();
        }
        try {
            task.run();
        } finally {
            if (task.isCancelled()) {
                Thread.interrupted(); // the interrupt was for this attempt; the thread's next task must not see it
            }
            over = true;
            attempt().leave();
        }
    }

    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    private void make() {
        if (hasEnded()) {
            return; // the call has ended before this began
        }
        T value = null;
        Throwable failure = null;
        try {
            value = next.call(new Body(Objects.requireNonNull(body)), attempt().scope());
        } catch (Throwable thrown) {
            failure = thrown;
        }
        over = true;
        if (tryEnd()) {
            publish(value, failure);
        } else {
            attempt().leave();
            if (failure == null) {
                attempt().discard(value);
            }
        }
    }

    /** Decides that a body begins. Returns false once this attempt was stopped. */
    private boolean tryBeginBody() {
        int running;
        do {
            running = bodies.get();
            if (running < 0) {
                return false;
            }
        } while (!bodies.compareAndSet(running, running + 1));
        return true;
    }

    /** The caller's body, which runs only while its result is wanted. */
    private final class Body extends WrappedBody<T, Throwable> implements SubstituteCall {

        private final CheckedSupplier<T, ?> body;

        Body(CheckedSupplier<T, ?> body) {
            this.body = body;
        }

        @Override
        public T get() throws Throwable {
            if (!tryBeginBody()) {
                throw new CancellationException("the call ended before its body started");
            }
            try {
                return body.get();
            } finally {
                bodies.decrementAndGet();
            }
        }

        @Override
        public Object source() {
            return AdaptedCall.sourceOf(body);
        }

        @Override
        protected Object inner() {
            return body;
        }
    }

    /**
     * An interrupt runs foreign code, such as that of the channel in which a thread blocks; the winner does not wait
     * for it.
     */
    @Override
    protected void stop() {
        bodies.getAndUpdate(running -> running | STOPPED);
        if (taken.compareAndSet(false, true)) {
            // Nothing runs that could be interrupted, and nothing will.
            Attempt<T> dropped = attempt();
            body = null;
            attempt = null;
            over = true;
            dropped.leave();
            return;
        }
        Runnable interrupt;
        try {
            interrupt = () -> task.cancel(true);
        } catch (OutOfMemoryError full) {
            task.cancel(true); // rather than not at all
            return;
        }
        Workers.executeReliably(interrupt);
    }
}
