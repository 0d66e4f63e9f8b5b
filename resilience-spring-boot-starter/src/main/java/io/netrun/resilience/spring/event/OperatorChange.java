package io.netrun.resilience.spring.event;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An operator has changed an instance through the endpoint.
 *
 * @param principal who it was; null where requests have no principal
 * @param action what was asked for, such as {@code force-open}, or {@code settings}
 * @param scope whether the change was for this process, or for all nodes of the fleet; the latter occurs on each of
 *     them
 * @param before the values that were changed, by name
 * @param after the same values afterwards
 */
public record OperatorChange(
        PolicyType<?, ?> type,
        String name,
        Instant time,
        @Nullable String principal,
        String action,
        Scope scope,
        Map<String, String> before,
        Map<String, String> after)
        implements ResilienceEvent {

    /** The processes that a change is for. */
    public enum Scope {
        /** The process that took it. */
        NODE,
        /** All nodes of the fleet. */
        FLEET
    }

    /** Copies the maps. */
    public OperatorChange {
        before = Map.copyOf(before);
        after = Map.copyOf(after);
    }
}
