package io.netrun.resilience;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that waits, as a part of the call around it. An object of its own, which lets go of the waiting call with the
 * end of the wait: the scope may retain its parts longer. Thread-safe.
 *
 * @apiNote For authors of policies.
 * @param <C> the call that waits, or its thread
 */
public abstract class WaitInScope<C> extends Deadline.InFlight {

    /** Null once the wait has ended. */
    private volatile @Nullable C waiting;

    /** Constructor for subclasses. */
    protected WaitInScope(C waiting) {
        this.waiting = waiting;
    }

    /** Returns the call that waits; null once the wait has ended. */
    protected final @Nullable C waiting() {
        return waiting;
    }

    /** Ends the wait by itself, as {@link #tryEnd()} does, and lets go of the call. */
    protected final boolean tryEndWait() {
        boolean ends = tryEnd(); // otherwise another thread is about to read the call
        if (ends) {
            waiting = null;
        }
        return ends;
    }

    @Override
    protected final void onOver(boolean exceeded, Consumer<Throwable> failures) {
        C call = waiting;
        waiting = null;
        if (call != null) {
            onOver(call);
        }
    }

    /** Ends a wait because the call around it was abandoned; see {@link #onOver(boolean, Consumer)}. */
    protected abstract void onOver(C call);
}
