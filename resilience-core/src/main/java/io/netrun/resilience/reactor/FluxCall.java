package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A call that is a subscription to a stream. Of its attempts, which may run beside each other, the one whose first
 * element comes first owns the subscriber from then on; the others have lost, and cannot end the stream in any way.
 * Where none has emitted anything, a race of attempts is decided by {@link #tryClaim}. An attempt that is over, or
 * whose scope is, can own nothing any more. All this is decided under one lock, which guards nothing else and within
 * which nothing else runs.
 */
final class FluxCall<T> implements AdaptedCall<Boolean> {

    private static final Logger log = LoggerFactory.getLogger(FluxCall.class);

    private final Publisher<T> source;
    private final FluxSink<T> sink;
    private final Object origin;

    /** What the subscriber has asked for in all; {@link Long#MAX_VALUE} is without end. */
    private final AtomicLong requested = new AtomicLong();

    private final Queue<StreamAttempt<T>> attempts = new ConcurrentLinkedQueue<>();
    private final Queue<Runnable> onDelivery = new ConcurrentLinkedQueue<>();

    private final Object lock = new Object();

    /** The attempt of the first element. Written under the lock, once. */
    private volatile @Nullable StreamAttempt<T> owner;

    /** The scope of an attempt that has won a race without an element; guarded by the lock. */
    private @Nullable Deadline emptyWinner;

    FluxCall(Publisher<T> source, FluxSink<T> sink, Object origin) {
        this.source = source;
        this.sink = sink;
        this.origin = origin;
    }

    /** The subscriber asks for more elements; every attempt that may become the owner is asked for as many. */
    void request(long more) {
        requested.accumulateAndGet(more, Operators::addCap);
        attempts.forEach(StreamAttempt::requestUp);
    }

    /**
     * The subscriber has left, perhaps while a source emits within its subscription, where no future can be cancelled
     * yet.
     */
    void leave() {
        attempts.forEach(StreamAttempt::cancelSource);
    }

    @Override
    public CompletionStage<Boolean> get() {
        return start(Deadline.current());
    }

    @Override
    public CompletionStage<Boolean> start(Deadline scope) {
        return subscribeTo(source, scope);
    }

    @Override
    public boolean hasBegun() {
        return owner != null;
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
            return subscribeTo((Publisher<T>) publisher, scope);
        }
        if (replacement instanceof CompletionStage<?> stage) {
            return subscribeTo(FutureMono.of((CompletionStage<T>) stage), scope);
        }
        return subscribeTo(Mono.justOrEmpty((T) replacement), scope);
    }

    @Override
    public Object origin() {
        return origin;
    }

    private CompletableFuture<Boolean> subscribeTo(Publisher<T> stream, Deadline scope) {
        Context context = ScopeContext.with(Context.of(sink.contextView()), scope);
        StreamAttempt<T> attempt = new StreamAttempt<>(this, scope, context);
        attempts.add(attempt);
        if (owner != null) {
            attempt.lose();
        } else if (!sink.isCancelled()) {
            Flux.from(stream).subscribe(attempt);
        }
        if (sink.isCancelled()) {
            attempt.cancelSource();
        } else if (hasLost(attempt)) {
            attempt.lose();
        }
        return attempt;
    }

    long requested() {
        return requested.get();
    }

    /** Passes an element on, unless the attempt is over, another one owns the subscriber, or that has left. */
    boolean pass(StreamAttempt<T> attempt, T element) {
        if (attempt.isOver() || sink.isCancelled()) {
            return false;
        }
        if (owner != attempt) {
            if (!tryOwn(attempt)) {
                return false;
            }
            onDelivery.forEach(FluxCall::deliver);
            attempts.forEach(other -> {
                if (other != attempt) {
                    other.lose();
                }
            });
        }
        sink.next(element);
        return true;
    }

    private static void deliver(Runnable callback) {
        try {
            callback.run();
        } catch (Throwable thrown) {
            log.error("A policy failed when the first element of a stream came", thrown);
        }
    }

    private boolean tryOwn(StreamAttempt<T> attempt) {
        synchronized (lock) {
            if (owner == null
                    && emptyWinner == null
                    && !attempt.isOver()
                    && !attempt.scope().isOver()) {
                owner = attempt;
            }
            return owner == attempt;
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

    boolean isCancelled() {
        return sink.isCancelled();
    }
}
