package io.netrun.resilience.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls and attempts of a name since its problem began, beside those of the minutes before: what distinguishes slow
 * work from too many calls. NaN is what is not known. Calls are those just before, since a problem is not of what had
 * changed earlier; attempts are those of five minutes.
 *
 * @param calls calls that come in a second
 * @param callsBefore calls that came in a second just before the problem began
 * @param attempt how long an attempt takes, in milliseconds
 * @param attemptBefore how long it took
 */
record Comparison(double calls, double callsBefore, double attempt, double attemptBefore) {

    /** What is so many times as much as before is worth a word. */
    private static final double MUCH = 1.5;

    /** So much longer no caller notices, whatever multiple it is. */
    private static final double LEAST_MILLIS = 5;

    /** The last minute. */
    private static final int RECENT = 12;

    /** Five minutes before the problem. */
    private static final int BEFORE = 60;

    /** What is different now. */
    enum Change {
        /** Attempts take longer. */
        SLOW,
        /** More calls come. */
        FLOOD
    }

    static Comparison of(
            double calls, @Nullable Track track, Attempts attempts, @Nullable Instant since, @Nullable Instant last) {
        return of(calls, track, attempts, since, last, began(since, last));
    }

    /**
     * Of a problem that began with calls that failed, before it was there.
     *
     * @param began the first sample that has something of it
     */
    static Comparison of(
            double calls,
            @Nullable Track track,
            Attempts attempts,
            @Nullable Instant since,
            @Nullable Instant last,
            int began) {
        int samples = History.SAMPLES;
        return new Comparison(
                calls,
                track == null ? Double.NaN : track.rateJustBefore(began, BEFORE),
                attempts.mean(recent(since, last), samples),
                attempts.usual(Math.max(0, began - BEFORE), began));
    }

    /** With what is known of the time before, when the problem began. */
    Comparison with(@Nullable Comparison began) {
        return began == null
                ? this
                : new Comparison(
                        calls,
                        Double.isNaN(began.callsBefore) ? callsBefore : began.callsBefore,
                        attempt,
                        Double.isNaN(began.attemptBefore) ? attemptBefore : began.attemptBefore);
    }

    /** With attempts that take as long as in most samples, if that is less: a few long ones are not slow work. */
    Comparison withoutOutliers(Attempts attempts, @Nullable Instant since, @Nullable Instant last) {
        double usual = attempts.usual(recent(since, last), History.SAMPLES);
        return usual < attempt ? new Comparison(calls, callsBefore, usual, attemptBefore) : this;
    }

    /** The first of the samples whose attempts are those of now: of the last minute, or since a problem began. */
    static int recent(@Nullable Instant since, @Nullable Instant last) {
        int samples = History.SAMPLES;
        boolean over = since == null || last == null;
        return over ? samples - RECENT : Math.max(Math.min(began(since, last), samples - 2), samples - RECENT);
    }

    /** The first of the samples that have something of a problem. */
    static int began(@Nullable Instant since, @Nullable Instant last) {
        int samples = History.SAMPLES;
        return samples - Math.min(samples, since == null || last == null ? 0 : ago(since, last));
    }

    /** The number of samples that have something of the time since then. */
    private static int ago(Instant since, Instant last) {
        long nanos = Duration.between(since, last).toNanos();
        long each = History.EACH.toNanos();
        return (int) Math.max(0, Math.min(History.SAMPLES, (nanos + each - 1) / each));
    }

    /** What has changed more; null if nothing has changed much. */
    @Nullable
    Change change() {
        double slower = attempt - attemptBefore < LEAST_MILLIS ? 0 : factor(attempt, attemptBefore);
        double more = factor(calls, callsBefore);
        if (Math.max(slower, more) < MUCH) {
            return null;
        }
        return slower > more ? Change.SLOW : Change.FLOOD;
    }

    private static double factor(double now, double before) {
        return Double.isNaN(now) || Double.isNaN(before) || now <= 0 ? 0 : now / before;
    }

    void addTo(Map<String, @Nullable Object> view) {
        if (change() != null) {
            view.put("change", JsonView.plain(change()));
        }
        put(view, "attemptMillis", attempt);
        Map<String, @Nullable Object> before = new LinkedHashMap<>();
        put(before, "calls", callsBefore);
        put(before, "attemptMillis", attemptBefore);
        if (!before.isEmpty()) {
            view.put("before", before);
        }
    }

    private static void put(Map<String, @Nullable Object> view, String key, double value) {
        if (!Double.isNaN(value)) {
            view.put(key, Overview.rounded(value));
        }
    }
}
