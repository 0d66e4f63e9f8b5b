package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Guard;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * A call through a guard that was made by a subscription. It has its own scope, which is stopped when the subscriber
 * cancels: everything that the policies hold for the call is settled at that moment, even if the source is emitting
 * while it is subscribed to and the policies have no future of it yet.
 *
 * @param <T> the elements
 * @param <R> the result of the call's future
 */
abstract class SubscribedCall<T, R extends @Nullable Object> extends Delivery<T> {

    /** In real time, which the threads of other operators need. */
    private static final long CANCEL_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Deadline outer;
    private final Deadline scope;
    private final Deadline reader;

    /** The scope that the call would be in if it were certain that it is made for one reader; null if it is in it. */
    private final @Nullable Deadline uncertain;

    /** Whether the call around it is that of the subscriber's context, whose end cancels this subscription as well. */
    private final boolean isCancelledWithOuter;

    private volatile Ticker.@Nullable Scheduled lateEnd;
    private volatile @Nullable CompletableFuture<R> future;

    SubscribedCall(CoreSubscriber<? super T> subscriber) {
        super(subscriber);
        Deadline around = ScopeContext.scopeOf(context());
        Deadline own = around.child();
        // Without a scope, what the subscriber does belongs to the call whose body has subscribed it.
        Deadline ofReader = around == Deadline.NONE ? Deadline.current() : around;
        Deadline left = null;
        if (ofReader != Deadline.NONE && !ReaderChain.leadsToOneReader(subscriber)) {
            // Others may receive it long after the first subscriber's call. If there are none, that call cancels it.
            left = ofReader;
            around = ScopeContext.outermost();
            own = around.child();
            ofReader = around;
        }
        own.detach();
        this.isCancelledWithOuter = around == context().getOrDefault(Deadline.contextKey(), null);
        this.outer = around;
        this.scope = own;
        this.reader = ofReader;
        this.uncertain = left;
    }

    @Override
    final Deadline reader() {
        return reader;
    }

    /** Decides that the subscriber has cancelled, before its call is stopped. */
    abstract void leave();

    /** Cancels the sources that the call has subscribed to so far. Foreign code. */
    abstract void cancelSources();

    /** Receives the end of the call, unless the subscriber has cancelled before. */
    abstract void onEnd(R result, @Nullable Throwable failure);

    /** Subscribes the subscriber, and makes the call unless the subscriber cancels immediately. */
    final void start(Guard guard, AdaptedCall<R> call) {
        subscribe();
        startSubscribed(guard, call);
        throwFatal();
    }

    private void startSubscribed(Guard guard, AdaptedCall<R> call) {
        if (isCancelled()) {
            return;
        }
        CompletableFuture<R> begun = begin(guard, call);
        future = begun;
        if (isCancelled()) {
            ForeignStage.cancel(begun);
        }
        boolean followed = false;
        try {
            ForeignStage.onEnd(begun, (result, failure) -> {
                scope.end();
                endOrFail(result, failure);
                return null;
            });
            followed = true;
            outer.cancelWithScope(begun);
        } catch (Throwable thrown) {
            giveUp(begun, followed, thrown);
        }
    }

    /**
     * Ends the delivery. If the call around this has just been given up, its cancellation is on the way to this
     * subscription through the operators in between, none of which should see an error before it, as it would from no
     * other source. In case it does not come, the subscription ends nevertheless.
     */
    final void finish(@Nullable Throwable failure) {
        if (failure instanceof CancellationException && isCancelledWithOuter && outer.isOver() && !isCancelled()) {
            endLater(failure);
        } else {
            end(failure);
        }
    }

    private void endLater(Throwable failure) {
        try {
            CallerContext context = CallerContext.capture();
            lateEnd = Ticker.system()
                    .schedule(Workers.handOver(() -> context.runAnyway(() -> end(failure))), CANCEL_GRACE_NANOS);
        } catch (Throwable noTimer) {
            end(failure);
            return;
        }
        if (isCancelled()) {
            cancelLateEnd();
        }
    }

    private void cancelLateEnd() {
        Ticker.Scheduled late = lateEnd;
        if (late != null) {
            late.cancel();
        }
    }

    /** Whatever fails, no subscriber may wait for ever. */
    private void endOrFail(R result, @Nullable Throwable failure) {
        try {
            onEnd(result, failure);
        } catch (Throwable thrown) {
            endUnlessDone(failure == null ? thrown : failure);
            throw thrown;
        }
    }

    /** Stops a call that could not be connected with its subscriber, or with the call around it. */
    @SuppressWarnings("NullAway") // with a failure, the result is ignored
    private void giveUp(CompletableFuture<R> begun, boolean followed, Throwable thrown) {
        scope.tryStop();
        ForeignStage.cancel(begun);
        cancelSources();
        if (!followed) {
            endOrFail(null, thrown);
        }
    }

    /** Stops the call, or lets a limit around it be exceeded that the call does not know and that cancels it. */
    private void stopScope() {
        Deadline left = uncertain;
        if (left != null && left.isExceeded() && ScopeContext.isThreadIn(left)) {
            scope.tryExceed(left.exceededLimit());
        } else {
            scope.tryStop();
        }
    }

    private CompletableFuture<R> begin(Guard guard, AdaptedCall<R> call) {
        try {
            return guard.entry().callAsync(call, scope);
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    @Override
    final void onCancel() {
        cancelLateEnd();
        leave();
        stopScope();
        CompletableFuture<R> begun = future;
        if (begun != null) {
            ForeignStage.cancel(begun);
        }
        cancelSources();
    }
}
