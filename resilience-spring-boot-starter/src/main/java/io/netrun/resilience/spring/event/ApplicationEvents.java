package io.netrun.resilience.spring.event;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Instant;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes the events of instances as application events, for beans with {@code @EventListener void
 * on(CircuitBreakerEvent.StateChanged event)}, and keeps the latest. Listeners run on the thread of the call, or on
 * another thread that is delivering the instance's events at that moment, and should be fast. An exception from a
 * listener is logged and has no other effect.
 */
public final class ApplicationEvents implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ApplicationEvents.class);

    private final ApplicationEventPublisher publisher;
    private final RecentEvents recent;
    private final Subscription registrySubscription;
    private final Set<Policy> followed = ConcurrentHashMap.newKeySet();

    public ApplicationEvents(ResilienceRegistry registry, ApplicationEventPublisher publisher, RecentEvents recent) {
        this.publisher = publisher;
        this.recent = recent;
        this.registrySubscription = registry.onChange(this::onChange);
        registry.all().forEach(this::follow);
    }

    @Override
    public void close() {
        registrySubscription.close();
        followed.clear();
    }

    /**
     * Publishes an event that is not one of an instance, and keeps it among the recent events of the instances that it
     * affects: a few, as of the events that may occur often. What a listener throws is logged and has no other effect.
     */
    public void publish(Record event, Instant time, Collection<? extends Policy> affected) {
        for (Policy policy : affected) {
            if (followed.contains(policy)) {
                recent.addIfRare(policy, event, time);
                if (!followed.contains(policy)) {
                    recent.forget(policy);
                }
            }
        }
        try {
            publisher.publishEvent(event);
        } catch (RuntimeException e) {
            log.error("A listener failed on {}", event, e);
        }
    }

    private void onChange(RegistryEvent event) {
        if (event instanceof RegistryEvent.Removed) {
            leave(event.policy());
        } else {
            if (event instanceof RegistryEvent.Replaced replaced) {
                leave(replaced.former());
            }
            follow(event.policy());
        }
    }

    private void leave(Policy policy) {
        followed.remove(policy);
        recent.forget(policy);
    }

    private void follow(Policy policy) {
        if (!followed.add(policy)) {
            return;
        }
        PatternDescriptors.of(policy).ifPresent(pattern -> {
            pattern.applicationEvents().forEach(type -> forward(policy, type));
            pattern.frequentEvents()
                    .forEach(type -> policy.on(type, event -> {
                        if (followed.contains(policy)) {
                            recent.addIfRare(policy, event);
                            if (!followed.contains(policy)) {
                                recent.forget(policy);
                            }
                        }
                    }));
        });
    }

    private void forward(Policy policy, Class<? extends ResilienceEvent> type) {
        policy.on(type, event -> {
            if (followed.contains(policy)) {
                recent.add(policy, event);
                if (!followed.contains(policy)) {
                    recent.forget(policy); // removed at this very moment
                }
                publisher.publishEvent(event);
            }
        });
    }
}
