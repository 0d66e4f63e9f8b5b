package io.netrun.resilience.sample.customer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalDouble;

/**
 * How long an answer usually takes: the median of the last minutes, without the time in which the shop was slow. What
 * is slow for a day is usual, as on the dashboard. Thread-safe.
 */
final class Pace {

    /** Fifteen minutes of samples, as the dashboard has. */
    static final int KEPT = 180;

    /** A day of samples. */
    static final int DAY = 24 * 720;

    /** A mean of fewer would be an accident. */
    private static final int ENOUGH = 3;

    /** What takes so much longer than usual is slow, as on the dashboard's cards. */
    private static final double MUCH = 1.5;

    private final Deque<Double> usual = new ArrayDeque<>();
    private Traffic.Counts last = new Traffic.Counts(0, 0, 0);
    private int slow;

    /** Adds what has been answered since the sample before; nothing without an answer. */
    synchronized void add(Traffic.Counts now) {
        long answered = now.answered() - last.answered();
        double mean = (now.totalMillis() - last.totalMillis()) / (double) Math.max(1, answered);
        last = now;
        if (answered <= 0) {
            return;
        }
        OptionalDouble before = usualMillis();
        if (before.isPresent() && mean >= MUCH * before.getAsDouble()) {
            if (++slow == DAY) {
                usual.clear();
                slow = 0;
            }
            return;
        }
        slow = 0;
        usual.addLast(mean);
        if (usual.size() > KEPT) {
            usual.removeFirst();
        }
    }

    /** How long an answer usually takes, in milliseconds; empty if too little is known. */
    synchronized OptionalDouble usualMillis() {
        double[] sorted =
                usual.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted.length < ENOUGH
                ? OptionalDouble.empty()
                : OptionalDouble.of((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
    }
}
