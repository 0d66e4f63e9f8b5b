package io.netrun.resilience.fleet.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    private final List<Map<String, String>> changed = new ArrayList<>();
    private final List<Map<String, String>> impossible = new ArrayList<>();
    private Runnable beforeTheStep = () -> {};
    private final FleetCommands commands = new FleetCommands(registry, (policy, change, isDue) -> {
        if (change.action().equals("unknown") || impossible.contains(change.settings())) {
            throw new ResilienceConfigurationException(List.of(new Problem("Unknown action", "Use another")));
        }
        beforeTheStep.run();
        if (!isDue.getAsBoolean()) {
            return;
        }
        applied.add(change.action());
        if (!change.settings().isEmpty()) {
            changed.add(change.settings());
        }
    });

    @BeforeEach
    void createTheInstance() {
        registry.getOrCreate(CircuitBreaker.TYPE, "payments");
    }

    private final List<FleetCommand> given = new ArrayList<>();

    private void take(FleetCommand command) {
        commands.giveAgainThrough(given::add);
        commands.onCommand(command);
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
                change.time(),
                Duration.ZERO);
    }

    private static FleetCommand foreign(long number, String name, String action) {
        return new FleetCommand(number, "circuit-breaker", name, action, Map.of(), "bob", Instant.EPOCH, Duration.ZERO);
    }

    @Test
    void commandOfThisNodeShouldNotBeAppliedAgain() {
        FleetChange own = own("force-open");
        commands.onAnnounced(own);
        take(command(1, own));
        assertThat(applied).isEmpty();
        assertThat(commands.view())
                .singleElement()
                .satisfies(view -> assertThat(view).containsEntry("number", 1L).containsEntry("principal", "alice"));
    }

    @Test
    void commandOfThisNodeShouldBeAppliedAfterAnEarlierOneOfAnother() {
        FleetChange own = own("reset");
        commands.onAnnounced(own);
        take(foreign(1, "payments", "force-open"));
        take(command(2, own));
        assertThat(applied).containsExactly("force-open", "reset");
    }

    @Test
    void commandOfThisNodeShouldReplaceOneThatHasArrivedAtThatMoment() {
        FleetChange own = own("reset");
        take(foreign(1, "payments", "force-open"));
        commands.onAnnounced(own);
        take(foreign(1, "payments", "force-open"));
        take(command(2, own));
        assertThat(applied).containsExactly("force-open");
        assertThat(commands.view())
                .singleElement()
                .satisfies(view -> assertThat(view).containsEntry("number", 2L).containsEntry("action", "reset"));
    }

    /** The time of the fleet is known by the answers of the store only, and one of them may have taken a second. */
    @Test
    void earlierCommandOfThisNodeShouldNotReturnThoughTheFleetsTimeMakesItTheLater() {
        FleetChange earlier = own("force-open");
        commands.onAnnounced(earlier);
        ticker.advance(Duration.ofMillis(230));
        FleetChange later = own("reset");
        commands.onAnnounced(later);
        ticker.advance(Duration.ofMillis(70));
        take(command(5, earlier));
        assertThat(applied).isEmpty();
        assertThat(given).isEmpty();
        take(command(6, later));
        assertThat(applied).isEmpty();
        assertThat(commands.view())
                .singleElement()
                .satisfies(view -> assertThat(view).containsEntry("number", 6L).containsEntry("action", "reset"));
    }

    @Test
    void commandsOfThisNodeShouldKeepTheirOrderThoughTheyAreGivenAtOnce() {
        FleetChange earlier = own("force-open");
        commands.onAnnounced(earlier);
        ticker.advance(Duration.ofMillis(20));
        FleetChange later = own("reset");
        commands.onAnnounced(later);
        take(command(5, earlier));
        take(command(6, later));
        assertThat(applied).isEmpty();
    }

    @Test
    void earlierCommandOfThisNodeShouldNotReturnThoughOneOfAnotherCameBetween() {
        FleetChange earlier = own("force-open");
        commands.onAnnounced(earlier);
        take(foreign(1, "payments", "disable"));
        FleetChange later = own("reset");
        commands.onAnnounced(later);
        take(command(2, earlier));
        take(command(3, later));
        assertThat(applied).containsExactly("disable");
    }

    @Test
    void commandThatWasReplacedShouldNotComeBack() {
        take(foreign(1, "payments", "force-open"));
        ticker.advance(Duration.ofMillis(200));
        take(new FleetCommand(
                2,
                "circuit-breaker",
                "payments",
                "reset",
                Map.of(),
                "alice",
                Instant.EPOCH.plusSeconds(1),
                Duration.ofMillis(100)));
        ticker.advance(Duration.ofSeconds(1));
        take(foreign(3, "payments", "force-open"));
        assertThat(applied).containsExactly("force-open", "reset");
        assertThat(given)
                .singleElement()
                .satisfies(again -> assertThat(again.action()).isEqualTo("reset"));
    }

    @Test
    void commandThatIsOvertakenByOneOfThisNodeShouldNotBeApplied() {
        FleetChange own = own("reset");
        beforeTheStep = () -> {
            beforeTheStep = () -> {};
            ticker.advance(Duration.ofSeconds(1));
            commands.onAnnounced(own);
        };
        take(foreign(1, "payments", "force-open"));
        assertThat(applied).isEmpty();
    }

    @Test
    void settingsOfWhichOneIsOvertakenShouldBeAppliedWithoutIt() {
        FleetChange own = new FleetChange(
                "circuit-breaker", "payments", "settings", Map.of("openDuration", "3s"), "alice", ticker.now());
        beforeTheStep = () -> {
            beforeTheStep = () -> {};
            ticker.advance(Duration.ofSeconds(1));
            commands.onChangedHere(own);
        };
        take(settings(1, Map.of("openDuration", "5s", "failureThreshold", "7")));
        assertThat(changed).containsExactly(Map.of("failureThreshold", "7"));
    }

    @Test
    void commandThatFailsUnexpectedlyShouldNotBeTriedForEver() {
        beforeTheStep = () -> {
            throw new IllegalStateException("broken");
        };
        assertThatThrownBy(() -> take(foreign(1, "payments", "force-open"))).hasMessage("broken");
        beforeTheStep = () -> {};
        take(foreign(1, "payments", "force-open"));
        take(settings(2, Map.of("openDuration", "5s")));
        assertThat(applied).containsExactly("settings");
    }

    @Test
    void commandGivenAfterAnotherShouldNotBeAppliedAgain() {
        take(foreign(1, "payments", "force-open"));
        ticker.advance(Duration.ofSeconds(1));
        FleetChange own = own("reset");
        commands.onAnnounced(own);
        take(command(2, own));
        assertThat(applied).containsExactly("force-open");
    }

    @Test
    void commandOfThisNodeShouldStayWhenAnEarlierOneArrivesFirst() {
        FleetChange own = own("force-open");
        commands.onAnnounced(own);
        take(aged(1, "reset", Duration.ofMillis(100)));
        take(command(2, own));
        assertThat(applied).isEmpty();
        assertThat(commands.view())
                .singleElement()
                .satisfies(view -> assertThat(view).containsEntry("number", 2L).containsEntry("action", "force-open"));
    }

    @Test
    void commandOfThisNodeShouldStayWhenOneOfAnotherWasGivenJustBefore() {
        FleetChange own = own("reset");
        commands.onAnnounced(own);
        take(aged(1, "force-open", Duration.ofMillis(5)));
        assertThat(applied).isEmpty();
        take(command(2, own));
        assertThat(applied).isEmpty();
    }

    @Test
    void commandOfAnotherThatWasGivenJustAfterShouldReplaceOneOfThisNode() {
        FleetChange own = own("reset");
        commands.onAnnounced(own);
        ticker.advance(Duration.ofMillis(5));
        take(foreign(1, "payments", "force-open"));
        assertThat(applied).containsExactly("force-open");
    }

    @Test
    void laterCommandShouldBeAppliedThoughItsNumberIsLower() {
        take(foreign(55, "payments", "force-open"));
        ticker.advance(Duration.ofSeconds(1));
        take(foreign(12, "payments", "reset"));
        assertThat(applied).containsExactly("force-open", "reset");
    }

    @Test
    void earlierCommandOfALowerNumberShouldNotBeApplied() {
        take(foreign(55, "payments", "force-open"));
        take(aged(12, "reset", Duration.ofSeconds(5)));
        assertThat(applied).containsExactly("force-open");
    }

    @Test
    void oldCopyOfTheFleetsDataShouldUndoNothingAndGetWhatItLacks() {
        take(foreign(1, "payments", "force-open"));
        ticker.advance(Duration.ofSeconds(5));
        take(foreign(2, "payments", "reset"));
        ticker.advance(Duration.ofSeconds(5));
        take(aged(3, "force-open", Duration.ofSeconds(10)));
        assertThat(applied).containsExactly("force-open", "reset");
        assertThat(given).singleElement().satisfies(again -> {
            assertThat(again.action()).isEqualTo("reset");
            assertThat(again.principal()).isEqualTo("bob");
            assertThat(again.age()).isEqualTo(Duration.ofSeconds(5));
        });
        take(aged(4, "reset", Duration.ofSeconds(5)));
        assertThat(applied).hasSize(2);
        assertThat(commands.view())
                .singleElement()
                .satisfies(view -> assertThat(view).containsEntry("number", 4L).containsEntry("action", "reset"));
    }

    @Test
    void lostChangesShouldBeGivenAgainWithTheirAges() {
        commands.giveAgainThrough(given::add);
        take(settings(1, Map.of("openDuration", "5s")));
        ticker.advance(Duration.ofSeconds(20));
        take(foreign(2, "payments", "force-open"));
        commands.onAnnounced(new FleetChange("bulkhead", "b", "disable", Map.of(), "alice", ticker.now()));
        ticker.advance(Duration.ofSeconds(1));
        commands.giveAgain(Duration.ofSeconds(10));
        assertThat(given)
                .extracting(again -> again.action() + " " + again.settings() + " " + again.age())
                .containsExactly(
                        "settings {openDuration=5s} PT21S",
                        "force-open {} PT1S"); // the one without a number is on its way
    }

    @Test
    void lostResetShouldBeGivenAgainForALeaseOnly() {
        commands.giveAgainThrough(given::add);
        take(foreign(1, "payments", "reset"));
        ticker.advance(Duration.ofSeconds(9));
        commands.giveAgain(Duration.ofSeconds(10));
        assertThat(given).hasSize(1);
        ticker.advance(Duration.ofSeconds(1));
        commands.giveAgain(Duration.ofSeconds(10));
        assertThat(given).hasSize(1);
    }

    @Test
    void changeOfMoreThanSevenDaysShouldNotBeGivenAgain() {
        commands.giveAgainThrough(given::add);
        take(foreign(1, "payments", "force-open"));
        ticker.advance(Duration.ofDays(7));
        commands.giveAgain(Duration.ofSeconds(10));
        assertThat(given).isEmpty();
    }

    @Test
    void settingsThatAnOldCopyLacksShouldBeGivenAgainOneByOne() {
        take(settings(1, Map.of("openDuration", "5s", "failureThreshold", "7")));
        ticker.advance(Duration.ofSeconds(5));
        take(settings(2, Map.of("openDuration", "9s")));
        take(new FleetCommand(
                3,
                "circuit-breaker",
                "payments",
                "settings",
                Map.of("openDuration", "5s", "failureThreshold", "7"),
                "bob",
                Instant.EPOCH,
                Duration.ofSeconds(5)));
        assertThat(given).extracting(FleetCommand::settings).containsExactly(Map.of("openDuration", "9s"));
    }

    @Test
    void commandThatComesTwiceShouldBeAppliedOnce() {
        take(foreign(1, "payments", "force-open"));
        take(foreign(1, "payments", "force-open"));
        assertThat(applied).containsExactly("force-open");
    }

    @Test
    void commandForAMissingInstanceShouldWaitForIt() {
        take(foreign(1, "late", "force-open"));
        assertThat(applied).isEmpty();
        registry.getOrCreate(CircuitBreaker.TYPE, "late");
        assertThat(applied).containsExactly("force-open");
        registry.remove(CircuitBreaker.TYPE, "late");
        registry.getOrCreate(CircuitBreaker.TYPE, "late");
        assertThat(applied).hasSize(1);
    }

    @Test
    void commandThatThisNodeDoesNotKnowShouldNotKeepOthersBack() {
        take(foreign(1, "payments", "unknown"));
        take(new FleetCommand(2, "no-pattern", "x", "reset", Map.of(), null, Instant.EPOCH, Duration.ZERO));
        take(foreign(3, "payments", "reset"));
        assertThat(applied).containsExactly("reset");
    }

    @Test
    void settingsAndSwitchesShouldBeKeptApart() {
        take(foreign(1, "payments", "force-open"));
        take(settings(2, Map.of("openDuration", "5s")));
        assertThat(commands.view()).extracting(view -> view.get("action")).containsExactly("settings", "force-open");
    }

    @Test
    void laterSettingsShouldLeaveOtherSettings() {
        take(settings(1, Map.of("openDuration", "5s", "failureThreshold", "7")));
        take(settings(2, Map.of("openDuration", "9s")));
        assertThat(changed)
                .containsExactly(Map.of("openDuration", "5s", "failureThreshold", "7"), Map.of("openDuration", "9s"));
        assertThat(commands.view())
                .extracting(view -> view.get("settings"))
                .containsExactly(Map.of("openDuration", "9s"), Map.of("failureThreshold", "7"));
    }

    @Test
    void settingsThatArePossibleOnlyTogetherShouldBeAppliedTogether() {
        impossible.add(Map.of("maxWait", "9s"));
        take(settings(1, Map.of("maxWait", "9s")));
        assertThat(changed).isEmpty();
        take(settings(2, Map.of("openDuration", "9s")));
        assertThat(changed).containsExactly(Map.of("maxWait", "9s", "openDuration", "9s"));
    }

    @Test
    void settingsThatAreNotPossibleTogetherShouldBeAppliedInTheirOrder() {
        impossible.add(Map.of("maxOpenDuration", "80s", "failureThreshold", "7", "openDuration", "100s"));
        impossible.add(Map.of("openDuration", "100s"));
        registry.remove(CircuitBreaker.TYPE, "payments");
        take(settings(1, Map.of("maxOpenDuration", "80s", "failureThreshold", "7")));
        take(settings(2, Map.of("openDuration", "100s")));
        assertThat(commands.view()).extracting(view -> view.get("applied")).containsExactly(false, false);
        registry.getOrCreate(CircuitBreaker.TYPE, "payments");
        assertThat(changed).containsExactly(Map.of("maxOpenDuration", "80s", "failureThreshold", "7"));
        assertThat(commands.view())
                .extracting(view -> view.get("number") + " " + view.get("applied"))
                .containsExactly("2 false", "1 true");
    }

    @Test
    void settingsShouldBeTriedAgainWithThoseThatThisNodeTakes() {
        impossible.add(Map.of("maxOpenDuration", "80s"));
        take(settings(1, Map.of("maxOpenDuration", "80s")));
        commands.onSettingsChanged("circuit-breaker", "others");
        commands.onSettingsChanged("circuit-breaker", "payments");
        assertThat(changed).isEmpty();
        assertThat(commands.view()).extracting(view -> view.get("applied")).containsExactly(false);
        impossible.clear();
        commands.onSettingsChanged("circuit-breaker", "others");
        assertThat(changed).isEmpty();
        commands.onSettingsChanged("circuit-breaker", "payments");
        assertThat(changed).containsExactly(Map.of("maxOpenDuration", "80s"));
        assertThat(commands.view()).extracting(view -> view.get("applied")).containsExactly(true);
    }

    @Test
    void settingThatThisNodeHasChangedSinceShouldNotBeTriedAgain() {
        impossible.add(Map.of("maxOpenDuration", "80s"));
        take(settings(1, Map.of("maxOpenDuration", "80s")));
        impossible.clear();
        ticker.advance(Duration.ofSeconds(1));
        commands.onChangedHere(new FleetChange(
                "circuit-breaker", "payments", "settings", Map.of("maxOpenDuration", "3s"), "alice", ticker.now()));
        commands.onSettingsChanged("circuit-breaker", "payments");
        assertThat(changed).isEmpty();
    }

    @Test
    void laterChangeOfThisNodeShouldNotBeReplacedByAnEarlierOneOfTheFleet() {
        ticker.advance(Duration.ofSeconds(1));
        commands.onChangedHere(own("disable"));
        ticker.advance(Duration.ofMillis(500));
        take(aged(1, "force-open", Duration.ofMillis(501)));
        assertThat(applied).isEmpty();
        take(aged(2, "reset", Duration.ofMillis(499)));
        assertThat(applied).containsExactly("reset");
    }

    @Test
    void laterChangeOfASettingShouldKeepOnlyThatSetting() {
        FleetChange here = new FleetChange(
                "circuit-breaker", "payments", "settings", Map.of("openDuration", "3s"), "alice", ticker.now());
        ticker.advance(Duration.ofSeconds(1));
        commands.onChangedHere(here);
        take(new FleetCommand(
                1,
                "circuit-breaker",
                "payments",
                "settings",
                Map.of("openDuration", "5s", "failureThreshold", "7"),
                "bob",
                Instant.EPOCH,
                Duration.ofSeconds(1)));
        assertThat(changed).containsExactly(Map.of("failureThreshold", "7"));
    }

    private static FleetCommand settings(long number, Map<String, String> settings) {
        return new FleetCommand(
                number, "circuit-breaker", "payments", "settings", settings, "bob", Instant.EPOCH, Duration.ZERO);
    }

    private static FleetCommand aged(long number, String action, Duration age) {
        return new FleetCommand(number, "circuit-breaker", "payments", action, Map.of(), "bob", Instant.EPOCH, age);
    }

    @Test
    void settingThatIsUnsetShouldBeUnsetOnAllNodes() {
        Map<String, String> settings = new HashMap<>();
        settings.put("maxWait", null);
        FleetChange own = new FleetChange("circuit-breaker", "payments", "settings", settings, null, ticker.now());
        FleetCommand sent = commands.onAnnounced(own);
        assertThat(sent.settings()).containsEntry("maxWait", "");
        take(sent);
        assertThat(applied).isEmpty();
        take(new FleetCommand(
                2,
                "circuit-breaker",
                "payments",
                "settings",
                Map.of("maxWait", ""),
                "bob",
                Instant.EPOCH,
                Duration.ZERO));
        assertThat(applied).hasSize(1);
        assertThat(commands.view().get(0).get("settings")).isEqualTo(settings);
    }

    @Test
    void keptCommandsShouldBeBounded() {
        for (int i = 1; i <= 3_000; i++) {
            take(foreign(i, "late-" + i, "reset"));
        }
        assertThat(commands.view())
                .hasSize(1_000)
                .first()
                .satisfies(view -> assertThat(view).containsEntry("number", 3_000L));
    }
}
