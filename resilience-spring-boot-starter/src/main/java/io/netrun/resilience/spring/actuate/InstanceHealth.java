package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.EffectiveSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of the instances that contribute to the application's health. The health types have moved between Spring
 * Boot 3 and 4, so this class depends on neither. Thread-safe.
 */
public final class InstanceHealth {

    private static final int MAX_NAMES = 10;

    private final ResilienceRegistry registry;
    private final EffectiveSettings instances;
    private final Supplier<Optional<FleetOperations>> fleet;
    private final Set<Policy> single = ConcurrentHashMap.newKeySet();

    /** Instances of families, of which there may be thousands. */
    private final ConcurrentMap<Family, Set<Policy>> families = new ConcurrentHashMap<>();

    /**
     * Reads the state of a registry's instances.
     *
     * @param fleet called with each check; empty if the process belongs to no fleet
     */
    public InstanceHealth(
            ResilienceRegistry registry, InstanceFactory instances, Supplier<Optional<FleetOperations>> fleet) {
        this.registry = registry;
        this.instances = instances.effectiveSettings();
        this.fleet = fleet;
        registry.onChange(this::onChange);
        registry.onFamily(family -> single.stream().filter(family::has).forEach(this::move));
        registry.all().forEach(this::add);
    }

    private void onChange(RegistryEvent event) {
        if (event instanceof RegistryEvent.Removed) {
            remove(event.policy());
        } else {
            if (event instanceof RegistryEvent.Replaced replaced) {
                remove(replaced.former());
            }
            add(event.policy());
        }
    }

    private void add(Policy policy) {
        if (PatternDescriptors.of(policy)
                .filter(pattern -> pattern.options().contains(Option.HEALTH))
                .isEmpty()) {
            return;
        }
        Family family = familyOf(policy);
        if (family == null) {
            single.add(policy);
        } else {
            families.compute(family, (same, present) -> {
                Set<Policy> members = present == null ? ConcurrentHashMap.newKeySet() : present;
                members.add(policy);
                return members;
            });
        }
    }

    /** Moves an instance to the family that code has created after it. */
    private void move(Policy policy) {
        if (single.remove(policy)) {
            add(policy);
        }
    }

    private void remove(Policy policy) {
        Family family = familyOf(policy);
        if (!single.remove(policy) && family != null) {
            families.computeIfPresent(family, (same, members) -> {
                members.remove(policy);
                return members.isEmpty() ? null : members;
            });
        }
    }

    private @Nullable Family familyOf(Policy policy) {
        return registry.familyOf(policy)
                .map(name -> new Family(policy.type().key(), name))
                .orElse(null);
    }

    /**
     * The present state. Covers only the instances that contribute to it, and reads no configuration. The state of the
     * fleet has no part in the status, because calls do not depend on it.
     */
    public Report check() {
        Map<String, Object> sections = new LinkedHashMap<>();
        boolean down = false;
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            if (pattern.options().contains(Option.HEALTH)) {
                down |= check(pattern, sections);
            }
        }
        fleet.get().ifPresent(known -> sections.put("fleet", known.summary()));
        return new Report(down, sections);
    }

    private <P extends Policy> boolean check(PatternDescriptor<P, ?> pattern, Map<String, Object> sections) {
        // Those that a refresh has added are created when they are looked up.
        instances.namesInHealth(pattern).forEach(name -> registry.find(pattern.type(), name));
        Map<String, Object> section = new TreeMap<>();
        boolean down = false;
        for (Policy policy : single) {
            HealthRole role = roleOf(pattern, policy);
            if (role != HealthRole.NONE) {
                section.put(policy.name(), new LaterView(policy.metrics()));
                down |= role == HealthRole.STATUS && isDown(pattern, policy);
            }
        }
        for (Map.Entry<Family, Set<Policy>> family : families.entrySet()) {
            if (family.getKey().pattern.equals(pattern.key())) {
                down |= check(pattern, family.getKey().name, family.getValue(), section);
            }
        }
        if (!section.isEmpty()) {
            sections.put(pattern.section(), section);
        }
        return down;
    }

    /** Adds one detail for all instances of a family. */
    private boolean check(
            PatternDescriptor<?, ?> pattern, String family, Set<Policy> members, Map<String, Object> section) {
        int count = 0;
        Set<String> rejecting = new TreeSet<>();
        boolean down = false;
        for (Policy policy : members) {
            HealthRole role = roleOf(pattern, policy);
            if (role != HealthRole.NONE) {
                count++;
                if (isDown(pattern, policy)) {
                    rejecting.add(policy.name());
                    down |= role == HealthRole.STATUS;
                }
            }
        }
        if (count > 0) {
            Map<String, Object> detail = new LinkedHashMap<>();
            detail.put("instances", count);
            detail.put("rejecting", rejecting.size());
            detail.put("rejectingInstances", rejecting.stream().limit(MAX_NAMES).toList());
            section.put(family + KeyedMeters.ALL_KEYS, detail);
        }
        return down;
    }

    private HealthRole roleOf(PatternDescriptor<?, ?> pattern, Policy policy) {
        return policy.type().key().equals(pattern.key()) ? instances.health(pattern, policy.name()) : HealthRole.NONE;
    }

    private static <P extends Policy> boolean isDown(PatternDescriptor<P, ?> pattern, Policy policy) {
        return pattern.isRejecting(pattern.type().policyClass().cast(policy));
    }

    /**
     * A family of instances.
     *
     * @param pattern the key of its pattern
     */
    private record Family(String pattern, String name) {}

    /**
     * The state of the instances.
     *
     * @param down whether an instance is down on which the status depends
     * @param details the instances and families shown, a section per pattern, and the fleet
     */
    public record Report(boolean down, Map<String, Object> details) {}
}
