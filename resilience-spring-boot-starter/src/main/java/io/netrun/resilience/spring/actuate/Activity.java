package io.netrun.resilience.spring.actuate;

import java.util.List;
import java.util.function.Supplier;

/**
 * When calls came to a name. Whether calls would pass is known for a minute after one: a name without any since then is
 * not healthy, but without calls.
 */
final class Activity {

    /** A minute, in samples: calls that come less often are not followed by green time in which nothing is known. */
    private static final int KNOWN = 12;

    private final boolean[] quiet = new boolean[History.SAMPLES];
    private final boolean later;

    private Activity(boolean later) {
        this.later = later;
    }

    /**
     * Of the instances of a name.
     *
     * @param tracks of those that are followed
     * @param later whether something has happened since the last sample
     * @param attempts those of the methods of the name; asked for only where the instances have counted nothing
     */
    static Activity of(List<Track> tracks, boolean later, Supplier<Attempts> attempts) {
        Activity activity = new Activity(later);
        boolean[] active = new boolean[History.SAMPLES];
        boolean[] known = new boolean[History.SAMPLES];
        for (Track track : tracks) {
            for (int i = 0; i < active.length; i++) {
                active[i] |= track.hasTraffic(i);
                known[i] |= track.isKnown(i);
            }
        }
        activity.fill(active);
        if (activity.isQuietWithin(known)) {
            Attempts ended = attempts.get();
            for (int i = 0; i < active.length; i++) {
                active[i] |= ended.count(i, i + 1) > 0;
            }
            activity.fill(active);
        }
        return activity;
    }

    private void fill(boolean[] active) {
        int since = KNOWN;
        for (int i = 0; i < active.length; i++) {
            since = active[i] ? 0 : since + 1;
            quiet[i] = since >= KNOWN;
        }
    }

    /** Whether there are samples of a time without calls. */
    private boolean isQuietWithin(boolean[] known) {
        for (int i = 0; i < known.length; i++) {
            if (known[i] && quiet[i]) {
                return true;
            }
        }
        return false;
    }

    /** Whether no call has come for a minute. */
    boolean isQuiet() {
        return !later && quiet[History.SAMPLES - 1];
    }

    /**
     * Of the time without calls, it is not known whether calls would have passed.
     *
     * @param as what that time is instead
     */
    void forget(byte[] states, LaneState as) {
        for (int i = 0; i < states.length; i++) {
            if (quiet[i] && states[i] == LaneState.CLOSED.rank()) {
                states[i] = as.rank();
            }
        }
    }
}
