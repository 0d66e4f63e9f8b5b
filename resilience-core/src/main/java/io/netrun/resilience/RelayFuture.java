package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes on the end of an inner call, after the policy has heard of it. For those who write policies.
 *
 * @param <T> the result
 */
public abstract class RelayFuture<T extends @Nullable Object> extends CallFuture<T>
        implements BiConsumer<T, @Nullable Throwable> {

    private volatile @Nullable CompletableFuture<T> inner;

    /** Hears how the inner call ended, before this future does; never throws. */
    protected abstract void onInnerEnd(T value, @Nullable Throwable failure);

    /** Follows an inner call; if this future has ended meanwhile, stops that. */
    public final RelayFuture<T> follow(CompletableFuture<T> call) {
        inner = call;
        call.whenComplete(this);
        if (isDone()) {
            stopInner();
        }
        return this;
    }

    @Override
    public final void accept(T value, @Nullable Throwable failure) {
        try {
            onInnerEnd(value, failure);
        } finally {
            // Whatever goes wrong, nobody waits for ever.
            finish(value, failure);
        }
    }

    @Override
    protected void stop() {
        stopInner();
    }

    private void stopInner() {
        CompletableFuture<T> running = inner;
        if (running != null) {
            running.cancel(true);
        }
    }
}
