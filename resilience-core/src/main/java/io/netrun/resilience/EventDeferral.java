package io.netrun.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that a thread has published while it made a change under a lock, where no listener may run. Their order is
 * fixed at once, and they are delivered when the change has been made. Confined to that thread.
 */
final class EventDeferral {

    private static final Logger log = LoggerFactory.getLogger(EventDeferral.class);

    /** The number of threads that defer events, so that others need not look at the thread-local. */
    private static final AtomicInteger DEFERRING = new AtomicInteger();

    private static final ThreadLocal<@Nullable EventDeferral> CURRENT = new ThreadLocal<>();

    private final @Nullable Object context = context();
    private final List<EventPublisher> publishers = new ArrayList<>();

    private EventDeferral() {}

    private static @Nullable Object context() {
        try {
            return ContextPropagation.capture();
        } catch (Throwable thrown) {
            SafeLog.error(
                    log, "The context of an event could not be captured; the event is delivered without it", thrown);
            return null;
        }
    }

    /**
     * Runs a task, and then delivers the events that it has published on this thread, of any instance.
     *
     * @return what the task returns
     */
    static <T extends @Nullable Object> T during(Supplier<T> task) {
        if (current() != null) {
            return task.get(); // the task around it delivers
        }
        EventDeferral deferral = new EventDeferral();
        DEFERRING.getAndIncrement();
        CURRENT.set(deferral);
        try {
            return task.get();
        } finally {
            CURRENT.remove();
            DEFERRING.getAndDecrement();
            deferral.deliver();
        }
    }

    /** Returns that of the calling thread; null if it defers none. */
    static @Nullable EventDeferral current() {
        return DEFERRING.get() == 0 ? null : CURRENT.get();
    }

    /** Returns the task, to run within the context in which the deferral began. */
    Runnable inContext(Runnable task) {
        Object captured = context;
        return captured == null ? task : () -> ContextPropagation.run(captured, task);
    }

    void add(EventPublisher publisher, Object event) {
        if (publisher.add(event)) {
            publishers.add(publisher);
        }
    }

    private void deliver() {
        publishers.forEach(EventPublisher::deliverQueued);
    }
}
