package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.actuate.Track.Series;
import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import io.netrun.resilience.spring.pattern.MeterSpec;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /actuator/resilience/overview}: the state of all names in one compact answer. */
public final class Overview {

    /** How many names are shown: all that are not healthy first, then the busiest. */
    static final int MAX_NAMES = 1_000;

    /** How many problems are described. */
    static final int MAX_PROBLEMS = 100;

    /** How many of them with all that is known: these are on the page at first, and a few more. */
    static final int DETAILED_PROBLEMS = 12;

    /** How many changes by operators have their former values and their reasons, where there are many names. */
    static final int DETAILED_CHANGES = 10;

    /** With so many names, there is room for those of all changes. */
    private static final int FEW_NAMES = 100;

    /** How large the answer may be: with more names it may be larger, by so much for each. */
    private static final int MAX_BYTES = 95_000;

    private static final int MAX_BYTES_OF_NAME = MAX_BYTES / 300;

    /** The share of the calls that makes a problem of what is not served. */
    static final double SHARE = 0.1;

    private static final int MAX_USERS = 5;
    private static final double HUNDREDTHS = 100.0;
    /** A minute, in samples. */
    private static final int MINUTE = 12;

    private static final String STATE = "state";
    private static final String BUDGET = "retry.budget.available";
    private static final List<String> GAUGES = List.of(
            "failureCount", "halfOpenCalls", "maxConcurrent", "maxQueue", "available", "limit", "abandoned", "active");
    private static final Set<String> KEPT_ZEROS = Set.of("available", "maxQueue");

    private static final Map<Series, String> CAMEL = Map.of(
            Series.CALLS, "calls",
            Series.FAILURES, "failed",
            Series.REJECTIONS, "rejected",
            Series.WOULD_REJECT, "wouldReject",
            Series.RUNNING, "running",
            Series.WAITING, "waiting",
            Series.LONGEST_WAIT, "longestWait");

    private final ResilienceRegistry registry;
    private final Chains chains;
    private final Operators operators;
    private final History history;
    private final Function<Policy, List<Map<String, @Nullable Object>>> stateChanges;
    private final Supplier<List<OperatorChange>> changes;
    private final Node node;
    private final Rows knownRows;

    /**
     * Over an application's instances.
     *
     * @param recentEvents the latest events of an instance, the latest first, each as its content by name
     * @param stateChanges the changes of a circuit's state, the latest first, as its events
     * @param changes the latest changes by operators, the latest first
     */
    public Overview(
            ResilienceRegistry registry,
            Chains chains,
            Operators operators,
            History history,
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents,
            Function<Policy, List<Map<String, @Nullable Object>>> stateChanges,
            Supplier<List<OperatorChange>> changes,
            Node node) {
        this.registry = registry;
        this.chains = chains;
        this.operators = operators;
        this.history = history;
        this.stateChanges = stateChanges;
        this.changes = changes;
        this.node = node;
        this.knownRows = new Rows(registry, chains, history, recentEvents, stateChanges, changes);
        history.afterEach(MINUTE, knownRows::remember);
    }

    Map<String, Object> all() {
        Chains.Users users = chains.users(); // first: it may create instances
        Map<String, AttemptTime> attempts = chains.attempts();
        List<Row> rows = knownRows.of(users, !attempts.isEmpty(), name -> true);
        List<Row> problems = problems(rows);
        Map<String, Object> head = head(rows, attempts);
        List<Map<String, @Nullable Object>> cards = cards(problems, users);
        Set<String> detailed =
                problems.stream().limit(DETAILED_PROBLEMS).map(Row::name).collect(Collectors.toSet());
        List<Map<String, @Nullable Object>> changes = changes(detailed, rows.size() <= FEW_NAMES);
        Slower slower = slower(problems);
        long left = Math.max(MAX_BYTES, (long) MAX_BYTES_OF_NAME * Math.min(rows.size(), MAX_NAMES))
                - JsonSize.of(head)
                - JsonSize.of(cards)
                - JsonSize.of(changes);

        Map<String, Object> all = new LinkedHashMap<>();
        all.put("head", head);
        all.put("problems", cards);
        all.put("names", lines(rows, left, row -> line(row, users, attempts, slower, detailed)));
        all.put("changes", changes);
        return all;
    }

    private static List<Row> problems(List<Row> rows) {
        return rows.stream()
                .filter(row -> row.level().isProblem())
                .sorted(Row.WORST_FIRST)
                .limit(MAX_PROBLEMS)
                .toList();
    }

