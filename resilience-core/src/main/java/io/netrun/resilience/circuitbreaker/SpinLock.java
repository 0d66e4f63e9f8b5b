package io.netrun.resilience.circuitbreaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock to spin on, for a few instructions in which nothing can wait and no code of the user runs; one that parks would
 * cost more than what it guards. Not reentrant.
 */
final class SpinLock {

    private static final int SPINS = 64;
    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(SpinLock.class, "held", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through HELD
    private volatile boolean held;

    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on the yield but the pace
    void lock() {
        for (int spins = 0; !HELD.compareAndSet(this, false, true); spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                // Whoever has it was taken off its processor.
                Thread.yield();
            }
        }
    }

    void unlock() {
        HELD.setRelease(this, false);
    }
}
