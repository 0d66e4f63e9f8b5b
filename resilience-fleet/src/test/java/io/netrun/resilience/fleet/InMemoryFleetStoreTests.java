package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.fleet.CircuitReport.State;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The rules of the store, one by one. */
class InMemoryFleetStoreTests {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final ManualTicker ticker = new ManualTicker();
    private final InMemoryFleetStore store = new InMemoryFleetStore(ticker);

    /** The mark of each command, by its number. */
    private final Map<Long, CommandMark> marks = new HashMap<>();

    private final Map<String, Long> numbers = new HashMap<>();

    // ---- limits

    @Test
    void youngStoreShouldNotGrantMoreThanTheNodeHas() {
        assertThat(limit("a", 100, 20, 0).grant()).isEqualTo(20);
        ticker.advance(INTERVAL);
        assertThat(limit("a", 100, 20, 0).grant()).isEqualTo(20);
        ticker.advance(INTERVAL);
        assertThat(limit("a", 100, 20, 0).grant()).isEqualTo(100);
    }

    @Test
    void storeYoungerThanALeaseShouldGrantAnEvenPartAtMost() {
        limit("a", 100, 30, 0);
        limit("b", 0, 10, 0);
        ticker.advance(INTERVAL.multipliedBy(3));
        assertThat(limit("a", 100, 30, 0).grant()).isEqualTo(50);
        ticker.advance(LEASE);
        assertThat(limit("b", 0, 1, 0).grant()).isEqualTo(50); // it is alone, and idle
        limit("a", 100, 50, 0);
        assertThat(limit("b", 0, 50, 0).grant()).isEqualTo(1);
        limit("b", 0, 1, 0);
        assertThat(limit("a", 100, 50, 0).grant()).isEqualTo(99);
    }

    @Test
    void grantShouldCountUntilTheNodeReportsThatItHasLess() {
        grown();
        assertThat(limit("a", 100, 100, 0).grant()).isEqualTo(100);
        assertThat(limit("b", 100, 1, 0).grant()).isZero();
        ticker.advance(INTERVAL);
        assertThat(limit("a", 100, 100, 0).grant()).isEqualTo(50);
        assertThat(limit("b", 100, 0, 0).grant()).isZero();
        ticker.advance(INTERVAL);
        assertThat(limit("a", 100, 50, 0).grant()).isEqualTo(50);
        assertThat(limit("b", 100, 0, 0).grant()).isEqualTo(50);
    }

    @Test
    void callsAboveALoweredGrantShouldCountUntilTheyEnd() {
        grown();
        limit("a", 100, 100, 90);
        limit("b", 100, 1, 0);
        ticker.advance(INTERVAL);
        limit("a", 100, 100, 90);
        ticker.advance(INTERVAL);
        limit("a", 100, 50, 90);
        assertThat(limit("b", 100, 0, 0).grant()).isEqualTo(10);
        ticker.advance(INTERVAL);
        limit("a", 100, 50, 50);
        assertThat(limit("b", 100, 0, 0).grant()).isEqualTo(50);
    }

    @Test
    void firstReportShouldNotCountWhatTheNodeHas() {
        grown();
        LimitView view = limit("b", 0, 1_000, 0);
        assertThat(view.granted()).isLessThanOrEqualTo(100);
    }

    @Test
    void firstReportShouldCountTheCallsOfARestartedNode() {
        grown();
        limit("a", 0, 10, 0);
        assertThat(limit("b", 0, 1_000, 30).granted()).isEqualTo(130);
    }

    @Test
    void freePartShouldBeHadAtOnce() {
        grown();
        limit("a", 10, 100, 0);
        ticker.advance(INTERVAL);
        assertThat(limit("a", 10, 10, 0).grant()).isEqualTo(55);
        ticker.advance(INTERVAL.dividedBy(8));
        assertThat(limit("a", 60, 55, 0).grant()).isEqualTo(60);
    }

    @Test
    void idleNodesShouldHaveHalfOfWhatNobodyWants() {
        limit("a", 0, 1, 0);
        limit("b", 0, 1, 0);
        ticker.advance(LEASE.minusSeconds(1));
        limit("a", 0, 1, 0);
        limit("b", 0, 1, 0);
        ticker.advance(INTERVAL);
        assertThat(limit("a", 0, 1, 0).grant()).isEqualTo(25);
        assertThat(limit("b", 0, 1, 0).grant()).isEqualTo(25);
        assertThat(limit("new", 40, 1, 0).grant()).isEqualTo(50);
    }

