package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.spring.actuate.Overview.Cell;
import java.util.List;

/** The calls that came to a name within each sample, admitted or not; none if no pattern of the name counts them. */
final class Arrivals {

    private final long[] calls = new long[History.SAMPLES];

    private Arrivals() {}

    /** Of the instance that counts most in each sample: what one of them rejects does not reach the next one. */
    static Arrivals of(List<Cell> cells) {
        Arrivals arrivals = new Arrivals();
        for (Cell cell : cells) {
            Track track = cell.track();
            if (track != null && cell.countsCalls()) {
                for (int i = 0; i < arrivals.calls.length; i++) {
                    arrivals.calls[i] = Math.max(arrivals.calls[i], track.arrivals(i));
                }
            }
        }
        return arrivals;
    }

    long in(int sample) {
        return calls[sample];
    }
}
