package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.actuate.Track.Series;
import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.pattern.FailedCall;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with an instance, in words for an operator; the worst first.
 *
 * @param level how bad it is for the calls of the name
 * @param text what is wrong
 * @param since since when, as far as that is known
 * @param reason why, as the instance's event has it
 * @param by the operator, if one did it
 * @param rate how often it happens in a second
 * @param periods in how many periods since then, with pauses in between
 * @param lastOpened when the circuit opened last, as far as that is known; of calls that fail, since they do
 * @param openings of a circuit that opens again and again
 * @param spell of a circuit that is not closed now and has opened again and again; null if it began with this one
 * @param earlier whether it began before {@code since}, which is as far back as anything is known
 * @param forced that an operator had the circuit forced open before, and it has not closed since; null if that is not
 *     so
 */
record Finding(
        Kind kind,
        Level level,
        Cell cell,
        String text,
        @Nullable Instant since,
        @Nullable String reason,
        @Nullable String by,
        double rate,
        int periods,
        @Nullable Instant lastOpened,
        @Nullable Openings openings,
        @Nullable Spell spell,
        boolean earlier,
        @Nullable ForcedBefore forced)
        implements Comparable<Finding> {

    private static final String RESET = "reset";
    private static final String SETTINGS = "settings";
    private static final String SWITCH_OFF = "switch-off";

    /** From so many openings within the history, a circuit that is closed now is not healthy. */
    private static final int FLAPPING = 3;

    /** A circuit that was closed for less time than this is in the same outage: no sample has its closed state. */
    private static final Duration BRIEF = History.EACH;

    /** What calls did before explains these. */
    private static final Set<Kind> OF_FAILURES =
            EnumSet.of(Kind.OPEN, Kind.FORCED_OPEN, Kind.FLAPPING, Kind.HALF_OPEN, Kind.FAILING);

    /** Calls may fail for that alone. */
    private static final double LARGE = 3;

    /** So many samples without it, in between, are not its end. */
    static final int PAUSE = 2;

    /** A change by an operator and its effect are not further apart. */
    private static final Duration AT_ONCE = Duration.ofSeconds(2);

    /**
     * Openings of a circuit that is closed now.
     *
     * @param number how many there were, within the history or since they began
     * @param closedSince since when it is closed again, as far as that is known
     * @param share what share of the calls failed or was rejected from the first one until it was closed
     * @param ended when it was open by itself last, if operators had it forced open then or later
     * @param until when there are so few within the history that it is healthy, if it stays closed
     */
    private record Openings(
            int number,
            @Nullable Instant closedSince,
            @Nullable Instant ended,
            double share,
            @Nullable Instant until) {

        /** With those that are older; the share is that of the samples only. */
        Openings within(int all, boolean older) {
            return new Openings(all, closedSince, ended, older ? 0 : share, until);
        }

        void addTo(Map<String, @Nullable Object> view) {
            view.put("opened", number);
            view.put("flappingFrom", FLAPPING);
            put(view, "closedSince", closedSince);
            put(view, "ended", ended);
            Overview.putRate(view, "lostShare", share);
            put(view, "until", until);
        }
    }

    /**
     * A time in which a circuit opens again and again, while it is not closed.
     *
     * @param since when it opened first
     * @param number how often it has opened since then
     */
    private record Spell(Instant since, int number) {}

    /**
     * What operators did before a circuit that has not closed since.
     *
     * @param opened the change that forced it open; null if it is not known any more
     * @param left the change that ended that; null if it is not known any more
     */
    private record ForcedBefore(
            ForcedOpen.Period period,
            @Nullable OperatorChange opened,
            @Nullable OperatorChange left) {

        void addTo(Map<String, @Nullable Object> view) {
            Map<String, @Nullable Object> forced = new LinkedHashMap<>();
            put(forced, "since", period.since());
            if (opened != null) {
                forced.put("by", opened.principal());
                forced.put("reason", opened.reason());
            }
            put(forced, "until", period.until());
            if (left != null) {
                forced.put("endedBy", left.principal());
                if (left.reason() != null) {
                    forced.put("endedReason", left.reason());
                }
            }
            view.put("forcedBefore", forced);
        }
    }

    private static void put(Map<String, @Nullable Object> view, String key, @Nullable Instant time) {
        if (time != null) {
            view.put(key, time.truncatedTo(ChronoUnit.MILLIS).toString());
        }
    }

    /** Kinds of findings, the worst first. */
    enum Kind {
        OPEN(Level.REJECTING, RESET),
        FORCED_OPEN(Level.FORCED, RESET),
        FULL(Level.REJECTING, SETTINGS),
        LIMITED(Level.REJECTING, SETTINGS),
        FLAPPING(Level.WARNING, SETTINGS),
        HALF_OPEN(Level.WARNING, RESET),
        FAILING(Level.FAILING, SETTINGS),
        TIMING_OUT(Level.FAILING, SETTINGS),
        EXHAUSTED(Level.FAILING, SWITCH_OFF),
        DENIED(Level.WARNING, SETTINGS),
        WAITING(Level.WARNING, SETTINGS),
        DISABLED(Level.WARNING, RESET),
        OFF(Level.WARNING, "switch-on");

        private final Level level;
        private final String action;

        Kind(Level level, String action) {
            this.level = level;
            this.action = action;
        }

        /**
         * Whether attempts that take so many times as long as before explain it: a circuit that rejects calls has other
         * causes, and calls that fail have them as well.
         */
        boolean isOfSlowWork(double times) {
            return switch (this) {
                case FULL, LIMITED, WAITING -> true;
                case FAILING, TIMING_OUT, EXHAUSTED -> times >= LARGE;
                default -> false;
            };
        }

        /** What is not known to concern one call in ten is only a warning, and what rejects so many is more. */
        private Level level(double calls, double rejected) {
            boolean rejecting = calls > 0 && rejected >= Overview.SHARE * calls;
            return switch (this) {
                case FULL, LIMITED, HALF_OPEN -> rejecting ? Level.REJECTING : Level.WARNING;
                case FAILING, TIMING_OUT, EXHAUSTED -> calls > 0 ? level : Level.WARNING;
                default -> level;
            };
        }
    }

    /** The findings of the instances of a name. */
    static List<Finding> of(
            List<Cell> cells,
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents,
            Function<Cell, ForcedOpen> forcedOpen,
            Supplier<List<OperatorChange>> changes,
            @Nullable Instant sampled,
            double calls,
            double rejected,
            int samples) {
        List<Finding> findings = new ArrayList<>();
        Arrivals arrivals = Arrivals.of(cells);
        for (Cell cell : cells) {
            new Reader(cell, recentEvents, forcedOpen, changes, sampled, calls, rejected, samples, arrivals, findings)
                    .read();
        }
        findings.sort(null);
        return findings;
    }

    @Override
    public int compareTo(Finding other) {
        int byLevel = level.severity().compareTo(other.level.severity());
        int byKind = byLevel != 0 ? byLevel : kind.compareTo(other.kind);
        return byKind != 0 ? byKind : Double.compare(other.rate, rate);
    }

    /** The same, of which it is known when it began. */
    Finding since(Instant known, boolean andEarlier) {
        return with(known, openings, spell, andEarlier);
    }

    /** The same, of a circuit that opens again and again for longer than the samples go back. */
    Finding within(Instant known, int number) {
        if (openings != null) {
            boolean older = lostSince() != null && known.isBefore(lostSince());
            return with(known, openings.within(number, older), null, earlier);
        }
        Spell longer = since != null && known.isBefore(since) ? new Spell(known, number) : null;
        return with(since, null, longer, earlier);
    }

    private Finding with(
            @Nullable Instant began, @Nullable Openings opened, @Nullable Spell around, boolean andEarlier) {
        return new Finding(
                kind,
                level,
                cell,
                text,
                began,
                reason,
                by,
                rate,
                periods,
                lastOpened,
                opened,
                around,
                andEarlier,
                forced);
    }

    /** Whether it is about a circuit that has opened by itself within the samples. */
    boolean isOfOpenings() {
        Track track = cell.track();
        return track != null
                && (openings != null || kind == Kind.OPEN || kind == Kind.HALF_OPEN)
                && track.openings(cell.figures()) > 0;
    }

    /** How often the circuit has opened after a sample. */
    int openedAfter(Instant sample, Instant last) {
        Track track = Objects.requireNonNull(cell.track());
        int later = track.openings(cell.figures()) - track.openings();
        return track.openingsFrom(Losses.index(sample, last)) + later;
    }

    /** Whether it is one time without an end in between, and not openings again and again. */
    boolean isOne() {
        return openings == null && spell == null;
    }

    /** Since when calls are lost again and again, as far as that is known. */
    @Nullable
    Instant lostSince() {
        return spell == null ? since : spell.since;
    }

    /** Without the evidence. */
    Map<String, @Nullable Object> briefView() {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        putFirst(view);
        Overview.putRate(view, "rate", rate);
        view.put("action", kind.action);
        return view;
    }

    private void putFirst(Map<String, @Nullable Object> view) {
        view.put("kind", JsonView.plain(kind));
        view.put("pattern", cell.pattern().key());
        view.put("text", text);
        put(view, "since", since);
        if (earlier) {
            view.put("earlier", true);
        }
    }

    Map<String, @Nullable Object> view() {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        putFirst(view);
        if (reason != null) {
            view.put("reason", reason);
        }
        if (by != null) {
            view.put("by", by);
        }
        if (OF_FAILURES.contains(kind)) {
            addFailures(view);
        }
        put(view, "lastOpened", lastOpened);
        if (spell != null) {
            put(view, "onAndOffSince", spell.since);
            view.put("opened", spell.number);
        }
        if (openings != null) {
            openings.addTo(view);
        }
        if (forced != null) {
            forced.addTo(view);
        }
        if (periods > 1) {
            view.put("periods", periods);
        }
        if (kind == Kind.FAILING && lastOpened == null) {
            cell.pattern().opensAt(cell.policy()).ifPresent(words -> view.put("opensAt", words));
            cell.pattern().failureThreshold(cell.policy()).ifPresent(threshold -> {
                view.put("failureThreshold", threshold);
                view.put("failureCount", cell.figures().count("failureCount"));
            });
        }
        if (kind == Kind.FULL) {
            cell.pattern().waits(cell.policy()).stream()
                    .findFirst()
                    .ifPresent(wait -> view.put("maxWait", wait.duration().toString()));
        }
        Object trial = cell.figures().metrics().get("nextTrialTime");
        if (trial != null) {
            view.put("nextTrialTime", trial);
        }
        Overview.putRate(view, "rate", rate);
        view.put("action", kind.action);
        return view;
    }

    /**
     * Of openings that are over, the last failure is the one that led to them; one that came later is another matter.
     */
    private void addFailures(Map<String, @Nullable Object> view) {
        List<? extends Record> failures = cell.pattern().details(cell.policy()).values().stream()
                .flatMap(List::stream)
                .toList();
        Instant over = over();
        failures.stream()
                .filter(failure -> !isAfter(failure, over))
                .findFirst()
                .ifPresent(failure -> view.put("lastFailure", JsonView.of(failure)));
        failures.stream()
                .filter(failure -> isAfter(failure, over))
                .findFirst()
                .ifPresent(failure -> view.put("laterFailure", JsonView.of(failure)));
    }

    private static boolean isAfter(Record failure, @Nullable Instant time) {
        return time != null && failure instanceof FailedCall call && call.time().isAfter(time);
    }

    /** When a circuit closed that had opened again and again; null if it is open, or that is not known. */
    @Nullable
    Instant over() {
        return openings == null ? null : openings.closedSince;
    }

    /** Looks for what is wrong with one instance. */
    private record Reader(
            Cell cell,
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents,
            Function<Cell, ForcedOpen> forcedOpen,
            Supplier<List<OperatorChange>> changes,
            @Nullable Instant sampled,
            double callsOfName,
            double rejectedOfName,
            int samples,
            Arrivals arrivals,
            List<Finding> findings) {

        void read() {
            Figures figures = cell.figures();
            if (figures.state() == LaneState.OFF) {
                addState(Kind.OFF, title() + " switched off: calls bypass it", SETTINGS);
                return;
            }
            if (figures.observing()) {
                return;
            }
            switch (figures.state()) {
                case OPEN -> addState(Kind.OPEN, "circuit open: calls are rejected", "");
                case FORCED_OPEN ->
                    addState(
                            Kind.FORCED_OPEN,
                            "circuit forced open: calls are rejected until it is half-opened or reset",
                            "force-open");
                case DISABLED ->
                    addState(
                            Kind.DISABLED,
                            "circuit disabled: calls pass unprotected until it is half-opened or reset",
                            "disable");
                case HALF_OPEN -> addHalfOpen();
                default -> readRates(figures);
            }
        }

        private void readRates(Figures figures) {
            boolean circuit = figures.metrics().containsKey("state");
            Track track = cell.track();
            int openings = track == null ? 0 : track.openings(figures);
            if (circuit && track != null && openings >= FLAPPING) {
                addFlapping(track, openings);
            }
            if (rate(Series.REJECTIONS) > 0) {
                addRejecting(figures, circuit);
            }
            double failures = rate(Series.FAILURES);
            if (failures > 0 && (Double.isNaN(callsOfName) || failures >= Overview.SHARE * callsOfName)) {
                if (figures.metrics().containsKey("totalTimedOut")) {
                    add(Kind.TIMING_OUT, "calls time out", Series.FAILURES);
                } else if (figures.metrics().containsKey("totalExhausted")) {
                    add(Kind.EXHAUSTED, "retries are exhausted: calls fail after their last attempt", Series.FAILURES);
                } else {
                    add(Kind.FAILING, circuit ? "calls fail" : title() + " fails", Series.FAILURES);
                }
            }
            if (figures.waiting() > 0 && rate(Series.WAITING) > 0 && !(rate(Series.REJECTIONS) > 0)) {
                add(Kind.WAITING, figures.waiting() + " calls wait for a permit", Series.WAITING);
            }
        }

        /** In the samples of the circuit's present state. */
        private double rate(Series series) {
            return cell.present(series, samples);
        }

        private void addRejecting(Figures figures, boolean circuit) {
            if (figures.metrics().containsKey("maxConcurrent")) {
                add(Kind.FULL, full(figures.running(), figures.count("maxConcurrent")), Series.REJECTIONS);
            } else if (figures.rejects() && !circuit) {
                add(
                        Kind.LIMITED,
                        figures.metrics().containsKey("limit")
                                ? "rate limit exceeded: " + figures.count("limit") + " calls per "
                                        + figures.metrics().get("period")
                                : title() + " rejects calls",
                        Series.REJECTIONS);
            } else if (!figures.rejects()) {
                add(
                        Kind.DENIED,
                        figures.metrics().containsKey("totalRetries")
                                ? "retries denied: the budget is used up"
                                : "hedges denied",
                        Series.REJECTIONS);
            }
        }

        /** It was full within the last seconds, but need not be so at the moment of the answer. */
        private static String full(int running, long maxConcurrent) {
            String used = running + " of " + maxConcurrent;
            return running < maxConcurrent
                    ? "bulkhead full at times (" + used + " used now)"
                    : "bulkhead full (" + used + ")";
        }

        private String title() {
            return cell.pattern().key().replace('-', ' ');
        }

        private void add(Kind kind, String text, Series series) {
            int[] values = cell.track() == null ? new int[0] : cell.track().values(series);
            Level level = level(kind);
            if (level == Level.FAILING) {
                values = much(values);
            }
            int first = first(values);
            findings.add(new Finding(
                    kind,
                    level,
                    cell,
                    text,
                    since(values.length - first),
                    null,
                    null,
                    rate(series),
                    periods(values, first),
                    opened(first),
                    null,
                    null,
                    isEdge(first),
                    null));
        }

        /** When the circuit opened last from a sample on; null if it has not. */
        private @Nullable Instant opened(int from) {
            Track track = cell.track();
            int sample = track == null ? -1 : track.lastOpened();
            return sample < from ? null : since(History.SAMPLES - sample);
        }

        /**
         * The lane shows failures from one call in ten on, and a problem is there since then; all, if no sample has
         * that.
         */
        private int[] much(int[] values) {
            int[] much = values.clone();
            for (int i = 0; i < much.length; i++) {
                much[i] = Track.isMuch(much[i], arrivals.in(i)) ? much[i] : 0;
            }
            return first(much) < much.length ? much : values;
        }

        private Level level(Kind kind) {
            return kind.level(callsOfName, rejectedOfName);
        }

        /** It is closed now: since its first opening, and why it opened last. */
        private void addFlapping(Track track, int openings) {
            String text = "circuit opened " + openings + " times in the last 15 minutes";
            int first = track.opening(0);
            Instant last = null;
            Instant closed = null;
            String reason = null;
            for (Map<String, @Nullable Object> event : recentEvents.apply(cell.policy())) {
                Instant time = event.get("time") instanceof Instant known ? known : null;
                Object to = JsonView.plain(event.get("to"));
                if (closed == null && "closed".equals(to)) {
                    closed = time;
                } else if (time != null && "open".equals(to) && "closed".equals(JsonView.plain(event.get("from")))) {
                    reason = last == null ? String.valueOf(event.get("reason")) : reason;
                    last = last == null ? time : last;
                }
            }
            ForcedOpen forced = forcedOpen.apply(cell);
            Instant ended = forced.ownEnd();
            double share = track.lostShare(first, closedIn(ended == null ? closed : ended), forced::rejections);
            int leaving = track.opening(openings - FLAPPING);
            Instant until = sampled == null ? null : sampled.plus(History.EACH.multipliedBy(leaving + 1L));
            findings.add(new Finding(
                    Kind.FLAPPING,
                    level(Kind.FLAPPING),
                    cell,
                    text,
                    firstOpening(track),
                    reason,
                    null,
                    rate(Series.FAILURES),
                    1,
                    last,
                    new Openings(openings, closed, ended, share, until),
                    null,
                    false,
                    null));
        }

        /** When it opened first within the history: the sample knows that to five seconds, the event exactly. */
        private @Nullable Instant firstOpening(Track track) {
            Instant sample = since(History.SAMPLES - track.opening(0));
            if (sample == null) {
                return null;
            }
            Instant first = sample;
            for (Map<String, @Nullable Object> event : recentEvents.apply(cell.policy())) {
                boolean opens = "open".equals(JsonView.plain(event.get("to")))
                        && "closed".equals(JsonView.plain(event.get("from")));
                if (opens
                        && event.get("time") instanceof Instant time
                        && !time.isBefore(sample)
                        && time.isBefore(sample.plus(History.EACH))) {
                    first = time;
                }
            }
            return first;
        }

        /** Since when it has opened again and again, if that is before the latest opening; null if it has not. */
        private @Nullable Spell spell(@Nullable Instant since) {
            Track track = cell.track();
            if (track == null || track.openings(cell.figures()) < FLAPPING) {
                return null;
            }
            Instant first = firstOpening(track);
            return first != null && since != null && first.isBefore(since)
                    ? new Spell(first, track.openings(cell.figures()))
                    : null;
        }

        /** The sample after the one in which the circuit closed; after the last one if that is not known. */
        private int closedIn(@Nullable Instant closed) {
            return Math.min(History.SAMPLES, Comparison.began(closed, sampled) + 1);
        }

        /** The first of the samples in which it happened; two without, in between, are not the beginning. */
        private static int first(int[] values) {
            int first = values.length;
            for (int i = values.length - 1; i >= 0 && i >= first - PAUSE - 1; i--) {
                if (values[i] > 0) {
                    first = i;
                }
            }
            return first;
        }

        /** Whether what begins with a sample may have begun before all that are kept. */
        private boolean isEdge(int first) {
            return first <= PAUSE && cell.track() != null && cell.track().isKnown(0);
        }

        private static int periods(int[] values, int first) {
            int periods = 0;
            for (int i = first; i < values.length; i++) {
                if (values[i] > 0 && (i == first || values[i - 1] == 0)) {
                    periods++;
                }
            }
            return periods;
        }

        private @Nullable Instant since(int samples) {
            return samples == 0 || sampled == null ? null : sampled.minus(History.EACH.multipliedBy(samples));
        }

        /**
         * Whether a circuit that opened was closed only briefly before, or only changes that came before are no longer
         * known: those are dropped between the beginning of an outage and its last events.
         *
         * @param earlier the events before it, the latest first
         */
        private static boolean wasBrieflyClosed(
                Map<String, @Nullable Object> opening, List<Map<String, @Nullable Object>> earlier) {
            Map<String, @Nullable Object> before = earlier.stream()
                    .filter(event -> "stateChanged".equals(event.get("event")))
                    .findFirst()
                    .orElse(null);
            if (before == null) {
                return false;
            }
            if (!Objects.equals(opening.get("from"), before.get("to"))) {
                return true;
            }
            return "closed".equals(JsonView.plain(before.get("to")))
                    && !ForcedOpen.isForcedOpen(before.get("from"))
                    && opening.get("time") instanceof Instant from
                    && before.get("time") instanceof Instant closed
                    && from.isBefore(closed.plus(BRIEF));
        }

        /** After an operator had it forced open, what led to that is another matter: no call has failed since. */
        private void addHalfOpen() {
            List<Map<String, @Nullable Object>> events = recentEvents.apply(cell.policy());
            Map<String, @Nullable Object> latest = events.stream()
                    .filter(event -> "stateChanged".equals(event.get("event")))
                    .findFirst()
                    .orElse(Map.of());
            if (!ForcedOpen.isForcedOpen(latest.get("from"))) {
                addState(Kind.HALF_OPEN, "circuit half-open: trials decide", "");
                return;
            }
            String by = events.stream()
                    .filter(event -> "half-open".equals(event.get("action")) && event.get("principal") != null)
                    .findFirst()
                    .map(event -> String.valueOf(event.get("principal")))
                    .orElse("an operator");
            findings.add(new Finding(
                    Kind.HALF_OPEN,
                    level(Kind.HALF_OPEN),
                    cell,
                    "circuit half-opened after it was forced open: trials decide",
                    latest.get("time") instanceof Instant time ? time : null,
                    null,
                    by,
                    known(rate(Series.REJECTIONS)),
                    1,
                    null,
                    null,
                    null,
                    false,
                    forcedBefore()));
        }

        /** The last change of state, or by an operator, explains it. */
        private void addState(Kind kind, String text, String action) {
            Instant since = null;
            String reason = null;
            String by = null;
            Instant opened = null;
            boolean byItself = kind == Kind.OPEN || kind == Kind.HALF_OPEN;
            List<Map<String, @Nullable Object>> events = recentEvents.apply(cell.policy());
            for (int i = 0; i < events.size(); i++) {
                Map<String, @Nullable Object> event = events.get(i);
                boolean changed = "stateChanged".equals(event.get("event"));
                if (byItself && since != null && changed && ForcedOpen.isForcedOpen(event.get("from"))) {
                    break; // what an operator has done ends what was before
                }
                if (opened == null && kind == Kind.OPEN && changed && event.get("time") instanceof Instant time) {
                    opened = "open".equals(JsonView.plain(event.get("to"))) ? time : null;
                }
                if (changed && (byItself || since == null)) {
                    since = event.get("time") instanceof Instant time ? time : since;
                    boolean explains = kind != Kind.HALF_OPEN || "open".equals(JsonView.plain(event.get("to")));
                    reason = explains ? String.valueOf(event.get("reason")) : reason;
                    Object from = JsonView.plain(event.get("from"));
                    boolean began = "closed".equals(from) || "disabled".equals(from);
                    if (began && !wasBrieflyClosed(event, events.subList(i + 1, events.size()))) {
                        break;
                    }
                } else if (by == null && action.equals(event.get("action"))) {
                    by = event.get("principal") == null ? "an operator" : String.valueOf(event.get("principal"));
                    since = since == null && event.get("time") instanceof Instant time ? time : since;
                }
            }
            findings.add(new Finding(
                    kind,
                    level(kind),
                    cell,
                    text,
                    since,
                    reason,
                    by,
                    known(rate(Series.REJECTIONS)),
                    1,
                    opened,
                    null,
                    byItself ? spell(since) : null,
                    false,
                    byItself ? forcedBefore() : null));
        }

        private static double known(double rate) {
            return Double.isNaN(rate) ? 0 : rate;
        }

        /** Who did that is in the changes by operators, as far as these go back. */
        private @Nullable ForcedBefore forcedBefore() {
            ForcedOpen.Period period = forcedOpen.apply(cell).before();
            if (period == null) {
                return null;
            }
            OperatorChange opened = period.since() == null ? null : change(period.since());
            return new ForcedBefore(period, opened, change(period.until()));
        }

        /**
         * The change of this circuit's state by an operator at a time; it is kept with its effect, or a moment later.
         */
        private @Nullable OperatorChange change(Instant time) {
            return changes.get().stream()
                    .filter(change -> change.type().equals(cell.policy().type())
                            && change.name().equals(cell.policy().name())
                            && change.after().containsKey("state")
                            && Duration.between(change.time(), time).abs().compareTo(AT_ONCE) < 0)
                    .min(Comparator.comparing(
                            change -> Duration.between(change.time(), time).abs()))
                    .orElse(null);
        }
    }
}