    @Test
    void risenDemandShouldNotWaitForTheEndOfTheInterval() {
        grown();
        limit("b", 10, 1, 0);
        ticker.advance(INTERVAL);
        limit("a", 80, 100, 0);
        limit("b", 10, 0, 0);
        ticker.advance(INTERVAL.dividedBy(5));
        limit("b", 90, 10, 0); // too soon after the last computation, which took the demand of before
        assertThat(limit("a", 80, 87, 0).grant()).isGreaterThan(50);
        ticker.advance(INTERVAL.dividedBy(20));
        assertThat(limit("a", 80, 87, 0).grant()).isEqualTo(50);
    }

    @Test
    void staleReportShouldChangeNothing() {
        grown();
        LimitView view = limit("a", 40, 100, 0);
        LimitView stale = store.exchange(report("a", 1, false, List.of(limitReport(100, 0, 0)), List.of()))
                .limits()
                .get(0);
        assertThat(stale).isEqualTo(view);
    }

    @Test
    void leavingNodeShouldFreeWhatItHad() {
        grown();
        limit("b", 100, 1, 0);
        store.exchange(report("a", next("a"), true, List.of(limitReport(100, 100, 0)), List.of()));
        assertThat(limit("b", 100, 0, 0).grant()).isEqualTo(100);
    }

    @Test
    void callsOfANodeThatLeavesShouldCountUntilTheyEnd() {
        grown();
        limit("b", 100, 1, 0);
        assertThat(leave("a", 60).grant()).isZero();
        assertThat(limit("b", 100, 0, 0))
                .extracting(LimitView::grant, LimitView::granted)
                .containsExactly(40L, 100L);
        ticker.advance(INTERVAL);
        assertThat(limit("b", 100, 40, 0).grant())
                .as("shares are for nodes that stay")
                .isEqualTo(40);
        leave("a", 10);
        assertThat(limit("b", 100, 40, 0).grant()).isEqualTo(90);
        leave("a", 0);
        LimitView alone = limit("b", 100, 90, 0);
        assertThat(alone.grant()).isEqualTo(100);
        assertThat(alone.nodes()).isEqualTo(1);
    }

    @Test
    void callsOfANodeThatLeavesShouldCountForALease() {
        grown();
        leave("a", 60);
        ticker.advance(LEASE.minusMillis(1));
        assertThat(limit("b", 100, 0, 0).grant()).isEqualTo(40);
        ticker.advance(INTERVAL);
        assertThat(limit("b", 100, 40, 0).grant()).isEqualTo(100);
    }

    @Test
    void limitOfANodeThatLeavesShouldNotBindTheOthers() {
        grown();
        LimitReport smaller = new LimitReport("bulkhead", "x", 50, 0, 1, 0, 5);
        store.exchange(report("b", next("b"), false, List.of(smaller), List.of()));
        store.exchange(report("b", next("b"), true, List.of(smaller), List.of()));
        ticker.advance(INTERVAL);
        limit("a", 100, 45, 0);
        assertThat(limit("a", 100, 45, 0))
                .extracting(LimitView::limit, LimitView::grant)
                .containsExactly(100L, 95L);
    }

    private LimitView leave(String node, long inUse) {
        return store.exchange(report(node, next(node), true, List.of(limitReport(0, 50, inUse)), List.of()))
                .limits()
                .get(0);
    }

    @Test
    void nodeThatIsSilentForALeaseShouldLoseItsShare() {
        grown();
        limit("b", 100, 1, 0);
        ticker.advance(LEASE.minusMillis(1));
        assertThat(limit("b", 100, 0, 0).grant()).isZero();
        ticker.advance(INTERVAL);
        assertThat(limit("b", 100, 0, 0).grant()).isEqualTo(100);
    }

    @Test
    void smallestConfiguredLimitShouldCount() {
        grown();
        LimitReport other = new LimitReport("bulkhead", "x", 40, 100, 0, 0, 0);
        LimitView view = store.exchange(report("b", next("b"), false, List.of(other), List.of()))
                .limits()
                .get(0);
        assertThat(view.limit()).isEqualTo(40);
        assertThat(limit("a", 100, 100, 0).grant()).isEqualTo(20);
    }

