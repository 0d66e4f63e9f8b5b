package io.netrun.resilience.reactor;

import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Workers;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An attempt whose source is being subscribed to. A source may emit, or wait, as long as it likes within
 * {@code subscribe}, and until that returns, the policies have no future to cancel. So a limit that fires, or another
 * attempt that is faster, cancels the source through the scope of the attempt.
 */
final class SourceInSubscribe extends Deadline.InFlight implements Runnable {

    /** Null once subscribe has returned: the scope may keep this for a while. */
    private volatile @Nullable Attempt attempt;

    private SourceInSubscribe(Attempt attempt) {
        this.attempt = attempt;
    }

    /** Begins to follow a scope, which may have been left already. */
    static SourceInSubscribe begin(Attempt attempt, Deadline scope) {
        SourceInSubscribe part = new SourceInSubscribe(attempt);
        scope.register(part);
        return part;
    }

    /** Follows the scope no longer: the attempt can be cancelled by its future. */
    void end() {
        tryEnd();
        attempt = null;
    }

    /** Foreign code may hold up the thread that leaves the scope no longer than it takes to read its context. */
    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        Attempt present = attempt;
        if (present == null || present.isLeft()) {
            return;
        }
        try {
            CallerContext context = capture();
            Workers.executeReliably(context == null ? this : () -> context.runAnyway(this));
        } catch (OutOfMemoryError full) {
            Workers.executeReliably(this);
        }
    }

    private static @Nullable CallerContext capture() {
        try {
            return CallerContext.capture();
        } catch (Throwable unusable) {
            return null;
        }
    }

    /** Cancels the source, on a worker. Must not be called by other code. */
    @Override
    public void run() {
        Attempt present = attempt;
        if (present != null) {
            present.cancelSource();
        }
    }

    /** What is followed. */
    interface Attempt {

        /** Returns whether the subscriber has cancelled: its own thread cancels the source. */
        boolean isLeft();

        /** Cancels the source, as soon as there is one. */
        void cancelSource();
    }
}
