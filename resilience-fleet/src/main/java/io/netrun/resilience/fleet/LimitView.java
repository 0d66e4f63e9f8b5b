package io.netrun.resilience.fleet;

/**
 * The part of a limit that is granted to a node, in the limit's unit; see {@link LimitReport}.
 *
 * @param pattern {@code rate-limiter} or {@code bulkhead}
 * @param name the name of the instance
 * @param limit the limit of the fleet: the smallest that a live node is configured with
 * @param grant what the node may use until its lease ends; zero or more
 * @param granted the sum that is counted for all live nodes
 * @param nodes the number of live nodes that share the limit
 */
public record LimitView(String pattern, String name, long limit, long grant, long granted, int nodes) {}
