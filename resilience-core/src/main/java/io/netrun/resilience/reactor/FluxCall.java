package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * A call that is a subscription to a stream. Of its attempts, which may run beside each other, the one whose first
 * element comes first owns the subscriber from then on; the others have lost, and cannot end the stream in any way.
 * Where none has emitted anything, a race of attempts is decided by {@link #tryClaim}. An attempt that is over, or
 * whose scope is, can own nothing any more, and nothing can once the subscriber has left.
 *
 * <p>All this is decided under one lock, which guards nothing else and within which no code of others runs. A first
 * element is on its way to the subscriber in the same step in which its attempt becomes the owner: an end that is
 * decided later comes after it, and for one that was decided before, nothing has begun. A subscriber that leaves before
 * that element is delivered has begun nothing either.
 */
final class FluxCall<T> implements AdaptedCall<Boolean> {

    private static final Logger log = LoggerFactory.getLogger(FluxCall.class);

    private final Publisher<T> source;
    private final Delivery<T> subscriber;
    private final Context context;
    private final Object origin;

    private final Queue<StreamAttempt<T>> attempts = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> onDelivery = new ConcurrentLinkedQueue<>();

    private final Object lock = new Object();

    /** The attempt of the first element. Written under the lock. */
    private volatile @Nullable StreamAttempt<T> owner;

    /** Whether the first element was delivered; guarded by the lock. */
    private boolean begun;

    /** Whether the subscriber has left. Written under the lock. */
    private volatile boolean left;

    /** The scope of an attempt that has won a race without an element; guarded by the lock. */
    private @Nullable Deadline emptyWinner;

    FluxCall(Publisher<T> source, Delivery<T> subscriber, Object origin) {
        this.source = source;
        this.subscriber = subscriber;
        this.context = subscriber.context();
        this.origin = origin;
    }

    /** The subscriber asks for more elements; every attempt that may become the owner is asked for as many. */
    void requestUp() {
        attempts.forEach(StreamAttempt::requestUp);
    }

    /** The subscriber has left: what it has not got, it will not get. */
    void leave() {
        synchronized (lock) {
            left = true;
            if (!begun) {
                owner = null;
            }
        }
    }

    /** For sources that emit within their subscription, where no future can be cancelled yet. */
    void cancelSources() {
        attempts.forEach(StreamAttempt::cancelSource);
    }

    /** Decides that the first element is delivered; false if its subscriber has left before. */
    boolean tryBegin() {
        StreamAttempt<T> first;
        synchronized (lock) {
            first = owner;
            if (left || first == null) {
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
        return subscribe(Flux.from(source)::subscribe, scope);
    }

    /**
     * Under the lock: an attempt that was becoming the owner as its scope was left either is that now, or cannot any
     * more.
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
        return owning != null && owning.scope().isWithin(scope);
    }

    @Override
    public boolean tryClaim(Deadline scope) {
        synchronized (lock) {
            if (owner != null) {
                return owner.scope().isWithin(scope);
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

    /** Elements have been delivered or discarded one by one; that a stream has ended is nothing to take care of. */
    @Override
    public boolean discard(@Nullable Object result) {
        return true;
    }

    @Override
    @SuppressWarnings("unchecked") // what a fallback gives is a stream of T, or something of one, by its contract
    public CompletionStage<Boolean> adapt(@Nullable Object replacement) {
        Deadline scope = Deadline.current();
        if (replacement instanceof Publisher<?> publisher) {
            return subscribe(Flux.from((Publisher<T>) publisher)::subscribe, scope);
        }
        if (replacement instanceof CompletionStage<?> stage) {
            return subscribe(attempt -> StageSource.subscribe((CompletionStage<T>) stage, attempt), scope);
        }
        return subscribe(Mono.justOrEmpty((T) replacement)::subscribe, scope);
    }

    @Override
    public Object source() {
        return origin;
    }

    private CompletableFuture<Boolean> subscribe(Consumer<StreamAttempt<T>> subscription, Deadline scope) {
        StreamAttempt<T> attempt = new StreamAttempt<>(this, scope, ScopeContext.with(context, scope));
        attempts.add(attempt);
        if (owner != null) {
            attempt.lose();
        } else if (!left) {
            subscription.accept(attempt);
        }
        if (left) {
            attempt.cancelSource();
        } else if (hasLost(attempt)) {
            attempt.lose();
        }
        return attempt;
    }

    long requested() {
        return subscriber.requested();
    }

    /** Passes an element on, unless the attempt is over, another one owns the subscriber, or that has left. */
    boolean pass(StreamAttempt<T> attempt, T element) {
        if (attempt.isOver() || left) {
            return false;
        }
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
                    && !left
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

    /** Decides that an attempt is over; false if that was decided before. */
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

    /** Whether another attempt owns the subscriber. */
    boolean hasLost(StreamAttempt<T> attempt) {
        StreamAttempt<T> owning = owner;
        return owning != null && owning != attempt;
    }

    boolean isLeft() {
        return left;
    }
}