    private List<Map<String, @Nullable Object>> cards(List<Row> problems, Chains.Users users) {
        List<Map<String, @Nullable Object>> cards = new ArrayList<>();
        for (Row row : problems) {
            cards.add(cards.size() < DETAILED_PROBLEMS ? problem(row, users) : briefProblem(row));
        }
        return cards;
    }

    /** In alphabetical order; if there is no room for all, those with few calls and without problems are left out. */
    private static List<Map<String, @Nullable Object>> lines(
            List<Row> rows, long bytes, Function<Row, Map<String, @Nullable Object>> line) {
        Map<String, Map<String, @Nullable Object>> lines = new TreeMap<>();
        long left = bytes;
        for (Row row :
                rows.stream().sorted(Row.MATTERS_MOST_FIRST).limit(MAX_NAMES).toList()) {
            Map<String, @Nullable Object> made = line.apply(row);
            left -= JsonSize.of(made);
            if (left < 0) {
                break;
            }
            lines.put(row.name(), made);
        }
        return List.copyOf(lines.values());
    }

    /** The chains of a name's methods, and how to read its past. */
    Map<String, Object> ofName(String name) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", name);
        if (history.last() != null) {
            view.put("sampled", String.valueOf(history.last()));
        }
        view.put("sampleSeconds", History.EACH.toSeconds());
        view.put("chains", chains.linksOf(chains.users().ofName(name)));
        knownRows
                .of(chains.users(), !chains.attempts().isEmpty(), name::equals)
                .forEach(row -> putAttemptSamples(view, row));
        return view;
    }

    /**
     * How long attempts took in each sample, and in which of them they were slower than before; nothing if none is
     * known.
     */
    private void putAttemptSamples(Map<String, Object> view, Row row) {
        Attempts attempts = history.attempts(row.attemptKeys(), History.SAMPLES);
        if (attempts.known(0, History.SAMPLES) == 0) {
            return;
        }
        boolean[] slow = history.slowSamples(row.attemptKeys());
        byte[] states = new byte[History.SAMPLES];
        List<Number> means = new ArrayList<>(states.length);
        for (int i = 0; i < states.length; i++) {
            int sample = i;
            boolean ended = attempts.count(i, i + 1) > 0;
            boolean known = ended
                    || row.cells().stream()
                            .anyMatch(
                                    cell -> cell.track() != null && cell.track().isKnown(sample));
            states[i] =
                    (!known ? LaneState.UNKNOWN : slow != null && slow[i] ? LaneState.SLOWER : LaneState.CLOSED).rank();
            means.add(ended ? rounded(attempts.mean(i, i + 1)) : 0);
        }
        row.activity().forget(states, LaneState.NO_CALLS);
        view.put("attempts", Map.of("lane", LaneState.encoded(states), "samples", Map.of("mean", means)));
    }

    /** The samples of an instance, the oldest first; nothing if it is not followed. */
    Map<String, Object> past(Policy policy) {
        Track track = history.of(policy);
        Instant last = history.last();
        if (track == null || last == null) {
            return Map.of();
        }
        byte[] states = track.states();
        boolean measured = !chains.attempts().isEmpty() || knownRows.countsCalls(policy.name());
        knownRows.activity(policy.name()).forget(states, measured ? LaneState.NO_CALLS : LaneState.UNKNOWN);
        Map<String, Object> past = new LinkedHashMap<>();
        past.put("lane", LaneState.encoded(states));
        if (PatternDescriptors.of(policy).stream().noneMatch(pattern -> pattern.isObserving(policy))) {
            putStates(past, policy, last, StateChanges.MOST);
        }
        Map<String, Object> series = new LinkedHashMap<>();
        for (Series each : Series.values()) {
            int[] values = track.values(each);
            if (Arrays.stream(values).anyMatch(value -> value != 0)) {
                series.put(CAMEL.get(each), values);
            }
        }
        past.put("samples", series);
        return past;
    }

    private Map<String, @Nullable Object> head(List<Row> rows, Map<String, AttemptTime> attempts) {
        Map<String, @Nullable Object> head = new LinkedHashMap<>();
        head.put("application", node.application());
        head.put("node", node.name());
        head.put("started", node.started().toString());
        head.put("sampled", history.last() == null ? null : String.valueOf(history.last()));
        head.put("sampleSeconds", History.EACH.toSeconds());
        head.put("samples", History.SAMPLES);
        head.put("names", rows.size());
        head.put("withoutCalls", count(rows, Level.NO_CALLS));
        head.put("notMeasured", count(rows, Level.NOT_MEASURED));
        head.put("attemptTimes", !attempts.isEmpty());
        operators.fleet().ifPresent(fleet -> head.put("fleet", fleet(fleet)));
        return head;
    }

    private static long count(List<Row> rows, Level level) {
        return rows.stream().filter(row -> row.level() == level).count();
    }

    /** Without what is another one with each answer: see {@link FleetViewAge}. */
    private static @Nullable Object fleet(FleetOperations fleet) {
        Map<String, @Nullable Object> summary = new LinkedHashMap<>(fleet.summary());
        summary.remove(FleetViewAge.KEY);
        return JsonView.plain(summary);
    }

    /** What is worse than so many others: its worst cause, and one of its methods. */
    private static Map<String, @Nullable Object> briefProblem(Row row) {
        Set<String> affected = MethodTitles.shortTitles(row.methods());
        Map<String, @Nullable Object> view = problem(row);
        view.put("causes", List.of(row.findings().get(0).briefView()));
        putUsers(view, affected, 1);
        return view;
    }

    private static void putUsers(Map<String, @Nullable Object> view, Set<String> affected, int most) {
        view.put("users", affected.stream().limit(most).toList());
        if (affected.size() > most) {
            view.put("moreUsers", affected.size() - most);
        }
    }

    private static Map<String, @Nullable Object> problem(Row row) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("name", row.name());
        view.put("level", JsonView.plain(row.level()));
        putRate(view, "share", row.share());
        putRate(view, "lost", row.lost());
        return view;
    }

    private Map<String, @Nullable Object> problem(Row row, Chains.Users users) {
        Set<String> affected = row.methods();
        Map<String, @Nullable Object> view = problem(row);
        Finding worst = row.findings().get(0);
        Beginnings.Beginning began = knownRows.beginningOf(worst);
        Losses losses = Losses.of(row.cells(), worst.kind() == Finding.Kind.FORCED_OPEN, knownRows::forcedOpen);
        knownRows
                .compared(row, worst.since(), losses)
                .with(began == null ? null : began.before())
                .addTo(view);
        putBeforeEntry(view, row);
        losses.addTo(view, worst.lostSince(), worst.over(), began, history.last());
        view.put("causes", row.findings().stream().map(Finding::view).toList());
        putUsers(view, MethodTitles.shortTitles(affected), MAX_USERS);
        Set<Boolean> fallbacks = affected.stream().map(users::hasFallback).collect(Collectors.toSet());
        if (fallbacks.size() == 1) {
            view.put("fallback", fallbacks.contains(true));
        }
        return view;
    }

    /** How calls went just before an operator had them rejected: that decides whether the reason is gone. */
    private void putBeforeEntry(Map<String, @Nullable Object> view, Row row) {
        Finding worst = row.findings().get(0);
        Instant last = history.last();
        Cell circuit = worst.cell();
        Track track = circuit.track();
        if (worst.kind() != Finding.Kind.FORCED_OPEN || worst.since() == null || last == null || track == null) {
            return;
        }
        int entry = Comparison.began(worst.since(), last); // what was let through in that sample came before it
        boolean later = entry == History.SAMPLES;
        int first = Math.max(0, entry - MINUTE + (later ? 0 : 1));
        int end = later ? entry : entry + 1;
        long calls = track.sum(Series.CALLS, first, end) + (later ? track.laterCalls(circuit.figures()) : 0);
        long failed = track.sum(Series.FAILURES, first, end) + (later ? track.laterFailures(circuit.figures()) : 0);
        int known = track.known(0, end);
        if (known == 0) {
            return;
        }
        Map<String, @Nullable Object> before = new LinkedHashMap<>();
        before.put("seconds", track.known(first, end) * History.EACH.toSeconds());
        before.put("calls", calls);
        before.put("failed", failed);
        before.put("knownSeconds", known * History.EACH.toSeconds());
        ForcedOpen.Opening opening = knownRows.forcedOpen(circuit).openingBefore();
        if (opening != null) {
            before.put("openSince", opening.since().toString());
            if (opening.until() != null) {
                before.put("openUntil", opening.until().toString());
            }
            before.put("reason", opening.reason());
        }
        view.put("beforeEntry", before);
    }

    /**
     * What may have become slow with a problem.
     *
     * @param since when the worst problem that is slow itself began
     * @param methods the methods of the problems, as attempts name them
     */
    private record Slower(Instant since, Set<String> methods) {}

    /** Null if no problem is one of slow work. */
    private @Nullable Slower slower(List<Row> problems) {
        Instant since = null;
        Set<String> methods = new HashSet<>();
        for (Row row : problems) {
            List<String> keys = row.attemptKeys();
            Instant began = row.findings().get(0).since();
            if (began != null && isSlow(row, began)) {
                since = since == null ? began : since;
                methods.addAll(keys);
            }
        }
        return since == null ? null : new Slower(since, methods);
    }

    private boolean isSlow(Row row, Instant since) {
        Finding worst = row.findings().get(0);
        Beginnings.Beginning began = knownRows.beginningOf(worst);
        Comparison comparison =
                comparison(row.calls(), row.attemptKeys(), since).with(began == null ? null : began.before());
        return comparison.change() == Comparison.Change.SLOW
                && worst.kind().isOfSlowWork(comparison.attempt() / comparison.attemptBefore());
    }

    private boolean isSlower(double calls, List<String> keys, Instant since) {
        return comparison(calls, keys, since).change() == Comparison.Change.SLOW;
    }

    private Comparison comparison(double calls, List<String> keys, Instant since) {
        Attempts attempts = history.attempts(keys, History.SAMPLES);
        Comparison comparison = Comparison.of(calls, null, attempts, since, history.last());
        return comparison.change() == Comparison.Change.SLOW
                ? comparison.withoutOutliers(attempts, since, history.last())
                : comparison;
    }

    /**
     * A name that is no problem, and slower than before: since what is slow beside it began, or by itself.
     *
     * @return since when it is slower; null if it is not
     */
    private @Nullable Instant putSlower(
            Map<String, @Nullable Object> line, Row row, @Nullable Slower slower, Chains.Users users) {
        if (slower != null) {
            putSlowerSince(line, row, slower, users);
        }
        if (line.containsKey("slower")) {
            return Objects.requireNonNull(slower).since;
        }
        Slowdown slowdown = history.slowdown(row.attemptKeys());
        if (slowdown == null) {
            return null;
        }
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        slowdown.addTo(view);
        line.put("slower", view);
        return slowdown.since();
    }

    /** A healthy name that is slower since then, or shares slow methods and is no slower without them. */
    private void putSlowerSince(Map<String, @Nullable Object> line, Row row, Slower slower, Chains.Users users) {
        List<String> keys = row.attemptKeys();
        Comparison comparison = comparison(row.calls(), keys, slower.since);
        List<String> all = row.own().size() == row.methods().size() ? keys : MethodTitles.attemptKeys(row.methods());
        List<String> shared = all.stream().filter(slower.methods::contains).toList();
        if (comparison.change() != Comparison.Change.SLOW && shared.isEmpty()) {
            return;
        }
        Map<String, @Nullable Object> view = times(comparison);
        List<String> own = keys.stream().filter(key -> !shared.contains(key)).toList();
        if (!shared.isEmpty() && !isSlower(row.calls(), own, slower.since)) {
            view.put("by", shared);
            Comparison others = comparison(row.calls(), own, slower.since);
            Map<String, @Nullable Object> without = times(others);
            if (without.isEmpty() && !Double.isNaN(others.attempt())) {
                without.put("attemptMillis", rounded(others.attempt())); // how long they took is too long ago
            }
            if (!without.isEmpty()) {
                view.put("without", without);
            }
            view.put(
                    "through",
                    row.cells().stream()
                            .filter(cell -> MethodTitles.attemptKeys(users.of(cell.policy())).stream()
                                    .anyMatch(shared::contains))
                            .map(cell -> cell.pattern().key())
                            .toList());
        }
        Slowdown slowdown = view.containsKey("by") ? null : history.slowdown(keys);
        if (slowdown != null) {
            slowdown.addTo(view);
        }
        if (view.containsKey("by") || comparison.change() == Comparison.Change.SLOW) {
            line.put("slower", view);
        }
    }

    /** How long attempts take and took; empty unless both are known. */
    private static Map<String, @Nullable Object> times(Comparison comparison) {
        Map<String, @Nullable Object> times = new LinkedHashMap<>();
        if (!Double.isNaN(comparison.attempt()) && !Double.isNaN(comparison.attemptBefore())) {
            times.put("attemptMillis", rounded(comparison.attempt()));
            times.put("before", rounded(comparison.attemptBefore()));
        }
        return times;
    }

    private Map<String, @Nullable Object> line(
            Row row,
            Chains.Users users,
            Map<String, AttemptTime> attempts,
            @Nullable Slower slower,
            Set<String> detailed) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("name", row.name());
        if (row.level() != Level.HEALTHY) {
            line.put("level", JsonView.plain(row.level()));
        }
        registry.familyOf(row.cells().get(0).policy()).ifPresent(family -> line.put("family", family));
        putRates(line, row);
        Set<String> methods = row.methods();
        putIfAny(line, "classes", MethodTitles.classes(methods));
        putIfAny(line, "leftOut", leftOut(methods, row.own()));
        if (!attempts.isEmpty()) {
            Instant since = row.level().isProblem() ? row.since() : putSlower(line, row, slower, users);
            putAttempts(line, row, attempts, since);
        }
        lane(row, line, detailed.contains(row.name()));
        Map<String, Object> cells = new LinkedHashMap<>();
        row.cells().forEach(cell -> cells.put(cell.pattern().key(), cell(cell)));
        line.put("cells", cells);
        return line;
    }

    private void putRates(Map<String, @Nullable Object> line, Row row) {
        int recent = row.recent(history.last());
        int samples = recent == 0 ? Cell.RECENT : recent;
        putRate(line, "calls", Row.calls(row.cells(), samples));
        if (recent > 0) {
            putRate(line, "failed", Row.largest(row.cells(), Series.FAILURES, samples));
            putRate(line, "rejected", Row.rejected(row.cells(), samples));
        }
        if (recent != Cell.RECENT) {
            line.put("seconds", recent * History.EACH.toSeconds());
        }
    }

    private static Map<String, @Nullable Object> cell(Cell cell) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        Figures figures = cell.figures();
        if (!cell.policy().isEnabled()) {
            view.put("enabled", false);
        }
        if (figures.observing()) {
            view.put("mode", JsonView.plain(PolicyMode.OBSERVE));
            putRate(view, "wouldReject", cell.rate(Series.WOULD_REJECT));
        }
        if (figures.metrics().get(STATE) != null) {
            view.put(STATE, figures.metrics().get(STATE));
        }
        if (figures.metrics().get("nextTrialTime") != null) {
            view.put("nextTrialTime", figures.metrics().get("nextTrialTime"));
        }
        putRate(view, "calls", cell.rate(Series.CALLS));
        putRate(view, "failed", cell.rate(Series.FAILURES));
        putRate(view, figures.rejects() ? "rejected" : "denied", cell.rate(Series.REJECTIONS));
        if (figures.running() > 0) {
            view.put("running", figures.running());
        }
        if (figures.waiting() > 0) {
            view.put("waiting", figures.waiting());
        }
        for (String gauge : GAUGES) {
            long count = figures.count(gauge);
            if (figures.metrics().containsKey(gauge) && (count != 0 || KEPT_ZEROS.contains(gauge))) {
                view.put(gauge, count);
            }
        }
        budget(cell.pattern(), cell.policy(), view);
        return view;
    }

    /** What is left of the budget that retries share, where there is one. */
    static <P extends Policy> void budget(
            PatternDescriptor<P, ?> pattern, Policy policy, Map<String, ? super Number> view) {
        for (MeterSpec<P> meter : pattern.meters()) {
            if (meter.name().equals(BUDGET)) {
                double left =
                        meter.value().applyAsDouble(pattern.type().policyClass().cast(policy));
                if (!Double.isNaN(left)) {
                    view.put("budget", rounded(left));
                }
            }
        }
    }

    /** The worst state in each sample, and when exactly the circuit changed its state. */
    private void lane(Row row, Map<String, @Nullable Object> line, boolean detailed) {
        byte[] worst = new byte[History.SAMPLES];
        int openings = 0;
        boolean known = false;
        Arrivals arrivals = Arrivals.of(row.cells());
        for (Cell cell : row.cells()) {
            Track track = cell.track();
            if (track != null) {
                known = true;
                openings += track.openings(cell.figures());
                byte[] states = track.states(arrivals);
                for (int i = 0; i < worst.length; i++) {
                    worst[i] = (byte) Math.max(worst[i], states[i]);
                }
            }
        }
        if (known) {
            row.activity().forget(worst, row.measured() ? LaneState.NO_CALLS : LaneState.UNKNOWN);
            boolean[] slow = history.slowSamples(row.attemptKeys());
            for (int i = 0; slow != null && i < worst.length; i++) {
                worst[i] = slow[i] && worst[i] == LaneState.CLOSED.rank() ? LaneState.SLOWER.rank() : worst[i];
            }
            line.put("lane", LaneState.encoded(worst));
            for (Cell cell : row.cells()) {
                Instant last = history.last();
                if (last != null
                        && cell.figures().isCircuit()
                        && !cell.figures().observing()) {
                    putStates(line, cell.policy(), last, detailed ? StateChanges.MOST : StateChanges.FEW);
                }
            }
        }
        if (openings > 0) {
            line.put("opened", openings);
        }
    }

    private void putStates(Map<String, ? super List<List<Object>>> view, Policy circuit, Instant last, int most) {
        List<List<Object>> changes = StateChanges.of(stateChanges.apply(circuit), last, most);
        if (!changes.isEmpty()) {
            view.put("states", changes);
        }
    }

    /** Methods of a name whose calls and attempts are in the row of another one, as attempts name them. */
    private static List<String> leftOut(Set<String> methods, Set<String> own) {
        return methods.size() == own.size()
                ? List.of()
                : MethodTitles.attemptKeys(methods).stream()
                        .filter(key -> !MethodTitles.attemptKeys(own).contains(key))
                        .toList();
    }

    /** The attempts of the last minute, or since then if that is later; nothing if none has ended. */
    private void putAttempts(
            Map<String, @Nullable Object> line, Row row, Map<String, AttemptTime> attempts, @Nullable Instant since) {
        List<String> keys = row.attemptKeys();
        int from = Comparison.recent(since, history.last());
        Attempts recent = history.attempts(keys, History.SAMPLES - from);
        int count = recent.count(from, History.SAMPLES);
        if (count > 0) {
            double longest = keys.stream()
                    .map(attempts::get)
                    .filter(Objects::nonNull)
                    .mapToDouble(AttemptTime::maxMillis)
                    .max()
                    .orElse(0);
            line.put("attempts", List.of(count, rounded(recent.millis(from, History.SAMPLES)), rounded(longest)));
        }
    }

    private List<Map<String, @Nullable Object>> changes(Set<String> withCards, boolean all) {
        List<OperatorChange> latestFirst = changes.get();
        List<Map<String, @Nullable Object>> views = new ArrayList<>();
        for (int i = 0; i < latestFirst.size(); i++) {
            ChangeEnd end = ChangeEnd.of(latestFirst.get(i), latestFirst.subList(0, i));
            // The card of a state that lasts has its reason, however many changes came later.
            boolean onCard = withCards.contains(latestFirst.get(i).name())
                    && latestFirst.get(i).after().containsKey(STATE);
            boolean detailed = all || i < DETAILED_CHANGES || (onCard && end.lasts());
            Map<String, @Nullable Object> view = change(latestFirst.get(i), detailed);
            end.addTo(view);
            views.add(view);
        }
        return views;
    }

    private static Map<String, @Nullable Object> change(OperatorChange change, boolean detailed) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("time", change.time().toString());
        view.put("principal", change.principal());
        if (detailed && change.reason() != null) {
            view.put("reason", change.reason());
        }
        view.put("pattern", change.type().key());
        view.put("name", change.name());
        view.put("action", change.action());
        view.put("scope", JsonView.plain(change.scope()));
        if (detailed) {
            view.put("before", new TreeMap<>(change.before()));
        }
        view.put("after", new TreeMap<>(change.after()));
        return view;
    }

    static void putRate(Map<String, @Nullable Object> view, String key, double rate) {
        if (!Double.isNaN(rate) && rate > 0) {
            view.put(key, rounded(rate));
        }
    }

    private static void putIfAny(Map<String, @Nullable Object> view, String key, Collection<String> values) {
        if (!values.isEmpty()) {
            view.put(key, values);
        }
    }

    /** To hundredths; whole numbers without a fraction. */
    static Number rounded(double value) {
        double rounded = Math.round(value * HUNDREDTHS) / HUNDREDTHS;
        return rounded == Math.rint(rounded) ? (Number) (long) rounded : (Number) rounded;
    }
}
