package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Passes on the end of an inner call, after the policy has settled what it holds for it. For authors of policies.
 *
 * @param <T> the result
 */
public abstract class RelayFuture<T extends @Nullable Object> extends CallFuture<T>
        implements BiFunction<T, @Nullable Throwable, @Nullable Void> {

    private volatile @Nullable CompletableFuture<T> inner;
    private volatile boolean following;
    private volatile boolean innerEnded;

    /** Settles what is held for the inner call, which has ended, before this future does. */
    protected abstract void onInnerEnd(T value, @Nullable Throwable failure);

    /** Follows an inner call; if this future has ended meanwhile, stops that. */
    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    public final RelayFuture<T> follow(CompletableFuture<T> call) {
        following = true;
        inner = call;
        try {
            ForeignStage.onEnd(call, this);
        } catch (Throwable thrown) {
            if (!innerEnded) {
                apply(null, thrown);
            }
        }
        if (innerEnded) {
            inner = null;
        } else if (hasEnded()) {
            stopInner();
        }
        return this;
    }

    /** Whether an inner call is or was followed, so that its end is or will be reported. */
    protected final boolean isFollowing() {
        return following;
    }

    /** The inner call has ended. Not to be called by others than that. */
    @Override
    public final @Nullable Void apply(T value, @Nullable Throwable failure) {
        innerEnded = true;
        inner = null;
        try {
            onInnerEnd(value, failure);
        } finally {
            // Whatever goes wrong, nobody waits for ever.
            finish(value, failure);
        }
        return null;
    }

    @Override
    protected void stop() {
        stopInner();
    }

    private void stopInner() {
        CompletableFuture<T> running = inner;
        if (running != null) {
            cancelPart(running);
        }
    }
}
