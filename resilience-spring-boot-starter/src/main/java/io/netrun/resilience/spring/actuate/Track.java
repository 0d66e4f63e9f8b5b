package io.netrun.resilience.spring.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntToLongFunction;

/**
 * The samples of one instance in a ring: what happened within each sample, and how the instance was at its end. Not
 * thread-safe.
 */
final class Track {

    /** So many calls with one that fails or is rejected are a problem. */
    private static final int MANY = 10;

    /** A minute, in samples, and the least of it. */
    private static final int JUST_BEFORE = 12;

    private static final int LEAST_BEFORE = 3;

    /** So few of all samples that are kept are not what was before. */
    private static final int FEW = 6;

    private static final double MUCH = 1.5;

    private static final long NANOS_OF_MILLI = 1_000_000;

    private final int samples;
    private final int[] calls;
    private final int[] failures;
    private final int[] rejections;
    private final int[] wouldReject;
    private final int[] running;
    private final int[] waiting;
    private final int[] longestWait;
    private final byte[] opened;
    private final boolean[] opens;
    private final boolean[] openAtEnd;
    private final byte[] states;
    private long slot = Long.MIN_VALUE;
    private long totalCalls;
    private long totalFailures;
    private long totalRejections;
    private long totalWouldReject;
    private long totalOpened;
    private boolean rejects;

    Track(int samples) {
        this.samples = samples;
        this.calls = new int[samples];
        this.failures = new int[samples];
        this.rejections = new int[samples];
        this.wouldReject = new int[samples];
        this.running = new int[samples];
        this.waiting = new int[samples];
        this.longestWait = new int[samples];
        this.opened = new byte[samples];
        this.opens = new boolean[samples];
        this.openAtEnd = new boolean[samples];
        this.states = new byte[samples];
    }

    /** In two pieces: from the oldest to the end of the ring, and from its beginning to the latest. */
    private Track(Track like, long end) {
        this(like.samples);
        slot = end;
        rejects = like.rejects;
        totalCalls = like.totalCalls;
        totalFailures = like.totalFailures;
        totalRejections = like.totalRejections;
        totalOpened = like.totalOpened;
        long from = Math.max(end, like.slot) - samples + 1;
        long to = Math.min(end, like.slot);
        if (like.slot == Long.MIN_VALUE || from > to) {
            return;
        }
        int source = like.index(from);
        int target = samples - 1 - (int) (end - from);
        int length = (int) (to - from + 1);
        int first = Math.min(length, samples - source);
        copy(like, source, target, first);
        copy(like, 0, target + first, length - first);
    }

    private void copy(Track like, int source, int target, int length) {
        System.arraycopy(like.calls, source, calls, target, length);
        System.arraycopy(like.failures, source, failures, target, length);
        System.arraycopy(like.rejections, source, rejections, target, length);
        System.arraycopy(like.wouldReject, source, wouldReject, target, length);
        System.arraycopy(like.running, source, running, target, length);
        System.arraycopy(like.waiting, source, waiting, target, length);
        System.arraycopy(like.longestWait, source, longestWait, target, length);
        System.arraycopy(like.opened, source, opened, target, length);
        System.arraycopy(like.opens, source, opens, target, length);
        System.arraycopy(like.openAtEnd, source, openAtEnd, target, length);
        System.arraycopy(like.states, source, states, target, length);
    }

    /**
     * Whether calls failed, were rejected or waited within the last samples of the ring, up to the given one, or the
     * state may be a problem.
     */
    boolean isTroubled(long end, int last) {
        for (long each = end; each > end - last; each--) {
            int at = index(each);
            boolean kept = each <= slot && each > slot - samples;
            if (kept && (states[at] > LaneState.CLOSED.rank() || failures[at] > 0 || waiting[at] > 0)) {
                return true;
            }
        }
        return false;
    }

    /** A copy that ends with the given sample, the oldest first. */
    Track copy(long end) {
        return new Track(this, end);
    }

    /** What has been counted so far belongs to no sample. */
    void countFrom(Figures figures) {
        totalCalls = figures.calls();
        totalFailures = figures.failures();
        totalRejections = figures.rejections();
        totalWouldReject = figures.wouldReject();
        totalOpened = figures.opened();
    }

