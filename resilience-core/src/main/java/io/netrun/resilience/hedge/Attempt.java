package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.Deadline;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of a hedged call, and its scope, which is stopped unless it is the winner. It is made once or never, and
 * leaves once. It is a node in the list of its call's attempts and the callback of its future too, since nearly every
 * hedged call has one attempt, which should not cost more than it must.
 */
final class Attempt<T extends @Nullable Object> implements BiFunction<T, @Nullable Throwable, @Nullable Void> {

    private static final int MADE = 1;
    private static final int DROPPED = 2;
    private static final int LEFT = 4;
    private static final int ENDED = 8;
    private static final int SETTLED = 16;

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, Attempt.class, int.class);

    private final HedgedCall<T> call;
    private final Deadline scope;
    private volatile int state;

    /** Null before it was begun, and once the attempt is settled. */
    private volatile @Nullable CompletableFuture<T> future;

    /** The one that began after this. */
    private volatile @Nullable Attempt<T> next;

    Attempt(HedgedCall<T> call, Deadline scope) {
        this.call = call;
        this.scope = scope;
    }

    Deadline scope() {
        return scope;
    }

    @Nullable
    CompletableFuture<T> future() {
        return future;
    }

    @Nullable
    Attempt<T> next() {
        return next;
    }

    void append(Attempt<T> later) {
        next = later;
    }

    /** Its future has ended. */
    @Override
    public @Nullable Void apply(T value, @Nullable Throwable failure) {
        set(ENDED);
        call.ended(this, value, failure);
        return null;
    }

    /** Whether its future has ended. One of a class that is not known is not asked, since it may throw. */
    boolean hasFutureEnded() {
        CompletableFuture<T> running = future;
        return has(ENDED)
                || (running != null
                        && (running.getClass() == CompletableFuture.class || running instanceof CallFuture<?>)
                        && running.isDone());
    }

    void follow(CompletableFuture<T> running) {
        future = running;
    }

    /** Decides that it is made; false if it is not to be any more. */
    boolean tryMake() {
        return STATE.compareAndSet(this, 0, MADE);
    }

    /** Decides that it is never made; false if it is being made or was. */
    boolean tryDrop() {
        return STATE.compareAndSet(this, 0, DROPPED);
    }

    /** Decides that it is over for good; false if that was decided before. */
    boolean tryLeave() {
        return (set(LEFT) & LEFT) == 0;
    }

    /** Nothing is left to do for it when its call ends. */
    void settle() {
        set(SETTLED);
        future = null;
    }

    boolean isSettled() {
        return has(SETTLED);
    }

    void stop() {
        scope.tryStop();
    }

    private boolean has(int bit) {
        return (state & bit) != 0;
    }

    private int set(int bit) {
        return (int) STATE.getAndBitwiseOr(this, bit);
    }
}
