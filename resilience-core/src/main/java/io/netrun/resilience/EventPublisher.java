package io.netrun.resilience;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one instance. They receive its events in the order of publication and one at a time: an event has
 * reached all listeners before the next one reaches any, also one that a listener causes. There is no lock. The
 * publishing thread delivers, unless another thread is delivering at that moment; it then leaves its event to that
 * thread, with its context (see {@link ContextPropagation}), and goes on. So a listener that blocks delays other
 * events, and no call but the one that delivers. A thread that gives a call up, which has to do so in time, leaves its
 * events to a worker. What a listener throws is logged and reaches neither the others nor the call. For those who write
 * policies. Thread-safe.
 */
public final class EventPublisher {

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);

    /** A thread that has delivered so many events of others goes on with its call; a worker delivers the rest. */
    private static final int MOST_FOR_OTHERS = 64;

    private static final int NO_LIMIT = Integer.MIN_VALUE;

    /** Behind a listener that blocks for ever, events must not fill the heap. */
    static final int MAX_WAITING = 100_000;

    private final CopyOnWriteArrayList<Listener<?>> listeners = new CopyOnWriteArrayList<>();

    /** Events left to the thread that delivers. */
    private final Queue<Delivery> queue = new ConcurrentLinkedQueue<>();

    /**
     * Events not yet delivered, the one in delivery included. The thread that raises it from zero delivers until it is
     * zero again. An event is put into the queue before it is counted, so that every count has its event.
     */
    private final AtomicInteger pending = new AtomicInteger();

    private volatile boolean dropping;

    /** Registers a listener for a kind of event. */
    public <E> Subscription subscribe(Class<E> type, Consumer<? super E> consumer) {
        Listener<E> listener = new Listener<>(type, consumer);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Whether there is a listener for a kind of event; ask before creating one where events are frequent. */
    public boolean wants(Class<?> type) {
        if (listeners.isEmpty()) {
            return false; // without an iterator
        }
        for (Listener<?> listener : listeners) {
            if (listener.type.isAssignableFrom(type)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Delivers an event to every listener for its kind, or leaves it to another thread; never throws. At most 100,000
     * events wait behind a listener that blocks; further ones are dropped, with a warning.
     */
    public void publish(Object event) {
        if (listeners.isEmpty()) {
            return;
        }
        if (!ScopeParts.isNotifying() && pending.compareAndSet(0, 1)) {
            try {
                deliver(event);
            } finally {
                if (pending.decrementAndGet() > 0) {
                    deliverWaiting(0);
                }
            }
        } else if (pending.get() < MAX_WAITING) {
            leaveToOther(event);
        } else if (!dropping) {
            dropping = true;
            SafeLog.warn(
                    log,
                    "{} events are queued behind a listener that does not return; further events are dropped, such as a {}",
                    MAX_WAITING,
                    event.getClass().getName());
        }
    }

    private void leaveToOther(Object event) {
        try {
            queue.add(new Delivery(event).inContext());
        } catch (Throwable thrown) {
            SafeLog.error(log, "An event is lost", thrown);
            return;
        }
        if (pending.getAndIncrement() != 0) {
            return;
        }
        if (ScopeParts.isNotifying()) {
            Workers.executeReliably(() -> deliverWaiting(NO_LIMIT));
        } else {
            deliverWaiting(0);
        }
    }

    /**
     * Fixes an event's position in the order of events and runs no foreign code; {@link #deliverQueued} is owed, once
     * for each event. For publishers that have to do so at the very moment of a change.
     */
    void enqueue(Object event) {
        queue.add(new Delivery(event));
    }

    /** Delivers events that were {@linkplain #enqueue enqueued}, unless another thread is delivering; never throws. */
    void deliverQueued() {
        if (pending.getAndIncrement() == 0) {
            deliverWaiting(0);
        }
    }

    /** Delivers as long as anything waits; called by the one thread that may. */
    private void deliverWaiting(int deliveredForOthers) {
        Thread self = Thread.currentThread();
        int forOthers = deliveredForOthers;
        do {
            if (forOthers == MOST_FOR_OTHERS) {
                if (handedOver()) {
                    return;
                }
                forOthers = NO_LIMIT;
            }
            Delivery next = queue.poll();
            if (next != null) {
                forOthers += next.publisher == self ? 0 : 1;
                next.deliver();
            }
        } while (pending.decrementAndGet() > 0);
        dropping = false;
    }

    private boolean handedOver() {
        try {
            Workers.executeReliably(() -> deliverWaiting(NO_LIMIT));
            return true;
        } catch (Throwable noWorker) {
            return false;
        }
    }

    private void deliver(Object event) {
        for (Listener<?> listener : listeners) {
            listener.accept(event);
        }
    }

    /** An event that waits for the thread that delivers. */
    private final class Delivery implements Runnable {

        private final Object event;
        private final Thread publisher = Thread.currentThread();
        private Runnable task = this;
        private boolean delivered;

        Delivery(Object event) {
            this.event = event;
        }

        /** Its listeners run in the context of the thread that publishes it, whichever thread delivers it. */
        Delivery inContext() {
            try {
                task = ContextPropagation.wrap(this);
            } catch (Throwable thrown) {
                SafeLog.error(
                        log,
                        "The context of an event could not be captured; the event is delivered without it",
                        thrown);
            }
            return this;
        }

        /** Never throws, so that the events behind it are delivered. */
        void deliver() {
            try {
                task.run();
            } catch (Throwable thrown) {
                SafeLog.error(
                        log,
                        "The context of an event could not be restored; the event is delivered without it",
                        thrown);
            }
            run();
        }

        @Override
        public void run() {
            if (!delivered) {
                delivered = true;
                EventPublisher.this.deliver(event);
            }
        }
    }

    /** A class and not a record: two registrations of the same consumer are two subscriptions. */
    private static final class Listener<E> {

        private final Class<E> type;
        private final Consumer<? super E> consumer;

        Listener(Class<E> type, Consumer<? super E> consumer) {
            this.type = Objects.requireNonNull(type, "type");
            this.consumer = Objects.requireNonNull(consumer, "listener");
        }

        void accept(Object event) {
            if (!type.isInstance(event)) {
                return;
            }
            try {
                consumer.accept(type.cast(event));
            } catch (Throwable thrown) {
                SafeLog.error(log, "A listener failed for {}; the call continues", event, thrown);
            }
        }
    }
}
