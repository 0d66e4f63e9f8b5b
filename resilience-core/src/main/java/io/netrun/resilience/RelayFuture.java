package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Relays the end of an inner call, after the policy has settled what it holds for that call.
 *
 * @apiNote For authors of policies.
 * @param <T> the result
 */
public abstract class RelayFuture<T extends @Nullable Object> extends CallFuture<T>
        implements BiFunction<T, @Nullable Throwable, @Nullable Object> {

    /**
     * Null before it is followed, and once it has ended or does not matter any more, unless it takes back the result
     * that it has ended with.
     */
    private volatile @Nullable CompletableFuture<T> inner;

    private volatile boolean following;

    /** Whether the end of the inner call was reported. */
    private volatile boolean innerEnded;

    /** Whether the inner call's end is this call's; confined to the thread that reports it. */
    private boolean endedByInner;

    /**
     * Settles what is held for the inner call, which has ended, before this future ends. To end this future itself, it
     * uses {@link #tryEndWithInner()}.
     */
    protected abstract void onInnerEnd(T value, @Nullable Throwable failure);

    /** Decides that this call ends as the inner one did; otherwise like {@link #tryEnd()}. */
    protected final boolean tryEndWithInner() {
        boolean decided = tryEnd();
        endedByInner = decided;
        return decided;
    }

    /** Returns what {@link #tryEndWithInner()} has decided, to the thread that reports the inner call's end. */
    protected final boolean endsWithInner() {
        return endedByInner;
    }

    /**
     * Follows an inner call. If this future has ended meanwhile, the inner call is stopped, and so is one that cannot
     * be followed: nobody would learn of its end.
     */
    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    public final RelayFuture<T> follow(CompletableFuture<T> call) {
        inner = call;
        following = true;
        try {
            ForeignStage.onEndAsIs(call, this);
        } catch (Throwable thrown) {
            if (inner != null) {
                end(null, thrown);
            }
            cancelPart(call);
        }
        if (hasEnded()) {
            stopInner();
            onReleased();
        }
        return this;
    }

    /** Returns whether an inner call is or was followed, so that its end is or will be reported. */
    protected final boolean isFollowing() {
        return following;
    }

    /**
     * Returns whether an inner call was followed and is {@linkplain ForeignStage#isOver over}, although its end may not
     * have been reported yet.
     */
    protected final boolean isInnerOver() {
        CompletableFuture<T> running = inner;
        return running == null ? innerEnded : ForeignStage.isOver(running);
    }

    /** Receives the end of the inner call. Must not be called by other code. */
    @Override
    public final @Nullable Object apply(T value, @Nullable Throwable failure) {
        end(value, ForeignStage.thrownBy(inner, failure));
        return null;
    }

    private void end(T value, @Nullable Throwable failure) {
        innerEnded = true; // first: who finds no inner call any more must know that it is over
        inner = failure == null ? takingBack(inner) : null;
        boolean settled = false;
        try {
            onInnerEnd(value, failure);
            settled = true;
        } finally {
            // Whatever fails, no caller may wait for ever.
            if (!endedByInner) {
                endWith(value, failure);
            } else if (!settled) {
                publish(value, failure); // it failed after the end was decided, and before or after this
            }
        }
    }

    private void endWith(T value, @Nullable Throwable failure) {
        if (tryEnd()) {
            publish(value, failure);
        } else if (failure == null) {
            passLateResult(value);
            inner = null;
        }
    }

    @Override
    protected void stop() {
        stopInner();
    }

    @Override
    protected final @Nullable CompletableFuture<T> origin() {
        return inner;
    }

    /** An inner call that ignores that it was cancelled may run for ever, and this future may be kept as long. */
    @Override
    protected final void onReleased() {
        if (!isInnerOver() && !takesBack()) {
            inner = null;
        }
    }

    private void stopInner() {
        CompletableFuture<T> running = inner;
        if (running != null) {
            cancelPart(running);
        }
    }
}
