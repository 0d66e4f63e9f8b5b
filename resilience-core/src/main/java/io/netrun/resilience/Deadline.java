package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * The moment at which the time limit around a call gives it up. It travels inward with the call, so that what lies within
 * does not wait for something that can no longer help, and can tell a call that ran out of time from one that was
 * cancelled. Thread-safe.
 */
public final class Deadline {

    /** No limit. */
    public static final Deadline NONE = new Deadline(null, 0, null);

    private final @Nullable Ticker ticker;
    private final long nanos;
    private final @Nullable Deadline outer;
    private volatile boolean exceeded;

    /** Written before {@link #running}; threads that ask first together write nearly the same. */
    private long at;

    private volatile boolean running;

    private Deadline(@Nullable Ticker ticker, long nanos, @Nullable Deadline outer) {
        this.ticker = ticker;
        this.nanos = nanos;
        this.outer = outer;
    }

    /**
     * A deadline within this one.
     *
     * @param nanos the limit in nanoseconds from now, at most half of {@link Long#MAX_VALUE}
     */
    public Deadline within(Ticker ticker, long nanos) {
        Deadline limit = withinOnceAsked(ticker, nanos);
        limit.at(ticker);
        return limit;
    }

    /**
     * A deadline within this one whose time begins with the first question about it. For calls that mostly end before
     * anybody asks, which thus read no clock.
     *
     * @param nanos the limit in nanoseconds from then, at most half of {@link Long#MAX_VALUE}
     */
    public Deadline withinOnceAsked(Ticker ticker, long nanos) {
        return new Deadline(ticker, nanos, this == NONE ? null : this);
    }

    private long at(Ticker clock) {
        if (!running) {
            at = clock.nanoTime() + nanos;
            running = true;
        }
        return at;
    }

    /** Nanoseconds left, of this limit and of those around it; negative if past, {@link Long#MAX_VALUE} without any. */
    public long remainingNanos() {
        return outer == null ? ownRemainingNanos() : Math.min(ownRemainingNanos(), outer.remainingNanos());
    }

    /** Nanoseconds left of this limit alone; negative if past, {@link Long#MAX_VALUE} for {@link #NONE}. */
    public long ownRemainingNanos() {
        return ticker == null ? Long.MAX_VALUE : at(ticker) - ticker.nanoTime();
    }

    /**
     * Runs a task when this limit's own time is over, unless it is taken back before; see {@link Ticker#schedule}.
     *
     * @throws IllegalStateException if this is {@link #NONE}
     */
    public Ticker.Scheduled schedule(Runnable task) {
        if (ticker == null) {
            throw new IllegalStateException("without a limit there is no moment to run a task at");
        }
        return ticker.scheduleAt(task, at(ticker));
    }

    /** Says that the limit has struck; called by the policy that set it, before it stops the call. */
    public void exceed() {
        exceeded = true;
    }

    /** Whether this limit, or one around it, has struck. */
    public boolean isExceeded() {
        return exceeded || (outer != null && outer.isExceeded());
    }
}
