package io.netrun.resilience.fleet;

import io.netrun.resilience.circuitbreaker.FleetMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The rules of the store as plainly as possible: everything is computed from all rows at each exchange. The script,
 * which keeps sums and sorted sets, is compared with it.
 */
final class ModelStore {

    private static final long COMMANDS_KEPT = 7 * 24 * 3_600_000L;

    private final TreeMap<String, Node> nodes = new TreeMap<>();
    private final Map<String, Limit> limits = new HashMap<>();
    private final Map<String, Circuit> circuits = new HashMap<>();
    private final TreeMap<Long, Kept> commands = new TreeMap<>();
    private long lastCommand;
    private NodeReport report;
    private long now;
    private boolean stale;

    private record Node(long number, long liveUntil) {}

    private record Kept(FleetCommand command, long givenAt) {}

    private record Asker(String node, LimitReport wish) {}

    private static final class Limit {
        final Map<String, LimitRow> rows = new HashMap<>();
        long epoch;
        long computedAt;
        long limit;
        long liveUntil;

        long counted() {
            return rows.values().stream().mapToLong(LimitRow::counted).sum();
        }
    }

    private static final class LimitRow {
        LimitReport last;
        long has;
        long grant;
        long share;
        long liveUntil;

        long counted() {
            return Math.max(has, Math.max(grant, last.inUse()));
        }
    }

    private static final class Circuit {
        final Map<String, CircuitRow> rows = new HashMap<>();
        final Set<String> voided = new HashSet<>();
        boolean open;
        String holder;
        boolean tried;
        long lentAt = Long.MIN_VALUE / 2;
        long liveUntil;
    }

    private static final class CircuitRow {
        CircuitReport last;
        long calledUntil;
        long voteUntil;
        long liveUntil;
    }

    /** An exchange at a time in milliseconds. */
    FleetView exchange(NodeReport next, long time) {
        report = next;
        now = time;
        nodes.values().removeIf(node -> node.liveUntil() <= now);
        Node own = nodes.get(next.node());
        stale = own != null && next.number() <= own.number();
        if (!stale) {
            if (next.leaving()) {
                nodes.remove(next.node());
            } else {
                nodes.put(next.node(), new Node(next.number(), leased()));
            }
        }
        List<LimitView> limitViews = next.limits().stream().map(this::exchange).toList();
        List<CircuitView> circuitViews = next.circuits().stream().map(this::exchange).toList();
        List<FleetCommand> commandViews = exchangeCommands();
        return new FleetView(
                next.number(), List.copyOf(nodes.keySet()), limitViews, circuitViews, commandViews);
    }

    private long leased() {
        return now + report.lease().toMillis();
    }

    private LimitView exchange(LimitReport wish) {
        String key = wish.pattern() + "/" + wish.name();
        limits.computeIfPresent(key, (name, limit) -> now >= limit.liveUntil ? null : limit);
        Limit limit = limits.get(key);
        if (limit == null && (stale || report.leaving())) {
            return new LimitView(wish.pattern(), wish.name(), wish.limit(), 0, 0, 0);
        }
        if (limit == null) {
            limit = new Limit();
            limit.epoch = now;
            limits.put(key, limit);
        }
        LimitRow row = limit.rows.get(report.node());
        long grant = row == null ? 0 : row.grant;
        if (!stale && report.leaving()) {
            grant = 0;
            limit.rows.remove(report.node());
            if (limit.rows.isEmpty()) {
                limits.remove(key);
            }
        } else if (!stale) {
            grant = grant(limit, row, wish);
        }
        return new LimitView(
                wish.pattern(), wish.name(), limit.limit, grant, limit.counted(), limit.rows.size());
    }

