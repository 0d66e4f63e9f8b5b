package io.netrun.resilience.spring.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.netrun.resilience.FamilyCreated;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.ForeignMeters;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.pattern.MeterSpec;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The meters of all instances in one meter registry. Thread-safe. */
final class BoundMeters {

    private final ResilienceRegistry instances;
    private final KeyedMeters keyed;
    private final boolean foreign;
    private final OwnedMeters meters;
    private final ConcurrentMap<Policy, List<Meter>> single = new ConcurrentHashMap<>();

    /** Meters refer to the totals weakly, so they are kept here for as long as the meter registry is in use. */
    private final ConcurrentMap<Family, FamilyTotals<?>> families = new ConcurrentHashMap<>();

    private final ConcurrentMap<Policy, FamilyTotals<?>> members = new ConcurrentHashMap<>();
    private final Set<Meter> ofFamilies = ConcurrentHashMap.newKeySet();
    private volatile boolean removed;

    BoundMeters(ResilienceRegistry instances, KeyedMeters keyed, boolean foreign, MeterRegistry meters) {
        this.foreign = foreign;
        this.instances = instances;
        this.keyed = keyed;
        this.meters = new OwnedMeters(meters);
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

    /** Replaces the meters of instances that belong to a family which code has created after them. */
    void onFamily(FamilyCreated family) {
        if (keyed != KeyedMeters.KEY) {
            single.keySet().stream().filter(family::has).forEach(policy -> {
                remove(policy);
                add(policy);
            });
        }
    }

    void remove(Policy policy) {
        List<Meter> made = single.remove(policy);
        if (made != null) {
            made.forEach(meters::remove);
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
        ofFamilies.forEach(meters::remove);
        ofFamilies.clear();
    }

    private <P extends Policy> void register(PatternDescriptor<P, ?> pattern, P instance, List<Meter> made) {
        Tags name = nameTag(instance.name());
        for (MeterSpec<P> measure : specs(pattern)) {
            meters.register(measure, name, instance).ifPresent(made::add);
        }
    }

    private <P extends Policy> FamilyTotals<?> totals(PatternDescriptor<P, ?> pattern, String name) {
        Family family = new Family(pattern.type(), name);
        FamilyTotals<?> present = families.get(family);
        if (present != null) {
            return present;
        }
        List<MeterSpec<P>> measures = new ArrayList<>(specs(pattern));
        FamilyTotals<P> totals = new FamilyTotals<>(pattern.type().policyClass(), measures);
        FamilyTotals<?> faster = families.putIfAbsent(family, totals);
        if (faster != null) {
            return faster;
        }
        for (int i = 0; i < measures.size(); i++) {
            int index = i;
            meters.register(measures.get(i), nameTag(name + KeyedMeters.ALL_KEYS), totals, all -> all.value(index))
                    .ifPresent(ofFamilies::add);
        }
        if (removed) {
            removeAll();
        }
        return totals;
    }

    /** The meters of an instance, with those of resilience4j if the application wants them. */
    private <P extends Policy> List<MeterSpec<P>> specs(PatternDescriptor<P, ?> pattern) {
        return foreign
                ? Stream.concat(pattern.meters().stream(), ForeignMeters.of(pattern).stream())
                        .toList()
                : pattern.meters();
    }

    private static Tags nameTag(String instance) {
        return Tags.of("name", instance);
    }

    private record Family(PolicyType<?, ?> type, String name) {}
}
