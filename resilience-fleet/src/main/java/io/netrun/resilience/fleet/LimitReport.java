package io.netrun.resilience.fleet;

/**
 * A node's part of a limit. All numbers are in the limit's unit: calls for a bulkhead, millionths of a call per second
 * for a rate limiter.
 *
 * @param pattern {@code rate-limiter} or {@code bulkhead}
 * @param name the name of the instance, or of the family of keyed instances
 * @param limit the limit of the fleet, as this node is configured
 * @param wants the demand of the node: what it would use if nothing limited it
 * @param allowance what the node would like to keep free beyond its demand, so that its next call passes at once
 * @param has the limit that is in force on the node; before its first view, what it would use without one
 * @param inUse what the calls of the node hold now, which is more than {@code has} for a while after it was lowered
 */
public record LimitReport(String pattern, String name, long limit, long wants, long allowance, long has, long inUse) {

    /** The units of one call per second. */
    public static final long RATE_UNITS = 1_000_000;

    /** The report of a node whose calls another node counts. */
    LimitReport withoutCalls() {
        return new LimitReport(pattern, name, limit, wants, allowance, has, 0);
    }
}