    @Test
    void limitThatNobodyReportsForTwoLeasesShouldBeginAnew() {
        grown();
        ticker.advance(LEASE.multipliedBy(2));
        assertThat(limit("a", 100, 5, 0).grant()).isEqualTo(5);
    }

    // ---- circuits

    @Test
    void oneVoteShouldBeAHintAndOpenNothing() {
        assertThat(circuit("a", State.OPEN, true, 30, false, 1).open()).isFalse();
        CircuitView other = circuit("b", State.CLOSED, true, 0, false, 0);
        assertThat(other.votedElsewhere()).isTrue();
        assertThat(other.open()).isFalse();
        assertThat(other.votes()).isEqualTo(1);
        assertThat(other.voters()).isEqualTo(2);
    }

    @Test
    void quorumOfTheVotersShouldOpenForEveryNode() {
        List.of("a", "b", "c", "d").forEach(node -> circuit(node, State.CLOSED, true, 0, false, 0));
        circuit("idle", State.CLOSED, false, 0, false, 0);
        circuit("a", State.OPEN, true, 30, false, 1);
        assertThat(circuit("b", State.OPEN, true, 30, false, 1).open()).isTrue();
        assertThat(circuit("idle", State.CLOSED, false, 0, false, 0).open()).isTrue();
    }

    @Test
    void trialsShouldBeLentToOneNodePerInterval() {
        open();
        assertThat(circuit("a", State.OPEN, true, 0, true, 1).trial()).isTrue();
        assertThat(circuit("b", State.OPEN, true, 0, true, 1).trial()).isFalse();
        assertThat(circuit("a", State.HALF_OPEN, true, 0, false, 1).trial()).isTrue();
        assertThat(circuit("a", State.OPEN, true, 30, false, 2).trial()).isFalse();
        assertThat(circuit("b", State.OPEN, true, 0, true, 1).trial()).isFalse();
        ticker.advance(INTERVAL);
        assertThat(circuit("b", State.OPEN, true, 0, true, 1).trial()).isTrue();
    }

    @Test
    void trialsThatAreNotUsedShouldBeTakenBackAfterTwoIntervals() {
        open();
        assertThat(circuit("a", State.OPEN, true, 0, true, 1).trial()).isTrue();
        ticker.advance(INTERVAL);
        assertThat(circuit("a", State.OPEN, true, 0, true, 1).trial()).isTrue();
        ticker.advance(INTERVAL);
        assertThat(circuit("a", State.OPEN, true, 0, true, 1).trial()).isFalse();
        assertThat(circuit("b", State.OPEN, true, 0, true, 1).trial()).isTrue();
    }

    @Test
    void closedCircuitOfTheHolderShouldCloseTheFleetAndEndVotes() {
        open();
        circuit("a", State.OPEN, true, 0, true, 1);
        assertThat(circuit("a", State.CLOSED, true, 0, false, 1).open()).isFalse();
        CircuitView former = circuit("b", State.OPEN, true, 20, false, 1);
        assertThat(former.open()).isFalse();
        assertThat(former.votes()).isZero();
        assertThat(circuit("b", State.OPEN, true, 30, false, 2).votes()).isEqualTo(1);
    }

