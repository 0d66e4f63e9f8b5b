package io.netrun.resilience.fleet;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Require;
import java.time.Duration;
import java.util.Objects;

/**
 * How a node takes part in a fleet. Immutable; every value is validated on construction.
 *
 * @param interval the time between two reports, each randomized by ±20 %; 200 ms to 60 s, default 1 s
 * @param lease how long a grant is valid without a further answer of the store; at least five intervals, at most an
 *     hour, default 10 s
 * @param expectedNodes the least number of nodes to divide a limit by as long as not all nodes are known; 1 to 10,000,
 *     default 1
 * @param whenAway which part of a limit the node uses when its lease is over; default {@link WhenAway#SAFE_SHARE}
 */
public record FleetConfig(Duration interval, Duration lease, int expectedNodes, WhenAway whenAway) {

    private static final Duration LEAST_INTERVAL = Duration.ofMillis(200);
    private static final Duration MOST_INTERVAL = Duration.ofSeconds(60);
    private static final Duration MOST_LEASE = Duration.ofHours(1);
    private static final int LEAST_INTERVALS = 5;
    private static final int MAX_NODES = 10_000;

    /**
     * Validates every value.
     *
     * @throws IllegalArgumentException if a value is out of range; the message names it and the allowed range
     */
    public FleetConfig {
        if (interval.compareTo(LEAST_INTERVAL) < 0 || interval.compareTo(MOST_INTERVAL) > 0) {
            throw new InvalidSettingException(
                    "interval",
                    "interval is " + interval + ": must be between " + LEAST_INTERVAL + " and " + MOST_INTERVAL);
        }
        Duration least = interval.multipliedBy(LEAST_INTERVALS);
        if (lease.compareTo(least) < 0 || lease.compareTo(MOST_LEASE) > 0) {
            throw new InvalidSettingException(
                    "lease",
                    "lease is " + lease + ": must be at least five intervals, which is " + least + ", and at most "
                            + MOST_LEASE,
                    "interval");
        }
        Require.range("expectedNodes", expectedNodes, 1, MAX_NODES);
        Objects.requireNonNull(whenAway, "whenAway");
    }

    /** Returns the default settings. */
    public static FleetConfig defaults() {
        return new FleetConfig(Duration.ofSeconds(1), Duration.ofSeconds(10), 1, WhenAway.SAFE_SHARE);
    }
}
