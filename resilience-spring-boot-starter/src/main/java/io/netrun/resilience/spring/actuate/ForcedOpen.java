package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.actuate.Track.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When operators had a circuit forced open, as far as its changes of state are known: calls that were rejected then are
 * theirs, and not those of an outage.
 */
final class ForcedOpen {

    private static final String CLOSED = "closed";
    private static final String FORCED_OPEN = "forced-open";
    private static final String OPEN = "open";
    private static final String HALF_OPEN = "half-open";
    private static final String DISABLED = "disabled";

    private final Cell cell;
    private final @Nullable Instant last;
    /** The oldest first. */
    private final List<Change> changes;

    private record Change(
            Instant time, String from, String to, @Nullable Object reason) {}

    /**
     * A time in which the circuit was forced open.
     *
     * @param since null if that is not known any more
     */
    record Period(@Nullable Instant since, Instant until) {}

    /**
     * A time in which the circuit was open by itself.
     *
     * @param until when it closed; null if an operator had it forced open then
     */
    record Opening(
            Instant since,
            @Nullable Instant until,
            @Nullable Object reason) {}

    private ForcedOpen(Cell cell, @Nullable Instant last, List<Change> changes) {
        this.cell = cell;
        this.last = last;
        this.changes = changes;
    }

    /**
     * Of an instance; one that has no circuit was never forced open.
     *
     * @param latestFirst the changes of its state that are known
     * @param last when the latest sample was taken; null if there is none
     */
    static ForcedOpen of(Cell cell, List<Map<String, @Nullable Object>> latestFirst, @Nullable Instant last) {
        if (latestFirst.stream().noneMatch(ForcedOpen::isOfOperators)) {
            return new ForcedOpen(cell, last, List.of());
        }
        List<Change> changes = new ArrayList<>();
        for (int i = latestFirst.size() - 1; i >= 0; i--) {
            Map<String, @Nullable Object> event = latestFirst.get(i);
            if (event.get("time") instanceof Instant time) {
                changes.add(new Change(time, plain(event.get("from")), plain(event.get("to")), event.get("reason")));
            }
        }
        return new ForcedOpen(cell, last, changes);
    }

    private static boolean isOfOperators(Map<String, @Nullable Object> event) {
        return isForcedOpen(event.get("to")) || isForcedOpen(event.get("from"));
    }

    /** Whether a state of a change is that. Without its text, since this runs for each change of each instance. */
    static boolean isForcedOpen(@Nullable Object state) {
        return state instanceof Enum<?> constant && constant.name().equals(LaneState.FORCED_OPEN.name());
    }

    private static String plain(@Nullable Object state) {
        return String.valueOf(JsonView.plain(state));
    }

    /**
     * How many calls were rejected within a sample while it was forced open; since the last one, if it is
     * {@link History#SAMPLES}. Of a sample in which it was also open by itself, the part of the time.
     */
    long rejections(int sample) {
        Track track = cell.track();
        if (track == null || last == null || !cell.figures().isCircuit()) {
            return 0;
        }
        boolean later = sample == History.SAMPLES;
        long rejections = later ? track.laterRejections(cell.figures()) : track.value(Series.REJECTIONS, sample);
        if (rejections == 0) {
            return 0;
        }
        Instant from = last.minus(History.EACH.multipliedBy(History.SAMPLES - (long) sample));
        if (changes.isEmpty() || (!later && !changes.get(0).time.isBefore(from.plus(History.EACH)))) {
            boolean forced = later ? cell.figures().state() == LaneState.FORCED_OPEN : track.isForcedOpen(sample);
            return forced ? rejections : 0;
        }
        long forced = nanos(FORCED_OPEN, from, later);
        long open = forced == 0 ? 0 : nanos(OPEN, from, later);
        return forced == 0 ? 0 : Math.round(rejections * (forced / (double) (forced + open)));
    }

    /** How long it was in a state within a sample; at least a nanosecond if it was at all. */
    private long nanos(String state, Instant from, boolean later) {
        Instant end = later ? Instant.MAX : from.plus(History.EACH);
        long nanos = 0;
        for (int i = 0; i <= changes.size(); i++) {
            String during = i == 0 ? changes.get(0).from : changes.get(i - 1).to;
            Instant begins = i == 0 || changes.get(i - 1).time.isBefore(from) ? from : changes.get(i - 1).time;
            Instant ends = i == changes.size() || changes.get(i).time.isAfter(end) ? end : changes.get(i).time;
            if (during.equals(state) && begins.isBefore(ends)) {
                nanos += ends.equals(Instant.MAX)
                        ? History.EACH.toNanos()
                        : Duration.between(begins, ends).toNanos();
            } else if (during.equals(state) && begins.equals(ends)) {
                nanos += 1; // a clock that stands still
            }
        }
        return nanos;
    }

    /** The last time that it was forced open before, and not closed since; null if there is none. */
    @Nullable
    Period before() {
        for (int i = changes.size() - 1; i >= 0; i--) {
            Change change = changes.get(i);
            if (change.from.equals(FORCED_OPEN)) {
                boolean known = i > 0 && changes.get(i - 1).to.equals(FORCED_OPEN);
                return new Period(known ? changes.get(i - 1).time : null, change.time);
            }
            if (change.from.equals(CLOSED) || change.from.equals(DISABLED)) {
                return null;
            }
        }
        return null;
    }

    /** When it was open by itself before the latest time in which it was forced open; null if it was not. */
    @Nullable
    Opening openingBefore() {
        int entry = changes.size() - 1;
        while (entry >= 0 && !changes.get(entry).to.equals(FORCED_OPEN)) {
            entry--;
        }
        Instant until = null;
        Change opening = null;
        for (int i = entry - 1; i >= 0; i--) {
            Change change = changes.get(i);
            if (change.from.equals(FORCED_OPEN) || (opening != null && change.to.equals(CLOSED))) {
                break;
            }
            if (change.to.equals(OPEN)) {
                opening = change;
            } else if (opening == null && change.to.equals(CLOSED)) {
                until = change.time;
            }
        }
        return opening == null ? null : new Opening(opening.time, until, opening.reason);
    }

    /**
     * When a circuit that is closed again was open by itself last: an operator had it forced open then, or later. Null
     * if it closed by itself, or that is not known.
     */
    @Nullable
    Instant ownEnd() {
        for (int i = changes.size() - 1; i >= 0; i--) {
            Change change = changes.get(i);
            boolean trials = change.from.equals(HALF_OPEN)
                    && i > 0
                    && changes.get(i - 1).from.equals(OPEN);
            if (change.from.equals(OPEN) || trials) {
                boolean forced =
                        changes.subList(i, changes.size()).stream().anyMatch(each -> each.to.equals(FORCED_OPEN));
                return forced ? change.time : null;
            }
        }
        return null;
    }
}
