package io.netrun.resilience.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When exactly a circuit changed its state: a sample knows that to five seconds, and has only the worst of them. */
final class StateChanges {

    private StateChanges() {}

    /**
     * The changes within the lane, the oldest first, each as the letter of the new state and the milliseconds from it
     * to the latest sample, which are negative for a later one. The first one is the state at the beginning of the
     * lane, or of the sample with the first change that is known.
     *
     * @param events of the circuit, the latest first; they may not go back to the beginning of the lane
     */
    static List<List<Object>> of(List<Map<String, @Nullable Object>> events, Instant last) {
        Instant beginning = last.minus(History.EACH.multipliedBy(History.SAMPLES));
        List<List<Object>> changes = new ArrayList<>();
        boolean within = false;
        Map<String, @Nullable Object> oldest = Map.of();
        for (Map<String, @Nullable Object> event : events) {
            if ("stateChanged".equals(event.get("event")) && event.get("time") instanceof Instant time) {
                changes.add(
                        0, change(event.get("to"), Duration.between(time, last).toMillis()));
                oldest = event;
                if (!time.isAfter(beginning)) {
                    break;
                }
                within = true;
            }
        }
        if (within && oldest.get("time") instanceof Instant time && time.isAfter(beginning)) {
            long each = History.EACH.toMillis();
            long millis = Duration.between(time, last).toMillis();
            changes.add(0, change(oldest.get("from"), -Math.floorDiv(-millis, each) * each));
        }
        return within ? changes : List.of();
    }

    private static List<Object> change(@Nullable Object state, long millis) {
        return List.of(LaneState.of(JsonView.plain(state), true, false).letter(), millis);
    }
}
