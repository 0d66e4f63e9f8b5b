package io.netrun.resilience.fleet.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fleet.FleetCommand;
import io.netrun.resilience.spring.fleet.FleetChange;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which commands of a fleet are applied on a node, and in which order. */
class FleetCommandsTests {

    private final ManualTicker ticker = new ManualTicker();
    private final ResilienceRegistry registry = ResilienceRegistry.create(ticker);
    private final List<String> applied = new ArrayList<>();
    private final FleetCommands commands = new FleetCommands(registry, (policy, change) -> {
        if (change.action().equals("unknown")) {
            throw new ResilienceConfigurationException(List.of(new Problem("Unknown action", "Use another")));
        }
        applied.add(change.action());
    });

    @BeforeEach
    void createTheInstance() {
        registry.getOrCreate(CircuitBreaker.TYPE, "payments");
    }

    private FleetChange own(String action) {
        return new FleetChange("circuit-breaker", "payments", action, Map.of(), "alice", ticker.now());
    }

    private static FleetCommand command(long number, FleetChange change) {
        return new FleetCommand(
                number,
                change.pattern(),
                change.name(),
                change.action(),
                change.settings(),
                change.principal(),
                change.time());
    }

    private static FleetCommand foreign(long number, String name, String action) {
        return new FleetCommand(number, "circuit-breaker", name, action, Map.of(), "bob", Instant.EPOCH);
    }

    @Test
    void commandOfThisNodeShouldNotBeAppliedAgain() {
        FleetChange own = own("force-open");
        commands.onAnnounced(own);
        commands.onCommand(command(1, own));
        assertThat(applied).isEmpty();
        assertThat(commands.view()).singleElement().satisfies(view -> assertThat(view)
                .containsEntry("number", 1L)
                .containsEntry("principal", "alice"));
    }

    @Test
    void commandOfThisNodeShouldBeAppliedAfterAnEarlierOneOfAnother() {
        FleetChange own = own("reset");
        commands.onAnnounced(own);
        commands.onCommand(foreign(1, "payments", "force-open"));
        commands.onCommand(command(2, own));
        assertThat(applied).containsExactly("force-open", "reset");
    }

    @Test
    void commandThatArrivesWhileOneIsGivenShouldLeaveTheOrderToTheFleet() {
        FleetChange own = own("reset");
        commands.onCommand(foreign(1, "payments", "force-open"));
        commands.onAnnounced(own);
        commands.onCommand(command(2, own));
        assertThat(applied).containsExactly("force-open", "reset");
    }

    @Test
    void commandGivenAfterAnotherShouldNotBeAppliedAgain() {
        commands.onCommand(foreign(1, "payments", "force-open"));
        ticker.advance(Duration.ofSeconds(1));
        FleetChange own = own("reset");
        commands.onAnnounced(own);
        commands.onCommand(command(2, own));
        assertThat(applied).containsExactly("force-open");
    }

    @Test
    void commandThatComesTwiceShouldBeAppliedOnce() {
        commands.onCommand(foreign(1, "payments", "force-open"));
        commands.onCommand(foreign(1, "payments", "force-open"));
        assertThat(applied).containsExactly("force-open");
    }

    @Test
    void commandForAMissingInstanceShouldWaitForIt() {
        commands.onCommand(foreign(1, "late", "force-open"));
        assertThat(applied).isEmpty();
        registry.getOrCreate(CircuitBreaker.TYPE, "late");
        assertThat(applied).containsExactly("force-open");
        registry.remove(CircuitBreaker.TYPE, "late");
        registry.getOrCreate(CircuitBreaker.TYPE, "late");
        assertThat(applied).hasSize(1);
    }

    @Test
    void commandThatThisNodeDoesNotKnowShouldNotKeepOthersBack() {
        commands.onCommand(foreign(1, "payments", "unknown"));
        commands.onCommand(new FleetCommand(2, "no-pattern", "x", "reset", Map.of(), null, Instant.EPOCH));
        commands.onCommand(foreign(3, "payments", "reset"));
        assertThat(applied).containsExactly("reset");
    }

    @Test
    void settingsAndSwitchesShouldBeKeptApart() {
        commands.onCommand(foreign(1, "payments", "force-open"));
        commands.onCommand(foreign(2, "payments", "settings"));
        assertThat(commands.view()).extracting(view -> view.get("action")).containsExactly("settings", "force-open");
    }

    @Test
    void settingThatIsUnsetShouldBeUnsetOnAllNodes() {
        Map<String, String> settings = new HashMap<>();
        settings.put("maxWait", null);
        FleetChange own = new FleetChange("circuit-breaker", "payments", "settings", settings, null, ticker.now());
        FleetCommand sent = FleetCommands.command(own);
        assertThat(sent.settings()).containsEntry("maxWait", "");
        commands.onAnnounced(own);
        commands.onCommand(sent);
        assertThat(applied).isEmpty();
        commands.onCommand(new FleetCommand(
                2, "circuit-breaker", "payments", "settings", Map.of("maxWait", ""), "bob", Instant.EPOCH));
        assertThat(applied).hasSize(1);
        assertThat(commands.view().get(0).get("settings")).isEqualTo(settings);
    }

    @Test
    void keptCommandsShouldBeBounded() {
        for (int i = 1; i <= 3_000; i++) {
            commands.onCommand(foreign(i, "late-" + i, "reset"));
        }
        assertThat(commands.view()).hasSize(1_000).first().satisfies(view -> assertThat(view)
                .containsEntry("number", 3_000L));
    }
}
