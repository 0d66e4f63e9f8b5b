package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.event.OperatorChange.Scope;
import io.netrun.resilience.spring.fleet.FleetChange;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Until when an operator's change lasts on this node.
 *
 * @param until what ends it, in words; null if it left nothing that lasts
 * @param startersUntil nodes of the fleet that start before then begin with it; null if none do
 * @param ended when later changes of this node have replaced all of it; null if it lasts
 * @param replaced of one that lasts: the settings that later changes of this node have replaced, each with the time
 */
record ChangeEnd(
        @Nullable String until,
        @Nullable Instant startersUntil,
        @Nullable Instant ended,
        Map<String, Instant> replaced) {

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
            return new ChangeEnd(null, null, null, Map.of());
        }
        List<OperatorChange> ofItsInstance = later.stream()
                .filter(each -> each.type().equals(change.type()) && each.name().equals(change.name()))
                .toList();
        List<OperatorChange> ofFleet = ofItsInstance.stream()
                .filter(each -> each.scope() == Scope.FLEET)
                .toList();
        boolean begunWith = change.scope() == Scope.FLEET && end(change, replaced(change, ofFleet)) == null;
        Map<String, Instant> replaced = replaced(change, ofItsInstance);
        Instant ended = end(change, replaced);
        return new ChangeEnd(
                until, begunWith ? change.time().plus(KEPT) : null, ended, ended == null ? replaced : Map.of());
    }

    /** Whether any of it is still as it was left. */
    boolean lasts() {
        return until != null && ended == null;
    }

    /** The values that it changed and that were changed again, each with the time of that. */
    private static Map<String, Instant> replaced(OperatorChange change, List<OperatorChange> latestFirst) {
        Map<String, Instant> replaced = new TreeMap<>();
        for (String key : changed(change)) {
            for (OperatorChange each : latestFirst) {
                if (changed(each).contains(key)) {
                    replaced.put(key, each.time());
                }
            }
        }
        return replaced;
    }

    /** When the last of the values that it changed was changed again; null if one still is as it was left. */
    private static @Nullable Instant end(OperatorChange change, Map<String, Instant> replaced) {
        return replaced.size() < changed(change).size()
                ? null
                : replaced.values().stream().max(Comparator.naturalOrder()).orElse(null);
    }

    private static Set<String> changed(OperatorChange change) {
        Set<String> keys = new HashSet<>(change.before().keySet());
        keys.addAll(change.after().keySet());
        return keys;
    }

    void addTo(Map<String, @Nullable Object> view) {
        if (lasts()) {
            view.put("until", until);
        }
        if (startersUntil != null) {
            view.put("startersUntil", startersUntil.toString());
        }
        if (ended != null) {
            view.put("ended", ended.toString());
        }
        if (!replaced.isEmpty()) {
            Map<String, String> times = new TreeMap<>();
            replaced.forEach((key, time) -> times.put(key, time.toString()));
            view.put("replaced", times);
        }
    }
}