    private long grant(Limit limit, LimitRow former, LimitReport wish) {
        long interval = report.interval().toMillis();
        boolean computes = former == null
                || former.last.limit() != wish.limit()
                || now - limit.computedAt >= interval;
        LimitRow row = former == null ? new LimitRow() : former;
        row.last = wish;
        row.has = report.number() == 1 ? 0 : wish.has();
        row.liveUntil = leased();
        limit.liveUntil = Math.max(limit.liveUntil, row.liveUntil);
        limit.rows.put(report.node(), row);
        if (computes) {
            limit.rows.values().removeIf(other -> other.liveUntil <= now);
            limit.limit = limit.rows.values().stream()
                    .mapToLong(other -> other.last.limit())
                    .min()
                    .orElseThrow();
            limit.computedAt = now;
            share(limit);
        }
        row.grant = 0;
        long others = limit.counted() - row.counted();
        long grant = Math.min(row.share, limit.limit - others);
        if (now - limit.epoch < report.lease().toMillis()) {
            long even = limit.limit / Math.max(limit.rows.size(), report.expectedNodes());
            grant = Math.min(grant, now - limit.epoch < 2 * interval ? wish.has() : Math.max(wish.has(), even));
        }
        row.grant = Math.max(0, grant);
        return row.grant;
    }

    /** Unit by unit, or many units at a time as long as nobody has enough. */
    private static void share(Limit limit) {
        List<Asker> askers = new ArrayList<>();
        limit.rows.forEach((node, row) -> askers.add(new Asker(node, row.last)));
        askers.sort(Comparator.comparingLong((Asker asker) -> -asker.wish().wants()).thenComparing(Asker::node));
        int n = askers.size();
        long[] base = new long[n];
        long[] unbounded = new long[n];
        java.util.Arrays.fill(unbounded, Long.MAX_VALUE);
        fill(limit.limit / 10, unbounded, base);
        long[] wants = new long[n];
        for (int i = 0; i < n; i++) {
            wants[i] = Math.max(0, askers.get(i).wish().wants() - base[i]);
        }
        long[] demand = new long[n];
        long left = fill(limit.limit - limit.limit / 10, wants, demand);
        for (int i = 0; i < n; i++) {
            LimitReport wish = askers.get(i).wish();
            wants[i] = Math.max(0, wish.allowance() - Math.max(0, base[i] - wish.wants()));
        }
        long[] allowance = new long[n];
        fill(left, wants, allowance);
        for (int i = 0; i < n; i++) {
            limit.rows.get(askers.get(i).node()).share = base[i] + demand[i] + allowance[i];
        }
    }

    private static long fill(long amount, long[] wanted, long[] given) {
        long left = amount;
        while (true) {
            int hungry = 0;
            long least = Long.MAX_VALUE;
            for (int i = 0; i < wanted.length; i++) {
                if (given[i] < wanted[i]) {
                    hungry++;
                    least = Math.min(least, wanted[i] - given[i]);
                }
            }
            if (hungry == 0 || left == 0) {
                return left;
            }
            long each = Math.min(least, left / hungry);
            for (int i = 0; i < wanted.length && left > 0; i++) {
                if (given[i] < wanted[i]) {
                    long units = Math.max(1, each);
                    given[i] += units;
                    left -= units;
                }
            }
        }
    }

    private CircuitView exchange(CircuitReport own) {
        circuits.computeIfPresent(own.name(), (name, circuit) -> now >= circuit.liveUntil ? null : circuit);
        Circuit circuit = circuits.get(own.name());
        if (circuit == null && (stale || report.leaving())) {
            return new CircuitView(own.name(), 0, 0, false, false, false);
        }
        if (circuit == null) {
            circuit = new Circuit();
            circuits.put(own.name(), circuit);
        }
        Circuit state = circuit;
        state.rows.entrySet().removeIf(entry -> {
            boolean over = entry.getValue().liveUntil <= now;
            return over && (state.voided.remove(entry.getKey()) || true);
        });
        if (!stale && report.leaving()) {
            state.rows.remove(report.node());
            state.voided.remove(report.node());
            if (state.rows.isEmpty()) {
                circuits.remove(own.name());
                return new CircuitView(own.name(), 0, 0, false, false, false);
            }
            giveBack(state, null);
            end(state);
        } else if (!stale) {
            follow(state, own);
            end(state);
        }
        int votes = votes(state);
        boolean mine = state.rows.containsKey(report.node()) && votes(state, report.node());
        return new CircuitView(
                own.name(),
                votes,
                voters(state),
                votes > (mine ? 1 : 0),
                state.open,
                report.node().equals(state.holder));
    }

