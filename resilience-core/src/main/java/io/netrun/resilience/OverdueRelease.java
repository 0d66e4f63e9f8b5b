package io.netrun.resilience;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the end of a call while what it holds is still being released, if the release blocks in foreign code, such
 * as a future's {@code cancel}. A runnable thread is given more time, because it may only be waiting for a processor,
 * or for another thread that is; and if an end is published early, callers observe permits that are not free yet.
 */
final class OverdueRelease implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(OverdueRelease.class);

    /** The time between two checks of the thread. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** The maximum number of checks of a runnable thread: half a second. */
    private static final int MAX_LOOKS = 50;

    private final Thread releasing = Thread.currentThread();
    private final Runnable publication;
    private volatile boolean released;
    private volatile Ticker.@Nullable Scheduled timer;
    private int looks; // the checks follow each other

    private OverdueRelease(Runnable publication) {
        this.publication = Workers.handOver(publication);
    }

    /**
     * Starts to watch the calling thread, which begins to release what a call holds.
     *
     * @param publication ends the call's future, unless that has ended
     * @return null if no timer can be set, so that the future ends only after the release
     */
    static @Nullable OverdueRelease watch(Runnable publication) {
        try {
            OverdueRelease release = new OverdueRelease(publication);
            release.lookLater();
            return release;
        } catch (OutOfMemoryError full) {
            return null; // which would also be lacking for the text of a warning
        } catch (Throwable noTimer) {
            SafeLog.warn(log, "No timer could be set for the stop of a call; the stop may block", noTimer);
            return null;
        }
    }

    /** Stops watching: everything is released. */
    void released() {
        released = true;
        Ticker.Scheduled scheduled = timer;
        try {
            if (scheduled != null) {
                scheduled.cancel();
            }
        } catch (OutOfMemoryError full) {
            // It looks once more, and finds everything released.
        }
    }

    private void lookLater() {
        timer = Ticker.system().schedule(this, LOOK_NANOS);
    }

    /** Runs on the timer's thread. */
    @Override
    public void run() {
        if (released) {
            return;
        }
        if (++looks < MAX_LOOKS && !isBlocked()) {
            try {
                lookLater();
                return;
            } catch (OutOfMemoryError full) {
                // The end is published now, and nothing must come before that.
            } catch (Throwable noTimer) {
                SafeLog.warn(log, "The end of a call is published before all its resources are released", noTimer);
            }
        }
        publication.run();
    }

    /** A thread that waits for another one which is running, or about to run, is not blocked. */
    private boolean isBlocked() {
        return !SpinBackoff.isWaitingBriefly(releasing) && !isRunnable() && !SpinBackoff.isWaitingBriefly(releasing);
    }

    /** The class of the thread may be foreign code. If it does not answer, the checks end by their number. */
    private boolean isRunnable() {
        try {
            return releasing.getState() == Thread.State.RUNNABLE;
        } catch (Throwable unknown) {
            return true;
        }
    }
}
