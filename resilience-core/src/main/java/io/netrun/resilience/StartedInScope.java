package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** An asynchronous call whose body has started other protected calls. When it is left, they are stopped. */
final class StartedInScope<T extends @Nullable Object> extends RelayFuture<T> {

    /** Null once the call has ended, so that it can be collected. */
    private volatile @Nullable Deadline scope;

    private StartedInScope(Deadline scope) {
        this.scope = scope;
    }

    /**
     * Returns the call, or what follows it because its body has started something that goes on.
     *
     * @param thread the {@link Deadline#slot} of the calling thread, which has returned from the body
     */
    static <T extends @Nullable Object> CompletableFuture<T> of(
            CompletableFuture<T> call, Deadline.OfBody scope, @Nullable Object[] thread) {
        boolean used = scope.isUsed();
        if (used) {
            joinBodyAround(scope, thread);
        }
        if (!used || ForeignStage.isDone(call)) {
            scope.end();
            return call;
        }
        try {
            return new StartedInScope<T>(scope).follow(call);
        } catch (Throwable thrown) {
            scope.tryStop();
            ForeignStage.cancel(call); // nobody would learn of its end
            return ForeignStage.failed(thrown);
        }
    }

    private static void joinBodyAround(Deadline.OfBody scope, @Nullable Object[] thread) {
        try {
            scope.joinBodyAround(thread);
        } catch (OutOfMemoryError full) {
            // What the body has started is then part of its own call alone.
        }
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        Deadline left = scope;
        scope = null;
        if (left != null) {
            left.end();
        }
    }

    /** First what the body returned, which knows whether the holder requested an interrupt. */
    @Override
    protected void stop() {
        Deadline left = scope;
        scope = null;
        try {
            super.stop();
        } finally {
            if (left != null) {
                left.tryStop();
            }
        }
    }
}