    private void follow(Circuit state, CircuitReport own) {
        CircuitRow row = state.rows.computeIfAbsent(report.node(), name -> new CircuitRow());
        row.last = own;
        row.liveUntil = leased();
        state.liveUntil = Math.max(state.liveUntil, row.liveUntil);
        row.calledUntil = own.called() ? now + 10_000 : row.calledUntil;
        row.voteUntil = now + Math.min(own.vote().toMillis(), report.lease().toMillis());
        if (own.vote().isZero()) {
            state.voided.remove(report.node());
        }
        boolean untried = giveBack(state, own);
        boolean quorum = own.mode() == FleetMode.QUORUM;
        long needed = Math.max(2, (own.quorum() * (long) voters(state) + 999) / 1000);
        if (quorum && !state.open && votes(state) >= needed) {
            state.open = true;
            state.holder = null;
        }
        boolean candidate = own.state() == CircuitReport.State.OPEN && own.due() && row.calledUntil > now;
        if (quorum
                && state.open
                && state.holder == null
                && !untried
                && candidate
                && now - state.lentAt >= report.interval().toMillis()) {
            state.holder = report.node();
            state.lentAt = now;
            state.tried = false;
        }
    }

    private boolean giveBack(Circuit state, CircuitReport own) {
        if (state.holder != null && !state.rows.containsKey(state.holder)) {
            state.holder = null;
        }
        if (own == null || !report.node().equals(state.holder)) {
            return false;
        }
        switch (own.state()) {
            case CLOSED -> {
                state.open = false;
                state.holder = null;
                state.rows.forEach((node, row) -> {
                    if (!row.last.vote().isZero()) {
                        state.voided.add(node);
                    }
                });
            }
            case HALF_OPEN -> state.tried = true;
            case OPEN -> {
                if (state.tried || !own.due()) {
                    state.holder = null;
                } else if (now - state.lentAt >= 2 * report.interval().toMillis()) {
                    state.holder = null;
                    return true;
                }
            }
        }
        return false;
    }

    private void end(Circuit state) {
        boolean broken = state.rows.values().stream().anyMatch(row -> row.last.state() != CircuitReport.State.CLOSED);
        if (votes(state) == 0 && !broken) {
            state.open = false;
            state.holder = null;
        }
    }

    private boolean votes(Circuit state, String node) {
        return state.rows.get(node).voteUntil > now && !state.voided.contains(node);
    }

    private int votes(Circuit state) {
        return (int) state.rows.keySet().stream()
                .filter(node -> votes(state, node))
                .count();
    }

    private int voters(Circuit state) {
        return (int) state.rows.entrySet().stream()
                .filter(entry -> entry.getValue().calledUntil > now || votes(state, entry.getKey()))
                .count();
    }

    private List<FleetCommand> exchangeCommands() {
        if (!stale) {
            lastCommand = Math.max(lastCommand, report.lastCommand());
            report.commands().forEach(this::keep);
        }
        commands.values().removeIf(kept -> now - kept.givenAt() >= COMMANDS_KEPT);
        return commands.tailMap(report.lastCommand(), false).values().stream()
                .map(Kept::command)
                .toList();
    }

    private void keep(FleetCommand command) {
        for (Kept kept : commands.values()) {
            if (numbered(command, kept.command().number()).equals(kept.command())) {
                return;
            }
        }
        commands.values().removeIf(kept -> subject(kept.command()).equals(subject(command)));
        lastCommand++;
        commands.put(lastCommand, new Kept(numbered(command, lastCommand), now));
    }

    private static String subject(FleetCommand command) {
        return command.pattern() + "/" + command.name() + "/" + command.action().equals("settings");
    }

    static FleetCommand numbered(FleetCommand command, long number) {
        return new FleetCommand(
                number,
                command.pattern(),
                command.name(),
                command.action(),
                command.settings(),
                command.principal(),
                command.time());
    }
}
