package io.netrun.resilience.spring.actuate;

import static io.netrun.resilience.circuitbreaker.CircuitBreaker.State.CLOSED;
import static io.netrun.resilience.circuitbreaker.CircuitBreaker.State.FORCED_OPEN;
import static io.netrun.resilience.circuitbreaker.CircuitBreaker.State.HALF_OPEN;
import static io.netrun.resilience.circuitbreaker.CircuitBreaker.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StateChangesTests {

    private static final Instant LAST = Instant.parse("2026-11-29T10:35:00Z");

    private final List<Map<String, @Nullable Object>> latestFirst = new ArrayList<>();

    @Test
    void firstShouldBeTheStateBeforeTheFirstChange() {
        change(57, CLOSED, OPEN);
        change(50, OPEN, HALF_OPEN);
        assertThat(lane(99)).isEqualTo("c60 o57 h50");
        latestFirst.add(event(1_000, HALF_OPEN, CLOSED));
        assertThat(lane(99)).as("known to the beginning of the lane").isEqualTo("c1000 o57 h50");
    }

    @Test
    void trialsShouldAllBeThereOrNone() {
        change(100, CLOSED, OPEN);
        for (int at = 92; at > 60; at -= 8) {
            change(at, OPEN, HALF_OPEN);
            change(at - 1, HALF_OPEN, OPEN);
        }
        change(40, OPEN, HALF_OPEN);
        change(39, HALF_OPEN, CLOSED);
        assertThat(lane(11)).isEqualTo("c100 o100 h92 o91 h84 o83 h76 o75 h68 o67 h40 c39");
        assertThat(lane(10)).isEqualTo("c100 o100 c39");
        change(20, CLOSED, OPEN);
        change(10, OPEN, HALF_OPEN);
        assertThat(lane(10)).as("a trial that is not over is the present state").isEqualTo("c100 o100 c39 o20 h10");
    }

    @Test
    void stateBeforeTheFirstKeptChangeShouldNotBeInvented() {
        for (int at = StateChanges.MOST; at > 0; at -= 2) {
            change(at, HALF_OPEN, OPEN);
            change(at - 1, OPEN, HALF_OPEN);
        }
        assertThat(lane(StateChanges.MOST))
                .as("there may have been trials before, which are not kept")
                .isEqualTo("o" + StateChanges.MOST + " h1");
    }

    @Test
    void changesThatAreTooManyShouldBeginLater() {
        for (int at = 60; at > 0; at -= 20) {
            change(at, CLOSED, FORCED_OPEN);
            change(at - 10, FORCED_OPEN, CLOSED);
        }
        assertThat(lane(4)).isEqualTo("f40 c30 f20 c10");
    }

    private void change(int secondsBefore, State from, State to) {
        latestFirst.add(0, event(secondsBefore, from, to));
    }

    private static Map<String, @Nullable Object> event(int secondsBefore, State from, State to) {
        return Map.of(
                "event", "stateChanged", "time", LAST.minus(Duration.ofSeconds(secondsBefore)), "from", from, "to", to);
    }

    private String lane(int most) {
        List<String> changes = new ArrayList<>();
        for (List<Object> change : StateChanges.of(latestFirst, LAST, most)) {
            changes.add(change.get(0) + String.valueOf(((Number) change.get(1)).longValue() / 1_000));
        }
        return String.join(" ", changes);
    }
}
