package io.netrun.resilience.hedge;

import io.netrun.resilience.CallerContext;
import io.netrun.resilience.LateReceiver;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The attempts that run on after their call has ended, because they ignore that they were cancelled: each gives back
 * its slot when it is over, and its result is discarded. They may run for ever, so that the call, and with it the
 * result, is not reachable from here.
 *
 * @param head the first attempt of the call, which has the counts
 * @param context the caller's context, for the hooks of late results; cleared if there are none
 * @param onWorkers whether each attempt runs on a worker, which records itself that the attempt leaves: it may run on
 *     although its future has ended
 * @param outer receives the results instead of the hedge's hooks; null for none
 */
record LateAttempts<T extends @Nullable Object>(
        Hedge hedge,
        Attempt<T> head,
        CallerContext context,
        boolean onWorkers,
        @Nullable LateReceiver<T> outer) implements AttemptOwner<T> {

    @Override
    public void ended(Attempt<T> attempt, T value, @Nullable Throwable failure) {
        CompletableFuture<T> future = attempt.future();
        try {
            attempt.scope().end();
        } finally {
            attempt.settle();
            if (!onWorkers) {
                leave(attempt);
            }
        }
        if (failure == null && (wantsLateResult() || !AttemptRace.giveBack(future, value))) {
            discardLate(value);
        }
    }

    @Override
    public void discardLate(T result) {
        context.runAnyway(() -> discard(result));
    }

    @Override
    public boolean wantsLateResult() {
        return outer != null || hedge.wantsLateResults();
    }

    @Override
    public void leave(Attempt<T> attempt) {
        AttemptRace.leave(attempt, head, hedge, null);
    }

    @Override
    public void discard(T result) {
        if (outer == null) {
            hedge.discard(result);
        } else {
            outer.receiveLateResult(result);
        }
    }

    /** The call has ended. */
    @Override
    public void giveUp(Throwable failure) {}
}
