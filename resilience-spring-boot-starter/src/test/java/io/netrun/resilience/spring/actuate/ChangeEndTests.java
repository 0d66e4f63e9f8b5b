package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.event.OperatorChange.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Until when operators' changes last. */
class ChangeEndTests {

    private static final Instant START = Instant.parse("2026-11-24T11:00:00Z");

    @Test
    void settingsShouldEndWhenAllOfThemWereChangedAgain() {
        OperatorChange both = settings(0, "reports", Scope.NODE, "maxConcurrent", "maxQueue");
        OperatorChange one = settings(1, "reports", Scope.NODE, "maxQueue");
        OperatorChange elsewhere = settings(2, "mail", Scope.NODE, "maxConcurrent");
        OperatorChange other = settings(3, "reports", Scope.NODE, "maxConcurrent");
        OperatorChange again = settings(4, "reports", Scope.NODE, "maxConcurrent");
        assertThat(ChangeEnd.of(both, List.of(elsewhere, one)).ended()).isNull();
        assertThat(ChangeEnd.of(both, List.of(elsewhere, one)).replaced())
                .as("one of them")
                .isEqualTo(Map.of("maxQueue", one.time()));
        assertThat(ChangeEnd.of(both, List.of(other, one)).replaced())
                .as("all have one end")
                .isEmpty();
        assertThat(ChangeEnd.of(both, List.of(again, other, elsewhere, one)).ended())
                .as("not the second time")
                .isEqualTo(other.time());
        assertThat(ChangeEnd.of(again, List.of()).ended()).isNull();
        assertThat(ChangeEnd.of(both, List.of()).until()).isEqualTo("the process ends");
    }

    @Test
    void nodesShouldBeginWithTheLatestChangeOfTheFleet() {
        OperatorChange first = settings(0, "reports", Scope.FLEET, "maxConcurrent");
        OperatorChange here = settings(1, "reports", Scope.NODE, "maxConcurrent");
        OperatorChange everywhere = settings(2, "reports", Scope.FLEET, "maxConcurrent");
        assertThat(ChangeEnd.of(first, List.of(here)).startersUntil())
                .as("replaced on this node only")
                .isEqualTo(START.plus(ChangeEnd.KEPT));
        assertThat(ChangeEnd.of(first, List.of(everywhere, here)).startersUntil())
                .isNull();
        assertThat(ChangeEnd.of(here, List.of()).startersUntil()).isNull();
    }

    @Test
    void actionThatLeavesNothingShouldHaveNoEnd() {
        OperatorChange reset =
                new OperatorChange(Bulkhead.TYPE, "reports", START, null, "reset", Scope.FLEET, Map.of(), Map.of());
        assertThat(ChangeEnd.of(reset, List.of())).isEqualTo(new ChangeEnd(null, null, null, Map.of()));
    }

    private static OperatorChange settings(int seconds, String name, Scope scope, String... keys) {
        Map<String, String> values = new TreeMap<>();
        for (String key : keys) {
            values.put(key, "1");
        }
        return new OperatorChange(
                Bulkhead.TYPE, name, START.plusSeconds(seconds), "alice", "settings", scope, values, values);
    }
}
