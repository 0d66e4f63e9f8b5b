package io.netrun.resilience.spring.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.pattern.MeterSpec;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The meters of all instances in one meter registry. Thread-safe. */
final class BoundMeters {

    private static final Logger log = LoggerFactory.getLogger(ResilienceMeters.class);

    private static final String PREFIX = "resilience.";

    /** The suffix of a family's name that represents all its keys. */
    private static final String ALL_KEYS = ":*";

    private final ResilienceRegistry instances;
    private final KeyedMeters keyed;
    private final MeterRegistry meters;
    private final ConcurrentMap<Policy, List<Meter>> single = new ConcurrentHashMap<>();

    /** Meters refer to the totals weakly, so they are kept here for as long as the meter registry is in use. */
    private final ConcurrentMap<Family, FamilyTotals<?>> families = new ConcurrentHashMap<>();

    private final ConcurrentMap<Policy, FamilyTotals<?>> members = new ConcurrentHashMap<>();
    private final Set<Meter> ofFamilies = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile boolean removed;

    private final Map<MeterSpec<?>, String> descriptions = new ConcurrentHashMap<>();

    /**
     * The descriptions of this object's meters, compared by identity: a meter registry returns the meter that is
     * already there under an identifier, and only its description shows whose it is.
     */
    private final Set<@Nullable String> ownDescriptions =
            Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));

    BoundMeters(ResilienceRegistry instances, KeyedMeters keyed, MeterRegistry meters) {
        this.instances = instances;
        this.keyed = keyed;
        this.meters = meters;
    }

    void add(Policy policy) {
        PatternDescriptors.of(policy).ifPresent(pattern -> add(pattern, policy));
    }

    private <P extends Policy> void add(PatternDescriptor<P, ?> pattern, Policy policy) {
        String family =
                keyed == KeyedMeters.KEY ? null : instances.familyOf(policy).orElse(null);
        if (family == null) {
            List<Meter> made = new CopyOnWriteArrayList<>();
            if (single.putIfAbsent(policy, made) == null) {
                register(pattern, pattern.type().policyClass().cast(policy), made);
                if (removed) {
                    remove(policy);
                }
            }
        } else if (keyed == KeyedMeters.FAMILY) {
            FamilyTotals<?> totals = totals(pattern, family);
            members.put(policy, totals);
            totals.add(policy);
        }
    }

    void remove(Policy policy) {
        List<Meter> made = single.remove(policy);
        if (made != null) {
            made.forEach(this::remove);
        }
        FamilyTotals<?> totals = members.remove(policy);
        if (totals != null) {
            totals.remove(policy);
        }
    }

    /** Removes all meters, for a meter registry that outlives the instances. */
    void removeAll() {
        removed = true;
        single.keySet().forEach(this::remove);
        members.clear();
        families.clear();
        ofFamilies.forEach(this::remove);
        ofFamilies.clear();
    }

    /** Removes a meter, except from registries of a composite where another application context has it. */
    private void remove(Meter meter) {
        List<MeterRegistry> others = CompositeMembers.holding(meters, meter, this::isForeign);
        if (others.isEmpty()) {
            meters.remove(meter);
        } else {
            CompositeMembers.removeFrom(meters, meter, found -> !isForeign(found));
        }
    }

    /** Whether a meter of the same identifier belongs to another application context. */
    private boolean isForeign(Meter found) {
        return !ownDescriptions.contains(found.getId().getDescription());
    }

    private <P extends Policy> void register(PatternDescriptor<P, ?> pattern, P instance, List<Meter> made) {
        for (MeterSpec<P> measure : pattern.meters()) {
            register(measure, instance.name(), instance, measure.value()).ifPresent(made::add);
        }
    }

    private <P extends Policy> FamilyTotals<?> totals(PatternDescriptor<P, ?> pattern, String name) {
        Family family = new Family(pattern.type(), name);
        FamilyTotals<?> present = families.get(family);
        if (present != null) {
            return present;
        }
        List<MeterSpec<P>> measures = new ArrayList<>(pattern.meters());
        FamilyTotals<P> totals = new FamilyTotals<>(pattern.type().policyClass(), measures);
        FamilyTotals<?> faster = families.putIfAbsent(family, totals);
        if (faster != null) {
            return faster;
        }
        for (int i = 0; i < measures.size(); i++) {
            int index = i;
            register(measures.get(i), name + ALL_KEYS, totals, all -> all.value(index))
                    .ifPresent(ofFamilies::add);
        }
        if (removed) {
            removeAll();
        }
        return totals;
    }

    /** Registers a meter; empty if another application context has one of the same identifier. */
    private <T> Optional<Meter> register(MeterSpec<?> measure, String instance, T source, ToDoubleFunction<T> value) {
        String description = descriptions.computeIfAbsent(measure, this::ownDescription);
        Meter present = registered(measure, description, instance, source, value);
        boolean isOwn = !isForeign(present);
        if (isOwn && CompositeMembers.holding(meters, present, this::isForeign).isEmpty()) {
            return Optional.of(present);
        }
        if (warned.compareAndSet(false, true)) {
            log.warn(
                    "The meter registry already has meters of another application context, such as {} of '{}'."
                            + " Instances of the same names have no meters in this context."
                            + " Use a meter registry for each context, or different names.",
                    present.getId().getName(),
                    instance);
        }
        return isOwn ? Optional.of(present) : Optional.empty();
    }

    private String ownDescription(MeterSpec<?> measure) {
        String own = new String(measure.description());
        ownDescriptions.add(own);
        return own;
    }

    private <T> Meter registered(
            MeterSpec<?> measure, String description, String instance, T source, ToDoubleFunction<T> value) {
        Tags tags = Tags.of("name", instance);
        for (var tag : measure.tags().entrySet()) {
            tags = tags.and(tag.getKey(), tag.getValue());
        }
        String name = PREFIX + measure.name();
        return switch (measure.kind()) {
            case GAUGE ->
                Gauge.builder(name, source, value)
                        .description(description)
                        .baseUnit(measure.unit())
                        .tags(tags)
                        .register(meters);
            case COUNTER ->
                FunctionCounter.builder(name, source, value)
                        .description(description)
                        .baseUnit(measure.unit())
                        .tags(tags)
                        .register(meters);
        };
    }

    private record Family(PolicyType<?, ?> type, String name) {}
}
