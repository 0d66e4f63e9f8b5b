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
 * Binds the meters of every instance, and keeps them in step with the registry: they appear with their instance and go
 * with it. The instances of a family share a set of meters, unless the application wants others. Meters read the
 * instances' own counts, so a protected call does nothing for them.
 */
public final class ResilienceMeters implements MeterBinder, AutoCloseable {

    private final ResilienceRegistry instances;
    private final KeyedMeters keyed;
    private final ConcurrentMap<MeterRegistry, Subscription> subscriptions = new ConcurrentHashMap<>();

    /**
     * The meters to come.
     *
     * @param keyed those of the instances of families
     */
    public ResilienceMeters(ResilienceRegistry instances, KeyedMeters keyed) {
        this.instances = instances;
        this.keyed = keyed;
    }

    /** Once for each registry of meters, and for as long as that is not closed. */
    @Override
    public void bindTo(MeterRegistry meters) {
        BoundMeters bound = new BoundMeters(instances, keyed, meters);
        Subscription subscription = instances.onChange(event -> follow(event, bound, meters));
        if (subscriptions.putIfAbsent(meters, subscription) != null) {
            subscription.close();
            return;
        }
        instances.all().forEach(bound::add);
    }

    private void follow(RegistryEvent event, BoundMeters bound, MeterRegistry meters) {
        if (meters.isClosed()) {
            Subscription subscription = subscriptions.remove(meters);
            if (subscription != null) {
                subscription.close();
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

    /** Stops following the registry. */
    @Override
    public void close() {
        subscriptions.values().forEach(Subscription::close);
        subscriptions.clear();
    }
}
