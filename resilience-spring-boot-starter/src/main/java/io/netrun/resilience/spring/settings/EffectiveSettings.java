package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.Optional;
import java.util.Set;

/** A read-only view of the settings in force for the instances of an application, with their origins. Thread-safe. */
public final class EffectiveSettings {

    private final InstanceContexts contexts;
    private final CreatedInstances created;
    private final Resolution resolution;

    EffectiveSettings(InstanceContexts contexts, CreatedInstances created, Resolution resolution) {
        this.contexts = contexts;
        this.created = created;
        this.resolution = resolution;
    }

    /** The names of a pattern's instances that have been created with settings from the application. */
    public Set<String> names(PatternDescriptor<?, ?> pattern) {
        return created.names(pattern);
    }

    /** The settings of an instance that has been created with settings from the application. */
    public Optional<ResolvedSettings<?>> settings(PatternDescriptor<?, ?> pattern, String name) {
        InstanceSettings<?> known = created.get(InstanceKey.of(pattern, name));
        return known == null ? Optional.empty() : Optional.of(known.effective());
    }

    /** The origin of a setting of an instance. A value in force that no other origin explains was set by code. */
    public String origin(PatternDescriptor<?, ?> pattern, Policy policy, String setting) {
        InstanceSettings<?> known = created.get(InstanceKey.of(pattern, policy.name()));
        Record expected =
                known == null ? pattern.type().defaults() : known.effective().config();
        Setting component = Setting.of(pattern).stream()
                .filter(each -> each.name().equals(setting))
                .findFirst()
                .orElse(null);
        if (component == null || !component.isSameIn(expected, policy.config())) {
            return ValueWithOrigin.CODE;
        }
        String origin =
                known == null ? ValueWithOrigin.BUILT_IN : known.effective().origin(setting);
        return origin.equals(ValueWithOrigin.BUILT_IN) || RuntimeSettings.isUsed(pattern, policy.config(), component)
                ? origin
                : ValueWithOrigin.UNUSED;
    }

    /** The health role of an instance. Does not read the configuration. */
    public HealthRole health(PatternDescriptor<?, ?> pattern, String name) {
        InstanceSettings<?> known = created.get(InstanceKey.of(pattern, name));
        return known != null ? known.effective().health() : contexts.health(pattern, resolution.named(pattern, name));
    }

    /** The names of a pattern's instances that the configuration gives a part in the application's health. */
    public Set<String> namesInHealth(PatternDescriptor<?, ?> pattern) {
        return contexts.namesInHealth(pattern);
    }
}
