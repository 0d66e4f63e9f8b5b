package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hundred nodes in virtual time. Each scenario runs with a few seeds; {@code -Dfleet.seeds=200} runs more of them,
 * and {@code -Dfleet.minutes=60} lets the long ones last an hour. The figures of each run are printed.
 */
@Timeout(3_600)
class FleetSimulationTests {

    private static final int NODES = 100;
    private static final int MINUTES = Integer.getInteger("fleet.minutes", 1);
    private static final Duration INTERVAL = Simulation.CONFIG.interval();
    private static final Duration LEASE = Simulation.CONFIG.lease();

    static LongStream seeds() {
        return LongStream.rangeClosed(1, Integer.getInteger("fleet.seeds", 2));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void equalDemandShouldBeServedFairlyAfterThreeIntervals(long seed) {
        Simulation fleet = fleet(seed, 40, 8);
        fleet.run(INTERVAL.multipliedBy(3));
        double used = fleet.usedRate(INTERVAL, SimulatedNode.RATE);
        double fairRate = Simulation.jain(fleet.nodes, SimulatedNode::rateInForce);
        double fairCalls = Simulation.jain(fleet.nodes, SimulatedNode::active);
        double usedCalls = fleet.sum(SimulatedNode::active) / SimulatedNode.CONCURRENT;
        print("equal demand", seed, "used", used, usedCalls, "Jain", fairRate, fairCalls);
        assertThat(used).isGreaterThanOrEqualTo(0.9);
        assertThat(usedCalls).isGreaterThanOrEqualTo(0.9);
        assertThat(fairRate).isGreaterThanOrEqualTo(0.95);
        assertThat(fairCalls).isGreaterThanOrEqualTo(0.95);
        assertThat(fleet.worstOvershoot).isZero();
    }

    /** Demands of all sizes that change at random. */
    @ParameterizedTest
    @MethodSource("seeds")
    void changingDemandShouldUseTheLimitAndNeverExceedIt(long seed) {
        Simulation fleet = fleet(seed, 40, 8);
        fleet.run(INTERVAL.multipliedBy(4));
        double worst = 1;
        for (int i = 0; i < 3 * MINUTES; i++) {
            for (SimulatedNode node : fleet.nodes) {
                node.rateDemand = fleet.random.nextInt(4) == 0 ? fleet.random.nextInt(200) : fleet.random.nextInt(5);
                node.concurrencyDemand = node.rateDemand / 5;
            }
            fleet.run(INTERVAL.multipliedBy(5));
            double possible = Math.min(SimulatedNode.RATE, fleet.sum(node -> node.rateDemand));
            worst = Math.min(worst, fleet.usedRate(Duration.ofSeconds(15), possible));
        }
        double reports = (double) fleet.reports / NODES * INTERVAL.toMillis() / fleet.now();
        print("changing demand", seed, "least used", worst, "reports per interval", reports);
        assertThat(worst).isGreaterThanOrEqualTo(0.9);
        assertThat(fleet.worstOvershoot).isZero();
    }

    /** The demand of one node grows tenfold, while there is enough for all, and while there is not. */
    @ParameterizedTest
    @MethodSource("seeds")
    void grownDemandOfOneNodeShouldBeServedWithinIntervals(long seed) {
        Simulation fleet = fleet(seed, 14, 3);
        fleet.run(Duration.ofSeconds(15));
        SimulatedNode grown = fleet.nodes.get(fleet.random.nextInt(NODES));
        grown.rateDemand *= 10;
        double enough = fleet.secondsUntil(() -> grown.rateInForce(), 0.9 * grown.rateDemand, LEASE);
        fleet.nodes.forEach(node -> node.rateDemand = node == grown ? 2 : 40);
        fleet.run(Duration.ofSeconds(15));
        grown.rateDemand = 20;
        double scarce = fleet.secondsUntil(() -> grown.rateInForce(), 0.9 * 20, LEASE);
        print("tenfold demand", seed, "intervals if there is enough", enough, "if all is granted", scarce);
        assertThat(enough).isLessThanOrEqualTo(3);
        assertThat(scarce).isLessThanOrEqualTo(3);
        assertThat(fleet.worstOvershoot).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void idleFleetShouldHaveRoomForABurst(long seed) {
        Simulation fleet = fleet(seed, 0, 0);
        fleet.run(Duration.ofSeconds(15));
        SimulatedNode busy = fleet.nodes.get(0);
        double idle = busy.rateInForce();
        busy.rateDemand = SimulatedNode.RATE / 3.0;
        double served = fleet.secondsUntil(busy::rateInForce, 0.9 * busy.rateDemand, LEASE);
        print("idle fleet", seed, "room of a node", idle, "a third of the limit after", served);
        assertThat(idle).isGreaterThanOrEqualTo(0.4 * SimulatedNode.RATE / NODES);
        assertThat(served).isLessThanOrEqualTo(1);
        assertThat(fleet.worstOvershoot).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void rollingRestartShouldUseMostAndNeverExceedTheLimit(long seed) {
        Simulation fleet = fleet(seed, 40, 8);
        fleet.run(Duration.ofSeconds(15));
        long before = fleet.now();
        long earlier = fleet.admitted();
        long admitted = 0;
        List<SimulatedNode> old = new ArrayList<>(fleet.nodes);
        for (int i = 0; i < NODES; i++) {
            SimulatedNode leaving = old.get(i);
            fleet.stop(leaving);
            admitted += leaving.admitted;
            demand(fleet.addNode(), 40, 8);
            fleet.run(Duration.ofMillis(100));
        }
        double seconds = (fleet.now() - before) / 1_000.0;
        double served = (fleet.admitted() + admitted - earlier) / seconds / SimulatedNode.RATE;
        print("rolling restart", seed, "used", served, "overshoot", fleet.worstOvershoot);
        assertThat(served).isGreaterThanOrEqualTo(0.8);
        assertThat(fleet.worstOvershoot).isZero();
    }

    /** Messages are lost, late, doubled and in another order. */
    @ParameterizedTest
    @MethodSource("seeds")
    void badNetworkShouldNotLetTheFleetExceedTheLimit(long seed) {
        Simulation fleet = fleet(seed, 40, 8);
        fleet.run(Duration.ofSeconds(15));
        fleet.lost = 0.3;
        fleet.doubled = 0.2;
        fleet.longestDelay = Duration.ofSeconds(5);
        fleet.worstInForce = 0;
        double used = fleet.usedRate(Duration.ofMinutes(MINUTES), SimulatedNode.RATE);
        print("bad network", seed, "used", used, "leases over", fleet.leasesOver());
        print("bad network", seed, "counted", 1 + fleet.worstOvershoot, "in force at worst", fleet.worstInForce);
        assertThat(fleet.worstGranted).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void lostDataShouldBeHealedWithinALease(long seed) {
        Simulation fleet = fleet(seed, 40, 8);
        fleet.nodes.forEach(node -> demand(node, fleet.random.nextInt(100), fleet.random.nextInt(20)));
        fleet.run(Duration.ofSeconds(15 + fleet.random.nextInt(5)).plusMillis(fleet.random.nextInt(1_000)));
        fleet.store.clear();
        fleet.worstInForce = 0;
        fleet.run(LEASE);
        double worst = fleet.worstInForce;
        fleet.worstOvershoot = 0;
        double used = fleet.usedRate(LEASE, SimulatedNode.RATE);
        print("lost data", seed, "in force at worst", worst, "used afterwards", used);
        assertThat(worst).isLessThanOrEqualTo(2);
        assertThat(used).isBetween(0.9, 1.001);
        assertThat(fleet.worstOvershoot).isZero();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void storeThatIsAwayShouldLeaveSafeShares(long seed) {
        Simulation fleet = fleet(seed, 40, 8);
        fleet.run(Duration.ofSeconds(15));
        fleet.storeAway = true;
        fleet.run(LEASE.multipliedBy(2));
        double away = fleet.usedRate(LEASE, SimulatedNode.RATE);
        double inForce = fleet.sum(SimulatedNode::rateInForce) / SimulatedNode.RATE;
        fleet.storeAway = false;
        fleet.run(LEASE);
        double back = fleet.usedRate(LEASE, SimulatedNode.RATE);
        print("store away", seed, "used", away, "in force", inForce, "used afterwards", back);
        assertThat(inForce).isBetween(0.99, 1.0001);
        assertThat(away).isGreaterThanOrEqualTo(0.95);
        assertThat(back).isGreaterThanOrEqualTo(0.9);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void oneFailingNodeShouldOpenNoOtherCircuit(long seed) {
        Simulation fleet = fleet(seed, 1, 1);
        fleet.nodes.get(0).failing = 1;
        fleet.circuitCalls = 4;
        fleet.run(Duration.ofMinutes(MINUTES));
        assertThat(fleet.nodes.get(0).circuit()).isNotEqualTo(State.CLOSED);
        assertThat(fleet.count(State.CLOSED)).isEqualTo(NODES - 1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void quorumShouldOpenAllAndOneAfterTheOtherShouldFollowItsEnd(long seed) {
        Simulation fleet = fleet(seed, 1, 1);
        fleet.circuitCalls = 20;
        fleet.run(Duration.ofSeconds(5));
        fleet.nodes.stream().limit(60).forEach(node -> node.failing = 1);
        double opened = fleet.secondsUntil(() -> fleet.count(State.OPEN), NODES / 2.0, LEASE);
        double all = fleet.secondsUntil(() -> fleet.count(State.OPEN), NODES, LEASE);
        fleet.mostHalfOpen = 0;
        fleet.mostTrials = 0;
        fleet.nodes.forEach(node -> node.failing = 1);
        fleet.run(Duration.ofSeconds(50));
        long trialNodes = fleet.mostHalfOpen;
        long trials = fleet.mostTrials;
        fleet.nodes.forEach(node -> node.failing = 0);
        double first = fleet.secondsUntil(() -> fleet.count(State.CLOSED), 1, Duration.ofSeconds(60));
        double followed = fleet.secondsUntil(() -> -fleet.count(State.OPEN), 0, Duration.ofSeconds(60));
        double closed = followed + fleet.secondsUntil(() -> fleet.count(State.CLOSED), NODES, Duration.ofSeconds(60));
        print(
                "quorum",
                seed,
                "half after",
                opened,
                "all after",
                all,
                "nodes with trials",
                trialNodes,
                "trials",
                trials);
        print("quorum", seed, "first closed after", first, "all tried after", followed, "all closed after", closed);
        assertThat(all).isLessThanOrEqualTo(2.4);
        assertThat(trialNodes).isEqualTo(1);
        assertThat(trials).isBetween(1L, 3L);
        // Up to an interval and a fifth until the store knows it, and two until all follow.
        assertThat(followed).isLessThanOrEqualTo(3.3);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void operatorShouldLetOneNodeTryAndNoOther(long seed) {
        Simulation fleet = fleet(seed, 1, 1);
        fleet.circuitCalls = 20;
        fleet.run(Duration.ofSeconds(5));
        fleet.nodes.forEach(node -> node.failing = 1);
        fleet.secondsUntil(() -> fleet.count(State.OPEN), NODES, LEASE);
        fleet.run(INTERVAL.multipliedBy(3)); // until each node knows of the fleet's opening
        SimulatedNode mended = fleet.nodes.get(7);
        SimulatedNode failing = fleet.nodes.get(8);
        mended.failing = 0;
        mended.halfOpen();
        failing.halfOpen();
        assertThat(fleet.count(State.HALF_OPEN)).isEqualTo(2);
        fleet.run(Duration.ofSeconds(8));
        assertThat(mended.circuit()).isEqualTo(State.CLOSED);
        assertThat(failing.circuit()).isEqualTo(State.OPEN);
        assertThat(fleet.count(State.OPEN)).isEqualTo(NODES - 1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void commandShouldReachAllNodesAndLateOnesOnce(long seed) {
        Simulation fleet = fleet(seed, 1, 1);
        fleet.run(Duration.ofSeconds(3));
        FleetCommand command =
                new FleetCommand("circuit-breaker", "payments", "force-open", Map.of(), "operator", Instant.EPOCH);
        SimulatedNode sender = fleet.nodes.get(7);
        fleet.send(sender, sender.report(command));
        fleet.run(INTERVAL.multipliedBy(2));
        fleet.addNodes(10);
        fleet.run(INTERVAL.multipliedBy(2));
        assertThat(fleet.nodes)
                .hasSize(NODES + 10)
                .allSatisfy(node -> assertThat(node.commands()).singleElement().matches(command::isSame));
    }

    private static Simulation fleet(long seed, double rate, double concurrent) {
        Simulation fleet = new Simulation(seed);
        for (int i = 0; i < NODES; i++) {
            demand(fleet.addNode(), rate, concurrent);
        }
        return fleet;
    }

    private static void demand(SimulatedNode node, double rate, double concurrent) {
        node.rateDemand = rate;
        node.concurrencyDemand = concurrent;
    }

    private static void print(Object... figures) {
        StringBuilder line = new StringBuilder("fleet");
        for (Object figure : figures) {
            line.append(' ').append(figure instanceof Double number ? "%.3f".formatted(number) : figure);
        }
        System.out.println(line);
    }
}
