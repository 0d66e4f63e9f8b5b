package io.netrun.resilience.spring.event;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The latest application events of every instance, for people to look at: a few of each. Thread-safe. */
public final class RecentEvents {

    private static final int KEPT = 20;

    private final ConcurrentMap<Policy, Deque<ResilienceEvent>> events = new ConcurrentHashMap<>();

    /** The events of an instance, the latest first; a copy. */
    public List<ResilienceEvent> of(Policy instance) {
        Deque<ResilienceEvent> ofInstance = events.get(instance);
        if (ofInstance == null) {
            return List.of();
        }
        synchronized (ofInstance) {
            return List.copyOf(ofInstance);
        }
    }

    void add(Policy instance, ResilienceEvent event) {
        Deque<ResilienceEvent> ofInstance = events.computeIfAbsent(instance, first -> new ArrayDeque<>());
        synchronized (ofInstance) {
            if (ofInstance.size() == KEPT) {
                ofInstance.removeLast();
            }
            ofInstance.addFirst(event);
        }
    }

    void forget(Policy instance) {
        events.remove(instance);
    }
}
