package io.netrun.resilience.reactor;

import io.netrun.resilience.Deadline;
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
 * The subscriber's side of a call: elements, one end and a cancellation arrive from any threads, and the subscriber
 * gets one signal after the other. Each element that is offered is removed from the queue once, and is then either
 * delivered or dropped: after the end and after a cancellation it is dropped. An end is delivered after everything that
 * was offered before it. No thread waits for another one: a thread that finds another one delivering leaves its signal
 * to that thread ({@code wip}).
 */
abstract class Delivery<T> implements Subscription {

    private final CoreSubscriber<? super T> subscriber;
    private final Queue<T> elements = Queues.<T>unboundedMultiproducer().get();
    private final AtomicInteger wip = new AtomicInteger();
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** The total that the subscriber has requested; {@link Long#MAX_VALUE} is unbounded. */
    private final AtomicLong requested = new AtomicLong();

    /** Written before {@link #done}. */
    private @Nullable Throwable failure;

    private volatile boolean done;

    /** What the subscriber threw, if that was fatal: it must reach the thread's own code, whatever is in between. */
    private volatile @Nullable Fatal fatal;

    private long delivered; // confined to the delivering thread, as are the fields below
    private boolean terminated;

    Delivery(CoreSubscriber<? super T> subscriber) {
        this.subscriber = subscriber;
    }

    /** Returns the scope of the subscriber, which is not that of the call that the source belongs to. */
    abstract Deadline reader();

    /** Called when the subscriber has requested more. */
    abstract void onRequest();

    /** Called once, when the subscriber has cancelled. */
    abstract void onCancel();

    /**
     * Decides that the first element is delivered. Returns false if it must not be, because the subscriber has
     * cancelled.
     */
    abstract boolean tryBegin();

    /** Takes an element that the subscriber does not receive. */
    abstract void drop(T element);

    final Context context() {
        return subscriber.currentContext();
    }

    final long requested() {
        return requested.get();
    }

    final boolean isCancelled() {
        return cancelled.get();
    }

    final void subscribe() {
        subscriber.onSubscribe(this);
    }

    /** Returns whether the subscriber has thrown a fatal error. */
    final boolean hasFailedFatally() {
        return fatal != null;
    }

    /** Throws the fatal error of the subscriber, if the calling thread has called it. */
    final void throwFatal() {
        Fatal thrown = fatal;
        if (thrown != null && thrown.thread == Thread.currentThread()) {
            throw Exceptions.propagate(thrown.error);
        }
    }

    /** Adds an element, which is delivered or dropped by the next {@link #drain()}. Runs no other code. */
    final void offer(T element) {
        elements.add(element);
    }

    /** Ends the delivery after what was offered so far. Must be called once. */
    final void end(@Nullable Throwable failed) {
        failure = failed;
        done = true;
        drain();
    }

    /** Ends the delivery with a failure if {@link #end} was not called. */
    final void endUnlessDone(Throwable failed) {
        if (!done) {
            end(failed);
        }
    }

    @Override
    public final void request(long more) {
        if (Operators.validate(more)) {
            boolean failedBefore = hasFailedFatally();
            requested.accumulateAndGet(more, Operators::addCap);
            onRequest();
            drain();
            if (!failedBefore) {
                throwFatal();
            }
        }
    }

    @Override
    public final void cancel() {
        if (cancelled.compareAndSet(false, true)) {
            onCancel();
            drain();
        }
    }

    /** Delivers or drops what is queued, unless another thread, or an outer call on this thread, is doing so. */
    final void drain() {
        if (wip.getAndIncrement() != 0) {
            return;
        }
        boolean entered = false;
        @Nullable Deadline before = null;
        try {
            before = reader().enterScope();
            entered = true;
        } catch (OutOfMemoryError full) {
            // The subscriber gets its signals nevertheless.
        }
        try {
            deliverAll();
        } finally {
            if (entered) {
                Deadline.exitScope(before);
            }
        }
    }

    private void deliverAll() {
        Throwable fatal = null;
        int missed = 1;
        do {
            try {
                deliver();
            } catch (Throwable thrown) {
                fatal = thrown;
                cancel(); // causes another round, which drops the rest
            }
            missed = wip.addAndGet(-missed);
        } while (missed != 0);
        if (fatal != null) {
            throw Exceptions.propagate(fatal);
        }
    }

    private void deliver() {
        while (!terminated && !isCancelled()) {
            // Before the queue is read: what was offered before the end is delivered before it.
            boolean last = done;
            if (elements.isEmpty()) {
                if (last) {
                    terminate();
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
            // The element has been passed to the subscriber, which cannot take any more.
            noteFatal(thrown);
            cancel();
            report(Operators.onOperatorError(null, thrown, element, context()));
        }
    }

    /** What a subscriber throws must not disappear, and there is nobody to signal it to: see its rule 2.13. */
    private void report(Throwable thrown) {
        Operators.onErrorDropped(thrown, context());
    }

    private void terminate() {
        terminated = true;
        Throwable failed = failure;
        try {
            if (failed == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(failed);
            }
        } catch (Throwable thrown) {
            noteFatal(thrown);
            Exceptions.throwIfFatal(thrown);
            report(thrown);
        }
    }

    private void noteFatal(Throwable thrown) {
        if (Exceptions.isFatal(thrown)) {
            try {
                fatal = new Fatal(Thread.currentThread(), thrown);
            } catch (OutOfMemoryError full) {
                // It is thrown as far as what is in between lets it pass.
            }
        }
    }

    private record Fatal(Thread thread, Throwable error) {}
}
