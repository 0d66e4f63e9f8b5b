package io.netrun.resilience.test;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The events of instances in order, recorded until this is closed. Thread-safe. */
public final class RecordedEvents implements AutoCloseable {

    private final List<ResilienceEvent> events = new CopyOnWriteArrayList<>();
    private final List<Subscription> subscriptions;

    private RecordedEvents(Policy... policies) {
        this.subscriptions = List.of(policies).stream()
                .map(policy -> policy.on(ResilienceEvent.class, events::add))
                .toList();
    }

    /** Starts to record the events of instances. */
    public static RecordedEvents of(Policy... policies) {
        return new RecordedEvents(policies);
    }

    /** A copy of all events so far. */
    public List<ResilienceEvent> all() {
        return List.copyOf(events);
    }

    /** A copy of the events of one type so far, such as {@code CircuitBreakerEvent.StateChanged.class}. */
    public <E extends ResilienceEvent> List<E> of(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Stops recording. The recorded events stay available. */
    @Override
    public void close() {
        subscriptions.forEach(Subscription::close);
    }
}
