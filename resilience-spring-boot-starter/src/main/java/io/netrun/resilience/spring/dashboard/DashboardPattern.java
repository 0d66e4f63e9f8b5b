package io.netrun.resilience.spring.dashboard;

import java.util.List;

/**
 * What the page has to know of a pattern. Immutable.
 *
 * @param key the pattern in a path, such as {@code circuit-breaker}
 * @param section the pattern in the JSON of all instances, such as {@code circuitBreakers}
 * @param actions what an operator can do to an instance, in the order to offer it; may be empty
 * @param callsLabel what the counts add up to, such as {@code Calls}
 * @param callCounts the numbers in the JSON that add up to the calls of an instance; empty to show no rate of calls
 */
public record DashboardPattern(
        String key, String section, List<String> actions, String callsLabel, List<String> callCounts) {

    /** Copies the lists. */
    public DashboardPattern {
        actions = List.copyOf(actions);
        callCounts = List.copyOf(callCounts);
    }
}
