package io.netrun.resilience.reactor;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription to a source with at most one element, and its future; cancelling the future ends the subscription.
 */
final class MonoAttempt<T> extends CompletableFuture<T>
        implements CoreSubscriber<T>, ForeignStage.AsReported, SourceInSubscribe.Attempt {

    private final MonoCall<T> call;
    private final Deadline scope;
    private final Context context;
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

    /** Whether the source has reported its end, which its value is as well. */
    private volatile boolean reported;

    MonoAttempt(MonoCall<T> call, Deadline scope, Context context) {
        this.call = call;
        this.scope = scope;
        this.context = context;
    }

    @Override
    public boolean isLeft() {
        return call.isCancelled();
    }

    /**
     * Returns whether the call has ended before its source was subscribed to. An attempt that has lost a race reports
     * its end by itself.
     */
    boolean isUnwanted() {
        return isLeft() || ScopeContext.isLate(scope);
    }

    /** Returns whether the source has ended, so that nothing that it throws changes the outcome. */
    boolean hasReported() {
        return reported;
    }

    @Override
    public Context currentContext() {
        ReaderChain.onContextRequest();
        return context;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (subscription == null) {
            cancelSource();
            fail(new NullPointerException("subscription"));
            return;
        }
        if (!upstream.compareAndSet(null, subscription)) {
            SafeCancel.of(subscription, this, upstream);
            return;
        }
        try {
            subscription.request(Long.MAX_VALUE);
        } catch (Throwable thrown) {
            SafeCancel.of(subscription, this, upstream);
            fail(thrown);
        }
    }

    /** A value that arrives after the attempt was cancelled, or in addition to another one, is discarded. */
    @Override
    public void onNext(T value) {
        reported = true;
        boolean failedBefore = call.hasFailedFatally();
        if (value != null) {
            call.emitted(value);
        }
        call.ended(this);
        if (!ForeignStage.end(this, value, null)) {
            call.discard(value);
        }
        throwFatalUnless(failedBefore);
    }

    @Override
    public void onComplete() {
        reported = true;
        boolean failedBefore = call.hasFailedFatally();
        sourceEnded();
        call.ended(this);
        ForeignStage.end(this, null, null);
        throwFatalUnless(failedBefore);
    }

    @Override
    public void onError(Throwable thrown) {
        reported = true;
        boolean failedBefore = call.hasFailedFatally();
        sourceEnded();
        call.failed(thrown);
        fail(thrown);
        throwFatalUnless(failedBefore);
    }

    /** Lets the source have the fatal error that the subscriber has thrown meanwhile. */
    private void throwFatalUnless(boolean failedBefore) {
        if (!failedBefore) {
            call.throwFatal();
        }
    }

    private void sourceEnded() {
        SafeCancel.sourceEnded(this, upstream);
    }

    /** Ends the attempt with a failure, whether or not the source has ended. */
    private void fail(@Nullable Throwable thrown) {
        Throwable failure = thrown == null ? new NullPointerException("failure") : thrown;
        call.ended(this);
        if (!ForeignStage.end(this, null, failure) && !isOwnCancellation(failure)) {
            Operators.onErrorDropped(failure, context);
        }
    }

    /**
     * A cancelled source that ends with a cancellation reports nothing new; it may be an inner call given up as well.
     */
    private boolean isOwnCancellation(Throwable failure) {
        return isCancelled() && failure instanceof CancellationException;
    }

    /** Cancels the subscription and leaves the outcome of the attempt to the policies. */
    @Override
    public void cancelSource() {
        SafeCancel.source(this, upstream, scope);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        call.ended(this);
        if (!isDone()) {
            cancelSource();
        }
        return super.cancel(mayInterruptIfRunning);
    }
}