    /**
     * Adds a sample.
     *
     * @param wait the longest one of a call that was admitted within it
     */
    void add(long current, Figures figures, Duration wait) {
        if (slot != Long.MIN_VALUE && current <= slot) {
            return;
        }
        for (long skipped = Math.max(slot + 1, current - samples + 1); skipped < current && slot >= 0; skipped++) {
            clear(index(skipped));
        }
        boolean wasOpen = slot != Long.MIN_VALUE && slot > current - samples && isOpenAtEnd(index(slot));
        slot = current;
        rejects = figures.rejects();
        int at = index(current);
        calls[at] = difference(figures.calls(), totalCalls);
        failures[at] = difference(figures.failures(), totalFailures);
        rejections[at] = difference(figures.rejections(), totalRejections);
        wouldReject[at] = difference(figures.wouldReject(), totalWouldReject);
        running[at] = figures.running();
        waiting[at] = figures.waiting();
        longestWait[at] = (int) Math.min(Integer.MAX_VALUE, roundedUp(wait));
        opened[at] = (byte) Math.min(Byte.MAX_VALUE, difference(figures.opened(), totalOpened));
        openAtEnd[at] = figures.state() == LaneState.OPEN || figures.state() == LaneState.HALF_OPEN;
        states[at] = state(figures, at).rank();
        opens[at] = opened[at] > 0 && !(wasOpen && isOpenAtEnd(at));
        countFrom(figures);
    }

    private LaneState state(Figures figures, int at) {
        LaneState state = figures.state();
        if (state != LaneState.CLOSED || figures.observing()) {
            return state;
        }
        if (opened[at] > 0) {
            return LaneState.OPEN;
        }
        if (rejections[at] > 0 && figures.isCircuit() && !figures.isRampingUp()) {
            return wasForcedOpen() ? LaneState.FORCED_OPEN : LaneState.OPEN; // it was so when the sample began
        }
        return byShare(at, 0);
    }

    /** Whether an operator had it forced open at the end of the sample before the latest one. */
    private boolean wasForcedOpen() {
        return states[index(slot - 1)] == LaneState.FORCED_OPEN.rank();
    }

    /** By what fails or is rejected of so many calls, or of its own if those are more. */
    private LaneState byShare(int at, long arrivals) {
        if (rejects && isMuch(rejections[at], Math.max(arrivals, calls(at)))) {
            return LaneState.REJECTING;
        }
        if (isMuch(failures[at], Math.max(arrivals, calls[at]))) {
            return LaneState.FAILING;
        }
        return rejections[at] > 0 ? LaneState.WARNING : LaneState.CLOSED;
    }

    /** Whether a part of some calls is a problem: at least one in ten. */
    static boolean isMuch(long part, long calls) {
        return part > 0 && part * MANY >= calls;
    }

    private void clear(int at) {
        calls[at] = 0;
        failures[at] = 0;
        rejections[at] = 0;
        wouldReject[at] = 0;
        running[at] = 0;
        waiting[at] = 0;
        longestWait[at] = 0;
        opened[at] = 0;
        opens[at] = false;
        openAtEnd[at] = false;
        states[at] = LaneState.UNKNOWN.rank();
    }

    private int index(long ofSlot) {
        return (int) Math.floorMod(ofSlot, (long) samples);
    }

    /** In milliseconds: one that is shorter is a wait as well. */
    private static long roundedUp(Duration wait) {
        return wait.plusNanos(NANOS_OF_MILLI - 1).toMillis();
    }

