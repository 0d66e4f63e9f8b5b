package io.netrun.resilience.hedge;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.LateReceiver;
import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of a hedged call, and its scope, which is stopped unless the attempt wins. It is made once or never, and
 * leaves once. It is also a node in the list of its call's attempts and the callback of its future, because nearly
 * every hedged call has one attempt, which should allocate as little as possible.
 */
final class Attempt<T extends @Nullable Object>
        implements BiFunction<T, @Nullable Throwable, @Nullable Object>, LateReceiver<T> {

    private static final int MADE = 1;
    private static final int DROPPED = 2;
    private static final int LEFT = 4;
    private static final int ENDED = 8;
    private static final int SETTLED = 16;

    /** Above these bits, the first attempt of a call has the counts of {@link AttemptRace}. */
    static final int COUNTS_SHIFT = 8;

    private static final int FLAGS = (1 << COUNTS_SHIFT) - 1;

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, Attempt.class, int.class);

    /** The call, until it has ended. */
    private volatile AttemptOwner<T> owner;

    private final Deadline scope;
    private volatile int state;

    /**
     * Null before the attempt begins, and once it is settled. After the end of its call, it is only kept if it takes
     * back a result.
     */
    private volatile @Nullable CompletableFuture<T> future;

    /** The next attempt to begin. */
    private volatile @Nullable Attempt<T> next;

    Attempt(AttemptOwner<T> call, Deadline scope) {
        this.owner = call;
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

    /**
     * Passes it to another owner, because its call has ended. The call is not reachable from here any more.
     *
     * @return the next attempt
     */
    @Nullable
    Attempt<T> passTo(AttemptOwner<T> late) {
        Attempt<T> following = next;
        owner = late;
        future = AttemptRace.origin(future);
        next = null;
        return following;
    }

    /** Records that no part of it runs any longer. Idempotent. */
    void leave() {
        owner.leave(this);
    }

    /** Takes its result, because it has lost. */
    void discard(T result) {
        owner.discard(result);
    }

    /** Receives the end of its future. */
    @Override
    public @Nullable Object apply(T value, @Nullable Throwable failure) {
        if ((set(ENDED) & ENDED) != 0) {
            return null; // it has failed, since its future could not be followed
        }
        AttemptOwner<T> present = owner;
        try {
            present.ended(this, value, failure);
        } catch (Throwable outOfMemory) {
            present.giveUp(outOfMemory); // nobody else ends the call
        }
        return null;
    }

    @Override
    public boolean wantsLateResult() {
        return owner.wantsLateResult();
    }

    @Override
    public void receiveLateResult(T value) {
        owner.discardLate(value);
    }

    /** Fails, because its future cannot be followed. Does nothing if it has ended. */
    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    void fail(Throwable failure) {
        apply(null, failure);
    }

    /** Returns whether its future has ended; the thread that ended it may not have reported that yet. */
    boolean hasFutureEnded() {
        CompletableFuture<T> running = future;
        return has(ENDED) || (running != null && ForeignStage.isOver(running));
    }

    void follow(CompletableFuture<T> running) {
        future = running;
    }

    /** Decides that it is made. Returns false if it must not be made any more. */
    boolean tryMake() {
        return tryBegin(MADE);
    }

    /** Decides that it is never made. Returns false if it is being made or was made. */
    boolean tryDrop() {
        return tryBegin(DROPPED);
    }

    private boolean tryBegin(int bit) {
        int seen;
        do {
            seen = state;
            if ((seen & FLAGS) != 0) {
                return false;
            }
        } while (!STATE.compareAndSet(this, seen, seen | bit));
        return true;
    }

    /** Returns the counts of the call, of which this is the first attempt. */
    int counts() {
        return state & ~FLAGS;
    }

    /** Adds to the counts. Returns what they were before. */
    int addCounts(int delta) {
        return (int) STATE.getAndAdd(this, delta) & ~FLAGS;
    }

    boolean compareAndSetCounts(int expected, int next) {
        int flags = state & FLAGS;
        return STATE.compareAndSet(this, expected | flags, next | flags);
    }

    /** Decides that it is over for good. Returns false if that was decided before. */
    boolean tryLeave() {
        return (set(LEFT) & LEFT) == 0;
    }

    /** Records that nothing is left to do for it when its call ends. */
    void settle() {
        set(SETTLED);
        future = null;
    }

    boolean isSettled() {
        return has(SETTLED);
    }

    boolean hasLeft() {
        return has(LEFT);
    }

    void stop() {
        scope.tryStop();
    }

    /**
     * Waits briefly until an attempt that another thread is making has its future, or runs the caller's code for
     * longer.
     *
     * @return false if the attempt was not being made
     */
    boolean awaitStart() {
        if (!isStarting()) {
            return false;
        }
        SpinBackoff.awaitStart(() -> !isStarting(), () -> scope.begun() != 0);
        return true;
    }

    private boolean isStarting() {
        return (state & (MADE | LEFT | ENDED | SETTLED)) == MADE && future == null;
    }

    private boolean has(int bit) {
        return (state & bit) != 0;
    }

    private int set(int bit) {
        return (int) STATE.getAndBitwiseOr(this, bit);
    }
}
