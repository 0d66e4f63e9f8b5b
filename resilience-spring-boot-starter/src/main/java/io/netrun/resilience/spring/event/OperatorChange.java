package io.netrun.resilience.spring.event;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceEvent;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An operator has changed an instance through the endpoint.
 *
 * @param principal who it was; where requests have no principal, the name that the operator gave, or null
 * @param action what was asked for, such as {@code force-open}, or {@code settings}
 * @param scope whether the change was for this process, or for all nodes of the fleet; the latter occurs on each of
 *     them
 * @param before the values that were changed, by name; {@code none} is a setting without a value
 * @param after the same values afterwards
 * @param reason why, in the operator's words; null if none was given, and on the other nodes of the fleet
 */
public record OperatorChange(
        PolicyType<?, ?> type,
        String name,
        Instant time,
        @Nullable String principal,
        String action,
        Scope scope,
        Map<String, String> before,
        Map<String, String> after,
        @Nullable String reason)
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

    /** A change without a reason. */
    public OperatorChange(
            PolicyType<?, ?> type,
            String name,
            Instant time,
            @Nullable String principal,
            String action,
            Scope scope,
            Map<String, String> before,
            Map<String, String> after) {
        this(type, name, time, principal, action, scope, before, after, null);
    }

    /** The same change with a reason. */
    public OperatorChange withReason(@Nullable String given) {
        return new OperatorChange(type, name, time, principal, action, scope, before, after, given);
    }
}
