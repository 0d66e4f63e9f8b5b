package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.method.AttemptTimes.AttemptTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many attempts of a method, or of several, ended within each sample, and how long they took. A ring while it is
 * filled, and the oldest first in a copy. Not thread-safe.
 */
final class Attempts {

    /** A mean of fewer samples would be an accident. */
    private static final int ENOUGH = 2;

    private static final int LATEST = 3;

    private final int[] counts;
    private final float[] millis;
    /** How long an attempt usually took before it became slow, for samples in which it was; null if it never was. */
    private float @Nullable [] usually;

    private long slot = Long.MIN_VALUE;
    private long totalCount;
    private double totalMillis;

    Attempts(int samples) {
        counts = new int[samples];
        millis = new float[samples];
    }

    /** What has ended so far belongs to no sample. */
    void countFrom(AttemptTime total) {
        totalCount = total.count();
        totalMillis = total.totalMillis();
    }

    /** Adds a sample; false if it is there already. */
    boolean add(long current, AttemptTime total) {
        if (slot != Long.MIN_VALUE && current <= slot) {
            return false;
        }
        long oldest = current - counts.length + 1;
        for (long skipped = Math.max(slot + 1, oldest); skipped < current && slot >= 0; skipped++) {
            clear(index(skipped));
        }
        slot = current;
        clear(index(current));
        counts[index(current)] = (int) Math.max(0, total.count() - totalCount);
        millis[index(current)] = (float) Math.max(0, total.totalMillis() - totalMillis);
        countFrom(total);
        return true;
    }

    private void clear(int at) {
        counts[at] = 0;
        millis[at] = 0;
        if (usually != null) {
            usually[at] = 0;
        }
    }

    /** Marks the last samples as slow. */
    void markSlow(int last, double before) {
        if (usually == null) {
            usually = new float[counts.length];
        }
        for (long each = slot; each > slot - Math.min(last, counts.length); each--) {
            usually[index(each)] = (float) before;
        }
    }

    boolean wasSlow() {
        return usually != null;
    }

    /** How many ended within a sample of the ring. */
    int countOf(long ofSlot) {
        return isKept(ofSlot) ? counts[index(ofSlot)] : 0;
    }

    /** How long those took together. */
    double millisOf(long ofSlot) {
        return isKept(ofSlot) ? millis[index(ofSlot)] : 0;
    }

    /** How long they would have taken, if they were not slow. */
    double usualMillisOf(long ofSlot) {
        double before = usually == null || !isKept(ofSlot) ? 0 : usually[index(ofSlot)];
        return before == 0 ? millisOf(ofSlot) : countOf(ofSlot) * before;
    }

    private boolean isKept(long ofSlot) {
        return slot != Long.MIN_VALUE && ofSlot <= slot && ofSlot > slot - counts.length;
    }

    /** Adds what is known of the last samples to a copy that ends with the given sample. */
    void addTo(Attempts copy, long end, int last) {
        for (int age = 0; age < last && slot != Long.MIN_VALUE; age++) {
            long from = end - age;
            if (from <= slot && from > slot - counts.length) {
                int target = counts.length - 1 - age;
                copy.counts[target] += counts[index(from)];
                copy.millis[target] += millis[index(from)];
            }
        }
    }

    /** All samples up to one, the oldest first. */
    Attempts copy(long end) {
        Attempts copy = new Attempts(counts.length);
        addTo(copy, end, counts.length);
        return copy;
    }

    /** How long one took on average within the latest sample of a ring, if that is this one; NaN if none has ended. */
    double meanOf(long latest) {
        int at = index(latest);
        return slot != latest || counts[at] == 0 ? Double.NaN : (double) millis[at] / counts[at];
    }

    private int index(long ofSlot) {
        return (int) Math.floorMod(ofSlot, (long) counts.length);
    }

    /** How many ended within some samples of a copy. */
    int count(int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += counts[i];
        }
        return sum;
    }

    /** How long those took together. */
    double millis(int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += millis[i];
        }
        return sum;
    }

    /** How long one took on average within some samples of a copy; NaN if none has ended. */
    double mean(int from, int to) {
        int count = count(from, to);
        return count == 0 ? Double.NaN : millis(from, to) / count;
    }

    /** How long one usually took: the median of the samples in which any ended; NaN if these are too few. */
    double usual(int from, int to) {
        double[] means = new double[Math.max(0, to - from)];
        int known = 0;
        for (int i = from; i < to; i++) {
            if (counts[i] > 0) {
                means[known++] = millis[i] / counts[i];
            }
        }
        return median(means, known);
    }

    /** How long one takes in the last three samples in which any ended, from a sample on; NaN if these are fewer. */
    double latest(int from) {
        double[] means = new double[LATEST];
        int known = 0;
        for (int i = counts.length - 1; i >= from && known < LATEST; i--) {
            if (counts[i] > 0) {
                means[known++] = millis[i] / counts[i];
            }
        }
        return known < LATEST ? Double.NaN : median(means, known);
    }

    /** In how many samples of a copy any ended. */
    int known(int from, int to) {
        return knownFrom(0, from, to);
    }

    /** In how many samples of a copy they took so long or longer on average. */
    int knownFrom(double least, int from, int to) {
        int known = 0;
        for (int i = from; i < to; i++) {
            known += counts[i] > 0 && millis[i] >= least * counts[i] ? 1 : 0;
        }
        return known;
    }

    /** How many times that began within some samples of a copy: two consecutive shorter samples end it. */
    int runsFrom(double least, int from, int to) {
        int runs = 0;
        int shorter = 2;
        for (int i = from; i < to; i++) {
            if (knownFrom(least, i, i + 1) > 0) {
                runs += shorter >= 2 ? 1 : 0;
                shorter = 0;
            } else if (counts[i] > 0) {
                shorter++;
            }
        }
        return runs;
    }

    /** The median of the first values, which it sorts; NaN if these are too few. */
    static double median(double[] values, int known) {
        if (known < ENOUGH) {
            return Double.NaN;
        }
        Arrays.sort(values, 0, known);
        return (values[(known - 1) / 2] + values[known / 2]) / 2;
    }
}
