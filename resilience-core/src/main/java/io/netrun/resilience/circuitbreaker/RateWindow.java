package io.netrun.resilience.circuitbreaker;

/**
 * The part of recent calls that failed or were slow. A subclass knows which calls are recent. Adding an outcome takes the
 * oldest one out and changes three totals, which must be seen together, so it is done under a lock.
 */
abstract sealed class RateWindow implements FailureDetector permits CountWindow, TimeWindow {

    private final SpinLock lock = new SpinLock();

    /** Guarded by the lock, as are all below. */
    private double failurePercent;

    private double slowPercent;
    private int minimumCalls;

    /** Recent calls. */
    private long calls;

    private long failed;
    private long slow;

    RateWindow(CircuitBreakerConfig config) {
        judgeBy(config);
    }

    private void judgeBy(CircuitBreakerConfig config) {
        failurePercent = config.failureRateThreshold();
        slowPercent = config.slowCallDuration() == null ? Double.POSITIVE_INFINITY : config.slowCallRateThreshold();
        minimumCalls = minimumCalls(config);
    }

    /** Calls in the window before it can open the circuit. */
    int minimumCalls(CircuitBreakerConfig config) {
        return config.minimumCalls();
    }

    /** Whether settings ask for this kind of window. */
    abstract boolean isAskedForBy(CircuitBreakerConfig config);

    /** Changes which calls are recent; called with the lock held. */
    abstract void resize(CircuitBreakerConfig config);

    @Override
    public final boolean follow(CircuitBreakerConfig config) {
        if (!isAskedForBy(config)) {
            return false;
        }
        lock.lock();
        try {
            resize(config);
            judgeBy(config);
        } finally {
            lock.unlock();
        }
        return true;
    }

    /** Takes out what is no longer recent and adds a call; called with the lock held. */
    abstract void slide(boolean failedCall, boolean slowCall);

    /** Takes out what is no longer recent; called with the lock held. */
    abstract void slide();

    @Override
    public final boolean onEnd(boolean failedCall, boolean slowCall) {
        lock.lock();
        try {
            slide(failedCall, slowCall);
            return isOver(0);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final boolean opensWith(int overdue) {
        if (overdue == 0) {
            return false;
        }
        lock.lock();
        try {
            slide();
            return isOver(overdue);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final int failureCount() {
        lock.lock();
        try {
            slide();
            return (int) Math.min(failed, Integer.MAX_VALUE);
        } finally {
            lock.unlock();
        }
    }

    /** Changes the totals; called with the lock held. */
    final void add(long moreCalls, long moreFailed, long moreSlow) {
        calls += moreCalls;
        failed += moreFailed;
        slow += moreSlow;
    }

    /** Sets the totals to zero; called with the lock held. */
    final void clear() {
        calls = 0;
        failed = 0;
        slow = 0;
    }

    private boolean isOver(int overdue) {
        long all = calls + overdue;
        return all >= minimumCalls
                && (failed * 100.0 >= failurePercent * all || (slow + overdue) * 100.0 >= slowPercent * all);
    }
}
