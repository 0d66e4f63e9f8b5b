package io.netrun.resilience.reactor;

import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * The subscriber's end of a call: elements, one end and a cancel come from any threads, and the subscriber gets one
 * signal after the other. Each element that is offered is taken out of the queue once, and is then either delivered or
 * dropped: after the end and after a cancel it is dropped. An end is delivered after everything that was offered before
 * it. No thread waits for another one: a thread that finds one delivering leaves its signal to that ({@code work}).
 */
abstract class Delivery<T> implements Subscription {

    private final CoreSubscriber<? super T> subscriber;
    private final Queue<T> elements = Queues.<T>unboundedMultiproducer().get();
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicBoolean left = new AtomicBoolean();

    /** What the subscriber has asked for in all; {@link Long#MAX_VALUE} is without end. */
    private final AtomicLong requested = new AtomicLong();

    /** Written before {@link #ended}. */
    private @Nullable Throwable failure;

    private volatile boolean ended;

    private long delivered; // of the thread that is delivering, as is what follows
    private boolean closed;

    Delivery(CoreSubscriber<? super T> subscriber) {
        this.subscriber = subscriber;
    }

    /** The subscriber has asked for more. */
    abstract void onRequest();

    /** The subscriber has left; called once. */
    abstract void onLeave();

    /** The first element is about to be delivered; false if it must not be, since the subscriber has left. */
    abstract boolean tryBegin();

    /** Takes an element that the subscriber does not get. */
    abstract void drop(T element);

    final Context context() {
        return subscriber.currentContext();
    }

    final long requested() {
        return requested.get();
    }

    final boolean isLeft() {
        return left.get();
    }

    final void subscribe() {
        subscriber.onSubscribe(this);
    }

    /** Adds an element, which is delivered or dropped with the next {@link #drain()}. Runs no other code. */
    final void offer(T element) {
        elements.add(element);
    }

    /** Ends this after what was offered so far. To be called once. */
    final void end(@Nullable Throwable failed) {
        failure = failed;
        ended = true;
        drain();
    }

    @Override
    public final void request(long more) {
        if (Operators.validate(more)) {
            requested.accumulateAndGet(more, Operators::addCap);
            onRequest();
            drain();
        }
    }

    @Override
    public final void cancel() {
        if (left.compareAndSet(false, true)) {
            onLeave();
            drain();
        }
    }

    /** Delivers or drops what there is, unless another thread, or this one further out, is at it. */
    final void drain() {
        if (work.getAndIncrement() != 0) {
            return;
        }
        Throwable fatal = null;
        int missed = 1;
        do {
            try {
                deliver();
            } catch (Throwable thrown) {
                fatal = thrown;
                cancel(); // which makes for another round, that drops the rest
            }
            missed = work.addAndGet(-missed);
        } while (missed != 0);
        if (fatal != null) {
            throw Exceptions.propagate(fatal);
        }
    }

    private void deliver() {
        while (!closed && !isLeft()) {
            // Before the look at the queue: what was offered before the end is delivered before it.
            boolean last = ended;
            if (elements.isEmpty()) {
                if (last) {
                    close();
                }
                return;
            }
            long wanted = requested.get();
            if (wanted != Long.MAX_VALUE && delivered >= wanted) {
                return;
            }
            T element = elements.poll();
            if (element != null) {
                deliver(element);
            }
        }
        for (T unused = elements.poll(); unused != null; unused = elements.poll()) {
            drop(unused);
        }
    }

    private void deliver(T element) {
        if (delivered == 0 && !tryBegin()) {
            drop(element);
            return;
        }
        delivered++;
        try {
            subscriber.onNext(element);
        } catch (Throwable thrown) {
            // The element is with the subscriber, which can take no more.
            cancel();
            Operators.onOperatorError(null, thrown, element, context());
        }
    }

    private void close() {
        closed = true;
        Throwable failed = failure;
        if (failed == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(failed);
        }
    }
}
