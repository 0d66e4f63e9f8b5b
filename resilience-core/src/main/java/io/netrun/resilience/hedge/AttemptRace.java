package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.Layer;
import io.netrun.resilience.SpinBackoff;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
 * <p>A superclass of the call and not an object of its own, because every hedged call has it. All counts are in one
 * field, four bits each, which are enough for the maximum number of attempts of a call. It is a field of the first
 * attempt: attempts that run on after the end leave without the call, which would keep its result.
 */
abstract class AttemptRace<T extends @Nullable Object> extends CallFuture<T> implements AttemptOwner<T> {

    /** Attempts that may still succeed. */
    private static final int RUNNING = 1 << Attempt.COUNTS_SHIFT;

    /** Attempts that have not left. */
    private static final int PRESENT = RUNNING << 4;

    /** Slots held. */
    private static final int SLOT = RUNNING << 8;

    /** Attempts begun so far. */
    private static final int BEGUN = RUNNING << 12;

    /** Slots that are about to be released. */
    private static final int RETURNING = RUNNING << 16;

    private static final int COUNT = 0xF;

    /** The counts of a call that has begun its first attempt. */
    private static final int FIRST = RUNNING + PRESENT + BEGUN;

    private final HedgeLayer layer;

    /** The first attempt, which has the counts. */
    private volatile @Nullable Attempt<T> head;

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
        return count(counts(), BEGUN);
    }

    /** Returns whether every attempt has left. */
    final boolean isDeserted() {
        return count(counts(), PRESENT) == 0;
    }

    final boolean isFirst(Attempt<T> attempt) {
        return attempt == first;
    }

    final Attempt<T> head() {
        return Objects.requireNonNull(head, "the call has begun");
    }

    private int counts() {
        Attempt<T> present = head;
        return present == null ? FIRST : present.counts();
    }

    /** Adds an attempt; by one thread at a time. */
    final void append(Attempt<T> attempt) {
        if (head == null) {
            attempt.addCounts(FIRST);
            head = attempt;
        }
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

    /** Returns the future of an attempt if it takes back its result. */
    static <T extends @Nullable Object> @Nullable CompletableFuture<T> origin(@Nullable CompletableFuture<T> future) {
        return takingBack(future);
    }

    /** Passes a result back to the future of its attempt. Returns false if that does not take it. */
    static <T extends @Nullable Object> boolean giveBack(@Nullable CompletableFuture<T> future, T result) {
        return tryReturn(future, result);
    }

    /**
     * Releases all attempts; the call has ended.
     *
     * @param late the new owner of the attempts; null if they keep the call
     */
    final void clearAttempts(@Nullable AttemptOwner<T> late) {
        Attempt<T> attempt = first;
        first = null;
        while (late != null && attempt != null) {
            attempt = attempt.passTo(late);
        }
    }

    /**
     * Counts a further attempt and its slot. Returns false if the last attempt has just failed, so that none may begin.
     */
    final boolean tryJoin() {
        Attempt<T> head = head();
        int seen;
        do {
            seen = head.counts();
            if (count(seen, RUNNING) == 0) {
                return false;
            }
        } while (!head.compareAndSetCounts(seen, seen + RUNNING + PRESENT + SLOT + BEGUN));
        return true;
    }

    /** Counts an attempt that has failed. Returns true if no other one can still succeed. */
    final boolean countFailure() {
        return count(head().addCounts(-RUNNING), RUNNING) == 1;
    }

    /** Records that no part of an attempt runs any longer. Idempotent. */
    @Override
    public final void leave(Attempt<T> attempt) {
        if (leave(attempt, head(), hedge(), this)) {
            left();
        }
    }

    /**
     * Counts an attempt of which no part runs any longer. Returns false if that was done before.
     *
     * @param head the first attempt of the call
     * @param call null if it has ended and does not matter any more
     */
    static <T extends @Nullable Object> boolean leave(
            Attempt<T> attempt, Attempt<T> head, Hedge hedge, @Nullable AttemptRace<T> call) {
        if (!attempt.tryLeave()) {
            return false;
        }
        int seen;
        int next;
        do {
            seen = head.counts();
            next = seen - PRESENT;
            int present = count(next, PRESENT);
            int owed = call == null || call.hasEnded() ? present : Math.max(0, present - 1);
            if (count(next, SLOT) > owed) {
                next += RETURNING - SLOT;
            }
        } while (!head.compareAndSetCounts(seen, next));
        if (count(next, SLOT) < count(seen, SLOT)) {
            hedge.releaseSlot();
            head.addCounts(-RETURNING);
        }
        return true;
    }

    /** Waits briefly until other threads, on which attempts are leaving, have released their slots. */
    final void awaitSlots() {
        if (begun() > 1 && !hasReleasedSlots()) {
            SpinBackoff.awaitBriefly(this::hasReleasedSlots);
        }
    }

    /** Returns whether every attempt that has left is counted as such, and its slot is released. */
    private boolean hasReleasedSlots() {
        int seen = counts();
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
