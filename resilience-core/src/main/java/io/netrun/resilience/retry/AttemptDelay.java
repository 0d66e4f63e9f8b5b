package io.netrun.resilience.retry;

import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.WaitInScope;
import io.netrun.resilience.Workers;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The delay before the next attempt of an asynchronous call. It ends once: with its time, with the call, or when the
 * retry is shut down.
 */
final class AttemptDelay<T extends @Nullable Object> extends WaitInScope<AsyncRetryCall<T>>
        implements PendingWaits.Waiting {

    private final Retry retry;
    private final Deadline deadline;
    private final CallerContext context;
    private final long nanos;
    private volatile Ticker.@Nullable Scheduled timer;

    AttemptDelay(AsyncRetryCall<T> call, Retry retry, Deadline deadline, CallerContext context, long nanos) {
        super(call);
        this.retry = retry;
        this.deadline = deadline;
        this.context = context;
        this.nanos = nanos;
    }

    void begin(AsyncRetryCall<T> call) {
        try {
            timer = retry.ticker().schedule(Workers.handOverWhenDue(call::resumeInContext), nanos);
        } catch (Throwable noTimer) {
            retry.reportNoTimer(noTimer);
            if (tryFinish()) {
                call.giveUpAttempts(RetrySequence::onNoTimer);
            }
            return;
        }
        retry.pendingWaits().register(this);
        deadline.register(this);
        if (call.isOver() && tryFinish()) {
            call.forgetAttempts();
        }
        if (hasEnded()) {
            release();
        }
    }

    /** Ends the delay. Returns false if it has ended before. */
    boolean tryFinish() {
        boolean ends = tryEndWait();
        if (ends) {
            release();
        }
        return ends;
    }

    private void release() {
        retry.pendingWaits().unregister(this);
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            timer = null;
            scheduled.cancel();
        }
    }

    @Override
    public void onShutdown() {
        AsyncRetryCall<T> delayed = waiting();
        if (tryFinish() && delayed != null) {
            endOnWorker(delayed, RetrySequence::onShutdown);
        }
    }

    /** An outer policy has abandoned the call, which does not necessarily cancel this future. */
    @Override
    protected void onOver(AsyncRetryCall<T> delayed) {
        release();
        endOnWorker(delayed, RetrySequence::cancelled);
    }

    private void endOnWorker(AsyncRetryCall<T> delayed, Consumer<RetrySequence> reason) {
        try {
            Workers.executeReliably(() -> context.runAnyway(() -> delayed.giveUpAttempts(reason)));
        } catch (OutOfMemoryError full) {
            delayed.giveUpAttempts(reason); // nobody else ends the call
        }
    }
}
