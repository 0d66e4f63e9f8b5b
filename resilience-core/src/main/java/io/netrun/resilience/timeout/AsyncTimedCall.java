package io.netrun.resilience.timeout;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.HeldEvents;
import io.netrun.resilience.RelayFuture;
import io.netrun.resilience.Ticker;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call with a timer. When the timeout fires, inner policies are notified, the call's own future is
 * cancelled, which is never completed in any other way, and then this future fails. All of that runs user code, so it
 * runs on a worker thread and not on the timer's.
 */
final class AsyncTimedCall<T extends @Nullable Object> extends RelayFuture<T> implements Runnable {

    private static final VarHandle UNANNOUNCED = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "unannounced", VarHandle.class, AsyncTimedCall.class, boolean.class);

    private final Timeout timeout;
    private final TimeoutConfig config;
    private final Deadline limit;
    private final @Nullable AdaptedCall<?> adapted;
    private final CallerContext context;
    private volatile Ticker.@Nullable Scheduled timer;
    private boolean expired; // confined to the thread that expires the call

    /** Whether it is still to be announced that the timeout has fired. */
    @SuppressWarnings("UnusedVariable") // read by its handle
    private volatile boolean unannounced;

    AsyncTimedCall(Timeout timeout, TimeoutConfig config, Deadline limit, Object body) {
        this.timeout = timeout;
        this.config = config;
        this.limit = limit;
        this.adapted = body instanceof AdaptedCall<?> call ? call : null;
        this.context = CallerContext.capture();
    }

    AsyncTimedCall<T> start(CompletableFuture<T> call) {
        try {
            timer = limit.scheduleHandOver(this);
        } catch (Throwable noTimer) {
            // A call whose time cannot be limited must not run: following it now cancels it.
            fail(noTimer);
        }
        follow(call);
        if (hasEnded()) {
            cancelTimer();
        }
        return this;
    }

    /** Fires the timeout. If the caller's context cannot be restored, the call is limited without it. */
    @Override
    public void run() {
        Runnable expiry;
        try {
            expiry = this::expire;
        } catch (OutOfMemoryError full) {
            expire();
            return;
        }
        context.runAnyway(expiry);
    }

    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    private void expire() {
        if (tryEnd()) {
            expired = true;
            unannounced = true;
            HeldEvents events = HeldEvents.begin();
            try {
                releaseThenPublish(null, exceeded(), context, events);
            } finally {
                HeldEvents.end(events);
            }
            clearContext();
        }
    }

    /** Returns the exception for the caller; if creating it fails, another failure is better than none. */
    private Throwable exceeded() {
        try {
            return timeout.exceeded(config, limit.tryExceed(timeout.title()), null);
        } catch (Throwable outOfMemory) {
            return outOfMemory;
        }
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        if (tryEndWithInner()) {
            try {
                limit.end();
                cancelTimer();
                clearContext();
            } finally {
                publish(value, failure);
            }
            context.clear();
        } else if (failure != null && isDone()) {
            clearContext();
        }
    }

    @Override
    public boolean wantsLateResult() {
        return timeout.wantsLateResults() || super.wantsLateResult();
    }

    @Override
    protected boolean onLateResult(T value) {
        boolean taken = true;
        if (adapted == null && !timeout.wantsLateResults()) {
            taken = super.onLateResult(value);
        } else {
            context.runAnyway(() -> discard(value));
        }
        if (isDone()) {
            context.clear();
        }
        return taken;
    }

    @Override
    protected boolean tryTakeBack(T value) {
        if (!timeout.wantsLateResults()) {
            return super.tryTakeBack(value);
        }
        context.runAnyway(() -> discard(value));
        return true;
    }

    @Override
    protected boolean takesBack() {
        return timeout.wantsLateResults() || super.takesBack();
    }

    /** A result is late as soon as the call is given up by what is around it, which is about to cancel this future. */
    @Override
    protected boolean isGivenUp() {
        return hasEnded() || limit.isOver();
    }

    /** The context is kept for the hooks of a late result, which may come from a source that is not known here. */
    private void clearContext() {
        if (!timeout.wantsLateResults()) {
            context.clear();
        }
    }

    private void discard(T value) {
        if (adapted == null || !adapted.discard(value)) {
            timeout.discard(value);
        }
    }

    @Override
    protected void stop() {
        try {
            limit.tryStop();
            cancelTimer();
        } finally {
            super.stop();
        }
        if (expired) {
            markReleased();
            Runnable announcement = takeAnnouncement();
            if (announcement != null) {
                announcement.run();
            }
        } else {
            clearContext();
        }
    }

    @Override
    protected @Nullable Runnable takeAnnouncement() {
        return UNANNOUNCED.compareAndSet(this, true, false) ? () -> timeout.announce(config) : null;
    }

    private void cancelTimer() {
        Ticker.Scheduled scheduled = timer;
        if (scheduled != null) {
            timer = null;
            scheduled.cancel();
        }
    }
}
