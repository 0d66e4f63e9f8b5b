package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one instance. They receive its events one at a time and in the order of publication: an event has
 * reached all listeners before the next one reaches any, even if a listener publishes it. The publishing thread
 * delivers the event, unless another thread is delivering at that moment; then it queues the event for that thread,
 * together with its context (see {@link ContextPropagation}), and continues. So a listener that blocks delays other
 * events, and no call but the one whose thread delivers. A thread that abandons a call, which must not be delayed,
 * leaves its events to a worker. Exceptions of a listener are logged and reach neither the other listeners nor the
 * call. Lock-free and thread-safe.
 *
 * @apiNote For authors of policies.
 */
public final class EventPublisher {

    /*
     * Implementation
     * ==============
     *
     * Listeners must see one event at a time, as the signals of a reactive stream [3], but a publishing thread must
     * not wait for another one. So the thread that is delivering takes over the events of all others, as the combiner
     * of [1] does with their operations.
     *
     *  field      meaning
     *  ---------  ------------------------------------------------------------------------------------------
     *  listeners  copied on write; read without synchronization
     *  interests  as the listeners
     *  pending    events not yet delivered, including the one in delivery; above zero while a thread delivers
     *  queue      events left to the delivering thread, a lock-free queue [2]; null until there is the first one,
     *             because most instances of a large family never have one
     *  dropping   whether events have been dropped since the queue was empty, so that one warning is logged
     *  abandoned  whether the delivering thread could not continue, because its stack was full, for example; "pending"
     *             stays above zero then, and who sets this back becomes the delivering thread
     *
     * Delivering
     * ----------
     * A thread that raises "pending" from zero becomes the delivering thread. It delivers its own event without the
     * queue, and then decrements "pending" and polls the queue until "pending" is zero again. Any other thread adds
     * its event to the queue first and increments "pending" afterwards. If that increment starts at zero, the former
     * delivering thread has just finished, and this thread becomes the next one.
     *
     *  - An event is in the queue before it is counted, so that a count above zero always finds an event.
     *  - A listener that publishes an event runs on the delivering thread, which therefore queues that event.
     *  - After MOST_FOR_OTHERS events of other threads, a worker continues, so that no call pays for all others.
     *  - A thread that abandons a call must not be delayed: it queues its events, and a worker delivers them.
     *  - A thread that defers its events (EventDeferral) queues them without counting them, and counts them after its
     *    lock is free.
     *
     * Example
     * -------
     *  T1 publishes A: pending 0 to 1, T1 delivers A
     *  T2 publishes B: pending is not zero, so T2 adds B to the queue; pending 1 to 2; T2 continues with its call
     *  a listener of A publishes C on T1: queue B, C; pending 2 to 3
     *  T1 has delivered A: pending 3 to 2. T1 delivers B in the context of T2, pending 2 to 1, then C, pending 1 to 0
     *
     * References
     * ----------
     * [1] D. Hendler, I. Incze, N. Shavit, M. Tzafrir: Flat combining and the synchronization-parallelism
     *     tradeoff (2010) https://doi.org/10.1145/1810479.1810540
     * [2] M. M. Michael, M. L. Scott: Simple, fast, and practical non-blocking and blocking concurrent queue algorithms
     *     (1996) https://doi.org/10.1145/248052.248106
     * [3] Reactive Streams, rule 1.3 https://www.reactive-streams.org
     */

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);

    /**
     * After this many events of other threads, a delivering thread continues with its call; a worker delivers the rest.
     */
    private static final int MOST_FOR_OTHERS = 64;

    private static final int NO_LIMIT = Integer.MIN_VALUE;

    /** Behind a listener that never returns, events must not fill the heap. */
    static final int MAX_WAITING = 100_000;

    /**
     * Events beyond this number are given up when memory runs short: their failures and contexts may hold as much as
     * they like.
     */
    static final int MOST_HELD = 64;

    private static final VarHandle LISTENERS = field("listeners", Object[].class);
    private static final VarHandle INTERESTS = field("interests", Object[].class);
    private static final VarHandle QUEUE = field("queue", Queue.class);
    private static final VarHandle PENDING = field("pending", int.class);
    private static final VarHandle ABANDONED = field("abandoned", boolean.class);

    private static final Object[] NONE = {};

    private volatile Object[] listeners = NONE;
    private volatile Object[] interests = NONE;

    /** Events queued for the delivering thread: a {@link Delivery}, or a {@link SoftReference} to one. */
    private volatile @Nullable Queue<Object> queue;

    /**
     * The number of events not yet delivered, including the one in delivery. The thread that raises it from zero
     * delivers until it is zero again. An event enters the queue before it is counted, so that every count has its
     * event.
     */
    private volatile int pending;

    private volatile boolean dropping;
    private volatile boolean abandoned;

    private static VarHandle field(String name, Class<?> type) {
        return ConstantBootstraps.fieldVarHandle(
                MethodHandles.lookup(), name, VarHandle.class, EventPublisher.class, type);
    }

    /** Registers a listener for a type of event. */
    public <E> Subscription subscribe(Class<E> type, Consumer<? super E> consumer) {
        Listener<E> listener = new Listener<>(type, consumer);
        change(LISTENERS, present -> with(present, listener));
        updateInterests();
        return () -> {
            change(LISTENERS, present -> without(present, listener));
            updateInterests();
        };
    }

    /**
     * Returns whether there are listeners for a type of event, as an object to keep: it asks without traversing them.
     */
    public Interest interestIn(Class<?> type) {
        Interest interest = new Interest(this, type);
        change(INTERESTS, present -> with(present, interest));
        interest.update();
        return interest;
    }

    /** Returns whether there is a listener for a type of event. Check it before creating events that are frequent. */
    public boolean wants(Class<?> type) {
        for (Object listener : listeners) {
            if (((Listener<?>) listener).receives(type)) {
                return true;
            }
        }
        return false;
    }

    private void change(VarHandle field, UnaryOperator<Object[]> change) {
        Object[] present;
        do {
            present = (Object[]) field.getVolatile(this);
        } while (!field.compareAndSet(this, present, change.apply(present)));
    }

    private static Object[] with(Object[] present, Object added) {
        Object[] all = Arrays.copyOf(present, present.length + 1);
        all[present.length] = added;
        return all;
    }

    private static Object[] without(Object[] present, Object removed) {
        Object[] others = Arrays.stream(present).filter(each -> each != removed).toArray();
        return others.length == 0 ? NONE : others;
    }

    private void updateInterests() {
        for (Object interest : interests) {
            ((Interest) interest).update();
        }
    }

    /**
     * Delivers an event to every listener for its type, or leaves it to another thread. Never throws. At most 100,000
     * events are queued behind a listener that blocks; further ones are dropped, with a warning, and so are all but the
     * first ones if memory runs short.
     */
    public void publish(Object event) {
        if (listeners.length == 0) {
            return;
        }
        boolean delivering = false;
        try {
            EventDeferral deferral = EventDeferral.current();
            if (deferral != null && pending < MAX_WAITING) {
                deferral.add(this, event);
                return;
            }
            boolean mayDeliver = !ScopeParts.isNotifying();
            if (abandoned && mayDeliver) {
                resume();
            }
            if (mayDeliver && PENDING.compareAndSet(this, 0, 1)) {
                delivering = true;
                deliverFirst(event);
            } else if (pending >= MAX_WAITING) {
                drop(event);
            } else if (add(event) && addPending(1) == 1) {
                delivering = true;
                if (mayDeliver) {
                    deliverWaiting(0);
                } else {
                    HeldEvents.deliver(this::deliverOnWorker);
                }
            }
        } catch (Throwable failed) {
            if (delivering) {
                abandoned = true; // needs no stack
                try {
                    Workers.executeReliably(this::resume);
                } catch (Throwable noWorker) {
                    // The next thread that publishes resumes.
                }
            }
        }
    }

    /** Delivers an event for which this thread has raised the count from zero, and those that arrive meanwhile. */
    private void deliverFirst(Object event) {
        if (isQueueEmpty()) {
            deliver(event);
            if (addPending(-1) > 0) {
                deliverWaiting(0);
            }
        } else {
            // An event that has been put into the queue is not counted yet: this one must not overtake it.
            add(event);
            deliverWaiting(0);
        }
    }

    private void drop(Object event) {
        if (!dropping) {
            dropping = true;
            SafeLog.warn(
                    log,
                    "{} events are queued behind a listener that does not return;"
                            + " further events are dropped, such as a {}",
                    MAX_WAITING,
                    event.getClass().getName());
        }
    }

    /** Continues for a thread that could not: one event is counted that may have left the queue. */
    private void resume() {
        if (!ABANDONED.compareAndSet(this, true, false)) {
            return;
        }
        try {
            for (int left = MAX_WAITING; left > 0 && !isQueueEmpty(); left--) {
                Delivery next = poll();
                if (next != null) {
                    next.deliver();
                }
            }
            if (addPending(-1) > 0) {
                deliverWaiting(NO_LIMIT);
            }
        } catch (Throwable failed) {
            abandoned = true;
        }
    }

    private void deliverOnWorker() {
        try {
            deliverWaiting(NO_LIMIT);
        } catch (Throwable failed) {
            abandoned = true;
        }
    }

    /** Returns the number afterwards. */
    private int addPending(int added) {
        return (int) PENDING.getAndAdd(this, added) + added;
    }

    private Queue<Object> queue() {
        Queue<Object> present = queue;
        if (present == null) {
            QUEUE.compareAndSet(this, null, new ConcurrentLinkedQueue<Object>());
            present = Objects.requireNonNull(queue);
        }
        return present;
    }

    private boolean isQueueEmpty() {
        Queue<Object> present = queue;
        return present == null || present.isEmpty();
    }

    /** Takes the next event. Returns null if it was given up. */
    private @Nullable Delivery poll() {
        Queue<Object> present = queue;
        Object next = present == null ? null : present.poll();
        if (!(next instanceof SoftReference<?> reference)) {
            return (Delivery) next;
        }
        Delivery held = (Delivery) reference.get();
        if (held == null && !dropping) {
            dropping = true;
            SafeLog.warn(
                    log,
                    "Events that were queued behind a slow listener are dropped, because memory was short;"
                            + " the first {} were kept",
                    MOST_HELD);
        }
        return held;
    }

    /**
     * Returns the task, to run within the current context of the calling thread. While that thread defers events, this
     * reads no thread-locals, which can run foreign code.
     *
     * @throws RuntimeException if reading a part of the context fails
     */
    public static Runnable inContext(Runnable task) {
        EventDeferral deferral = EventDeferral.current();
        return deferral == null ? ContextPropagation.wrap(task) : deferral.inContext(task);
    }

    /** Puts an event into the queue. Returns false if it is lost, because there is no memory for it. */
    boolean add(Object event) {
        try {
            Delivery delivery = new Delivery(event, null).inContext();
            queue().add(pending < MOST_HELD ? delivery : new SoftReference<>(delivery));
            return true;
        } catch (Throwable thrown) {
            SafeLog.error(log, "An event is lost", thrown);
            return false;
        }
    }

    /**
     * Fixes an event's position in the order of events, without running foreign code. The caller must call
     * {@link #deliverQueued} once for each event. For publishers that must fix the position at the moment of a change.
     */
    void enqueue(Object event) {
        queue().add(new Delivery(event, null));
    }

    /**
     * {@linkplain #enqueue(Object) Enqueues} an event.
     *
     * @param around runs the delivery to the listeners, on whichever thread; must not throw
     */
    void enqueue(Object event, Consumer<Runnable> around) {
        queue().add(new Delivery(event, around));
    }

    /** Delivers events that were {@linkplain #enqueue enqueued}, unless another thread is delivering. Never throws. */
    void deliverQueued() {
        boolean delivering = false;
        try {
            if (addPending(1) == 1) {
                delivering = true;
                deliverWaiting(0);
            }
        } catch (Throwable failed) {
            if (delivering) {
                abandoned = true;
            }
        }
    }

    /** Delivers until no event is pending. Called only by the thread that raised the count from zero. */
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
            Delivery next = poll();
            if (next != null) {
                forOthers += next.publisher == self ? 0 : 1;
                next.deliver();
            }
        } while (addPending(-1) > 0);
        dropping = false;
    }

    private boolean handedOver() {
        try {
            Workers.executeReliably(this::deliverOnWorker);
            return true;
        } catch (Throwable noWorker) {
            return false;
        }
    }

    /** Calls that listeners make, such as an alarm, are no part of the call that has caused the event. */
    private void deliver(Object event) {
        Deadline before = Deadline.leaveScope();
        try {
            for (Object listener : listeners) {
                ((Listener<?>) listener).accept(event);
            }
        } finally {
            Deadline.returnToScope(before);
        }
    }

    /** An event in the queue of the delivering thread. */
    private final class Delivery implements Runnable {

        private final Object event;
        private final @Nullable Consumer<Runnable> around;
        private final Thread publisher = Thread.currentThread();
        private Runnable task = this;
        private boolean delivered;

        Delivery(Object event, @Nullable Consumer<Runnable> around) {
            this.event = event;
            this.around = around;
        }

        /**
         * Captures the context of the publishing thread, in which listeners run whichever thread delivers the event.
         */
        Delivery inContext() {
            try {
                task = EventPublisher.inContext(this);
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
                if (around == null) {
                    EventPublisher.this.deliver(event);
                } else {
                    around.accept(() -> EventPublisher.this.deliver(event));
                }
            }
        }
    }

    /** Whether there are listeners for a type of event. Thread-safe. */
    public static final class Interest {

        private final EventPublisher publisher;
        private final Class<?> type;
        private volatile boolean exists;

        private Interest(EventPublisher publisher, Class<?> type) {
            this.publisher = publisher;
            this.type = type;
        }

        /** Returns whether there is a listener now. */
        public boolean exists() {
            return exists;
        }

        /** Of threads that register and close listeners at the same time, the last one to enter sees all of it. */
        private synchronized void update() {
            exists = publisher.wants(type);
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

        /** Returns whether this listener receives events of a class. */
        boolean receives(Class<?> event) {
            return type == event
                    || (type.isAssignableFrom(event) && !ResilienceEvent.OnRequest.class.isAssignableFrom(event));
        }

        void accept(Object event) {
            if (!receives(event.getClass())) {
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
