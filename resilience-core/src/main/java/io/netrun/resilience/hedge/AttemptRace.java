package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.Layer;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call: which there are, how many of them can still succeed, and the slots that they hold.
 *
 * <p>What bounds the attempts of all calls is a slot of {@link Hedge#tryAcquireSlot}, acquired for each attempt but a
 * call's first. Each attempt leaves once, when nothing of it runs any longer. Before the call has ended, the attempts
 * that are present hold a slot each, except for one; afterwards the losers that are still present hold one each, as
 * they may pay no heed to being cancelled. A slot beyond that is released by the attempt that leaves. Attempts that do
 * heed it have left before the caller learns of the end.
 *
 * <p>A superclass of the call and not an object of its own, and all counts are in one field, since every hedged call
 * has them: {@code count}s of four bits each, enough for the most attempts that a call may have.
 */
abstract class AttemptRace<T extends @Nullable Object> extends CallFuture<T> {

    /** Attempts that may still succeed. */
    private static final int RUNNING = 1;

    /** Attempts that have not left. */
    private static final int PRESENT = 1 << 4;

    /** Slots held. */
    private static final int SLOT = 1 << 8;

    /** Attempts begun so far. */
    private static final int BEGUN = 1 << 12;

    private static final int COUNT = 0xF;

    private static final VarHandle COUNTS = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "counts", VarHandle.class, AttemptRace.class, int.class);

    private final HedgeLayer layer;
    private volatile int counts = RUNNING + PRESENT + BEGUN;

    /** In the order in which they began; null once the call has ended. */
    private volatile @Nullable Attempt<T> first;

    AttemptRace(HedgeLayer layer) {
        this.layer = layer;
    }

    /** Whether nothing of an attempt runs any longer. */
    abstract boolean isOver(Attempt<T> attempt);

    final Hedge hedge() {
        return layer.hedge();
    }

    /** What each attempt is made through. */
    final Layer next() {
        return layer.next();
    }

    /** How many attempts have begun so far. */
    final int begun() {
        return count(counts, BEGUN);
    }

    /** Whether every attempt has left. */
    final boolean isDeserted() {
        return count(counts, PRESENT) == 0;
    }

    final boolean isFirst(Attempt<T> attempt) {
        return attempt == first;
    }

    /** Adds an attempt to those that {@link #forEachAttempt} finds; by one thread after the other. */
    final void append(Attempt<T> attempt) {
        Attempt<T> last = first;
        if (last == null) {
            first = attempt;
            return;
        }
        for (Attempt<T> next = last.next(); next != null; next = last.next()) {
            last = next;
        }
        last.append(attempt);
    }

    /** Calls an action with each attempt for which something may be left to do. */
    final void forEachAttempt(Consumer<? super Attempt<T>> action) {
        for (Attempt<T> attempt = first; attempt != null; attempt = attempt.next()) {
            if (!attempt.isSettled()) {
                action.accept(attempt);
            }
        }
    }

    /** Whether something may be left to do for an attempt. */
    final boolean hasUnsettled() {
        for (Attempt<T> attempt = first; attempt != null; attempt = attempt.next()) {
            if (!attempt.isSettled()) {
                return true;
            }
        }
        return false;
    }

    /** Lets go of all attempts; the call has ended. */
    final void clearAttempts() {
        first = null;
    }

    /** Counts a further attempt, and its slot; false if the last one has just failed, so that none may begin. */
    final boolean tryJoin() {
        int seen;
        do {
            seen = counts;
            if (count(seen, RUNNING) == 0) {
                return false;
            }
        } while (!COUNTS.compareAndSet(this, seen, seen + RUNNING + PRESENT + SLOT + BEGUN));
        return true;
    }

    /** Counts an attempt that has failed; true if no other one may still succeed. */
    final boolean countFailure() {
        return count((int) COUNTS.getAndAdd(this, -RUNNING), RUNNING) == 1;
    }

    /** Nothing of an attempt runs any longer; does nothing if that is known. */
    final void leave(Attempt<T> attempt) {
        if (!attempt.tryLeave()) {
            return;
        }
        int seen;
        int next;
        do {
            seen = counts;
            next = seen - PRESENT;
            int present = count(next, PRESENT);
            int owed = hasEnded() ? present : Math.max(0, present - 1);
            if (count(next, SLOT) > owed) {
                next -= SLOT;
            }
        } while (!COUNTS.compareAndSet(this, seen, next));
        if (count(next, SLOT) < count(seen, SLOT)) {
            hedge().releaseSlot();
        }
        left();
    }

    /** An attempt has left. */
    void left() {}

    /** Nothing is left to do for an attempt, except that it may leave later. */
    final void settle(Attempt<T> attempt) {
        leaveIfOver(attempt);
        attempt.settle();
    }

    /** An attempt that was not made leaves, or one of which nothing runs any longer. */
    final void leaveIfOver(Attempt<T> attempt) {
        if (attempt.tryDrop() || isOver(attempt)) {
            leave(attempt);
        }
    }

    private static int count(int counts, int of) {
        return counts / of & COUNT;
    }
}
