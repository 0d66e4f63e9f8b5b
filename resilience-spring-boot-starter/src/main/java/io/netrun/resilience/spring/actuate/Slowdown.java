package io.netrun.resilience.spring.actuate;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Attempts of a name that take several times as long as they did before, as far as samples go, for some samples
 * already.
 *
 * @param since since when, to a sample
 * @param attempt how long one usually takes now, in milliseconds
 * @param before how long one usually took, in milliseconds
 */
record Slowdown(Instant since, double attempt, double before) {

    /** What takes so many times as long is slow, whatever else happens: less may be chance. */
    private static final double MUCH = 3;

    /** Less than that more is no matter for callers. */
    private static final double LEAST_MILLIS = 10;

    /** So many samples are more than a few long attempts. */
    private static final int LEAST_NOW = 4;

    /** From so many samples it is known how it was before. */
    private static final int LEAST_BEFORE = 6;

    /** The last minute. */
    private static final int RECENT = 12;

    /** Of samples with both long and short attempts, one in four is no beginning. */
    private static final int SELDOM = 4;

    /** A name may have been slow before, so many times; what is so more often varies. */
    private static final int MOST_BEFORE = 3;

    /**
     * Of some methods together, one of which is slow by itself: more calls of a method that always takes longer are no
     * slow work.
     *
     * @param attempts those of some methods, in a copy of all samples
     * @param last when the latest sample was taken
     */
    static @Nullable Slowdown of(
            Collection<String> methods, Function<Collection<String>, Attempts> attempts, @Nullable Instant last) {
        Slowdown all = last == null ? null : of(attempts.apply(methods), last);
        if (all == null || last == null || methods.size() == 1) {
            return all;
        }
        boolean one = methods.stream().anyMatch(method -> of(attempts.apply(List.of(method)), last) != null);
        return one ? all : null;
    }

    private static @Nullable Slowdown of(Attempts attempts, Instant last) {
        int end = History.SAMPLES;
        double latest = attempts.latest(end - RECENT);
        if (!(latest >= LEAST_MILLIS)) {
            return null;
        }
        int began = began(attempts, latest);
        double now = attempts.usual(Math.max(began, end - RECENT), end);
        double before = attempts.usual(0, began);
        boolean much = now >= MUCH * before && now - before >= LEAST_MILLIS;
        int longNow = attempts.knownFrom(now / 2, began, end);
        if (!much || longNow < LEAST_NOW) {
            return null;
        }
        int known = attempts.known(0, began);
        int longBefore = attempts.knownFrom(now / 2, 0, began);
        boolean seldom = known >= LEAST_BEFORE
                && (longBefore * SELDOM <= known || attempts.runsFrom(now / 2, 0, began) <= MOST_BEFORE);
        boolean mostly = longNow * SELDOM >= attempts.known(began, end) * (SELDOM - 1);
        Instant since = last.minus(History.EACH.multipliedBy(end - (long) began));
        return seldom && mostly ? new Slowdown(since, now, before) : null;
    }

    /** The first sample after the last two, one after the other, in which attempts were much shorter. */
    private static int began(Attempts attempts, double latest) {
        int began = History.SAMPLES;
        int shorter = 0;
        for (int i = History.SAMPLES - 1; i >= 0 && shorter < 2; i--) {
            double mean = attempts.mean(i, i + 1);
            if (mean * MUCH <= latest) {
                shorter++;
            } else if (!Double.isNaN(mean)) {
                shorter = 0;
                began = i;
            }
        }
        return shorter < 2 ? 0 : began;
    }

    void addTo(Map<String, @Nullable Object> view) {
        view.put("attemptMillis", Overview.rounded(attempt));
        view.put("before", Overview.rounded(before));
        view.put("since", since.toString());
    }
}
