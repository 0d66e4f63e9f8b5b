package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.SpinBackoff;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A lock-free ring of the most recent outcomes, with the number of failed and of slow calls among them. */
final class OutcomeRing {

    /*
     * Implementation
     * ==============
     *
     * One word, the tally, holds what must be read and changed together: the counts, the position of the next outcome,
     * and the latest outcome, which may not be in its slot yet. Adding an outcome is one compare-and-set of that word.
     *
     *  tally: bits   field     meaning; n is the number of bits of the size, for example 7 for 100 and 16 for 50,000
     *  ------------  --------  ------------------------------------------------------------------------------------
     *  0             FAILED    whether the latest outcome failed
     *  1             SLOW      whether the latest outcome was slow
     *  n bits        position  slot of the next outcome
     *  n bits        failed    failed outcomes in the ring
     *  n bits        slow      slow outcomes in the ring
     *  1 bit         full      whether all slots are in use
     *  the rest      laps      laps since the ring is full, modulo 2^(60 - 3n)
     *  63            CLOSED    no further outcome is accepted
     *
     *  slot: bits    field     meaning
     *  ------------  --------  ---------------------------------------------------------
     *  0 to 1        outcome   FAILED and SLOW
     *  2 to 31       changes   changes of this slot, modulo 2^30
     *
     * Helping
     * -------
     * The two writes of an addition, tally and slot, cannot be atomic. As in the queue of Michael and Scott [1], the
     * second one may be late, and any thread can complete it: a thread that adds the next outcome first ensures that
     * the latest one is in its slot. So no thread waits for one that was suspended between the two writes [2]. If the
     * outcome equals the one it replaces, as it usually does, the slot is not written at all.
     *
     * Recurring values
     * ----------------
     * A suspended thread must not mistake a later state for the one it read. The tally counts the laps, and a slot
     * counts its changes, like the version counters of [3]: a compare-and-set from a stale value fails.
     *
     * Closing
     * -------
     * A ring of another size replaces this one: setting CLOSED ends the additions here, so the successor starts with
     * exactly the latest outcomes that fit, and each thread that finds the ring closed can create it.
     *
     * Example
     * -------
     * Size 3, so n is 2. The outcomes are ok, failed, ok, ok, ok. Slots are written as outcome/changes.
     *
     *  added    first in its slot      position  failed  full  slots before the next addition
     *  -------  ---------------------  --------  ------  ----  -------------------------------------------------
     *  ok       -                      1         0       no    ok/0      ok/0      ok/0
     *  failed   ok, unchanged          2         1       no    ok/0      ok/0      ok/0   (slot 1 is late)
     *  ok       failed to slot 1       0         1       yes   ok/0      failed/1  ok/0
     *  ok       ok, unchanged          1         1       yes   ok/0      failed/1  ok/0
     *  ok       ok, unchanged          2         0       yes   ok/0      failed/1  ok/0   (slot 1 is late)
     *
     * The next addition first writes ok/2 to slot 1.
     *
     * References
     * ----------
     * [1] M. M. Michael, M. L. Scott: Simple, fast, and practical non-blocking and blocking concurrent queue algorithms
     *     (1996) https://doi.org/10.1145/248052.248106
     * [2] M. Herlihy: Wait-free synchronization (1991) https://doi.org/10.1145/114005.102808
     * [3] IBM System/370 Extended Architecture, Principles of Operation, SA22-7085 (1983)
     */

    /** Returned by {@link #add} if the ring was {@linkplain #close closed}. */
    static final long CLOSED = Long.MIN_VALUE;

    /** Leaves 12 bits for the laps, so that no tally recurs within 200 million outcomes. */
    static final int MAX_SIZE = 50_000;

    private static final int FAILED = 1;
    private static final int SLOW = 2;
    private static final int OUTCOME = FAILED | SLOW;

    /** The increment of a slot's change counter. */
    private static final int CHANGE = OUTCOME + 1;

    /**
     * The fields of the tally: bits 0 and 1 are the latest outcome; then follow position, failed, slow, full, and laps.
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
     * Creates an empty ring.
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

    /** Returns the current tally, for {@link #calls}, {@link #failed} and {@link #slow}. */
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
     * Adds an outcome, which replaces the oldest one if the ring is full. Returns the new tally, or {@link #CLOSED}.
     */
    long add(int outcome) {
        for (int spins = 0; ; spins = SpinBackoff.pause(spins)) {
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
        // The first lap sets the bit, and each further lap adds to the counter above it; the sign is reserved.
        next -= (long) position << POSITION;
        return ((next | full) + ((seen & full) != 0 ? full << 1 : 0)) & Long.MAX_VALUE;
    }

    /** Ensures that the latest outcome is in its slot. */
    private void settleLatest(long seen) {
        int position = position(seen);
        int slot = position == 0 ? slots.length - 1 : position - 1;
        int latest = (int) seen & OUTCOME;
        int held = (int) SLOT.getVolatile(slots, slot);
        // If the tally is unchanged, the slot holds nothing newer. If it is already correct, another thread was faster.
        if ((held & OUTCOME) != latest && tally == seen) {
            SLOT.compareAndSet(slots, slot, held, ((held & ~OUTCOME) + CHANGE) | latest);
        }
    }

    /** Closes the ring to further outcomes; {@link #successor()} continues with its contents. */
    void close(int sizeOfSuccessor) {
        successorSize = sizeOfSuccessor;
        TALLY.getAndBitwiseOr(this, CLOSED);
    }

    /** Returns a ring of another size with the latest outcomes that fit. */
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
