package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.EffectiveSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * How the instances are that have a part in the application's health. The health types have moved between Spring Boot 3
 * and 4, so this knows neither.
 */
public final class InstanceHealth {

    private static final char FAMILY_END = ':';

    private final ResilienceRegistry registry;
    private final EffectiveSettings instances;
    private final Supplier<Optional<FleetOperations>> fleet;

    /** Instances of families by what stands before the first colon of their names; there may be thousands. */
    private final ConcurrentMap<String, Set<Policy>> families = new ConcurrentHashMap<>();

    /**
     * Follows the registry.
     *
     * @param fleet called with each check; empty if the process belongs to no fleet
     */
    public InstanceHealth(
            ResilienceRegistry registry, InstanceFactory instances, Supplier<Optional<FleetOperations>> fleet) {
        this.registry = registry;
        this.instances = instances.effectiveSettings();
        this.fleet = fleet;
        registry.onChange(this::onChange);
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
        String family = family(policy.name());
        if (!family.isEmpty() && canBeInHealth(policy)) {
            families.compute(family, (name, present) -> {
                Set<Policy> members = present == null ? ConcurrentHashMap.newKeySet() : present;
                members.add(policy);
                return members;
            });
        }
    }

    private void remove(Policy policy) {
        families.computeIfPresent(family(policy.name()), (name, members) -> {
            members.remove(policy);
            return members.isEmpty() ? null : members;
        });
    }

    private static boolean canBeInHealth(Policy policy) {
        return PatternDescriptors.of(policy)
                .filter(pattern -> pattern.options().contains(Option.HEALTH))
                .isPresent();
    }

    private static String family(String name) {
        return name.substring(0, Math.max(0, name.indexOf(FAMILY_END)));
    }

    /**
     * How they are now. The state of the fleet has no part in the status: calls do not depend on it. Looks only at
     * those that have a part in it, and reads no configuration.
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
        Map<String, Object> section = new LinkedHashMap<>();
        boolean down = false;
        for (P policy : candidates(pattern)) {
            HealthRole role = instances.health(pattern, policy.name());
            if (role != HealthRole.NONE) {
                section.put(policy.name(), JsonView.of(policy.metrics()));
                down |= role == HealthRole.STATUS && pattern.isRejecting(policy);
            }
        }
        if (!section.isEmpty()) {
            sections.put(pattern.section(), section);
        }
        return down;
    }

    private <P extends Policy> Collection<P> candidates(PatternDescriptor<P, ?> pattern) {
        if (instances.areInHealth(pattern)) {
            return registry.all(pattern.type());
        }
        Map<String, P> candidates = new TreeMap<>();
        for (String name : instances.namesInHealth(pattern)) {
            registry.find(pattern.type(), name).ifPresent(policy -> candidates.put(name, policy));
            String family = name.indexOf(FAMILY_END) < 0 ? name : family(name);
            for (Policy member : families.getOrDefault(family, Set.of())) {
                if (member.name().startsWith(name + FAMILY_END)
                        && pattern.type().policyClass().isInstance(member)) {
                    candidates.put(member.name(), pattern.type().policyClass().cast(member));
                }
            }
        }
        return candidates.values();
    }

    /**
     * How the instances are.
     *
     * @param down whether one is down that the status depends on
     * @param details the instances that are shown, a section per pattern, each with its metrics; and the fleet
     */
    public record Report(boolean down, Map<String, Object> details) {}
}
