package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.actuate.Overview.Cell;
import io.netrun.resilience.spring.actuate.Overview.Level;
import io.netrun.resilience.spring.actuate.Track.Series;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with an instance, in words for an operator; the worst first.
 *
 * @param text what is wrong
 * @param since since when, as far as that is known
 * @param reason why, as the instance's event has it
 * @param by the operator, if one did it
 */
record Finding(
        Kind kind,
        Cell cell,
        String text,
        @Nullable Instant since,
        @Nullable String reason,
        @Nullable String by,
        double rate)
        implements Comparable<Finding> {

    private static final String RESET = "reset";
    private static final String SETTINGS = "settings";
    private static final String SWITCH_OFF = "switch-off";

    /** From so many openings within the history, a circuit that is closed now is not healthy. */
    private static final int FLAPPING = 3;

    /** The share of the calls that has to fail for a finding. */
    private static final double SHARE = 0.1;

    /** Kinds of findings, the worst first. */
    enum Kind {
        OPEN(Level.REJECTING, RESET),
        FORCED_OPEN(Level.REJECTING, RESET),
        FULL(Level.REJECTING, SETTINGS),
        LIMITED(Level.REJECTING, SETTINGS),
        FLAPPING(Level.WARNING, "force-open"),
        HALF_OPEN(Level.WARNING, RESET),
        FAILING(Level.WARNING, SETTINGS),
        TIMING_OUT(Level.WARNING, SETTINGS),
        EXHAUSTED(Level.WARNING, SWITCH_OFF),
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

        Level level() {
            return level;
        }
    }

    /** The findings of the instances of a name. */
    static List<Finding> of(
            List<Cell> cells,
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents,
            @Nullable Instant sampled) {
        List<Finding> findings = new ArrayList<>();
        double calls = Overview.calls(cells);
        for (Cell cell : cells) {
            new Reader(cell, recentEvents, sampled, calls, findings).read();
        }
        findings.sort(null);
        return findings;
    }

    @Override
    public int compareTo(Finding other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : Double.compare(other.rate, rate);
    }

    Map<String, @Nullable Object> view() {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("kind", JsonView.plain(kind));
        view.put("pattern", cell.pattern().key());
        view.put("text", text);
        if (since != null) {
            view.put("since", since.toString());
        }
        if (reason != null) {
            view.put("reason", reason);
        }
        if (by != null) {
            view.put("by", by);
        }
        if (kind == Kind.OPEN || kind == Kind.FLAPPING || kind == Kind.HALF_OPEN || kind == Kind.FAILING) {
            cell.pattern().details(cell.policy()).values().stream()
                    .flatMap(List::stream)
                    .findFirst()
                    .ifPresent(failure -> view.put("lastFailure", JsonView.of(failure)));
        }
        Object trial = cell.figures().metrics().get("nextTrialTime");
        if (trial != null) {
            view.put("nextTrialTime", trial);
        }
        Overview.putRate(view, "rate", rate);
        view.put("action", kind.action);
        return view;
    }

    /** Looks for what is wrong with one instance. */
    private record Reader(
            Cell cell,
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents,
            @Nullable Instant sampled,
            double callsOfName,
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
                            "circuit forced open: calls are rejected until it is reset",
                            "force-open");
                case DISABLED ->
                    addState(Kind.DISABLED, "circuit disabled: calls pass unprotected until it is reset", "disable");
                case HALF_OPEN -> addState(Kind.HALF_OPEN, "circuit half-open: trials decide", "");
                default -> readRates(figures);
            }
        }

        private void readRates(Figures figures) {
            boolean circuit = figures.metrics().containsKey("state");
            int openings = cell.track() == null ? 0 : cell.track().openings();
            if (circuit && openings >= FLAPPING) {
                add(Kind.FLAPPING, "circuit opened " + openings + " times in the last 15 minutes", Series.FAILURES);
            }
            if (cell.has(Series.REJECTIONS)) {
                addRejecting(figures, circuit);
            }
            double failures = cell.rate(Series.FAILURES);
            if (failures > 0 && (Double.isNaN(callsOfName) || failures >= SHARE * callsOfName)) {
                if (figures.metrics().containsKey("totalTimedOut")) {
                    add(Kind.TIMING_OUT, "calls time out", Series.FAILURES);
                } else if (figures.metrics().containsKey("totalExhausted")) {
                    add(Kind.EXHAUSTED, "retries are exhausted: calls fail after their last attempt", Series.FAILURES);
                } else {
                    add(Kind.FAILING, circuit ? "calls fail" : title() + " fails", Series.FAILURES);
                }
            }
            if (figures.waiting() > 0 && cell.rate(Series.WAITING) > 0) {
                add(Kind.WAITING, figures.waiting() + " calls wait for a permit", Series.WAITING);
            }
        }

        private void addRejecting(Figures figures, boolean circuit) {
            if (figures.metrics().containsKey("maxConcurrent")) {
                add(
                        Kind.FULL,
                        "bulkhead full: " + figures.running() + " of " + figures.count("maxConcurrent") + " running, "
                                + figures.waiting() + " waiting",
                        Series.REJECTIONS);
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

        private String title() {
            return cell.pattern().key().replace('-', ' ');
        }

        private void add(Kind kind, String text, Series series) {
            findings.add(new Finding(kind, cell, text, since(series), null, null, cell.rate(series)));
        }

        /** The first of the consecutive samples in which it happened; one without is not the end. */
        private @Nullable Instant since(Series series) {
            Track track = cell.track();
            if (track == null || sampled == null) {
                return null;
            }
            int[] values = track.values(series);
            int first = values.length;
            for (int i = values.length - 1; i >= 0 && i >= first - 3; i--) {
                if (values[i] > 0) {
                    first = i;
                }
            }
            return first == values.length ? null : sampled.minus(History.EACH.multipliedBy(values.length - first));
        }

        /** The last change of state, or by an operator, explains it. */
        private void addState(Kind kind, String text, String action) {
            Instant since = null;
            String reason = null;
            String by = null;
            for (Map<String, @Nullable Object> event : recentEvents.apply(cell.policy())) {
                boolean changed = "stateChanged".equals(event.get("event"));
                if (changed && (kind == Kind.OPEN || kind == Kind.HALF_OPEN || since == null)) {
                    since = event.get("time") instanceof Instant time ? time : since;
                    reason = kind == Kind.HALF_OPEN && reason != null ? reason : String.valueOf(event.get("reason"));
                    Object from = JsonView.plain(event.get("from"));
                    if ("closed".equals(from) || "disabled".equals(from)) {
                        break;
                    }
                } else if (by == null && action.equals(event.get("action"))) {
                    by = event.get("principal") == null ? "an operator" : String.valueOf(event.get("principal"));
                    since = since == null && event.get("time") instanceof Instant time ? time : since;
                }
            }
            findings.add(new Finding(kind, cell, text, since, reason, by, cell.rate(Series.REJECTIONS)));
        }
    }
}
