package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Workers;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** One attempt of a sync call, on a worker; cancelled, it is interrupted. */
final class WorkerAttempt<T extends @Nullable Object> extends CallFuture<T> implements Runnable {

    private final Layer next;
    private final CheckedSupplier<T, ?> body;
    private final Deadline deadline;
    private final Runnable onExit;

    /** Sees to it that a cancel interrupts this attempt or nothing. */
    private final FutureTask<Boolean> task = new FutureTask<>(this::make, true);

    WorkerAttempt(Layer next, CheckedSupplier<T, ?> body, Deadline deadline, Runnable onExit) {
        this.next = next;
        this.body = body;
        this.deadline = deadline;
        this.onExit = onExit;
    }

    /** Has a worker make the attempt; never throws. */
    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    void start() {
        try {
            Workers.execute(ContextPropagation.wrap(this));
        } catch (Throwable noThread) {
            finish(null, noThread);
            onExit.run();
        }
    }

    /** Makes the attempt; on the worker's thread. */
    @Override
    public void run() {
        task.run();
        Thread.interrupted(); // an interrupt was for this attempt; the thread's next task must not see it
        onExit.run();
    }

    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    private void make() {
        T value = null;
        Throwable failure = null;
        try {
            value = next.call(body, deadline);
        } catch (Throwable thrown) {
            failure = thrown;
        }
        finish(value, failure);
    }

    @Override
    protected void stop() {
        task.cancel(true);
    }
}
