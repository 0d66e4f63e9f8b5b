package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.actuate.Track.Series;
import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Derives from the registry and the samples how each name is, and remembers how problems began for as long as they go
 * on. Thread-safe.
 */
final class Rows {

    private static final List<PatternDescriptor<?, ?>> ORDER = PatternDescriptors.all();

    private final ResilienceRegistry registry;
    private final Chains chains;
    private final History history;
    private final Function<Policy, List<Map<String, @Nullable Object>>> recentEvents;
    private final Function<Policy, List<Map<String, @Nullable Object>>> stateChanges;
    private final Supplier<List<OperatorChange>> changes;
    private final Beginnings beginnings = new Beginnings();

    /**
     * @param recentEvents the latest events of an instance, the latest first, each as its content by name
     * @param stateChanges the changes of a circuit's state, the latest first, as its events
     * @param changes the latest changes by operators, the latest first
     */
    Rows(
            ResilienceRegistry registry,
            Chains chains,
            History history,
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents,
            Function<Policy, List<Map<String, @Nullable Object>>> stateChanges,
            Supplier<List<OperatorChange>> changes) {
        this.registry = registry;
        this.chains = chains;
        this.history = history;
        this.recentEvents = recentEvents;
        this.stateChanges = stateChanges;
        this.changes = changes;
    }

    List<Row> of(Chains.Users users, boolean attempts, Predicate<String> names) {
        Map<String, List<Cell>> byName = new TreeMap<>();
        for (Policy policy : registry.all()) {
            PatternDescriptors.of(policy)
                    .filter(pattern -> names.test(policy.name()))
                    .ifPresent(pattern -> byName.computeIfAbsent(policy.name(), first -> new ArrayList<>())
                            .add(new Cell(pattern, policy, Figures.of(pattern, policy), history.of(policy))));
        }
        List<Row> rows = new ArrayList<>();
        byName.forEach((name, cells) -> rows.add(row(name, cells, users, attempts)));
        return rows;
    }

    private Row row(String name, List<Cell> cells, Chains.Users users, boolean attempts) {
        cells.sort(Comparator.comparingInt(cell -> ORDER.indexOf(cell.pattern())));
        int closed = closedThroughout(cells);
        double calls = Row.calls(cells, closed == 0 ? Cell.RECENT : closed);
        double rejected = Row.rejected(cells, closed);
        List<Finding> findings =
                Finding.of(cells, recentEvents, this::forcedOpen, changes, history.last(), calls, rejected, closed);
        findings.replaceAll(finding -> beginnings.complete(finding, history.last()));
        Set<String> methods = users(cells, users);
        Set<String> own = own(cells, methods, users);
        List<String> keys = MethodTitles.attemptKeys(methods);
        return new Row(
                name,
                cells,
                findings,
                calls,
                Row.largest(cells, Series.FAILURES, closed),
                rejected,
                closed,
                methods,
                own,
                own.size() == methods.size() ? keys : MethodTitles.attemptKeys(own),
                activity(cells, keys),
                attempts || cells.stream().anyMatch(Cell::countsCalls));
    }

    /**
     * How many of the last samples a circuit was closed throughout that is closed now, or never forced open that is
     * open or half-open now; all of other names.
     */
    private static int closedThroughout(List<Cell> cells) {
        return cells.stream()
                .filter(cell -> cell.figures().isCircuit()
                        && cell.track() != null
                        && !cell.figures().observing())
                .mapToInt(cell -> {
                    Track track = Objects.requireNonNull(cell.track());
                    return switch (cell.figures().state()) {
                        case CLOSED -> track.closedThroughout(Cell.RECENT, cell.figures());
                        case OPEN, HALF_OPEN -> track.unforced(Cell.RECENT);
                        default -> Cell.RECENT;
                    };
                })
                .min()
                .orElse(Cell.RECENT);
    }

    static Set<String> users(List<Cell> cells, Chains.Users users) {
        Set<String> titles = new LinkedHashSet<>();
        cells.forEach(cell -> titles.addAll(users.of(cell.policy())));
        return titles;
    }

    /**
     * The methods whose attempts are those of a name. One that goes around an instance of the name, since it has
     * another one of that pattern, is in the row of the other one; all, if there are only such.
     */
    private static Set<String> own(List<Cell> cells, Set<String> methods, Chains.Users users) {
        Set<String> own = new LinkedHashSet<>(methods);
        own.removeIf(method -> cells.stream()
                .anyMatch(cell -> !users.of(cell.policy()).contains(method)
                        && users.passes(method, cell.policy().type())));
        return own.isEmpty() ? methods : own;
    }

