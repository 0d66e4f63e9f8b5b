package io.netrun.resilience.spring.event;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The latest application events of every instance, for people to look at: a few of each. Thread-safe. */
public final class RecentEvents {

    private static final int KEPT = 20;

    /** How many of one kind are kept that may come with every call, and how far apart. */
    private static final int KEPT_OF_FREQUENT = 5;

    private static final Duration FREQUENT = Duration.ofSeconds(1);

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

    /** Keeps an event unless the last of its kind is less than a second old; they push out none of another kind. */
    void addIfRare(Policy instance, ResilienceEvent event) {
        Deque<ResilienceEvent> ofInstance = events.computeIfAbsent(instance, first -> new ArrayDeque<>());
        synchronized (ofInstance) {
            List<ResilienceEvent> ofItsKind = ofInstance.stream()
                    .filter(former -> former.getClass() == event.getClass())
                    .toList();
            if (!ofItsKind.isEmpty()
                    && event.time().isBefore(ofItsKind.get(0).time().plus(FREQUENT))) {
                return;
            }
            if (ofItsKind.size() >= KEPT_OF_FREQUENT) {
                ofInstance.remove(ofItsKind.get(ofItsKind.size() - 1));
            } else if (ofInstance.size() == KEPT) {
                ofInstance.removeLast();
            }
            ofInstance.addFirst(event);
        }
    }

    void forget(Policy instance) {
        events.remove(instance);
    }
}
