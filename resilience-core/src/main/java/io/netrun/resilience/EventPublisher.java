package io.netrun.resilience;

import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one instance. Listeners are called outside of any lock, on the publishing thread; what one throws is
 * logged and reaches neither the others nor the call. For those who write policies. Thread-safe.
 */
public final class EventPublisher {

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);

    private final CopyOnWriteArrayList<Listener<?>> listeners = new CopyOnWriteArrayList<>();

    /** Registers a listener for a kind of event. */
    public <E> Subscription subscribe(Class<E> type, Consumer<? super E> consumer) {
        Listener<E> listener = new Listener<>(type, consumer);
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Whether anyone listens to a kind of event; ask before making one where events are frequent. */
    public boolean wants(Class<?> type) {
        for (Listener<?> listener : listeners) {
            if (listener.type.isAssignableFrom(type)) {
                return true;
            }
        }
        return false;
    }

    /** Calls every listener that wants the event; never throws. */
    public void publish(Object event) {
        for (Listener<?> listener : listeners) {
            listener.accept(event);
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
                log.error("A listener failed on {}; the call goes on", event, thrown);
            }
        }
    }
}
