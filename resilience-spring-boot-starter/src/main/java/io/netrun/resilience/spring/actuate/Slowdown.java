package io.netrun.resilience.spring.actuate;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Attempts that take several times as long as they did before, as far as samples go, for some samples already.
 *
 * @param since since when, to a sample
 * @param attempt how long one usually takes now, in milliseconds
 * @param before how long one usually took, in milliseconds
 */
record Slowdown(Instant since, double attempt, double before) {

    /** What takes so many times as long is slow, whatever else happens: less may be chance. */
    private static final double MUCH = 3;

    /**
     * What is slow stays so until it takes less than so many times as long: times near a limit would cross it often.
     */
    private static final double STILL = 2;

    /** Less than that more is no matter for callers. */
    private static final double LEAST_MILLIS = 10;

    /** So many samples are more than a few long attempts. */
    private static final int LEAST_NOW = 4;

    /** From so many samples it is known how it was before. */
    private static final int LEAST_BEFORE = 6;

    /** The last minute. */
    static final int RECENT = 12;

    /** Of samples with both long and short attempts, one in four is no beginning. */
    private static final int SELDOM = 4;

    /** A method may have been slow before, so many times; what is so more often varies. */
    static final int MOST_BEFORE = 3;

    /** Whether attempts take so long that it may matter, however long they took before. */
    static boolean isLong(double millis) {
        return millis >= LEAST_MILLIS;
    }

    /** Whether attempts that were slow still are. */
    static boolean isStill(double millis, double before) {
        return millis >= STILL * before && millis - before >= LEAST_MILLIS;
    }

    /**
     * Of a method that has become slow within the samples.
     *
     * @param attempts a copy of all samples
     * @param last when the latest sample was taken
     */
    static @Nullable Slowdown of(Attempts attempts, Instant last) {
        int end = History.SAMPLES;
        double latest = attempts.latest(end - RECENT);
        int began = isLong(latest) ? began(attempts, latest, 0) : 0;
        double before = attempts.usual(0, began);
        Slowdown slowdown = since(attempts, began, before, last);
        if (slowdown == null) {
            return null;
        }
        int known = attempts.known(0, began);
        int longBefore = attempts.knownFrom(slowdown.attempt / 2, 0, began);
        boolean seldom = known >= LEAST_BEFORE
                && (longBefore * SELDOM <= known || attempts.runsFrom(slowdown.attempt / 2, 0, began) <= MOST_BEFORE);
        return seldom ? slowdown : null;
    }

    /**
     * Of a method that is slow again, however long it was so before.
     *
     * @param usual how long its attempts took before it was slow first, in milliseconds
     * @param well how many of the last samples came after the end of that
     */
    static @Nullable Slowdown again(Attempts attempts, double usual, int well, Instant last) {
        int end = History.SAMPLES;
        double latest = attempts.latest(end - Math.min(well, RECENT));
        return isLong(latest) ? since(attempts, began(attempts, latest, Math.max(0, end - well)), usual, last) : null;
    }

    private static @Nullable Slowdown since(Attempts attempts, int began, double before, Instant last) {
        int end = History.SAMPLES;
        double now = attempts.usual(Math.max(began, end - RECENT), end);
        if (!(now >= MUCH * before && now - before >= LEAST_MILLIS)) {
            return null;
        }
        int longNow = attempts.knownFrom(now / 2, began, end);
        boolean mostly = longNow * SELDOM >= attempts.known(began, end) * (SELDOM - 1);
        return mostly && longNow >= LEAST_NOW
                ? new Slowdown(last.minus(History.EACH.multipliedBy(end - (long) began)), now, before)
                : null;
    }

    /** The first sample after the last two, one after the other, in which attempts were much shorter. */
    private static int began(Attempts attempts, double latest, int from) {
        int began = History.SAMPLES;
        int shorter = 0;
        for (int i = History.SAMPLES - 1; i >= from && shorter < 2; i--) {
            double mean = attempts.mean(i, i + 1);
            if (mean * MUCH <= latest) {
                shorter++;
            } else if (!Double.isNaN(mean)) {
                shorter = 0;
                began = i;
            }
        }
        return shorter < 2 ? from : began;
    }

    void addTo(Map<String, @Nullable Object> view) {
        view.put("attemptMillis", Overview.rounded(attempt));
        view.put("before", Overview.rounded(before));
        view.put("since", since.toString());
    }
}
