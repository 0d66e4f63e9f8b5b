package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The future of a call in the making. It tells an end from inside (the call ended: {@link #finish}) from an end from
 * outside (cancelled, completed or timed out by whoever holds it), after which {@link #stop()} stops the call. For those
 * who write policies.
 *
 * @param <T> the result
 */
public abstract class CallFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    /** Stops what is still running for this future, which has ended; called at most once, never throws. */
    protected abstract void stop();

    /** Ends this future as the call ended; does nothing if it has ended already. */
    protected final void finish(T value, @Nullable Throwable failure) {
        if (failure == null) {
            super.complete(value);
        } else {
            fail(failure);
        }
    }

    /** Ends this future with a failure of the policy's own; does nothing if it has ended already. */
    protected final void fail(Throwable failure) {
        super.completeExceptionally(failure);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return stopIf(super.cancel(mayInterruptIfRunning));
    }

    @Override
    public boolean complete(T value) {
        return stopIf(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        return stopIf(super.completeExceptionally(failure));
    }

    private boolean stopIf(boolean endedByThis) {
        if (endedByThis) {
            stop();
        }
        return endedByThis;
    }
}
