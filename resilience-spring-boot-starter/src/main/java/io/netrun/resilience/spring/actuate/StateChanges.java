package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.event.RecentEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** When exactly a circuit changed its state: a sample knows that to five seconds, and has only the worst of them. */
final class StateChanges {

    private StateChanges() {}

    /** So many are kept of a circuit: there may have been others before. */
    static final int MOST = RecentEvents.MAX_STATE_CHANGES;

    /** Of what is not described with all that is known, so many. */
    static final int FEW = 20;

    /**
     * The changes within the lane, the oldest first, each as the letter of the new state and the milliseconds from it
     * to the latest sample, which are negative for a later one. If all are known, the first one is the state at the
     * beginning of the lane, or of the sample with the first change. Otherwise, there is no state before the first
     * change, and no trial that is over: trials are all there, or none.
     *
     * @param events changes of the circuit's state, the latest first; they may not go back to the beginning of the lane
     * @param most how many there may be with the trials
     */
    static List<List<Object>> of(List<Map<String, @Nullable Object>> events, Instant last, int most) {
        Instant beginning = last.minus(History.EACH.multipliedBy(History.SAMPLES));
        List<Map<String, @Nullable Object>> known = known(events, beginning);
        if (known.isEmpty() || !timeOf(known.get(known.size() - 1)).isAfter(beginning)) {
            return List.of();
        }
        Map<String, @Nullable Object> oldest = known.get(0);
        boolean fromBeginning = !timeOf(oldest).isAfter(beginning);
        boolean all = fromBeginning || known.size() < MOST;
        if (!all || known.size() > most) {
            known = withoutTrials(known);
        }
        if (known.size() > most) {
            known = known.subList(known.size() - most, known.size());
            all = false;
        }
        List<List<Object>> changes = new ArrayList<>();
        if (all && !fromBeginning) {
            long each = History.EACH.toMillis();
            long millis = Duration.between(timeOf(oldest), last).toMillis();
            changes.add(change(oldest.get("from"), -Math.floorDiv(-millis, each) * each));
        }
        for (Map<String, @Nullable Object> event : known) {
            changes.add(change(
                    event.get("to"), Duration.between(timeOf(event), last).toMillis()));
        }
        return changes;
    }

    /** The oldest first, from the last one before the lane on. */
    private static List<Map<String, @Nullable Object>> known(
            List<Map<String, @Nullable Object>> latestFirst, Instant beginning) {
        List<Map<String, @Nullable Object>> known = new ArrayList<>();
        for (Map<String, @Nullable Object> event : latestFirst) {
            if ("stateChanged".equals(event.get("event")) && event.get("time") instanceof Instant time) {
                known.add(event);
                if (!time.isAfter(beginning)) {
                    break;
                }
            }
        }
        Collections.reverse(known);
        return known;
    }

    /** As if the circuit had been open all the time, until it closed. */
    private static List<Map<String, @Nullable Object>> withoutTrials(List<Map<String, @Nullable Object>> known) {
        List<Map<String, @Nullable Object>> left = new ArrayList<>();
        for (int i = 0; i < known.size(); i++) {
            boolean isOver = i + 1 < known.size();
            if (isOver && is(known.get(i), "from", "open") && is(known.get(i), "to", "half-open")) {
                i += is(known.get(i + 1), "to", "open") ? 1 : 0;
            } else {
                left.add(known.get(i));
            }
        }
        return left;
    }

    private static boolean is(Map<String, @Nullable Object> event, String key, String state) {
        return state.equals(JsonView.plain(event.get(key)));
    }

    private static Instant timeOf(Map<String, @Nullable Object> event) {
        return (Instant) Objects.requireNonNull(event.get("time"));
    }

    private static List<Object> change(@Nullable Object state, long millis) {
        return List.of(LaneState.of(JsonView.plain(state), true, false).letter(), millis);
    }
}
