package io.netrun.resilience.circuitbreaker;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The part of recent calls that failed or were slow. A subclass knows which calls are recent.
 *
 * <p>Adding an outcome takes the oldest one out and changes three totals, which must be seen together, so it is done under a
 * lock. That is a word to spin on, held for a few instructions in which nothing can wait and no code of the user runs; a
 * lock that parks would cost more than all the rest.
 */
abstract sealed class RateWindow implements FailureDetector permits CountWindow, TimeWindow {

    private static final int SPINS = 64;
    private static final VarHandle LOCK;

    static {
        try {
            LOCK = MethodHandles.lookup().findVarHandle(RateWindow.class, "lock", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final double failurePercent;
    private final double slowPercent;
    private final int minimumCalls;

    @SuppressWarnings("unused") // through LOCK
    private volatile boolean lock;

    /** Recent calls, guarded by the lock, as are the two below. */
    private long calls;

    private long failed;
    private long slow;

    RateWindow(CircuitBreakerConfig config, int minimumCalls) {
        this.failurePercent = config.failureRateThreshold();
        this.slowPercent =
                config.slowCallDuration() == null ? Double.POSITIVE_INFINITY : config.slowCallRateThreshold();
        this.minimumCalls = minimumCalls;
    }

    /** Takes out what is no longer recent and adds a call; called with the lock held. */
    abstract void slide(boolean failedCall, boolean slowCall);

    /** Takes out what is no longer recent; called with the lock held. */
    abstract void slide();

    @Override
    public final boolean onEnd(boolean failedCall, boolean slowCall) {
        lock();
        try {
            slide(failedCall, slowCall);
            return isOver(0);
        } finally {
            LOCK.setRelease(this, false);
        }
    }

    @Override
    public final boolean opensWith(int overdue) {
        if (overdue == 0) {
            return false;
        }
        lock();
        try {
            slide();
            return isOver(overdue);
        } finally {
            LOCK.setRelease(this, false);
        }
    }

    @Override
    public final int failureCount() {
        lock();
        try {
            slide();
            return (int) Math.min(failed, Integer.MAX_VALUE);
        } finally {
            LOCK.setRelease(this, false);
        }
    }

    /** Changes the totals; called with the lock held. */
    final void add(long moreCalls, long moreFailed, long moreSlow) {
        calls += moreCalls;
        failed += moreFailed;
        slow += moreSlow;
    }

    private boolean isOver(int overdue) {
        long all = calls + overdue;
        return all >= minimumCalls
                && (failed * 100.0 >= failurePercent * all || (slow + overdue) * 100.0 >= slowPercent * all);
    }

    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on the yield but the pace
    private void lock() {
        for (int spins = 0; !LOCK.compareAndSet(this, false, true); spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                // Whoever has it was taken off its processor.
                Thread.yield();
            }
        }
    }
}
