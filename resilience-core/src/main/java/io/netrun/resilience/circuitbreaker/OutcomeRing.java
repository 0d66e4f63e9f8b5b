package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The last so many outcomes, and how many of them failed or were slow, without a lock.
 *
 * <p>One word, the tally, holds what must be seen together: how many there are that failed and were slow, where the
 * next outcome goes, and the latest outcome, which may not be in its slot yet. Adding an outcome is one compare-and-set
 * of that word. Whoever adds the next one sees to it first that the latest is in its slot, so that nobody waits for a
 * thread that was stopped between the two writes. Where the outcome is the same as the one that it takes the place of,
 * as it is most of the time, the slot is not written at all.
 *
 * <p>The tally counts the laps in the bits that are left, so that a thread that was stopped does not take a later lap
 * for its own. A slot counts its changes, so that a helper that was stopped can not undo a later one.
 */
final class OutcomeRing {

    /** What {@link #add} says when the ring was {@linkplain #close closed}. */
    static final long CLOSED = Long.MIN_VALUE;

    /** With it, 12 bits are left for the laps, so no tally comes again within 200 million outcomes. */
    static final int MAX_SIZE = 50_000;

    private static final int FAILED = 1;
    private static final int SLOW = 2;
    private static final int OUTCOME = FAILED | SLOW;

    /** One more change of a slot. */
    private static final int CHANGE = OUTCOME + 1;

    /**
     * Of the tally: bits 0 and 1 are the latest outcome; then come position, failed, slow, whether all slots are used,
     * laps.
     */
    private static final int POSITION = 2;

    private static final VarHandle TALLY = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "tally", VarHandle.class, OutcomeRing.class, long.class);
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(int[].class);

    private final int[] slots;
    private final int mask;
    private final int failedAt;
    private final int slowAt;
    private final long full;
    private volatile long tally;

    /** Written before the ring is closed. */
    private volatile int successorSize;

    /**
     * An empty ring.
     *
     * @param size 1 to {@link #MAX_SIZE}
     */
    OutcomeRing(int size) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(size);
        this.slots = new int[size];
        this.mask = (1 << bits) - 1;
        this.failedAt = POSITION + bits;
        this.slowAt = failedAt + bits;
        this.full = 1L << (slowAt + bits);
    }

    static int outcome(boolean failed, boolean slow) {
        return (failed ? FAILED : 0) | (slow ? SLOW : 0);
    }

    int size() {
        return slots.length;
    }

    /** What is in the ring now, for {@link #calls}, {@link #failed} and {@link #slow}. */
    long tally() {
        return tally;
    }

    int calls(long seen) {
        return (seen & full) != 0 ? slots.length : position(seen);
    }

    int failed(long seen) {
        return (int) (seen >>> failedAt) & mask;
    }

    int slow(long seen) {
        return (int) (seen >>> slowAt) & mask;
    }

    private int position(long seen) {
        return (int) (seen >>> POSITION) & mask;
    }

    /**
     * Adds an outcome and takes the oldest out if all slots are used; returns what is in the ring then, or
     * {@link #CLOSED}.
     */
    long add(int outcome) {
        for (int rest = 0; ; rest = SpinBackoff.pause(rest)) {
            long seen = tally;
            if (seen < 0) {
                return CLOSED;
            }
            settleLatest(seen);
            int position = position(seen);
            long next = after(seen, position, (int) SLOT.getVolatile(slots, position) & OUTCOME, outcome);
            if (TALLY.compareAndSet(this, seen, next)) {
                return next;
            }
        }
    }

    private long after(long seen, int position, int oldest, int outcome) {
        long next = (seen & ~OUTCOME) | outcome;
        next += (long) ((outcome & FAILED) - (oldest & FAILED)) << failedAt;
        next += (long) ((outcome & SLOW) / SLOW - (oldest & SLOW) / SLOW) << slowAt;
        if (position + 1 < slots.length) {
            return next + (1L << POSITION);
        }
        // The first lap sets the bit, and each lap counts beyond it; the sign is not theirs.
        next -= (long) position << POSITION;
        return ((next | full) + ((seen & full) != 0 ? full << 1 : 0)) & Long.MAX_VALUE;
    }

    /** Sees to it that the latest outcome is in its slot. */
    private void settleLatest(long seen) {
        int position = position(seen);
        int slot = position == 0 ? slots.length - 1 : position - 1;
        int latest = (int) seen & OUTCOME;
        int held = (int) SLOT.getVolatile(slots, slot);
        // With the tally as it was, what the slot holds is no later than that; if it is right, somebody has been
        // faster.
        if ((held & OUTCOME) != latest && tally == seen) {
            SLOT.compareAndSet(slots, slot, held, ((held & ~OUTCOME) + CHANGE) | latest);
        }
    }

    /** Takes no further outcome; {@link #successor()} goes on with what is in it. */
    void close(int sizeOfSuccessor) {
        successorSize = sizeOfSuccessor;
        TALLY.getAndBitwiseOr(this, CLOSED);
    }

    /** A ring of another size with the latest outcomes that fit. */
    OutcomeRing successor() {
        long last = tally;
        settleLatest(last);
        OutcomeRing next = new OutcomeRing(successorSize);
        int kept = Math.min(calls(last), next.size());
        int oldest = position(last) - kept;
        for (int i = 0; i < kept; i++) {
            int slot = Math.floorMod(oldest + i, slots.length);
            next.add((int) SLOT.getVolatile(slots, slot) & OUTCOME);
        }
        return next;
    }
}