    @Test
    void holderThatIsSilentForALeaseShouldHoldNothing() {
        open();
        circuit("a", State.OPEN, true, 0, true, 1);
        ticker.advance(LEASE.minusSeconds(1));
        circuit("b", State.OPEN, true, 20, false, 1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(circuit("b", State.OPEN, true, 0, true, 1).trial()).isTrue();
    }

    // ---- commands and nodes

    @Test
    void latestCommandOfAKindShouldReachNodesThatHaveNotAppliedIt() {
        send("a", command("force-open"));
        send("a", command("reset"));
        send("a", settings(Map.of("maxQueue", "1")));
        assertThat(send("late").commands())
                .containsExactly(
                        command("reset").withNumber(2),
                        settings(Map.of("maxQueue", "1")).withNumber(3));
        ticker.advance(Duration.ofDays(7));
        assertThat(send("late").commands()).isEmpty();
    }

    @Test
    void commandThatIsSentAgainShouldNotBeNumberedAgain() {
        send("a", command("reset"));
        assertThat(send("a", command("reset")).commands())
                .containsExactly(command("reset").withNumber(1));
    }

    @Test
    void nodesShouldBeNamedUntilTheyLeaveOrTheirLeaseIsOver() {
        send("b");
        send("a");
        assertThat(send("c").nodes()).containsExactly("a", "b", "c");
        store.exchange(report("b", next("b"), true, List.of(), List.of()));
        ticker.advance(LEASE.minusSeconds(1));
        assertThat(send("c").nodes()).containsExactly("a", "c");
        ticker.advance(Duration.ofSeconds(1));
        assertThat(send("c").nodes()).containsExactly("c");
    }

    /** A node that has the whole limit, in a store that is older than a lease. */
    private void grown() {
        limit("a", 100, 100, 0);
        ticker.advance(LEASE.minusSeconds(1));
        limit("a", 100, 100, 0);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(limit("a", 100, 100, 0).grant()).isEqualTo(100);
    }

    private void open() {
        circuit("a", State.OPEN, true, 30, false, 1);
        assertThat(circuit("b", State.OPEN, true, 30, false, 1).open()).isTrue();
    }

    private long next(String node) {
        return numbers.merge(node, 1L, Long::sum);
    }

    private static LimitReport limitReport(long wants, long has, long inUse) {
        return new LimitReport("bulkhead", "x", 100, wants, 1, has, inUse);
    }

    private LimitView limit(String node, long wants, long has, long inUse) {
        return store.exchange(report(node, next(node), false, List.of(limitReport(wants, has, inUse)), List.of()))
                .limits()
                .get(0);
    }

    private CircuitView circuit(String node, State state, boolean called, int vote, boolean due, long opening) {
        CircuitReport circuit =
                new CircuitReport("x", FleetMode.QUORUM, 500, state, called, Duration.ofSeconds(vote), due, opening);
        return store.exchange(report(node, next(node), false, List.of(), List.of(circuit)))
                .circuits()
                .get(0);
    }

    @Test
    void unitThatAllWantShouldGoFromOneToTheNext() {
        Map<String, Long> has = new HashMap<>();
        Map<String, Integer> served = new HashMap<>();
        Map<String, Integer> waited = new HashMap<>();
        List<String> names = List.of("a", "b", "c", "d");
        for (int i = 0; i < 120; i++) {
            ticker.advance(INTERVAL.dividedBy(4));
            String node = names.get(i % 4);
            LimitView view = store.exchange(report(
                            node,
                            next(node),
                            false,
                            List.of(new LimitReport("bulkhead", "x", 1, 1, 1, has.getOrDefault(node, 0L), 0)),
                            List.of()))
                    .limits()
                    .get(0);
            has.put(node, view.grant());
            assertThat(has.values().stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(1);
            if (view.grant() > 0) {
                served.merge(node, 1, Integer::sum);
                waited.put(node, 0);
            } else if (i >= 40) {
                waited.merge(node, 1, Integer::sum);
            }
            assertThat(waited.getOrDefault(node, 0))
                    .as("intervals that %s waits", node)
                    .isLessThan(25);
        }
        assertThat(served)
                .hasSize(4)
                .allSatisfy((node, times) -> assertThat(times).isBetween(3, 12));
    }

    @Test
    void resetForAllShouldVoidVotesAndTheOpening() {
        open();
        circuit("c", State.OPEN, true, 0, false, 0); // opened by the fleet
        send("a", command("reset"));
        assertThat(circuit("c", State.OPEN, true, 0, true, 0).open()).isFalse();
        // An opening that the store did not know, of a node that has not applied the reset.
        assertThat(circuit("b", State.OPEN, true, 20, false, 2).votes()).isZero();
        assertThat(applied("b", 1, State.OPEN, 20, 3).votes()).isEqualTo(1);
        assertThat(applied("a", 1, State.OPEN, 20, 2).open()).isTrue();
    }

    @Test
    void resetShouldCountAlsoForACircuitThatTheStoreHasForgotten() {
        send("a", command("reset"));
        circuit("b", State.OPEN, true, 20, false, 1);
        assertThat(circuit("c", State.OPEN, true, 20, false, 1).open()).isFalse();
    }

    @Test
    void laterSettingsShouldReplaceOnlyTheSameOnes() {
        send("a", settings(Map.of("maxConcurrent", "4", "maxQueue", "1")));
        send("b", settings(Map.of("maxQueue", "7")));
        assertThat(send("late").commands())
                .extracting(FleetCommand::settings)
                .containsExactly(Map.of("maxConcurrent", "4"), Map.of("maxQueue", "7"));
    }

    @Test
    void commandThatWasGivenEarlierShouldNotReplaceALaterOne() {
        ticker.advance(LEASE);
        send("a", command("disable"));
        FleetView view = send("b", command("force-open").withAge(Duration.ofSeconds(3)));
        assertThat(view.commands()).extracting(FleetCommand::action).containsExactly("disable");
        ticker.advance(Duration.ofSeconds(2));
        assertThat(send("b").commands()).extracting(FleetCommand::age).containsExactly(Duration.ofSeconds(2));
    }

    @Test
    void voteShouldNotCountWhenItsReportHasWaitedAnInterval() {
        ticker.advance(LEASE);
        assertThat(waited("a", INTERVAL.toMillis() - 1).votes()).isEqualTo(1);
        assertThat(waited("b", INTERVAL.toMillis()).votes()).isEqualTo(1);
        CircuitView opened = waited("b", 30);
        assertThat(opened.open()).isTrue();
        assertThat(opened.openVotes()).isEqualTo(2);
        assertThat(opened.votedAt()).isEqualTo(LEASE.toMillis() + 1 - 30);
    }

    /** A process that was killed has no vote beside that of its restart. */
    @Test
    void voteShouldLastForTwoIntervalsWithoutAReport() {
        circuit("a", State.OPEN, true, 30, false, 1);
        ticker.advance(INTERVAL.multipliedBy(2).minusMillis(1));
        assertThat(circuit("b", State.CLOSED, true, 0, false, 0).votes()).isEqualTo(1);
        ticker.advance(Duration.ofMillis(1));
        assertThat(circuit("c", State.OPEN, true, 30, false, 1).open()).isFalse();
    }

    @Test
    void voteOfAKilledProcessShouldNotMeetThatOfItsRestart() {
        String killed = "host-00000000000000aa";
        String restarted = "host-00000000000000bb";
        circuit(killed, State.OPEN, true, 30, false, 1);
        circuit("other", State.CLOSED, true, 0, false, 0);
        assertThat(circuit(restarted, State.OPEN, true, 30, false, 1).votes()).isEqualTo(1);
        assertThat(circuit("other", State.CLOSED, true, 0, false, 0).open()).isFalse();
        // It was not killed, but is another process on the same host.
        assertThat(circuit(killed, State.OPEN, true, 30, false, 1).votes()).isEqualTo(2);
    }

    /** Else its reason would be an opening by no node at all. */
    @Test
    void openingShouldKeepTheVotesThatHaveMadeIt() {
        open();
        circuit("a", State.HALF_OPEN, true, 0, false, 1);
        circuit("b", State.OPEN, true, 0, true, 1);
        CircuitView view = circuit("c", State.CLOSED, true, 0, false, 0);
        assertThat(view.open()).isTrue();
        assertThat(view.votes()).isZero();
        assertThat(view.openVotes()).isEqualTo(2);
    }

    @Test
    void commandsShouldBeInTheOrderOfTheirMomentsWhenTheirReportsHaveWaited() {
        ticker.advance(LEASE);
        long now = LEASE.toMillis() + 1;
        send("b", now - 1_000, command("force-open"));
        FleetView view = send("a", now - 3_000, command("disable").withAge(Duration.ofMillis(200)));
        assertThat(view.commands()).extracting(FleetCommand::action).containsExactly("force-open");
        assertThat(view.commands()).extracting(FleetCommand::age).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void commandAfterLostDataShouldReachNodesThatKnowHigherNumbers() {
        CommandMark last = give("a", "disable", "reset", "force-open");
        store.clear();
        CommandMark fresh =
                send("new", command("reset"), settings(Map.of("maxQueue", "1"))).lastCommand();
        assertThat(known("a", last).commands())
                .extracting(FleetCommand::number, FleetCommand::action)
                .containsExactly(tuple(4L, "reset"), tuple(5L, "settings"));
        assertThat(known("new", fresh).commands())
                .extracting(FleetCommand::number)
                .containsExactly(4L, 5L);
        assertThat(send("a", command("disable")).commands())
                .extracting(FleetCommand::number)
                .containsExactly(5L, 6L);
    }

    @Test
    void commandAfterLostDataShouldReachNodesThatKnowItsNumber() {
        CommandMark early = give("a", "disable");
        CommandMark late = give("a", "reset");
        store.clear();
        ticker.advance(Duration.ofMillis(30));
        CommandMark giver = known("c", early, command("force-open")).lastCommand();
        assertThat(giver.number()).isEqualTo(late.number());
        assertThat(known("a", late).commands()).extracting(FleetCommand::action).containsExactly("force-open");
        FleetView other = known("b", late);
        assertThat(other.commands()).extracting(FleetCommand::action).containsExactly("force-open");
        assertThat(other.commands().get(0).number()).isGreaterThan(late.number());
        assertThat(known("b", other.lastCommand()).commands()).isEmpty();
    }

    @Test
    void commandsAfterLostDataShouldReachNodesWhoseNumberTheyPass() {
        CommandMark early = give("a", "disable");
        CommandMark late = give("a", "reset");
        store.clear();
        ticker.advance(Duration.ofMillis(30));
        known("c", early, command("force-open"), settings(Map.of("maxQueue", "1")));
        assertThat(known("a", late).commands())
                .extracting(FleetCommand::action)
                .containsExactly("force-open", "settings");
    }

    @Test
    void storeWhoseClockIsBehindShouldGiveEverything() {
        give("a", "disable");
        CommandMark ahead = new CommandMark(0, LEASE.toMillis());
        assertThat(known("b", ahead).commands()).hasSize(1);
    }

    @Test
    void numbersShouldGoOnFromThoseOfTheNodeThatShowsTheLoss() {
        CommandMark last = give("a", "disable", "reset");
        store.clear();
        FleetView first = known("a", last);
        assertThat(first.commandsLost()).isTrue();
        assertThat(first.lastCommand().number()).isEqualTo(2);
        FleetView second = known("b", last);
        assertThat(second.commandsLost()).isTrue();
        assertThat(second.lastCommand()).isEqualTo(first.lastCommand());
        assertThat(known("b", second.lastCommand()).commandsLost()).isFalse();
        assertThat(known("a", first.lastCommand()).commandsLost()).isFalse();
    }

    /** The numbers of the store have passed that of a node by the time it comes back. */
    @Test
    void eachNodeShouldLearnThatWhatItKnowsIsLost() {
        CommandMark early = give("a", "disable");
        CommandMark late = give("a", "reset", "force-open");
        store.clear();
        ticker.advance(Duration.ofMillis(30));
        assertThat(known("c", early, command("disable"), settings(Map.of("maxQueue", "1")), command("reset"))
                        .commandsLost())
                .isTrue();
        ticker.advance(Duration.ofSeconds(1));
        FleetView other = known("b", late);
        assertThat(other.commandsLost()).isTrue();
        assertThat(other.commands()).extracting(FleetCommand::action).containsExactly("settings", "reset");
        assertThat(known("b", other.lastCommand()).commandsLost()).isFalse();
        assertThat(known("d", CommandMark.NONE).commandsLost()).isFalse();
    }

    /** A node that knows nothing has given more commands than there were before. */
    @Test
    void nodeShouldLearnOfALossAfterANewOneHasGivenCommands() {
        CommandMark last = give("a", "disable");
        store.clear();
        ticker.advance(Duration.ofSeconds(1));
        CommandMark fresh = give("new", "reset", "force-open", "disable");
        assertThat(fresh.number()).isGreaterThan(last.number());
        FleetView view = known("b", last);
        assertThat(view.commandsLost()).isTrue();
        assertThat(view.commands()).hasSize(1);
        assertThat(known("new", fresh).commandsLost()).isFalse();
        assertThat(known("b", view.lastCommand()).commandsLost()).isFalse();
    }

    /** An old copy of the data has given the node's number again. */
    @Test
    void nodeWhoseNumberWasTakenAtAnotherTimeShouldLearnOfTheLoss() {
        CommandMark first = give("a", "disable");
        CommandMark second = give("a", "reset");
        give("a", "force-open");
        assertThat(known("b", first).commandsLost()).isFalse();
        CommandMark ofTheLost = new CommandMark(second.number(), second.takenAt() - 1);
        assertThat(ofTheLost.takenAt()).isGreaterThan(first.takenAt());
        FleetView view = known("c", ofTheLost);
        assertThat(view.commandsLost()).isTrue();
        assertThat(view.commands()).extracting(FleetCommand::action).containsExactly("force-open");
    }

    @Test
    void numbersShouldGrowByWhatIsKeptWithEachLoss() {
        CommandMark known = give("a", "disable", "reset", "force-open");
        for (int i = 0; i < 100; i++) {
            CommandMark lost = new CommandMark(known.number() + 1, known.takenAt() + 1);
            ticker.advance(Duration.ofMillis(10));
            known = known("a", lost).lastCommand();
        }
        assertThat(known.number()).isEqualTo(3 + 100 * 2);
    }

    @Test
    void firstCommandsOfAFleetShouldNotLookLikeALoss() {
        CommandMark first = give("a", "disable");
        assertThat(known("b", CommandMark.NONE, command("reset")).commandsLost())
                .isFalse();
        assertThat(known("a", first).commandsLost()).isFalse();
    }

    @Test
    void nodeThatIsBehindShouldNotTakeThatForALoss() {
        CommandMark early = give("a", "disable");
        CommandMark late = give("a", "reset", "force-open");
        store.clear();
        known("b", late);
        ticker.advance(Duration.ofMillis(30));
        CommandMark since = known("a", early).lastCommand();
        known("b", since, command("disable"), command("force-open"));
        FleetView view = known("a", since);
        assertThat(view.commandsLost()).isFalse();
        assertThat(view.commands()).extracting(FleetCommand::action).containsExactly("force-open");
    }

    private CommandMark give(String node, String... actions) {
        CommandMark last = CommandMark.NONE;
        for (String action : actions) {
            last = send(node, command(action)).lastCommand();
            ticker.advance(Duration.ofMillis(10));
        }
        return last;
    }

    private CircuitView waited(String node, long millis) {
        CircuitReport circuit = new CircuitReport(
                "x", FleetMode.QUORUM, 500, State.OPEN, true, Duration.ofSeconds(30), false, next(node));
        return store.exchange(new NodeReport(
                        node,
                        next(node),
                        LEASE.toMillis() + 1 - millis,
                        false,
                        INTERVAL,
                        LEASE,
                        1,
                        List.of(),
                        List.of(circuit),
                        List.of(),
                        CommandMark.NONE))
                .circuits()
                .get(0);
    }

    private FleetView send(String node, long sentAt, FleetCommand command) {
        return store.exchange(new NodeReport(
                node,
                next(node),
                sentAt,
                false,
                INTERVAL,
                LEASE,
                1,
                List.of(),
                List.of(),
                List.of(command),
                CommandMark.NONE));
    }

    private FleetView known(String node, CommandMark mark, FleetCommand... commands) {
        return store.exchange(new NodeReport(
                node, next(node), 0, false, INTERVAL, LEASE, 1, List.of(), List.of(), List.of(commands), mark));
    }

    private CircuitView applied(String node, long command, State state, int vote, long opening) {
        CircuitReport circuit =
                new CircuitReport("x", FleetMode.QUORUM, 500, state, true, Duration.ofSeconds(vote), false, opening);
        return store.exchange(new NodeReport(
                        node,
                        next(node),
                        0,
                        false,
                        INTERVAL,
                        LEASE,
                        1,
                        List.of(),
                        List.of(circuit),
                        List.of(),
                        marks.getOrDefault(command, CommandMark.NONE)))
                .circuits()
                .get(0);
    }

    private static FleetCommand settings(Map<String, String> settings) {
        return new FleetCommand("bulkhead", "x", "settings", settings, "operator", Instant.EPOCH);
    }

    private FleetView send(String node, FleetCommand... commands) {
        FleetView view = store.exchange(new NodeReport(
                node,
                next(node),
                0,
                false,
                INTERVAL,
                LEASE,
                1,
                List.of(),
                List.of(),
                List.of(commands),
                CommandMark.NONE));
        marks.put(view.lastCommand().number(), view.lastCommand());
        return view;
    }

    private static FleetCommand command(String action) {
        return new FleetCommand("circuit-breaker", "x", action, Map.of(), "operator", Instant.EPOCH);
    }

    private static NodeReport report(
            String node, long number, boolean leaving, List<LimitReport> limits, List<CircuitReport> circuits) {
        return new NodeReport(
                node, number, 0, leaving, INTERVAL, LEASE, 1, limits, circuits, List.of(), CommandMark.NONE);
    }
}
