package io.netrun.resilience.timeout;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call with a timer. The limit fails this future first and then cancels the call's own, which is never
 * completed in any other way. What happens at the limit runs callbacks of the user, so it happens on a worker and not on
 * the timer's thread.
 */
final class TimedCall<T extends @Nullable Object> extends RelayFuture<T> {

    private final Timeout timeout;
    private final Deadline limit;
    private volatile Ticker.@Nullable Scheduled timer;
    private volatile boolean expiring;

    TimedCall(Timeout timeout, Deadline limit) {
        this.timeout = timeout;
        this.limit = limit;
    }

    TimedCall<T> start(CompletableFuture<T> call) {
        try {
            timer = limit.schedule(() -> Workers.dispatch(this::expire));
        } catch (Throwable noTimer) {
            // A call whose time can not be limited is not let run: following it now cancels it.
            fail(noTimer);
        }
        follow(call);
        return this;
    }

    private void expire() {
        if (!isDone()) {
            expiring = true;
            completeExceptionally(timeout.giveUp());
        }
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        cancelTimer();
    }

    @Override
    protected void stop() {
        if (expiring) {
            limit.exceed();
        }
        cancelTimer();
        super.stop();
    }

    private void cancelTimer() {
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            scheduled.cancel();
        }
    }
}
