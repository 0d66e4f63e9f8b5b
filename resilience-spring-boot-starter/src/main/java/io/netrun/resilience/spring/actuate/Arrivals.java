package io.netrun.resilience.spring.actuate;

import java.util.List;

/**
 * The calls that came to a name within each sample, admitted or not, and since the last one; none if no pattern of the
 * name counts them.
 */
final class Arrivals {

    private final long[] calls = new long[History.SAMPLES + 1];

    private Arrivals() {}

    /** Of the instance that counts most in each sample: what one of them rejects does not reach the next one. */
    static Arrivals of(List<Cell> cells) {
        Arrivals arrivals = new Arrivals();
        for (Cell cell : cells) {
            Track track = cell.track();
            if (track != null && cell.countsCalls()) {
                for (int i = 0; i < History.SAMPLES; i++) {
                    arrivals.calls[i] = Math.max(arrivals.calls[i], track.arrivals(i));
                }
                int later = History.SAMPLES;
                arrivals.calls[later] = Math.max(arrivals.calls[later], track.laterArrivals(cell.figures()));
            }
        }
        return arrivals;
    }

    /** Within a sample; since the last one, if it is {@link History#SAMPLES}. */
    long in(int sample) {
        return calls[sample];
    }
}
