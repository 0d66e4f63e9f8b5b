package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.actuate.Track.Series;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import org.jspecify.annotations.Nullable;

/** One instance of a name. */
record Cell(
        PatternDescriptor<?, ?> pattern,
        Policy policy,
        Figures figures,
        @Nullable Track track) {

    /** A rate is that of the last ten seconds. */
    static final int RECENT = 2;

    private static final String CALLS = "Calls";

    double rate(Series series) {
        return rate(series, RECENT);
    }

    /** In the last samples. */
    double rate(Series series, int samples) {
        return track == null ? Double.NaN : track.rate(series, samples);
    }

    /** The calls that came in a second of the last samples, whether they were admitted or not. */
    double arriving(int samples) {
        return rate(Series.CALLS, samples) + rate(Series.REJECTIONS, samples);
    }

    /**
     * In so many of the last samples as are those of the circuit's present state. Where there is none yet, only what
     * rejects calls whatever the circuit does is known.
     */
    double present(Series series, int samples) {
        return rate(series, samples == 0 && figures.rejects() && !figures.isCircuit() ? RECENT : samples);
    }

    /** Whether something has happened since the last sample; of one that is not followed, ever. */
    boolean hasLaterTraffic() {
        return track == null ? figures.traffic() > 0 : track.hasLaterTraffic(figures);
    }

    /** Whether its pattern counts every call that it admits. */
    boolean countsCalls() {
        return countsCalls(pattern);
    }

    static boolean countsCalls(PatternDescriptor<?, ?> pattern) {
        return pattern.callCounts().label().equals(CALLS)
                && !pattern.callCounts().metrics().isEmpty();
    }
}
