package io.netrun.resilience.spring.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.spring.pattern.MeterSpec;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Binds the meters of every instance, and keeps them in step with the registry: they appear with their instance and go
 * with it. Meters read the instances' own counts, so a protected call does nothing for them.
 */
public final class ResilienceMeters implements MeterBinder, AutoCloseable {

    private static final String PREFIX = "resilience.";

    private final ResilienceRegistry instances;
    private final ConcurrentMap<MeterRegistry, Subscription> subscriptions = new ConcurrentHashMap<>();

    public ResilienceMeters(ResilienceRegistry instances) {
        this.instances = instances;
    }

    /** Once for each registry of meters, and for as long as that is not closed. */
    @Override
    public void bindTo(MeterRegistry meters) {
        ConcurrentMap<Policy, List<Meter>> bound = new ConcurrentHashMap<>();
        Subscription subscription = instances.onChange(event -> follow(event, bound, meters));
        if (subscriptions.putIfAbsent(meters, subscription) != null) {
            subscription.close();
            return;
        }
        instances.all().forEach(policy -> bind(policy, bound, meters));
    }

    private void follow(RegistryEvent event, ConcurrentMap<Policy, List<Meter>> bound, MeterRegistry meters) {
        if (meters.isClosed()) {
            Subscription subscription = subscriptions.remove(meters);
            if (subscription != null) {
                subscription.close();
            }
            return;
        }
        if (event instanceof RegistryEvent.Removed) {
            unbind(event.policy(), bound, meters);
        } else {
            if (event instanceof RegistryEvent.Replaced replaced) {
                unbind(replaced.former(), bound, meters);
            }
            bind(event.policy(), bound, meters);
        }
    }

    /** Stops following the registry. */
    @Override
    public void close() {
        subscriptions.values().forEach(Subscription::close);
        subscriptions.clear();
    }

    private static void bind(Policy policy, ConcurrentMap<Policy, List<Meter>> bound, MeterRegistry meters) {
        List<Meter> made = new CopyOnWriteArrayList<>();
        if (bound.putIfAbsent(policy, made) == null) {
            PatternDescriptors.of(policy).ifPresent(pattern -> register(pattern, policy, meters, made));
        }
    }

    private static <P extends Policy> void register(
            PatternDescriptor<P, ?> pattern, Policy policy, MeterRegistry meters, List<Meter> made) {
        P instance = pattern.type().policyClass().cast(policy);
        for (MeterSpec<P> measure : pattern.measures()) {
            Tags tags = Tags.of("name", policy.name());
            for (var tag : measure.tags().entrySet()) {
                tags = tags.and(tag.getKey(), tag.getValue());
            }
            String name = PREFIX + measure.name();
            made.add(
                    switch (measure.kind()) {
                        case GAUGE ->
                            Gauge.builder(name, instance, measure.value())
                                    .description(measure.description())
                                    .baseUnit(measure.unit())
                                    .tags(tags)
                                    .register(meters);
                        case COUNTER ->
                            FunctionCounter.builder(name, instance, measure.value())
                                    .description(measure.description())
                                    .baseUnit(measure.unit())
                                    .tags(tags)
                                    .register(meters);
                    });
        }
    }

    private static void unbind(Policy policy, ConcurrentMap<Policy, List<Meter>> bound, MeterRegistry meters) {
        List<Meter> made = bound.remove(policy);
        if (made != null) {
            made.forEach(meters::remove);
        }
    }
}
