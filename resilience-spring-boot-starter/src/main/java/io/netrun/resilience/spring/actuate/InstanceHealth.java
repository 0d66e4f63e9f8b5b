package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import io.netrun.resilience.spring.settings.Instances;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the instances are that have a part in the application's health. The health types have moved between Spring Boot 3 and
 * 4, so this knows neither.
 */
public final class InstanceHealth {

    private final ResilienceRegistry registry;
    private final Instances instances;

    public InstanceHealth(ResilienceRegistry registry, Instances instances) {
        this.registry = registry;
        this.instances = instances;
    }

    /** How they are now. */
    public Report check() {
        Map<String, Object> sections = new LinkedHashMap<>();
        boolean down = false;
        for (Pattern<?, ?> pattern : Patterns.all()) {
            if (pattern.options().contains(Option.HEALTH)) {
                down |= check(pattern, sections);
            }
        }
        return new Report(down, sections);
    }

    private <P extends Policy> boolean check(Pattern<P, ?> pattern, Map<String, Object> sections) {
        Map<String, Object> section = new LinkedHashMap<>();
        boolean down = false;
        for (P policy : registry.all(pattern.type())) {
            HealthRole role = instances.option(pattern, policy.name(), Option.HEALTH);
            if (role != HealthRole.NONE) {
                section.put(policy.name(), JsonView.of(policy.metrics()));
                down |= role == HealthRole.STATUS && pattern.isDown(policy);
            }
        }
        if (!section.isEmpty()) {
            sections.put(pattern.section(), section);
        }
        return down;
    }

    /**
     * How the instances are.
     *
     * @param down whether one is down that the status depends on
     * @param details the instances that are shown, a section per pattern, each with its metrics
     */
    public record Report(boolean down, Map<String, Object> details) {}
}
