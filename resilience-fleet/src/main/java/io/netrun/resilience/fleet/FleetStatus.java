package io.netrun.resilience.fleet;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a node knows of its fleet. Immutable.
 *
 * @param node the identity of the node in the fleet; empty if it is not started
 * @param leased whether the last grants are valid
 * @param view the last view; null before the first
 * @param viewTime when that view was asked for, by the wall clock; null before the first
 * @param viewAge how long ago that was; null before the first
 * @param exchanges how often the store was asked
 * @param failures how often it did not answer with a usable view; an exchange that is under way when the lease ends
 *     counts until it is answered after all
 * @param lastFailure the last failure as text, if the last exchange failed; null otherwise
 */
public record FleetStatus(
        String node,
        boolean leased,
        @Nullable FleetView view,
        @Nullable Instant viewTime,
        @Nullable Duration viewAge,
        long exchanges,
        long failures,
        @Nullable String lastFailure) {

    /** The status of a node that is not started. */
    static final FleetStatus STOPPED = new FleetStatus("", false, null, null, null, 0, 0, null);
}