    private Stream<Policy> instances(String name) {
        return registry.all().stream().filter(policy -> policy.name().equals(name));
    }

    /** When calls came to any instance of a name, or to its methods. */
    Activity activity(String name) {
        List<Track> tracks =
                instances(name).map(history::of).filter(Objects::nonNull).toList();
        return Activity.of(
                tracks,
                false,
                () -> history.attempts(MethodTitles.attemptKeys(chains.users().ofName(name)), History.SAMPLES));
    }

    private Activity activity(List<Cell> cells, List<String> keys) {
        List<Track> tracks =
                cells.stream().map(Cell::track).filter(Objects::nonNull).toList();
        boolean later = cells.stream().anyMatch(Cell::hasLaterTraffic);
        return Activity.of(tracks, later, () -> history.attempts(keys, History.SAMPLES));
    }

    ForcedOpen forcedOpen(Cell cell) {
        boolean circuit = cell.figures().isCircuit() && !cell.figures().observing();
        return ForcedOpen.of(cell, circuit ? stateChanges.apply(cell.policy()) : List.of(), history.last());
    }

    /** The calls and attempts of a name since then, beside those before. */
    Comparison compared(Row row, @Nullable Instant since, Losses losses) {
        Track track = row.cells().stream()
                .filter(Cell::countsCalls)
                .max(Comparator.comparingDouble((Cell cell) -> cell.arriving(Cell.RECENT)))
                .map(Cell::track)
                .orElse(null);
        return Comparison.of(
                row.arriving(),
                track,
                history.attempts(row.attemptKeys(), History.SAMPLES),
                since,
                history.last(),
                losses.from(Comparison.began(since, history.last())));
    }

    /** Whether a pattern of a name counts every call that it admits. */
    boolean countsCalls(String name) {
        return instances(name)
                .flatMap(policy -> PatternDescriptors.of(policy).stream())
                .anyMatch(pattern -> Cell.countsCalls(pattern));
    }

    /** How the problem of a finding began; null if it was not known before. */
    Beginnings.@Nullable Beginning beginningOf(Finding finding) {
        return beginnings.of(finding);
    }

    /**
     * Once a minute, whether anybody reads the overview or not: what is known of the beginnings of problems, before the
     * samples lose it. Names that are well need no work.
     */
    void remember() {
        Instant last = history.last();
        Set<String> troubled = history.troubled(History.SAMPLES);
        if (last == null || (troubled.isEmpty() && beginnings.isEmpty())) {
            return;
        }
        if (!troubled.isEmpty()) {
            of(chains.users(), !chains.attempts().isEmpty(), troubled::contains).stream()
                    .filter(row -> row.level().isProblem())
                    .sorted(Row.WORST_FIRST)
                    .limit(Overview.MAX_PROBLEMS)
                    .forEach(row -> remember(row, last));
        }
        beginnings.forgetUntil(last);
        beginnings.forgetSpells(circuit -> {
            Track track = history.of(circuit);
            return track == null || track.openings() == 0;
        });
    }

    private void remember(Row row, Instant last) {
        boolean forced = row.findings().get(0).kind() == Finding.Kind.FORCED_OPEN;
        Losses losses = Losses.of(row.cells(), forced, this::forcedOpen);
        for (Finding finding : row.findings()) {
            Instant since = finding.since();
            if (since != null && finding.over() == null) {
                beginnings.put(finding, beginning(row, finding, since, beginnings.own(finding), losses, last));
            }
            Instant first = finding.lostSince();
            if (first != null && !finding.isOne()) {
                beginnings.put(
                        finding,
                        spell(finding, beginning(row, finding, first, beginnings.of(finding), losses, last), last));
            }
        }
    }

    private Beginnings.Beginning beginning(
            Row row,
            Finding finding,
            Instant since,
            Beginnings.@Nullable Beginning known,
            Losses losses,
            Instant last) {
        return known == null
                ? losses.begin(finding, since, compared(row, since, losses), last)
                : losses.goOn(known, finding, last);
    }

    private Beginnings.Spell spell(Finding finding, Beginnings.Beginning beginning, Instant last) {
        Beginnings.Spell known = beginnings.spell(finding);
        Track track = Objects.requireNonNull(finding.cell().track());
        int openings = known == null
                ? track.openings()
                : known.openings() + track.openingsFrom(Losses.index(known.counted(), last));
        return new Beginnings.Spell(beginning, openings, last);
    }
}
