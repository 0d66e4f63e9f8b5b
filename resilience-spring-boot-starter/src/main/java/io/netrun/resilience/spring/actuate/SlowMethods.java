package io.netrun.resilience.spring.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of a name in the last samples, of which some are slow: how slow they are together. Not thread-safe. */
final class SlowMethods {

    private final List<Method> methods = new ArrayList<>();
    private double count;
    private double millis;
    /** How long the attempts would have taken together, if none were slow. */
    private double usually;

    private record Method(Slowdown slowdown, double excess) {}

    /**
     * Adds a method.
     *
     * @param attempts a copy of all samples
     * @param from the first of the last samples
     */
    void add(Attempts attempts, @Nullable Slowdown slowdown, int from) {
        int number = attempts.count(from, History.SAMPLES);
        double taken = attempts.millis(from, History.SAMPLES);
        double usual = slowdown == null ? taken : number * slowdown.before();
        count += number;
        millis += taken;
        usually += usual;
        if (slowdown != null) {
            methods.add(new Method(slowdown, taken - usual));
        }
    }

    /**
     * How slow they are together; null if they are not.
     *
     * @param usual how long an attempt of any usually takes in the last samples, in milliseconds; NaN if too few are
     *     known
     */
    @Nullable
    Slowdown together(double usual) {
        if (count == 0) {
            return null;
        }
        double now = Double.isNaN(usual) ? millis / count : usual;
        double before = usually / count;
        return Slowdown.isStill(now, before) ? new Slowdown(since(before), now, before) : null;
    }

    /**
     * In which samples the attempts of some methods together were slow, the oldest first.
     *
     * @param methods the rings of the methods
     * @param end the latest sample
     */
    static boolean[] samples(List<Attempts> methods, long end) {
        boolean[] slow = new boolean[History.SAMPLES];
        int without = 0;
        for (int i = 0; i < slow.length; i++) {
            long slot = end - slow.length + 1 + i;
            int number = 0;
            double taken = 0;
            double usual = 0;
            for (Attempts method : methods) {
                number += method.countOf(slot);
                taken += method.millisOf(slot);
                usual += method.usualMillisOf(slot);
            }
            without = number == 0 ? without + 1 : 0;
            slow[i] = number == 0
                    ? i > 0 && slow[i - 1] && without < Slowdown.RECENT // until the next one ends
                    : Slowdown.isStill(taken / number, usual / number);
        }
        return slow;
    }

    /** Since when one of them alone makes them slow, or that one which takes most of the time. */
    private Instant since(double before) {
        return methods.stream()
                .filter(method -> Slowdown.isStill(before + method.excess / count, before))
                .map(method -> method.slowdown.since())
                .min(Comparator.naturalOrder())
                .orElseGet(() -> methods.stream()
                        .max(Comparator.comparingDouble(Method::excess))
                        .orElseThrow()
                        .slowdown
                        .since());
    }
}
