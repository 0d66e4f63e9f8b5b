package io.netrun.resilience.spring.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Binds the meters of every instance and keeps them in step with the registry: meters are added and removed with their
 * instance. The instances of a family share one set of meters, unless configured otherwise. Meters read the instances'
 * own counts, so they add no cost to a protected call.
 */
public final class ResilienceMeters implements MeterBinder, AutoCloseable {

    private final ResilienceRegistry instances;
    private final KeyedMeters keyed;
    private final boolean foreign;
    private final ConcurrentMap<MeterRegistry, Binding> bindings = new ConcurrentHashMap<>();

    /**
     * Creates the binder; meters are bound later.
     *
     * @param instances the registry of the instances
     * @param keyed the kind of meters for instances of families
     */
    public ResilienceMeters(ResilienceRegistry instances, KeyedMeters keyed) {
        this(instances, keyed, false);
    }

    /**
     * Creates the binder; meters are bound later.
     *
     * @param instances the registry of the instances
     * @param keyed the kind of meters for instances of families
     * @param foreign whether there are meters with the names of resilience4j, too
     */
    public ResilienceMeters(ResilienceRegistry instances, KeyedMeters keyed, boolean foreign) {
        this.instances = instances;
        this.keyed = keyed;
        this.foreign = foreign;
    }

    /** Binds once per meter registry, until that registry is closed. */
    @Override
    public void bindTo(MeterRegistry meters) {
        BoundMeters bound = new BoundMeters(instances, keyed, foreign, meters);
        Subscription changes = instances.onChange(event -> follow(event, bound, meters));
        Subscription families = instances.onFamily(family -> {
            if (!meters.isClosed()) {
                bound.onFamily(family);
            }
        });
        Subscription subscription = () -> {
            changes.close();
            families.close();
        };
        if (bindings.putIfAbsent(meters, new Binding(bound, subscription)) != null) {
            subscription.close();
            return;
        }
        instances.all().forEach(bound::add);
    }

    private record Binding(BoundMeters meters, Subscription subscription) {}

    private void follow(RegistryEvent event, BoundMeters bound, MeterRegistry meters) {
        if (meters.isClosed()) {
            Binding binding = bindings.remove(meters);
            if (binding != null) {
                binding.subscription.close();
                binding.meters.removeAll();
            }
            return;
        }
        if (event instanceof RegistryEvent.Removed) {
            bound.remove(event.policy());
        } else {
            if (event instanceof RegistryEvent.Replaced replaced) {
                bound.remove(replaced.former());
            }
            bound.add(event.policy());
        }
    }

    /**
     * Stops following the registry, and removes the meters from all meter registries, since several application
     * contexts may share one. That includes closed ones: Spring Boot closes a meter registry before this, also one that
     * is shared.
     */
    @Override
    public void close() {
        bindings.forEach((meters, binding) -> {
            binding.subscription.close();
            binding.meters.removeAll();
        });
        bindings.clear();
    }
}
