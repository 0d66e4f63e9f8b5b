package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Workers;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One attempt of a sync call, on a worker; cancelled, it is interrupted. */
final class WorkerAttempt<T extends @Nullable Object> extends CallFuture<T> implements Runnable {

    private final Layer next;
    private final CheckedSupplier<T, ?> body;
    private final Deadline scope;
    private final HedgedCall<T> call;
    private final AtomicBoolean left = new AtomicBoolean();

    /** Sees to it that a cancel interrupts this attempt or nothing. */
    private final FutureTask<Boolean> task = new FutureTask<>(this::make, true);

    WorkerAttempt(Layer next, CheckedSupplier<T, ?> body, Deadline scope, HedgedCall<T> call) {
        this.next = next;
        this.body = body;
        this.scope = scope;
        this.call = call;
    }

    /** Has a worker make the attempt; never throws. */
    void start() {
        try {
            Runnable attempt = call.context().wrap(this, this::failed);
            Executor executor = call.config().executor();
            if (executor == null) {
                Workers.executePromptly(attempt);
            } else {
                executor.execute(attempt);
            }
        } catch (Throwable noThread) {
            failed(noThread);
        }
    }

    /** It cannot be made on a worker, or its context cannot be restored. */
    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    private void failed(Throwable thrown) {
        try {
            finish(null, thrown);
        } finally {
            leave();
        }
    }

    private void leave() {
        if (left.compareAndSet(false, true)) {
            call.left();
        }
    }

    /** Makes the attempt; on the worker's thread. */
    @Override
    public void run() {
        try {
            task.run();
        } finally {
            if (task.isCancelled()) {
                Thread.interrupted(); // the interrupt was for this attempt; the thread's next task must not see it
            }
            leave();
        }
    }

    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    private void make() {
        if (hasEnded()) {
            return; // the call has ended before this began
        }
        T value = null;
        Throwable failure = null;
        try {
            value = next.call(body, scope);
        } catch (Throwable thrown) {
            failure = thrown;
        }
        if (tryEnd()) {
            publish(value, failure);
        } else {
            call.discard(value);
        }
    }

    /**
     * An interrupt runs code of others, such as that of the channel in which a thread blocks; the winner does not wait
     * for it.
     */
    @Override
    protected void stop() {
        Workers.dispatch(() -> task.cancel(true));
    }
}
