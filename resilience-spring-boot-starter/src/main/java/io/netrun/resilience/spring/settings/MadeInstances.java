package io.netrun.resilience.spring.settings;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The created instances with their settings. Applies changed settings to existing instances. Thread-safe. */
final class MadeInstances {

    private final Supplier<ResilienceRegistry> registry;
    private final ConcurrentMap<InstanceKey, Made<?>> made = new ConcurrentHashMap<>();

    /** Held while settings are exchanged. No user code runs under it. */
    private final ReentrantLock exchanging = new ReentrantLock();

    MadeInstances(Supplier<ResilienceRegistry> registry) {
        this.registry = registry;
    }

    boolean has(InstanceKey key) {
        return made.containsKey(key);
    }

    @Nullable
    Made<?> get(InstanceKey key) {
        return made.get(key);
    }

    @SuppressWarnings("unchecked") // stored for this pattern
    <C extends Record> @Nullable Made<C> get(PatternDescriptor<?, C> pattern, String name) {
        return (Made<C>) made.get(InstanceKey.of(pattern, name));
    }

    /** Records the settings with which an instance is about to be created. */
    void put(InstanceKey key, Made<?> settings) {
        made.put(key, settings);
    }

    void remove(InstanceKey key) {
        made.remove(key);
    }

    Set<String> names(PatternDescriptor<?, ?> pattern) {
        return InstanceKey.names(made.keySet(), pattern);
    }

    /** The names of a pattern's instances that contribute to the application's health, as a mutable set. */
    Set<String> namesInHealth(PatternDescriptor<?, ?> pattern) {
        Set<String> names = new TreeSet<>();
        made.forEach((key, settings) -> {
            if (key.pattern().equals(pattern.key()) && settings.inForce().health() != HealthRole.NONE) {
                names.add(key.name());
            }
        });
        return names;
    }

    /** Applies the settings to an instance that code has created, unless this has already happened. */
    <P extends Policy, C extends Record> void adopt(PatternDescriptor<P, C> pattern, P policy, Made<C> settings) {
        if (made.putIfAbsent(InstanceKey.of(pattern, policy.name()), settings) == null) {
            reconfigure(pattern, policy, present -> settings.inForce().config());
            if (!settings.inForce().enabled()) {
                policy.setEnabled(false);
            }
        }
    }

    /**
     * Replaces the settings of an instance.
     *
     * @return false if the former settings are no longer in force; then nothing has changed
     */
    <P extends Policy, C extends Record> boolean exchange(
            PatternDescriptor<P, C> pattern, String name, Made<C> former, Made<C> later) {
        InstanceKey key = InstanceKey.of(pattern, name);
        P policy = registry.get().find(pattern.type(), name).orElse(null);
        exchanging.lock();
        try {
            if (made.get(key) != former) {
                return false;
            }
            made.put(key, later);
            if (policy != null) {
                reconfigure(pattern, policy, present -> later.inForce().config());
                boolean enabled = later.inForce().enabled();
                if (enabled != former.inForce().enabled()) {
                    policy.setEnabled(enabled);
                }
            }
            return true;
        } finally {
            exchanging.unlock();
        }
    }

    /** Records that an operator has changed settings of an existing instance, by Java name. */
    <C extends Record> void changedByOperator(
            PatternDescriptor<?, C> pattern, String name, C config, Set<String> changed) {
        exchanging.lock();
        try {
            Made<C> former = get(pattern, name);
            if (former != null) {
                made.put(InstanceKey.of(pattern, name), former.changedByOperator(config, changed));
            }
        } finally {
            exchanging.unlock();
        }
    }

    /** Changes the settings of an existing instance of a pattern; see {@link AbstractPolicy#reconfigure}. */
    static <P extends Policy, C extends Record> C reconfigure(
            PatternDescriptor<P, C> pattern, P policy, UnaryOperator<C> change) {
        @SuppressWarnings("unchecked") // every policy of a pattern extends it, with the pattern's configuration
        AbstractPolicy<C> living = (AbstractPolicy<C>) policy;
        return living.reconfigure(change);
    }
}
