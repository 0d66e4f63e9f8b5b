package io.netrun.resilience.fleet;

import io.netrun.resilience.circuitbreaker.FleetMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What nodes of a fleet may report, by chance: they start, leave, are lost and return, their replies get lost, their
 * reports arrive twice or after later ones, their settings differ, and all data may be lost.
 */
final class RandomHistory {

    private static final long[] LIMITS = {1, 3, 10, 97, 1_000, 123_457, 1_000_000_000_000L};

    /** A report and the time at which it arrives; no report: all data are lost. */
    record Step(NodeReport report, long time) {}

    private final Random random;
    private final List<Node> nodes = new ArrayList<>();
    private final List<NodeReport> sent = new ArrayList<>();
    private final long limit;
    private final long interval;
    private final long lease;
    private long time = 1_700_000_000_000L;
    private int started;

    RandomHistory(long seed) {
        random = new Random(seed);
        limit = LIMITS[random.nextInt(LIMITS.length)];
        interval = 200 + random.nextInt(1_000);
        lease = interval * (5 + random.nextInt(10));
        int count = random.nextInt(10) == 0 ? 25 : 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            nodes.add(new Node());
        }
    }

    Step next() {
        time += pause();
        int chance = random.nextInt(100);
        if (chance == 0) {
            return new Step(null, time);
        }
        if (chance < 10 && !sent.isEmpty()) { // doubled or overtaken
            return new Step(sent.get(Math.max(0, sent.size() - 1 - random.nextInt(8))), time);
        }
        int index = random.nextInt(nodes.size());
        Node node = nodes.get(index);
        boolean leaves = chance < 14 || node.left && !oneIn(10);
        NodeReport report = node.report(leaves);
        node.left = leaves;
        if (leaves && oneIn(3)) { // else its calls go on, and it reports again that it leaves
            nodes.set(index, new Node());
        }
        sent.add(report);
        return new Step(report, time);
    }

    /** The reply to the last step; it may be lost. */
    void answer(NodeReport report, FleetView view) {
        for (Node node : nodes) {
            if (node.name.equals(report.node()) && random.nextInt(10) > 0) {
                node.last = view;
                for (LimitView granted : view.limits()) {
                    node.has.put(granted.name(), granted.grant());
                }
            }
        }
    }

    private long pause() {
        int chance = random.nextInt(200);
        if (chance == 0) {
            return random.nextInt(4 * 24) * 3_600_000L;
        }
        if (chance < 8) {
            return random.nextInt((int) (2 * lease));
        }
        return chance < 20 ? 0 : random.nextInt((int) (2 * interval / nodes.size() + 2));
    }

    private boolean oneIn(int bound) {
        return random.nextInt(bound) == 0;
    }

    private final class Node {

        final String name = oneIn(3)
                ? String.format("host%d-%016x", random.nextInt(2), started++)
                : (random.nextBoolean() ? "n" : "N") + started++ + (oneIn(3) ? "-b.c_d" : "");
        final Map<String, Long> has = new HashMap<>();
        final Map<String, CircuitReport.State> states = new HashMap<>();
        final Map<String, Integer> openings = new HashMap<>();
        final int expected = 1 + random.nextInt(4);
        long number;
        boolean left;
        FleetView last = new FleetView(0, 1, List.of(), List.of(), List.of(), List.of(), CommandMark.NONE, false);

        NodeReport report(boolean leaving) {
            number += oneIn(20) ? 3 : 1;
            List<LimitReport> limits = new ArrayList<>();
            for (String each : List.of("one", "two")) {
                if (!oneIn(10)) {
                    limits.add(limit(each));
                }
            }
            List<CircuitReport> circuits = new ArrayList<>();
            for (String each : List.of("pay", "ship")) {
                if (!oneIn(10)) {
                    circuits.add(circuit(each));
                }
            }
            List<FleetCommand> commands = new ArrayList<>();
            while (oneIn(15)) {
                commands.add(command());
            }
            CommandMark applied = last.lastCommand();
            if (oneIn(20)) {
                applied = new CommandMark(random.nextInt(5), Math.max(0, time + 50 - random.nextInt(300)));
            }
            return new NodeReport(
                    name,
                    number,
                    oneIn(4) ? 0 : Math.max(1, time + 1 - random.nextInt((int) (oneIn(4) ? 2 * interval : 5))),
                    leaving,
                    Duration.ofMillis(interval),
                    Duration.ofMillis(lease),
                    expected,
                    limits,
                    circuits,
                    commands,
                    applied);
        }

        private LimitReport limit(String each) {
            long mine = oneIn(25) ? limit + 1 + random.nextInt(3) : limit;
            long safe = Math.max(1, limit / expected);
            long now = oneIn(15) ? safe : has.getOrDefault(each, safe);
            has.put(each, now);
            long most = oneIn(4) ? 2 * limit : limit / nodes.size() + 1;
            long wants = oneIn(4) ? 0 : (long) (random.nextDouble() * most);
            long inUse = oneIn(10) ? now + random.nextInt(3) : (long) (random.nextDouble() * now);
            return new LimitReport("bulkhead", each, mine, wants, random.nextInt(3), now, inUse);
        }

        private CircuitReport circuit(String each) {
            boolean trial =
                    last.circuits().stream().anyMatch(view -> view.name().equals(each) && view.trial());
            CircuitReport.State state = states.getOrDefault(each, CircuitReport.State.CLOSED);
            switch (state) {
                case CLOSED -> state = oneIn(4) ? CircuitReport.State.OPEN : state;
                case OPEN -> state = oneIn(trial ? 2 : 8) ? CircuitReport.State.HALF_OPEN : state;
                case HALF_OPEN ->
                    state = oneIn(2) ? CircuitReport.State.OPEN : oneIn(2) ? CircuitReport.State.CLOSED : state;
            }
            if (state == CircuitReport.State.OPEN && states.put(each, state) == CircuitReport.State.CLOSED) {
                openings.merge(each, 1, Integer::sum);
            }
            states.put(each, state);
            boolean votes = state == CircuitReport.State.OPEN ? !oneIn(3) : oneIn(15);
            FleetMode mode = oneIn(6) ? FleetMode.HINT : FleetMode.QUORUM;
            int quorum = oneIn(10) ? 1 + random.nextInt(1_000) : 500;
            return new CircuitReport(
                    each,
                    mode,
                    quorum,
                    state,
                    !oneIn(4),
                    votes ? Duration.ofMillis(1 + random.nextInt(20_000)) : Duration.ZERO,
                    oneIn(2),
                    openings.getOrDefault(each, 0) + (oneIn(20) ? 1 : 0));
        }

        private FleetCommand command() {
            String action = List.of("force-open", "reset", "settings").get(random.nextInt(3));
            return new FleetCommand(
                            "circuit-breaker",
                            oneIn(2) ? "pay" : "ship",
                            action,
                            action.equals("settings") ? settings() : Map.of(),
                            oneIn(2) ? "ops" : null,
                            Instant.ofEpochMilli(random.nextInt(3)))
                    .withAge(Duration.ofMillis(oneIn(3) ? random.nextInt(5_000) : 0));
        }

        private Map<String, String> settings() {
            Map<String, String> settings = new HashMap<>();
            for (String each : List.of("open-duration", "note", "success-threshold")) {
                if (oneIn(2)) {
                    settings.put(each, "a " + random.nextInt(3));
                }
            }
            return settings;
        }
    }
}
