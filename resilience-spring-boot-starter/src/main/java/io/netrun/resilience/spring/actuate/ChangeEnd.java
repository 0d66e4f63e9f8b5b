package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.event.OperatorChange.Scope;
import io.netrun.resilience.spring.fleet.FleetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Until when an operator's change lasts on this node.
 *
 * @param until what ends it, in words; null if it left nothing that lasts
 * @param startersUntil nodes of the fleet that start before then begin with it; null if none do
 * @param ended when later changes of this node have replaced all of it; null if it lasts
 */
record ChangeEnd(
        @Nullable String until,
        @Nullable Instant startersUntil,
        @Nullable Instant ended) {

    /** How long a fleet keeps changes for nodes that start later. */
    static final Duration KEPT = Duration.ofDays(7);

    private static final String STATE = "it is half-opened or reset";
    private static final Map<String, String> LASTING =
            Map.of("force-open", STATE, "disable", STATE, FleetChange.SETTINGS, "the process ends");

    /**
     * Of a change.
     *
     * @param later those after it, the latest first
     */
    static ChangeEnd of(OperatorChange change, List<OperatorChange> later) {
        String until = LASTING.get(change.action());
        if (until == null) {
            return new ChangeEnd(null, null, null);
        }
        List<OperatorChange> ofItsInstance = later.stream()
                .filter(each -> each.type().equals(change.type()) && each.name().equals(change.name()))
                .toList();
        boolean begunWith = change.scope() == Scope.FLEET
                && replaced(
                                change,
                                ofItsInstance.stream()
                                        .filter(each -> each.scope() == Scope.FLEET)
                                        .toList())
                        == null;
        return new ChangeEnd(until, begunWith ? change.time().plus(KEPT) : null, replaced(change, ofItsInstance));
    }

    /** When the last of the values that it changed was changed again; null if one still is as it was left. */
    private static @Nullable Instant replaced(OperatorChange change, List<OperatorChange> latestFirst) {
        Instant end = null;
        for (String key : changed(change)) {
            Instant next = null;
            for (OperatorChange each : latestFirst) {
                next = changed(each).contains(key) ? each.time() : next;
            }
            if (next == null) {
                return null;
            }
            end = end == null || next.isAfter(end) ? next : end;
        }
        return end;
    }

    private static Set<String> changed(OperatorChange change) {
        Set<String> keys = new HashSet<>(change.before().keySet());
        keys.addAll(change.after().keySet());
        return keys;
    }

    void addTo(Map<String, @Nullable Object> view) {
        if (until != null && ended == null) {
            view.put("until", until);
        }
        if (startersUntil != null) {
            view.put("startersUntil", startersUntil.toString());
        }
        if (ended != null) {
            view.put("ended", ended.toString());
        }
    }
}
