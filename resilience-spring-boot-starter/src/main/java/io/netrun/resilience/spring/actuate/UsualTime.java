package io.netrun.resilience.spring.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How long the attempts of a method usually take, from the sample on in which they became slow: the samples of fifteen
 * minutes would soon have nothing of the time before. It is looked at with each sample, whether anybody reads it or
 * not. Not thread-safe.
 */
final class UsualTime {

    /** What has been so for so long is usual. */
    private static final Duration LONGEST = Duration.ofHours(24);

    /** So many samples with quick attempts, one after the other, are the end. */
    private static final int OVER = 2;

    /** When it became slow, the last times, in samples. */
    private final long[] entries = new long[Slowdown.MOST_BEFORE + 1];

    private @Nullable Slowdown slowdown;
    /** How long attempts took before the latest slowdown; NaN if the samples know that themselves. */
    private double usual = Double.NaN;

    private int quick;
    /** The latest sample with an attempt while they were slow, and the one with which that ended. */
    private long latest;

    private long over;

    UsualTime() {
        Arrays.fill(entries, Long.MIN_VALUE / 2);
    }

    /** That attempts are slow, since when, and how long they took before; null if they are not. */
    @Nullable
    Slowdown slowdown() {
        return slowdown;
    }

    /**
     * Looks at a sample that has just been added.
     *
     * @param attempts the ring, whose latest sample that is
     */
    void sampled(Attempts attempts, long slot, Instant now) {
        double mean = attempts.meanOf(slot);
        if (slowdown != null) {
            stay(slowdown, mean, slot, now);
            if (slowdown != null && quick == 0) {
                attempts.markSlow(1, slowdown.before());
            }
            return;
        }
        if (slot - over > History.SAMPLES) {
            usual = Double.NaN;
        }
        if (Slowdown.isLong(mean)) {
            enter(attempts, attempts.copy(slot), slot, now);
        }
    }

    private void enter(Attempts attempts, Attempts copy, long slot, Instant now) {
        Slowdown found = Slowdown.of(copy, now);
        if (found == null && !Double.isNaN(usual) && slot - entries[0] > History.SAMPLES) {
            found = Slowdown.again(copy, usual, (int) (slot - over), now);
        }
        if (found != null) {
            slowdown = found;
            attempts.markSlow(
                    (int) (Duration.between(found.since(), now).toNanos() / History.EACH.toNanos()), found.before());
            quick = 0;
            latest = slot;
            System.arraycopy(entries, 1, entries, 0, entries.length - 1);
            entries[entries.length - 1] = slot;
        }
    }

    /** Without any attempt nothing changes, until nothing is known any more. */
    private void stay(Slowdown since, double mean, long slot, Instant now) {
        boolean none = Double.isNaN(mean);
        latest = none ? latest : slot;
        if (slot - latest >= History.SAMPLES
                || Duration.between(since.since(), now).compareTo(LONGEST) >= 0) {
            slowdown = null;
            usual = Double.NaN;
        } else if (!none) {
            quick = Slowdown.isStill(mean, since.before()) ? 0 : quick + 1;
            if (quick >= OVER) {
                slowdown = null;
                usual = since.before();
                over = slot;
            }
        }
    }
}
