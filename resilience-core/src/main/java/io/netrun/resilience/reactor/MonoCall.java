package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
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
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * A call that is a subscription to a source with at most one element. It keeps the values of its attempts until it
 * ends, so that each of them reaches the subscriber, possibly within a failure, or the subscriber's discard hook; what
 * an attempt emits later is discarded immediately. The end and the values are decided under one lock, within which no
 * foreign code runs.
 */
final class MonoCall<T> extends AdaptedCall<T> {

    private final Function<MonoAttempt<T>, Mono<T>> source;
    private final Context context;
    private final Object origin;
    private final Queue<MonoAttempt<T>> attempts = new ConcurrentLinkedQueue<>();

    private final Object lock = new Object();

    /** Values that attempts have emitted and that have not been delivered or discarded; guarded by the lock. */
    private List<T> values = new ArrayList<>(1);

    /** Whether the call has ended or its subscriber has cancelled. Written under the lock. */
    private volatile boolean ended;

    /** Whether its subscriber has cancelled. */
    private volatile boolean left;

    /** Set before the call is made; null if a subscriber is not known. */
    private @Nullable Delivery<T> subscriber;

    /** @param source returns what an attempt subscribes to; should not throw */
    MonoCall(Function<MonoAttempt<T>, Mono<T>> source, ContextView context, Object origin) {
        this.source = source;
        this.context = Context.of(context);
        this.origin = origin;
    }

    @Override
    public CompletionStage<T> get() {
        return start(Deadline.current());
    }

    @Override
    public CompletionStage<T> start(Deadline scope) {
        return subscribe(attempt -> source.apply(attempt).subscribe(attempt), scope);
    }

    @Override
    public boolean isLeft() {
        return ended;
    }

    @Override
    public boolean isCommitted() {
        return false;
    }

    @Override
    @SuppressWarnings("unchecked") // what a fallback returns is a T, or can be converted to one, by its contract
    public CompletionStage<T> adapt(@Nullable Object replacement) {
        if (replacement instanceof Publisher<?> publisher) {
            // The handler may have returned after the limit around it, for which its call has ended.
            Consumer<MonoAttempt<T>> subscription = left || ScopeContext.isThreadLate()
                    ? attempt -> {}
                    : Mono.from((Publisher<T>) publisher)::subscribe;
            return subscribe(subscription, Deadline.current());
        }
        if (replacement instanceof CompletionStage<?> stage) {
            return subscribe(attempt -> StageSource.subscribe((CompletionStage<T>) stage, attempt), Deadline.current());
        }
        if (replacement != null) {
            emitted((T) replacement);
        }
        return CompletableFuture.completedFuture((T) replacement);
    }

    @Override
    public Object source() {
        return origin;
    }

    /** What another thread has already settled is left unchanged. */
    @Override
    public boolean discard(@Nullable Object result) {
        boolean ours;
        synchronized (lock) {
            ours = result != null && tryRemove(result);
        }
        if (ours) {
            Operators.onDiscard(result, context);
        }
        return false;
    }

    void setSubscriber(Delivery<T> delivery) {
        subscriber = delivery;
    }

    boolean isCancelled() {
        return left;
    }

    boolean hasFailedFatally() {
        return subscriber != null && subscriber.hasFailedFatally();
    }

    /** Throws the fatal error of the subscriber, if the calling thread has called it. */
    void throwFatal() {
        if (subscriber != null) {
            subscriber.throwFatal();
        }
    }

    /** Takes the value within a failure of an inner guard: this call may end with another outcome. */
    @SuppressWarnings("unchecked") // discarded, at most
    void failed(Throwable failure) {
        Object value = CarriedResult.of(failure);
        if (value != null) {
            emitted((T) value);
        }
    }

    void emitted(T value) {
        synchronized (lock) {
            if (!ended) {
                values.add(value);
                return;
            }
        }
        Operators.onDiscard(value, context);
    }

    void ended(MonoAttempt<T> attempt) {
        attempts.remove(attempt);
    }

    /**
     * Ends the call and discards all values but the one that the subscriber receives.
     *
     * @return false if its subscriber has cancelled before, and receives nothing
     */
    boolean tryEnd(@Nullable T value, @Nullable Throwable failure) {
        List<T> unused;
        synchronized (lock) {
            if (ended) {
                return false;
            }
            if (value != null) {
                tryRemove(value);
            }
            unused = endAndTake();
        }
        for (T each : unused) {
            // a handler may have taken the value from the failure, as its own
            if (each != value && !CarriedResult.isIn(failure, each)) {
                Operators.onDiscard(each, context);
            }
        }
        return true;
    }

    /** Records that the subscriber has cancelled. */
    void leave() {
        left = true;
        List<T> unused;
        synchronized (lock) {
            unused = endAndTake();
        }
        unused.forEach(each -> Operators.onDiscard(each, context));
    }

    /** Cancels sources that block while they are subscribed to, when no future can be cancelled yet. */
    void cancelSources() {
        attempts.forEach(MonoAttempt::cancelSource);
    }

    private List<T> endAndTake() {
        ended = true;
        List<T> taken = values; // and no copy: there may be no memory for it
        values = List.of();
        return taken;
    }

    /** By identity, because {@code equals} is foreign code, and equal values are different ones. */
    private boolean tryRemove(Object value) {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i) == value) {
                values.remove(i);
                return true;
            }
        }
        return false;
    }

    private MonoAttempt<T> subscribe(Consumer<MonoAttempt<T>> subscription, Deadline scope) {
        MonoAttempt<T> attempt = attempt(scope);
        SourceInSubscribe beginning = SourceInSubscribe.begin(attempt, scope);
        try {
            subscription.accept(attempt);
        } catch (Throwable thrown) {
            if (attempt.hasReported()) {
                if (!hasFailedFatally()) {
                    LateThrown.drop(thrown, context);
                }
                return attempt;
            }
            attempt.cancel(true); // it may still emit
            throw thrown;
        } finally {
            beginning.end();
        }
        return attempt;
    }

    private MonoAttempt<T> attempt(Deadline scope) {
        MonoAttempt<T> attempt = new MonoAttempt<>(this, scope, ScopeContext.with(context, scope));
        attempts.add(attempt);
        if (ended) {
            attempt.cancelSource();
        }
        return attempt;
    }
}
