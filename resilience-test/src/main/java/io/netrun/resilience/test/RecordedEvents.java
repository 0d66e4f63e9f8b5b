package io.netrun.resilience.test;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The events of instances, from the recording's beginning until it is closed, in the order in which they came.
 * Thread-safe.
 */
public final class RecordedEvents implements AutoCloseable {

    private final List<ResilienceEvent> events = new CopyOnWriteArrayList<>();
    private final List<Subscription> subscriptions;

    private RecordedEvents(Policy... policies) {
        this.subscriptions = List.of(policies).stream()
                .map(policy -> policy.on(ResilienceEvent.class, events::add))
                .toList();
    }

    /** Begins to record the events of instances. */
    public static RecordedEvents of(Policy... policies) {
        return new RecordedEvents(policies);
    }

    /** All events so far; a copy. */
    public List<ResilienceEvent> all() {
        return List.copyOf(events);
    }

    /** The events of a kind so far, such as {@code CircuitBreakerEvent.StateChanged.class}; a copy. */
    public <E extends ResilienceEvent> List<E> of(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Ends the recording; what was recorded stays. */
    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
    }
}
