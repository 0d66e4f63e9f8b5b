package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.springframework.util.function.SingletonSupplier;

/**
 * Counts the obtained instances that have left the registry. Code that keeps instances between calls compares this
 * count with the count from before it obtained them. Instances that only pass through the registry, such as those of a
 * family, are not counted, so they cost their users nothing. Thread-safe.
 */
final class InstanceChanges {

    private final Supplier<ResilienceRegistry> registry;
    private final Set<Policy> used = ConcurrentHashMap.newKeySet();
    private final AtomicInteger left = new AtomicInteger();
    private final SingletonSupplier<Subscription> subscription;

    InstanceChanges(Supplier<ResilienceRegistry> registry) {
        this.registry = registry;
        this.subscription = SingletonSupplier.of(() -> registry.get().onChange(this::follow));
    }

    /** The number of instances that have left the registry so far. */
    int count() {
        return left.get();
    }

    /** Registers an instance that is kept between calls from now on. */
    void use(Policy policy) {
        subscription.obtain();
        if (!used.add(policy)) {
            return;
        }
        if (registry.get().find(policy.type(), policy.name()).orElse(null) != policy) {
            forget(policy); // it left before its use was registered
        }
    }

    private void follow(RegistryEvent event) {
        if (event instanceof RegistryEvent.Removed) {
            forget(event.policy());
        } else if (event instanceof RegistryEvent.Replaced replaced) {
            forget(replaced.former());
        }
    }

    private void forget(Policy policy) {
        if (used.remove(policy)) {
            left.incrementAndGet();
        }
    }
}
