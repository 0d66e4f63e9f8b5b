package io.netrun.resilience.fleet;

import java.util.concurrent.TimeUnit;

/**
 * The time of the fleet, which is the store's, as a node knows it from the answers to its reports. A store has answered
 * between the moments when its node had sent the report and when it received the view, so each answer bounds the
 * difference to the ticker of the node. The least upper bound is used, as of the report that took the shortest way: a
 * moment in the fleet's time is then never too early by more than a millisecond, and too late by that way. A difference
 * that contradicts it shows that the clock of the store has been changed, or that the two have drifted apart. Confined
 * to one thread.
 */
final class FleetClock {

    private boolean known;

    /** What is added to the ticker's time, in nanoseconds. */
    private long difference;

    /** An answer of the store, with its time in milliseconds. The other times are the ticker's. */
    void observe(long sentAt, long receivedAt, long time) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(time);
        long most = nanos - sentAt;
        long least = nanos - receivedAt;
        if (!known || least - difference > 0 || most - difference < 0) {
            difference = most;
            known = true;
        }
    }

    /** Returns a moment in the fleet's time, in milliseconds; 0 if it is not known. */
    long at(long moment) {
        return known ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(moment + difference)) : 0;
    }

    /** Returns a moment of the fleet, in milliseconds, in the ticker's time. Only after an answer. */
    long momentOf(long time) {
        return TimeUnit.MILLISECONDS.toNanos(time) - difference;
    }
}
