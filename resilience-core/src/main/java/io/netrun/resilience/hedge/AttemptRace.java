package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.Layer;
import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call, the number of those that can still succeed, and the slots that they hold.
 *
 * <p>The attempts of all calls are limited by the slots of {@link Hedge#tryAcquireSlot}, one of which is acquired for
 * each attempt but the first of a call. Each attempt leaves once, when no part of it runs any longer. Before the call
 * has ended, the present attempts hold a slot each, except for one. Afterwards the losers that are still present hold
 * one each, because they may ignore their cancellation. A slot beyond that is released by the attempt that leaves.
 * Attempts that respond to the cancellation have left before the caller learns of the end.
 *
 * <p>A superclass of the call and not an object of its own, and all counts are in one field, because every hedged call
 * has them: {@code count}s of four bits each, enough for the maximum number of attempts of a call.
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

    /** Slots that are about to be released. */
    private static final int RETURNING = 1 << 16;

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

    /** Returns whether no part of an attempt runs any longer. */
    abstract boolean isOver(Attempt<T> attempt);

    final Hedge hedge() {
        return layer.hedge();
    }

    /** Returns the layer through which attempts are made. */
    final Layer next() {
        return layer.next();
    }

    /** Returns the number of attempts that have begun. */
    final int begun() {
        return count(counts, BEGUN);
    }

    /** Returns whether every attempt has left. */
    final boolean isDeserted() {
        return count(counts, PRESENT) == 0;
    }

    final boolean isFirst(Attempt<T> attempt) {
        return attempt == first;
    }

    /** Adds an attempt; by one thread at a time. */
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

    /** Returns the first attempt that may not be settled; null if there is none. */
    final @Nullable Attempt<T> firstUnsettled() {
        return unsettledFrom(first);
    }

    /** Returns the next attempt that may not be settled; null if there is none. */
    final @Nullable Attempt<T> unsettledAfter(Attempt<T> attempt) {
        return unsettledFrom(attempt.next());
    }

    private static <T extends @Nullable Object> @Nullable Attempt<T> unsettledFrom(@Nullable Attempt<T> from) {
        Attempt<T> attempt = from;
        while (attempt != null && attempt.isSettled()) {
            attempt = attempt.next();
        }
        return attempt;
    }

    /** Returns whether an attempt may not be settled. */
    final boolean hasUnsettled() {
        return firstUnsettled() != null;
    }

    /** Releases all attempts; the call has ended. */
    final void clearAttempts() {
        first = null;
    }

    /**
     * Counts a further attempt and its slot. Returns false if the last attempt has just failed, so that none may begin.
     */
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

    /** Counts an attempt that has failed. Returns true if no other one can still succeed. */
    final boolean countFailure() {
        return count((int) COUNTS.getAndAdd(this, -RUNNING), RUNNING) == 1;
    }

    /** Records that no part of an attempt runs any longer. Idempotent. */
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
                next += RETURNING - SLOT;
            }
        } while (!COUNTS.compareAndSet(this, seen, next));
        if (count(next, SLOT) < count(seen, SLOT)) {
            hedge().releaseSlot();
            COUNTS.getAndAdd(this, -RETURNING);
        }
        left();
    }

    /** Waits briefly until other threads, on which attempts are leaving, have released their slots. */
    final void awaitSlots() {
        if (begun() > 1 && !hasReleasedSlots()) {
            SpinBackoff.awaitBriefly(this::hasReleasedSlots);
        }
    }

    /** Returns whether every attempt that has left is counted as such, and its slot is released. */
    private boolean hasReleasedSlots() {
        int seen = counts;
        int present = 0;
        for (Attempt<T> attempt = first; attempt != null; attempt = attempt.next()) {
            present += attempt.hasLeft() ? 0 : 1;
        }
        return count(seen, RETURNING) == 0 && count(seen, PRESENT) <= present;
    }

    /** Called when an attempt has left. */
    void left() {}

    /** Settles an attempt: nothing is left to do for it, except that it may leave later. */
    final void settle(Attempt<T> attempt) {
        leaveIfOver(attempt);
        attempt.settle();
    }

    /** Lets an attempt leave that was not made, or of which no part runs any longer. */
    final void leaveIfOver(Attempt<T> attempt) {
        if (attempt.tryDrop() || isOver(attempt)) {
            leave(attempt);
        }
    }

    private static int count(int counts, int of) {
        return counts / of & COUNT;
    }
}
