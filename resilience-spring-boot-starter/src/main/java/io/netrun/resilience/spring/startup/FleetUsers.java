package io.netrun.resilience.spring.startup;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the instances whose settings need a fleet, for an application that takes part in none. */
final class FleetUsers {

    private FleetUsers() {}

    /** One warning for all instances; empty if there are none. */
    static Optional<String> warning(ResilienceRegistry registry) {
        String found = PatternDescriptors.all().stream()
                .flatMap(pattern -> of(pattern, registry))
                .collect(Collectors.joining(", "));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of("These instances are set to be shared with other processes, but this process takes part"
                        + " in no fleet, so that each is that of this process alone: " + found
                        + ". Add the dependency resilience-fleet and set resilience.fleet.enabled to true, or remove"
                        + " the settings.");
    }

    private static Stream<String> of(PatternDescriptor<?, ?> pattern, ResilienceRegistry registry) {
        return registry.all(pattern.type()).stream()
                .filter(Policy::isEnabled)
                .flatMap(policy -> pattern.fleetSetting(policy).stream()
                        .map(setting -> pattern.title() + " '" + policy.name() + "' (" + setting + ")"));
    }
}
