package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.actuate.Track.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The instances of a name.
 *
 * @param calls calls that come in a second; NaN if no pattern of the name counts them
 * @param failed calls that fail in a second
 * @param rejected calls that are rejected in a second
 * @param closed how many of the last samples have nothing of a time in which its circuit was not closed, if it is
 *     closed now, or was forced open, if it is open or half-open now
 * @param methods those that its instances protect
 * @param own those whose attempts are the name's, wherever these are shown or compared
 * @param attemptKeys the latter as attempts name them
 * @param activity when calls came
 * @param measured whether calls would be known: a pattern of the name counts each, or attempts are measured
 */
record Row(
        String name,
        List<Cell> cells,
        List<Finding> findings,
        double calls,
        double failed,
        double rejected,
        int closed,
        Set<String> methods,
        Set<String> own,
        List<String> attemptKeys,
        Activity activity,
        boolean measured) {

    /** The worst first: whose calls are not served, and more of them. */
    static final Comparator<Row> WORST_FIRST = Comparator.comparing(
                    (Row row) -> row.level().severity())
            .thenComparing(Comparator.comparingDouble(Row::lost).reversed())
            .thenComparing(Comparator.comparingDouble(Row::share).reversed())
            .thenComparing(row -> row.findings().get(0))
            .thenComparing(Row::name);

    private static final Comparator<Row> BUSIEST_FIRST = Comparator.comparing(Row::level)
            .thenComparing(Comparator.comparingLong(Row::traffic).reversed());

    /** The problems, the worst first, and then the busiest. */
    static final Comparator<Row> MATTERS_MOST_FIRST = (one, other) -> {
        boolean isProblem = one.level().isProblem();
        if (isProblem != other.level().isProblem()) {
            return isProblem ? -1 : 1;
        }
        return isProblem ? WORST_FIRST.compare(one, other) : BUSIEST_FIRST.compare(one, other);
    };

    Level level() {
        Level level = findings.isEmpty() ? Level.HEALTHY : findings.get(0).level();
        if (level != Level.HEALTHY || activity.isQuiet()) {
            Level quiet = measured ? Level.NO_CALLS : Level.NOT_MEASURED;
            return level == Level.HEALTHY ? quiet : level;
        }
        boolean observing = cells.stream().anyMatch(cell -> cell.figures().observing());
        return observing ? Level.OBSERVING : Level.HEALTHY;
    }

    /** Since when its worst problem is there, as far as that is known; null without one. */
    @Nullable
    Instant since() {
        return level().isProblem() ? findings.get(0).since() : null;
    }

    /** Whether the circuit lets no call through, or only trials. */
    boolean isOpen() {
        Finding.Kind kind = findings.isEmpty() ? null : findings.get(0).kind();
        return kind == Finding.Kind.OPEN || kind == Finding.Kind.FORCED_OPEN || kind == Finding.Kind.HALF_OPEN;
    }

    /**
     * How many of the last samples are those of its present state: while the circuit is open, what was before is
     * another state, and so is what was before it closed. None if it has just opened, or closed.
     */
    int recent(@Nullable Instant last) {
        Instant since = since();
        if (!isOpen()) {
            return closed;
        }
        if (since == null || last == null) {
            return Cell.RECENT;
        }
        long whole = Duration.between(since, last).toNanos() / History.EACH.toNanos();
        return (int) Math.max(0, Math.min(Cell.RECENT, whole));
    }

    /** Calls that are not served in a second. */
    double lost() {
        double lost = unrepeated() + rejected;
        return Double.isNaN(calls) ? lost : Math.min(calls, lost);
    }

    /** The largest of what the patterns have: a circuit also counts the failures that a retry repeats. */
    private double unrepeated() {
        double repeated = 0;
        for (Cell cell : cells) {
            if (cell.figures().metrics().containsKey("totalRetries")) {
                repeated += known(cell.rate(Series.CALLS, closed));
            }
        }
        double most = 0;
        for (Cell cell : cells) {
            double own = known(cell.rate(Series.FAILURES, closed));
            most = Math.max(most, cell.figures().isCircuit() ? own - repeated : own);
        }
        return most;
    }

    private static double known(double rate) {
        return Double.isNaN(rate) ? 0 : rate;
    }

    /** What share of the calls is not served; 0 if that is not known. */
    double share() {
        return calls > 0 ? lost() / calls : 0;
    }

    long traffic() {
        return cells.stream().mapToLong(cell -> cell.figures().traffic()).max().orElse(0);
    }

    /** The calls that came, whether they were admitted or not; NaN if no pattern of the name counts them. */
    static double calls(List<Cell> cells, int samples) {
        return cells.stream()
                .filter(Cell::countsCalls)
                .mapToDouble(cell -> cell.arriving(samples))
                .filter(rate -> !Double.isNaN(rate))
                .max()
                .orElse(Double.NaN);
    }

    /** The calls of callers: a circuit also counts those that a retry repeats. */
    double arriving() {
        double repeated = cells.stream()
                .filter(cell -> cell.figures().metrics().containsKey("totalRetries"))
                .mapToDouble(cell -> cell.rate(Series.CALLS))
                .filter(rate -> !Double.isNaN(rate))
                .sum();
        return cells.stream()
                .filter(Cell::countsCalls)
                .mapToDouble(
                        cell -> cell.arriving(Cell.RECENT) - (cell.figures().isCircuit() ? repeated : 0))
                .filter(rate -> !Double.isNaN(rate))
                .max()
                .orElse(Double.NaN);
    }

    static double rejected(List<Cell> cells, int samples) {
        return cells.stream()
                .filter(cell -> cell.figures().rejects())
                .mapToDouble(cell -> cell.present(Series.REJECTIONS, samples))
                .filter(rate -> !Double.isNaN(rate))
                .sum();
    }

    static double largest(List<Cell> cells, Series series, int samples) {
        return cells.stream()
                .mapToDouble(cell -> cell.rate(series, samples))
                .filter(rate -> !Double.isNaN(rate))
                .max()
                .orElse(Double.NaN);
    }
}
