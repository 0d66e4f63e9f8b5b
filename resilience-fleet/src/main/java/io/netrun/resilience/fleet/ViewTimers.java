package io.netrun.resilience.fleet;

import io.netrun.resilience.Ticker;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The two ends of the last view: that of its lease, and that of its votes. Not thread-safe. */
final class ViewTimers {

    private final Ticker ticker;
    private final UnaryOperator<Runnable> handOver;
    private long timesSet;
    private Ticker.@Nullable Scheduled leaseTimer;
    private Ticker.@Nullable Scheduled voteTimer;

    /** Prepares no timer yet; what a timer has to do is prepared for the thread that does it. */
    ViewTimers(Ticker ticker, UnaryOperator<Runnable> handOver) {
        this.ticker = ticker;
        this.handOver = handOver;
    }

    /**
     * Replaces the timers; if one cannot be set, the former ones are still there. A task may run although it was
     * replaced, so it gets a number for {@link #isFormer}.
     */
    void set(long leaseEnd, LongConsumer onLeaseOver, long voteEnd, LongConsumer onVotesOver) {
        Ticker.Scheduled formerLease = leaseTimer;
        Ticker.Scheduled formerVotes = voteTimer;
        long set = timesSet + 1;
        Ticker.Scheduled lease = ticker.scheduleAt(handOver.apply(() -> onLeaseOver.accept(set)), leaseEnd);
        voteTimer = ticker.scheduleAt(handOver.apply(() -> onVotesOver.accept(set)), voteEnd);
        leaseTimer = lease;
        timesSet = set;
        cancel(formerLease);
        cancel(formerVotes);
    }

    /** Returns whether a view was applied after a timer had fired and before its task has run. */
    boolean isFormer(long set) {
        return set != timesSet;
    }

    void cancel() {
        cancel(leaseTimer);
        cancel(voteTimer);
    }

    private static void cancel(Ticker.@Nullable Scheduled timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
