package io.netrun.resilience.retry;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.SpinBackoff;
import org.jspecify.annotations.Nullable;

/**
 * The scope of a call's attempts after the first one, by which a cancel reaches an attempt that has no future yet. A
 * superclass of the call and not an object of its own, to save its bytes.
 */
abstract sealed class FurtherAttempts<T extends @Nullable Object> extends CallFuture<T> permits CountedCall {

    private static final byte STARTING = (byte) 0x80;

    /** Null before the first of these attempts. */
    private volatile @Nullable Deadline scope;

    /**
     * 0, or {@link #STARTING} with the number of bodies begun in the scope, while a thread starts an attempt whose
     * future is not known yet.
     */
    private volatile byte starting;

    /**
     * Begins the start of an attempt. {@link #endStart()} must follow.
     *
     * @return the scope of the attempt
     */
    final Deadline beginStart(Deadline outer) {
        Deadline further = scope;
        if (further == null) {
            further = outer.child();
            scope = further;
            if (hasEnded()) {
                further.tryStop();
            }
        }
        starting = startOf(further);
        return further;
    }

    /** Ends the start of an attempt: its future is followed, or it is not made. */
    final void endStart() {
        starting = 0;
    }

    private static byte startOf(Deadline further) {
        return (byte) (STARTING | further.begun());
    }

    /** Waits briefly for another thread that starts an attempt, so that its future can be cancelled. */
    final void awaitStart() {
        Deadline further = scope;
        byte start = starting;
        if (further != null && start != 0) {
            SpinBackoff.awaitStart(() -> starting == 0, () -> start != startOf(further));
        }
    }

    /** Stops the attempts: the call was ended from outside. */
    final void stopFurther() {
        Deadline further = scope;
        if (further != null) {
            further.tryStop();
        }
    }

    /** Ends the scope with the call. */
    final void endFurther() {
        Deadline further = scope;
        if (further != null) {
            further.end();
        }
    }
}
