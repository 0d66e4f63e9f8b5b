package io.netrun.resilience.spring.pattern;

import java.util.List;

/**
 * What the rate of an instance's calls is made of.
 *
 * @param label display name of the rate, such as {@code Calls}
 * @param metrics the components of the metrics record to add up, such as {@code totalAccepted}; empty for no rate
 */
public record CallCounts(String label, List<String> metrics) {

    /** No metrics count calls. */
    static final CallCounts NONE = new CallCounts("Calls", List.of());

    /** Copies the list. */
    public CallCounts {
        metrics = List.copyOf(metrics);
    }
}