    /** Totals of a reset or replaced instance begin again. */
    private static int difference(long now, long before) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, now - before));
    }

    /** The last samples of a copy, as a rate for one second; NaN if there is none. */
    double rate(Series series, int last) {
        int[] values = series.of(this);
        long sum = 0;
        int known = 0;
        for (int i = samples - last; i < samples; i++) {
            if (states[i] != LaneState.UNKNOWN.rank()) {
                sum += values[i];
                known++;
            }
        }
        return known == 0 ? Double.NaN : sum / (double) (known * History.EACH.toSeconds());
    }

    /**
     * The rate at which calls came just before a sample of a copy, admitted or not: the median of the last known
     * samples, or the mean of calls that are rare. Those are samples of a minute, or fewer if the calls were more or
     * less before, and of so many samples in all; NaN if too few are known. What was before the first call of all is no
     * sample of that, since the process had only begun, unless no call came at all.
     */
    double rateJustBefore(int before, int within) {
        if (before < FEW && isKnown(0)) {
            return Double.NaN; // less is left of that time with each sample
        }
        int first = firstArrival();
        long[] counts = new long[JUST_BEFORE];
        int known = 0;
        int quiet = 0;
        double sum = 0;
        for (int i = before - 1; i >= Math.max(0, before - within) && known < JUST_BEFORE; i--) {
            if (!isKnown(i)) {
                continue;
            }
            if (i < first) {
                quiet++;
            } else if (known >= LEAST_BEFORE && isOtherThan(calls(i), sum / known)) {
                break;
            } else {
                sum += calls(i);
                counts[known++] = calls(i);
            }
        }
        double seconds = History.EACH.toSeconds();
        if (known == 0) {
            return quiet > 1 ? 0 : Double.NaN;
        }
        double[] rates = Arrays.stream(counts, 0, known)
                .mapToDouble(count -> count / seconds)
                .toArray();
        double median = Attempts.median(rates, known);
        return median == 0 ? sum / known / seconds : median;
    }

    /** Whether so many calls are more than chance away from what came on average, and by half as much or more. */
    private static boolean isOtherThan(long calls, double mean) {
        boolean differs = calls >= MUCH * mean || MUCH * calls <= mean;
        return differs && Math.abs(calls - mean) > 2 * Math.sqrt(Math.max(1, mean));
    }

    private int firstArrival() {
        int first = 0;
        while (first < samples && calls(first) == 0) {
            first++;
        }
        return first;
    }

    /** The sample of a copy in which it opened after so many openings; -1 if there is none. */
    int opening(int earlier) {
        int left = earlier;
        for (int i = 0; i < samples; i++) {
            if (opens[i] && left-- == 0) {
                return i;
            }
        }
        return -1;
    }

    /**
     * How many of the last samples of a copy, and at most so many, have nothing of a circuit that was not closed; none
     * if it has been open since.
     */
    int closedThroughout(int most, Figures now) {
        int closed = 0;
        while (laterOpened(now) == 0 && closed < most && isClosedThroughout(samples - 1 - closed)) {
            closed++;
        }
        return closed;
    }

    private boolean isClosedThroughout(int i) {
        return opened[i] == 0 && !isOpenAtEnd(i) && (i == 0 || !isOpenAtEnd(i - 1));
    }

    /** Whether a circuit was not closed at the end of a sample of a copy. */
    boolean isOpenAtEnd(int i) {
        return openAtEnd[i] || isForcedOpen(i);
    }

    /** Whether an operator had it forced open at the end of a sample of a copy, or within it, and it closed then. */
    boolean isForcedOpen(int i) {
        return states[i] == LaneState.FORCED_OPEN.rank();
    }

    /**
     * How many of the last samples of a copy, and at most so many, have nothing of a time in which it was forced open.
     */
    int unforced(int most) {
        int unforced = 0;
        while (unforced < most
                && !isForcedOpen(samples - 1 - unforced)
                && !(unforced + 1 < samples && isForcedOpen(samples - 2 - unforced))) {
            unforced++;
        }
        return unforced;
    }

    /** The last sample of a copy in which it opened, also after a failed trial; -1 if there is none. */
    int lastOpened() {
        for (int i = samples - 1; i >= 0; i--) {
            if (opened[i] > 0) {
                return i;
            }
        }
        return -1;
    }

    /**
     * What share of the calls failed or was rejected, from a sample of a copy to the last one with such a call before
     * another sample.
     *
     * @param apart how many rejected calls of a sample do not count, neither as lost nor as calls
     */
    double lostShare(int from, int to, IntToLongFunction apart) {
        long lost = 0;
        long sum = 0;
        long later = 0;
        for (int i = from; i < to; i++) {
            long rejected = rejections[i] - apart.applyAsLong(i);
            later += calls[i] + rejected;
            if (failures[i] + rejected > 0) {
                lost += failures[i] + rejected;
                sum += later;
                later = 0;
            }
        }
        return sum == 0 ? 0 : Math.min(1, lost / (double) sum);
    }

    /** What some samples of a copy have together. */
    long sum(Series series, int from, int to) {
        int[] values = series.of(this);
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return sum;
    }

    /** How many of some samples of a copy were taken. */
    int known(int from, int to) {
        int known = 0;
        for (int i = from; i < to; i++) {
            known += isKnown(i) ? 1 : 0;
        }
        return known;
    }

    /** Whether a sample of a copy was taken. */
    boolean isKnown(int sample) {
        return states[sample] != LaneState.UNKNOWN.rank();
    }

    /** Whether anything happened in a sample of a copy. */
    boolean hasTraffic(int sample) {
        return calls(sample) != 0
                || failures[sample] != 0
                || wouldReject[sample] != 0
                || running[sample] != 0
                || waiting[sample] != 0
                || longestWait[sample] != 0;
    }

    /** Whether anything happened since the last sample of a copy, or still goes on. */
    boolean hasLaterTraffic(Figures now) {
        return laterArrivals(now) > 0 || laterFailures(now) > 0 || now.running() > 0 || now.waiting() > 0;
    }

    private long calls(int i) {
        return calls[i] + (long) rejections[i];
    }

    /** How often it opened after it was closed, as {@link #openings()}, also since the last sample of a copy. */
    int openings(Figures now) {
        boolean open = now.state() == LaneState.OPEN
                || now.state() == LaneState.HALF_OPEN
                || now.state() == LaneState.FORCED_OPEN;
        return openings() + (laterOpened(now) > 0 && !(isOpenAtEnd(samples - 1) && open) ? 1 : 0);
    }

    private int laterOpened(Figures now) {
        return difference(now.opened(), totalOpened);
    }

    /**
     * In how many samples of a copy it opened after it was closed. A failed trial is no other opening, also where the
     * sample before it is older than the copy, or an operator has it forced open.
     */
    int openings() {
        return openingsFrom(0);
    }

    /** The same, from a sample on. */
    int openingsFrom(int from) {
        int sum = 0;
        for (int i = from; i < samples; i++) {
            sum += opens[i] ? 1 : 0;
        }
        return sum;
    }

    /** What a sample of a copy has. */
    int value(Series series, int sample) {
        return series.of(this)[sample];
    }

    /** The values of a copy, the oldest first. */
    int[] values(Series series) {
        return series.of(this).clone();
    }

    /** The states of a copy by their ranks, the oldest first. */
    byte[] states() {
        return Arrays.copyOf(states, samples);
    }

    /**
     * The states of a copy by their ranks, where what fails or is rejected counts as a share of all calls of a name.
     */
    byte[] states(Arrivals ofName) {
        byte[] ranks = states();
        for (int i = 0; i < samples; i++) {
            if (ranks[i] == LaneState.FAILING.rank() || ranks[i] == LaneState.REJECTING.rank()) {
                ranks[i] = byShare(i, ofName.in(i)).rank();
            }
        }
        return ranks;
    }

    /** The calls that came within a sample of a copy, admitted or not. */
    long arrivals(int sample) {
        return calls(sample);
    }

    /** The calls that came since the last sample of a copy, admitted or not. */
    long laterArrivals(Figures now) {
        return laterCalls(now) + laterRejections(now);
    }

    long laterCalls(Figures now) {
        return difference(now.calls(), totalCalls);
    }

    long laterFailures(Figures now) {
        return difference(now.failures(), totalFailures);
    }

    long laterRejections(Figures now) {
        return difference(now.rejections(), totalRejections);
    }

    /** What is counted or measured with each sample. */
    enum Series {
        CALLS,
        FAILURES,
        REJECTIONS,
        WOULD_REJECT,
        RUNNING,
        WAITING,
        /** In milliseconds. */
        LONGEST_WAIT;

        private int[] of(Track track) {
            return switch (this) {
                case CALLS -> track.calls;
                case FAILURES -> track.failures;
                case REJECTIONS -> track.rejections;
                case WOULD_REJECT -> track.wouldReject;
                case RUNNING -> track.running;
                case WAITING -> track.waiting;
                case LONGEST_WAIT -> track.longestWait;
            };
        }
    }
}
