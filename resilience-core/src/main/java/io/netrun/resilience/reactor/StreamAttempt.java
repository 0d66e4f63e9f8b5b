package io.netrun.resilience.reactor;

import io.netrun.resilience.AttemptLostException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Workers;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One subscription to a stream, and a future that ends when the stream does; cancelling the future ends the
 * subscription. The attempt is over from the moment at which its end is decided: what its source emits later is
 * discarded, even if the source ignores the cancellation.
 */
final class StreamAttempt<T> extends CompletableFuture<Boolean>
        implements CoreSubscriber<T>, ForeignStage.AsReported, SourceInSubscribe.Attempt {

    /** Null once this attempt is over: its source may ignore that, and would keep the call and its subscriber. */
    private volatile @Nullable FluxCall<T> call;

    private final Deadline scope;

    /** The scope and those around it: they may have ended, and be forgotten, when the attempt's owner is asked for. */
    private final List<Deadline> scopes;

    private final Context context;
    private final AtomicReference<@Nullable Subscription> upstream = new AtomicReference<>();

    /** The total that this attempt has requested from its source. */
    private final AtomicLong asked = new AtomicLong();

    /** Written by the call, which decides in the same step whether this attempt owns the subscriber. */
    private volatile boolean over;

    /** Whether the source has reported its end. */
    private volatile boolean reported;

    StreamAttempt(FluxCall<T> call, Deadline scope, Context context) {
        this.call = call;
        this.scope = scope;
        this.scopes = scope.chain();
        this.context = context;
    }

    /** Returns the scope in which the attempt is made. */
    Deadline scope() {
        return scope;
    }

    /** Returns whether the attempt was begun in a scope, also one that has ended meanwhile. */
    boolean isWithin(Deadline other) {
        return other == Deadline.NONE || scopes.contains(other);
    }

    boolean isOver() {
        return over;
    }

    @Override
    public boolean isLeft() {
        FluxCall<T> present = call;
        return present != null && present.isCancelled();
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

    void setOver() {
        over = true;
    }

    /** Requests from the source what the subscriber has requested so far. */
    void requestUp() {
        Subscription source = upstream.get();
        FluxCall<T> present = call;
        if (source == null || present == null) {
            return;
        }
        long seen;
        long wanted;
        do {
            seen = asked.get();
            wanted = present.requested();
            if (wanted <= seen) {
                return;
            }
        } while (!asked.compareAndSet(seen, wanted));
        try {
            request(source, wanted == Long.MAX_VALUE ? wanted : wanted - seen);
        } catch (Throwable thrown) {
            cancelSource();
            fail(thrown);
        }
    }

    /** In the scope of the attempt: the subscriber, which may be requesting as it receives an element, has another. */
    private void request(Subscription source, long elements) {
        Deadline before = scope.enterScope();
        try {
            source.request(elements);
        } finally {
            Deadline.exitScope(before);
        }
    }

    /** Decides that this attempt is over. Returns its call, which it lets go; null if that was decided before. */
    private @Nullable FluxCall<T> tryEnd() {
        FluxCall<T> present = call;
        if (present == null || !present.tryEnd(this)) {
            return null;
        }
        call = null;
        return present;
    }

    /** Records that another attempt owns the subscriber. Cancelling this one's source must not delay that. */
    void lose() {
        FluxCall<T> ended = tryEnd();
        if (ended != null) {
            try {
                Runnable end = this::endLost;
                Workers.executeReliably(() -> ended.runInCallersContext(end));
            } catch (OutOfMemoryError full) {
                endLost(); // nothing else would end it
            }
        }
    }

    private void endLost() {
        cancelSource();
        Throwable failed;
        try {
            failed = new AttemptLostException();
        } catch (OutOfMemoryError full) {
            failed = full;
        }
        end(failed);
    }

    private void end(Throwable failed) {
        ForeignStage.end(this, null, failed);
    }

    /** Cancels the subscription and leaves the outcome of the attempt to the policies. */
    @Override
    public void cancelSource() {
        SafeCancel.source(this, upstream, scope);
    }

    /** Returns the context of the subscriber, whose hooks take what is discarded. */
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
        } else if (upstream.compareAndSet(null, subscription)) {
            requestUp();
        } else {
            SafeCancel.of(subscription, this, upstream);
        }
    }

    @Override
    public void onNext(T element) {
        FluxCall<T> present = call;
        boolean failedBefore = hasFailedFatally(present);
        try {
            Objects.requireNonNull(element, "element");
            if (present == null || !present.pass(this, element)) {
                reject(element, present);
            }
        } catch (Throwable thrown) {
            cancelSource();
            if (failedBefore || !hasFailedFatally(present)) {
                fail(thrown);
            } else if (tryEnd() != null) {
                end(thrown);
            }
        }
        throwFatalUnless(failedBefore, present);
    }

    private static boolean hasFailedFatally(@Nullable FluxCall<?> present) {
        return present != null && present.hasFailedFatally();
    }

    /** Lets the source have the fatal error that the subscriber has thrown meanwhile. */
    private static void throwFatalUnless(boolean failedBefore, @Nullable FluxCall<?> present) {
        if (!failedBefore && present != null) {
            present.throwFatal();
        }
    }

    /**
     * Discards an element that the subscriber does not receive. The code that gave up the call or the attempt's scope
     * cancels this future as well, so only an attempt that has lost ends by itself.
     */
    private void reject(T element, @Nullable FluxCall<T> present) {
        Operators.onDiscard(element, context);
        if (present == null || present.isCancelled() || scope.isOver()) {
            cancelSource();
        } else if (tryEnd() != null) {
            endLost();
        }
    }

    @Override
    public void onComplete() {
        reported = true;
        sourceEnded();
        FluxCall<T> present = call;
        boolean failedBefore = hasFailedFatally(present);
        if (present != null && present.hasLost(this)) {
            lose();
        } else if (tryEnd() != null) {
            ForeignStage.end(this, (present != null && present.hasDelivered()) ? Boolean.TRUE : null, null);
        }
        throwFatalUnless(failedBefore, present);
    }

    @Override
    public void onError(Throwable thrown) {
        reported = true;
        sourceEnded();
        FluxCall<T> present = call;
        boolean failedBefore = hasFailedFatally(present);
        discardLater(thrown, present);
        fail(thrown);
        throwFatalUnless(failedBefore, present);
    }

    /** Lets the call take the result within a failure of an inner guard: it may end with another outcome. */
    private void discardLater(Throwable failure, @Nullable FluxCall<T> present) {
        Object result = CarriedResult.of(failure);
        if (result != null && (present == null || !present.tryKeep(result))) {
            Operators.onDiscard(result, context);
        }
    }

    private void sourceEnded() {
        SafeCancel.sourceEnded(this, upstream);
    }

    /** Ends the attempt with a failure, whether or not the source has ended. */
    private void fail(@Nullable Throwable thrown) {
        // must not throw once the attempt counts as over: nothing else would end it
        Throwable failure = thrown == null ? new NullPointerException("failure") : thrown;
        FluxCall<T> ended = tryEnd();
        if (ended == null) {
            drop(failure);
        } else if (ended.hasLost(this)) {
            drop(failure);
            endLost();
        } else {
            end(failure);
        }
    }

    /**
     * A cancelled source that ends with a cancellation reports nothing new; it may be an inner call given up as well.
     */
    private void drop(Throwable failure) {
        FluxCall<T> present = call;
        boolean cancelled = SafeCancel.isCancelled(upstream)
                || isCancelled()
                || (present != null && present.isCancelled())
                || scope.isOver();
        if (!cancelled || !(failure instanceof CancellationException)) {
            Operators.onErrorDropped(failure, context);
        }
    }

    /** An attempt that is over ends by itself, and is cancelled if it has lost. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (tryEnd() == null) {
            return isCancelled();
        }
        cancelSource();
        return super.cancel(mayInterruptIfRunning);
    }
}
