package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A call that is a subscription to a stream. Its attempts may run in parallel. The attempt whose first element arrives
 * first owns the subscriber from then on; the others have lost, and cannot end the stream in any way. If none has
 * emitted anything, a race of attempts is decided by {@link #tryClaim}. An attempt that is over, or whose scope is,
 * cannot become the owner, and no attempt can once the subscriber has cancelled.
 *
 * <p>All of this is decided under one lock, which guards nothing else and within which no foreign code runs. A first
 * element is queued for the subscriber in the same step in which its attempt becomes the owner: an end that is decided
 * later comes after it, and for an end that was decided before, nothing has begun. If the subscriber cancels before
 * that element is delivered, nothing has begun either.
 */
final class FluxCall<T> extends AdaptedCall<Boolean> {

    private static final Logger log = LoggerFactory.getLogger(FluxCall.class);

    private final Function<StreamAttempt<T>, Publisher<T>> source;
    private final Delivery<T> subscriber;
    private final Context context;
    private final Object origin;

    private final Queue<StreamAttempt<T>> attempts = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> onDelivery = new ConcurrentLinkedQueue<>();

    /** The context of the caller, as soon as an attempt may lose; null before, and if it could not be captured. */
    private volatile @Nullable CallerContext callerContext;

    private final Object lock = new Object();

    /** The attempt of the first element. Written under the lock. */
    private volatile @Nullable StreamAttempt<T> owner;

    /** Whether the first element was delivered; guarded by the lock. */
    private boolean begun;

    /** Whether the subscriber has cancelled. Written under the lock. */
    private volatile boolean cancelled;

    /** Results within failures of attempts; null once the call has ended. Written under the lock. */
    private volatile @Nullable List<Object> carried = List.of();

    /** The scope of an attempt that has won a race without an element; guarded by the lock. */
    private @Nullable Deadline emptyWinner;

    /** @param source returns what an attempt subscribes to; should not throw */
    FluxCall(Function<StreamAttempt<T>, Publisher<T>> source, Delivery<T> subscriber, Object origin) {
        this.source = source;
        this.subscriber = subscriber;
        this.context = subscriber.context();
        this.origin = origin;
    }

    /** Requests more elements for the subscriber, from every attempt that may become the owner. */
    void requestUp() {
        attempts.forEach(StreamAttempt::requestUp);
    }

    /** Records that the subscriber has cancelled: it receives nothing further. */
    void leave() {
        synchronized (lock) {
            cancelled = true;
            if (!begun) {
                owner = null;
            }
        }
        discardCarried(null);
    }

    /** Keeps the result within a failure until the call ends. Returns false if it has ended. */
    boolean tryKeep(Object result) {
        synchronized (lock) {
            List<Object> present = carried;
            if (present == null) {
                return false;
            }
            List<Object> more = new ArrayList<>(present);
            more.add(result);
            carried = more;
            return true;
        }
    }

    /** Forgets the result within a failure that a handler has taken from it, as an element of its own. */
    private void forgetCarried(T element) {
        List<Object> present = carried;
        if (present != null && !present.isEmpty()) {
            synchronized (lock) {
                present = carried;
                if (present != null) {
                    List<Object> others = new ArrayList<>(present);
                    others.removeIf(each -> each == element);
                    carried = others;
                }
            }
        }
    }

    /** Ends the call, and discards the results within failures, unless the subscriber receives them. */
    void discardCarried(@Nullable Throwable failure) {
        List<Object> unused;
        synchronized (lock) {
            unused = carried;
            carried = null;
        }
        if (unused != null) {
            for (Object each : unused) {
                if (!CarriedResult.isIn(failure, each)) {
                    Operators.onDiscard(each, context);
                }
            }
        }
    }

    /** Cancels sources that emit while they are subscribed to, when no future can be cancelled yet. */
    void cancelSources() {
        attempts.forEach(StreamAttempt::cancelSource);
    }

    /** Decides that the first element is delivered. Returns false if the subscriber has cancelled before. */
    boolean tryBegin() {
        StreamAttempt<T> first;
        synchronized (lock) {
            first = owner;
            if (cancelled || first == null) {
                return false;
            }
            begun = true;
        }
        onDelivery.forEach(FluxCall::deliver);
        attempts.forEach(other -> {
            if (other != first) {
                other.lose();
            }
        });
        return true;
    }

    @Override
    public CompletionStage<Boolean> get() {
        return start(Deadline.current());
    }

    @Override
    public CompletionStage<Boolean> start(Deadline scope) {
        return subscribe(attempt -> Flux.from(source.apply(attempt)).subscribe(attempt), scope);
    }

    @Override
    public boolean isLeft() {
        return cancelled;
    }

    /**
     * Under the lock: an attempt that was becoming the owner while its scope was left is the owner now, or cannot
     * become it any more.
     */
    @Override
    public boolean isCommitted() {
        synchronized (lock) {
            return owner != null;
        }
    }

    @Override
    public boolean hasDelivered() {
        return owner != null;
    }

    @Override
    public void onDelivery(Runnable callback) {
        onDelivery.add(callback);
    }

    @Override
    public boolean isOwnedBy(Deadline scope) {
        StreamAttempt<T> owning = owner;
        return owning != null && owning.isWithin(scope);
    }

    @Override
    public boolean tryClaim(Deadline scope) {
        synchronized (lock) {
            if (owner != null) {
                return owner.isWithin(scope);
            }
            if (scope.isOver() || (emptyWinner != null && !emptyWinner.isWithin(scope))) {
                return false;
            }
            emptyWinner = scope;
            return true;
        }
    }

    @Override
    public void unclaim() {
        synchronized (lock) {
            emptyWinner = null;
        }
    }

    @Override
    public boolean hasWholeResult() {
        return false;
    }

    /** Elements have been delivered or discarded one by one; the end of a stream is not a result to discard. */
    @Override
    public boolean discard(@Nullable Object result) {
        return true;
    }

    @Override
    @SuppressWarnings(
            "unchecked") // what a fallback returns is a stream of T, or can be converted to one, by its contract
    public CompletionStage<Boolean> adapt(@Nullable Object replacement) {
        Deadline scope = Deadline.current();
        if (replacement instanceof Publisher<?> publisher) {
            return replace(Flux.from((Publisher<T>) publisher)::subscribe, scope);
        }
        CompletionStage<T> stage = replacement instanceof CompletionStage<?> known
                ? (CompletionStage<T>) known
                : CompletableFuture.completedFuture((T) replacement);
        return replaceBegun(stage, scope);
    }

    @Override
    public Object source() {
        return origin;
    }

    /** Subscribes to what replaces the result, unless the call has ended while the handler ran. */
    private CompletableFuture<Boolean> replace(Consumer<StreamAttempt<T>> subscription, Deadline scope) {
        return subscribe(cancelled || ScopeContext.isThreadLate() ? attempt -> {} : subscription, scope);
    }

    /**
     * Follows what replaces the result and has begun already, also if no element of it can reach the subscriber any
     * more: then it is cancelled, and its value is discarded.
     */
    private CompletableFuture<Boolean> replaceBegun(CompletionStage<T> stage, Deadline scope) {
        StreamAttempt<T> attempt = addAttempt(scope);
        if (owner != null) {
            attempt.lose();
        }
        return start(attempt, begun -> StageSource.subscribe(stage, begun));
    }

    private CompletableFuture<Boolean> subscribe(Consumer<StreamAttempt<T>> subscription, Deadline scope) {
        StreamAttempt<T> attempt = addAttempt(scope);
        if (owner != null) {
            attempt.lose();
            return attempt;
        }
        return start(attempt, subscription);
    }

    private StreamAttempt<T> addAttempt(Deadline scope) {
        StreamAttempt<T> attempt = new StreamAttempt<>(this, scope, ScopeContext.with(context, scope));
        if (callerContext == null && (owner != null || !attempts.isEmpty())) {
            callerContext = capture();
        }
        attempts.add(attempt);
        return attempt;
    }

    private static @Nullable CallerContext capture() {
        try {
            return CallerContext.capture();
        } catch (Throwable unusable) {
            log.debug("The context of a caller could not be read", unusable);
            return null;
        }
    }

    /** Runs what ends an attempt that has lost, on any thread, in the context of the caller. */
    void runInCallersContext(Runnable end) {
        CallerContext captured = callerContext;
        if (captured == null) {
            end.run();
        } else {
            captured.runAnyway(end);
        }
    }

    private StreamAttempt<T> start(StreamAttempt<T> attempt, Consumer<StreamAttempt<T>> subscription) {
        if (cancelled) {
            attempt.cancelSource(); // as soon as there is one
        }
        SourceInSubscribe beginning = SourceInSubscribe.begin(attempt, attempt.scope());
        try {
            subscription.accept(attempt);
        } catch (Throwable thrown) {
            if (attempt.hasReported()) {
                if (!subscriber.hasFailedFatally()) {
                    LateThrown.drop(thrown, context);
                }
                return attempt;
            }
            attempt.cancel(true); // it may still emit, and must not become the owner after its failure
            throw thrown;
        } finally {
            beginning.end();
        }
        if (cancelled) {
            attempt.cancelSource();
        } else if (hasLost(attempt)) {
            attempt.lose();
        }
        return attempt;
    }

    boolean hasFailedFatally() {
        return subscriber.hasFailedFatally();
    }

    /** Throws the fatal error of the subscriber, if the calling thread has called it. */
    void throwFatal() {
        subscriber.throwFatal();
    }

    long requested() {
        return subscriber.requested();
    }

    /**
     * Passes an element on, unless the attempt is over, another one owns the subscriber, or the subscriber has
     * cancelled.
     */
    boolean pass(StreamAttempt<T> attempt, T element) {
        if (attempt.isOver() || cancelled) {
            return false;
        }
        forgetCarried(element);
        if (owner == attempt) {
            subscriber.offer(element);
        } else if (!tryOwn(attempt, element)) {
            return false;
        }
        subscriber.drain();
        return true;
    }

    private static void deliver(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable thrown) {
            log.error("A policy failed when the first element of a stream arrived", thrown);
        }
    }

    private boolean tryOwn(StreamAttempt<T> attempt, T first) {
        synchronized (lock) {
            if (owner == null
                    && emptyWinner == null
                    && !cancelled
                    && !attempt.isOver()
                    && !attempt.scope().isOver()) {
                owner = attempt;
            }
            if (owner != attempt) {
                return false;
            }
            subscriber.offer(first);
            return true;
        }
    }

    /** Decides that an attempt is over. Returns false if that was decided before. */
    boolean tryEnd(StreamAttempt<T> attempt) {
        synchronized (lock) {
            if (attempt.isOver()) {
                return false;
            }
            attempt.setOver();
        }
        attempts.remove(attempt);
        return true;
    }

    /** Returns whether another attempt owns the subscriber. */
    boolean hasLost(StreamAttempt<T> attempt) {
        StreamAttempt<T> owning = owner;
        return owning != null && owning != attempt;
    }

    boolean isCancelled() {
        return cancelled;
    }
}
