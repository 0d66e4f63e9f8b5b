package io.netrun.resilience.fleet;

import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/**
 * A fleet in virtual time over the {@link InMemoryFleetStore}: nodes report at random within their intervals, messages
 * are lost, delayed, doubled and reordered, the store loses its data or is away. Deterministic for a seed.
 */
final class Simulation {

    static final Duration STEP = Duration.ofMillis(50);
    static final FleetConfig CONFIG = FleetConfig.defaults();

    final ManualTicker ticker = new ManualTicker();
    final InMemoryFleetStore store = new InMemoryFleetStore(ticker);
    final Random random;
    final List<SimulatedNode> nodes = new ArrayList<>();

    /** The part of messages that are lost, and the longest delay of a message; both for either direction. */
    double lost;

    Duration longestDelay = Duration.ZERO;
    double doubled;
    boolean storeAway;

    /** Calls of the circuit that each node makes per second. */
    int circuitCalls;

    /** The largest numbers of nodes whose circuit was half-open, and of trials, at the same time. */
    long mostHalfOpen;

    long mostTrials;

    /** How much more than the limit was counted for the live rows, at worst, in parts of the limit. */
    double worstOvershoot;

    /** The same without safe shares, which nodes have when their lease is over, and which nobody has granted. */
    double worstGranted;

    /** How much was in force on all nodes at worst, in parts of the limit. */
    double worstInForce;

    /** How often nodes have reported. */
    long reports;

    private final Map<SimulatedNode, Long> nextReport = new HashMap<>();
    private final PriorityQueue<Message> messages =
            new PriorityQueue<>((a, b) -> a.at == b.at ? Long.compare(a.order, b.order) : Long.compare(a.at, b.at));
    private long started;
    private long order;
    private int names;

    private record Message(long at, long order, Runnable delivery) {}

    Simulation(long seed) {
        this.random = new Random(seed);
        this.started = ticker.nanoTime();
    }

    /** Returns the virtual time in milliseconds. */
    long now() {
        return (ticker.nanoTime() - started) / 1_000_000;
    }

    SimulatedNode addNode() {
        SimulatedNode node = new SimulatedNode("node-%04d".formatted(names++), CONFIG, ticker, random);
        nodes.add(node);
        report(node, false);
        nextReport.put(node, now() + random.nextInt((int) CONFIG.interval().toMillis()));
        return node;
    }

    void addNodes(int count) {
        for (int i = 0; i < count; i++) {
            addNode();
        }
    }

    /** Stops a node with a leaving report, and with another one after its calls. */
    void stop(SimulatedNode node) {
        nodes.remove(node);
        nextReport.remove(node);
        node.leave();
        report(node, true);
        node.end();
        report(node, true);
    }

    /** Ends a node without a report. */
    void kill(SimulatedNode node) {
        nodes.remove(node);
        nextReport.remove(node);
        node.end();
    }

    void run(Duration duration) {
        long end = now() + duration.toMillis();
        while (now() < end) {
            step();
        }
    }

    private void step() {
        ticker.advance(STEP);
        long now = now();
        while (!messages.isEmpty() && messages.peek().at <= now) {
            messages.poll().delivery.run();
            check();
        }
        for (SimulatedNode node : List.copyOf(nodes)) {
            if (nextReport.get(node) <= now || node.tryHurry()) {
                double part = 0.8 + 0.4 * random.nextDouble();
                nextReport.put(node, now + (long) (CONFIG.interval().toMillis() * part));
                reports++;
                report(node, false);
                check();
            }
        }
        worstInForce = Math.max(worstInForce, sum(SimulatedNode::rateInForce) / SimulatedNode.RATE);
        worstInForce = Math.max(worstInForce, sum(SimulatedNode::concurrencyInForce) / SimulatedNode.CONCURRENT);
        for (SimulatedNode node : nodes) {
            node.call(STEP.toNanos() / 1e9);
            if (random.nextInt(20) < circuitCalls) {
                node.callCircuit();
            }
        }
        if (circuitCalls > 0) {
            mostHalfOpen = Math.max(mostHalfOpen, count(State.HALF_OPEN));
            mostTrials = Math.max(mostTrials, (long) sum(SimulatedNode::trials));
        }
    }

    /** Sends a report, and the view back. */
    private void report(SimulatedNode node, boolean leaving) {
        send(node, node.report(leaving));
    }

    void send(SimulatedNode node, NodeReport report) {
        long sentAt = ticker.nanoTime();
        int copies = random.nextDouble() < doubled ? 2 : 1;
        for (int copy = 0; copy < copies; copy++) {
            transport(() -> {
                FleetView view = store.exchange(report);
                transport(() -> node.apply(view, sentAt));
            });
        }
    }

    private void transport(Runnable delivery) {
        if (storeAway || random.nextDouble() < lost) {
            return;
        }
        if (longestDelay.isZero()) {
            delivery.run();
        } else {
            long at = now() + random.nextInt((int) longestDelay.toMillis());
            messages.add(new Message(at, order++, delivery));
        }
    }

    private void check() {
        long safe = nodes.stream()
                .filter(node -> node.hadNoLease(CONFIG.lease().multipliedBy(2)))
                .count();
        for (String[] limit : new String[][] {{"rate-limiter", "geocoder"}, {"bulkhead", "database"}}) {
            long[] counted = store.counted(limit[0], limit[1]);
            if (counted[1] > 0) {
                double part = (double) counted[0] / counted[1];
                worstOvershoot = Math.max(worstOvershoot, part - 1);
                worstGranted = Math.max(worstGranted, part - (double) safe / nodes.size() - 1);
            }
        }
    }

    /** Jain's index of fairness: 1 if all are equal, 1/n if one has all. */
    static double jain(List<SimulatedNode> nodes, ToDoubleFunction<SimulatedNode> amount) {
        double sum = 0;
        double squares = 0;
        for (SimulatedNode node : nodes) {
            double has = amount.applyAsDouble(node);
            sum += has;
            squares += has * has;
        }
        return squares == 0 ? 1 : sum * sum / (nodes.size() * squares);
    }

    double sum(ToDoubleFunction<SimulatedNode> amount) {
        return nodes.stream().mapToDouble(amount).sum();
    }

    long admitted() {
        return nodes.stream().mapToLong(node -> node.admitted).sum();
    }

    /** How often a lease was over, for all nodes that are there now. */
    long leasesOver() {
        return nodes.stream().mapToLong(node -> node.leasesOver).sum();
    }

    long count(State state) {
        return nodes.stream().filter(node -> node.circuit() == state).count();
    }

    /** Runs for a time and returns the part of a rate that was admitted per second. */
    double usedRate(Duration duration, double possible) {
        long before = admitted();
        run(duration);
        return (admitted() - before) / (duration.toMillis() / 1_000.0) / possible;
    }

    /** Runs until a value is reached; returns the seconds that this took, or infinity. */
    double secondsUntil(DoubleSupplier value, double least, Duration longest) {
        long from = now();
        while (now() - from < longest.toMillis()) {
            if (value.getAsDouble() >= least) {
                return (now() - from) / 1_000.0;
            }
            step();
        }
        return Double.POSITIVE_INFINITY;
    }
}
