package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.actuate.Beginnings.Beginning;
import io.netrun.resilience.spring.actuate.Track.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How many calls of a name were not served within each sample, and since the last one: they failed after their last
 * attempt, or were rejected.
 */
final class Losses {

    private final Arrivals arrivals;
    /** Those since the last sample are the last ones: a total that lags behind does not fit to its rate. */
    private final long[] lost = new long[History.SAMPLES + 1];

    private final List<Cell> cells;
    private final boolean forced;

    private Losses(List<Cell> cells, boolean forced) {
        this.cells = cells;
        this.forced = forced;
        this.arrivals = Arrivals.of(cells);
    }

    /**
     * Of the instances of a name: either those of a circuit that is forced open, or all others.
     *
     * @param forced whether it is forced open now
     * @param times when it was
     */
    static Losses of(List<Cell> cells, boolean forced, Function<Cell, ForcedOpen> times) {
        Losses losses = new Losses(cells, forced);
        List<ForcedOpen> byOperators = cells.stream()
                .filter(cell -> cell.figures().rejects())
                .map(times)
                .toList();
        for (int i = 0; i < losses.lost.length; i++) {
            int sample = i;
            long operators = byOperators.stream()
                    .mapToLong(each -> each.rejections(sample))
                    .sum();
            long rejected = cells.stream()
                    .filter(cell -> cell.figures().rejects())
                    .mapToLong(cell -> in(cell, Series.REJECTIONS, sample))
                    .sum();
            long sum = forced ? operators : rejected - operators + failed(cells, sample);
            long arrived = losses.arrivals.in(i);
            losses.lost[i] = arrived > 0 ? Math.min(arrived, sum) : sum;
        }
        return losses;
    }

    /** The largest of what the patterns have: a circuit also counts the failures that a retry repeats. */
    private static long failed(List<Cell> cells, int sample) {
        long repeated = cells.stream()
                .filter(cell -> cell.figures().metrics().containsKey("totalRetries"))
                .mapToLong(cell -> in(cell, Series.CALLS, sample))
                .sum();
        return cells.stream()
                .mapToLong(cell ->
                        in(cell, Series.FAILURES, sample) - (cell.figures().isCircuit() ? repeated : 0))
                .reduce(0, Math::max);
    }

    private static long in(Cell cell, Series series, int sample) {
        Track track = cell.track();
        if (track == null) {
            return 0;
        }
        if (sample < History.SAMPLES) {
            return track.value(series, sample);
        }
        Figures now = cell.figures();
        return switch (series) {
            case CALLS -> track.laterCalls(now);
            case FAILURES -> track.laterFailures(now);
            case REJECTIONS -> track.laterRejections(now);
            default -> throw new IllegalArgumentException(series + " is not counted between samples");
        };
    }

    /**
     * Adds how many calls were lost since a problem began, and since when that is counted: its failures led to it, and
     * what is older than the history is known only of problems that were seen to begin. What was lost after its end is
     * counted apart.
     *
     * @param over when it ended; null if it lasts, or that is not known
     * @param began what was known of it before; null if nothing was
     */
    void addTo(
            Map<String, @Nullable Object> view,
            @Nullable Instant since,
            @Nullable Instant over,
            @Nullable Beginning began,
            @Nullable Instant last) {
        if (since == null || last == null) {
            return;
        }
        int end = end(over, last);
        if (began != null) {
            int counted = Math.min(end, index(began.until(), last));
            Beginning now = began.with(sum(counted, end), last);
            put(view, now.lost(), now.lostFrom(), sum(end, lost.length));
            return;
        }
        int from = from(Comparison.began(since, last));
        long sum = sum(from, end);
        put(view, sum, countedFrom(from, since, last), sum(end, lost.length));
    }

    private static void put(Map<String, @Nullable Object> view, long sum, @Nullable Instant from, long later) {
        if (later > 0) {
            view.put("lostLater", later);
        }
        if (sum > 0) {
            view.put("lostCalls", sum);
            view.put("lostFrom", Objects.toString(from));
        }
    }

    /** The sample after the one in which a problem ended; after those since the last one if it lasts. */
    private int end(@Nullable Instant over, Instant last) {
        return over == null ? lost.length : Math.min(lost.length, Comparison.began(over, last) + 1);
    }

    private Instant countedFrom(int from, Instant since, Instant last) {
        Instant counted = last.minus(History.EACH.multipliedBy(History.SAMPLES - (long) from));
        return forced && counted.isBefore(since) ? since : counted;
    }

    /**
     * What is known of a problem that began within the samples.
     *
     * @param before calls and attempts before it
     */
    Beginning begin(Finding finding, Instant since, Comparison before, Instant last) {
        int from = from(Comparison.began(since, last));
        int end = Math.min(History.SAMPLES, end(finding.over(), last));
        long sum = sum(from, end);
        Instant lostFrom = sum == 0 ? null : countedFrom(from, since, last);
        return new Beginning(since, finding.earlier(), before, sum, lostFrom, until(end, last));
    }

    /** What is known of it later: what is lost after its end counts only once it has begun again. */
    Beginning goOn(Beginning beginning, Finding finding, Instant last) {
        int counted = index(beginning.until(), last);
        int end = Math.min(History.SAMPLES, end(finding.over(), last));
        return end <= counted ? beginning : beginning.with(sum(counted, end), until(end, last));
    }

    private static Instant until(int end, Instant last) {
        return last.minus(History.EACH.multipliedBy(History.SAMPLES - (long) end));
    }

    /** The sample after one that was taken at a time. */
    static int index(Instant time, Instant last) {
        double samples = Duration.between(time, last).toNanos() / (double) History.EACH.toNanos();
        return (int) Math.max(0, History.SAMPLES - Math.round(samples));
    }

    private long sum(int from, int end) {
        long sum = 0;
        for (int i = from; i < end; i++) {
            sum += lost[i];
        }
        return sum;
    }

    /**
     * The first of the samples before it that lost at least one call in ten, without a gap: a circuit that was open
     * before them is another problem. What an operator has done begins with that.
     */
    int from(int began) {
        int from = began;
        while (!forced && from > 0 && Track.isMuch(lost[from - 1], arrivals.in(from - 1)) && !wasOpen(from - 1)) {
            from--;
        }
        return from;
    }

    private boolean wasOpen(int sample) {
        return cells.stream().map(Cell::track).anyMatch(track -> track != null && track.isOpenAtEnd(sample));
    }
}
