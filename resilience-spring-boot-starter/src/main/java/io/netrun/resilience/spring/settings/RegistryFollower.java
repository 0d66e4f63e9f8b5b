package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies configuration and annotations to instances that were not created with them: those that code has put into the
 * registry, and all those of a registry that the application has created itself. Thread-safe.
 */
final class RegistryFollower {

    private final InstanceContexts contexts;
    private final CreatedInstances created;
    private final Resolution resolution;
    private final Rebinding rebinding;
    private final UnappliedSettings unapplied;

    RegistryFollower(
            InstanceContexts contexts,
            CreatedInstances created,
            Resolution resolution,
            Rebinding rebinding,
            UnappliedSettings unapplied) {
        this.contexts = contexts;
        this.created = created;
        this.resolution = resolution;
        this.rebinding = rebinding;
        this.unapplied = unapplied;
    }

    /** Applies the settings to the instances that a registry already has. */
    void followAll(ResilienceRegistry registry) {
        registry.all()
                .forEach(policy -> PatternDescriptors.of(policy).ifPresent(pattern -> {
                    if (!created.has(InstanceKey.of(pattern, policy.name()))) {
                        followConfiguration(pattern, policy);
                    }
                }));
    }

    /** Reacts to a change of the registry. */
    void onChange(RegistryEvent event) {
        PatternDescriptors.of(event.policy()).ifPresent(pattern -> {
            InstanceKey key = InstanceKey.of(pattern, event.policy().name());
            if (event instanceof RegistryEvent.Removed) {
                boolean annotated = contexts.isAnnotated(key);
                if (created.tryLeave(pattern, key, annotated) && !annotated) {
                    contexts.forget(key);
                }
                return;
            }
            if (event instanceof RegistryEvent.Replaced) {
                created.takeCreation(key);
                created.remove(key);
            }
            String family = resolution.families().of(pattern, key.name());
            if (family != null) {
                removeUnused(pattern, family);
            } else {
                unapplied.forget(pattern, key.name());
            }
            followConfiguration(pattern, event.policy());
        });
    }

    /** The instances of a family that were there before it get the settings with which it would create them. */
    void onFamily(PatternDescriptor<?, ?> pattern, String family) {
        removeUnused(pattern, family);
        created.names(pattern).stream()
                .filter(name -> Families.isKeyOf(family, name))
                .forEach(name -> join(pattern, name));
    }

    private <P extends Policy, C extends Record> void join(PatternDescriptor<P, C> pattern, String name) {
        C ofFamily = configOfFamily(pattern, name);
        InstanceSettings<C> former;
        InstanceSettings<C> next;
        do {
            former = created.get(pattern, name);
            if (former == null) {
                return;
            }
            next = Rebinding.keeping(pattern, name, former, again(pattern, name, former, ofFamily), Set.of());
        } while (!created.tryReplace(pattern, name, former, next));
        Rebinding.logChange(pattern, name, "applied the settings of its family", former.differingEffective(next));
    }

    private <C extends Record> @Nullable C configOfFamily(PatternDescriptor<?, C> pattern, String name) {
        try {
            return resolution.families().configOf(pattern, name);
        } catch (ResilienceConfigurationException wrong) {
            unapplied.log(pattern, name, wrong);
            return null;
        }
    }

    /**
     * Resolves the settings of an instance again. If they do not apply, it keeps those from code, or else its former
     * ones.
     *
     * @param ofFamily the configuration that its family has from code; null for none
     */
    private <C extends Record> InstanceSettings<C> again(
            PatternDescriptor<?, C> pattern, String name, InstanceSettings<C> former, @Nullable C ofFamily) {
        C code = former.fromCode() == null ? ofFamily : former.fromCode();
        if (code != null && resolution.families().of(pattern, name) != null) {
            return resolution.resolveKey(pattern, name, code, wrong -> unapplied.log(pattern, name, wrong));
        }
        try {
            return resolution.resolve(pattern, name, code);
        } catch (ResilienceConfigurationException wrong) {
            unapplied.log(pattern, name, wrong);
            return former.leavingOut(resolution.sections(pattern, name));
        }
    }

    /**
     * Applies the settings configured and annotated for its name to an instance that code has registered, as if it had
     * been created here. If these are invalid, the instance stays unchanged: the problem is reported by the start-up
     * check, or logged later.
     */
    private <P extends Policy, C extends Record> void followConfiguration(
            PatternDescriptor<P, C> pattern, Policy policy) {
        InstanceKey key = InstanceKey.of(pattern, policy.name());
        CreatedInstances.Creation creation = created.takeCreation(key);
        if (creation != null && created.appliedTo(pattern, policy) == null) {
            created.onCreated(policy, creation);
            if (creation.steps() != rebinding.steps() && created.has(key)) {
                rebinding.renewIfMissed(pattern, policy.name(), creation.steps(), true);
                return;
            }
        }
        int stepsBefore = rebinding.steps();
        follow(pattern, policy, key);
        rebinding.renewIfMissed(pattern, policy.name(), stepsBefore, false);
    }

    private <P extends Policy, C extends Record> void follow(
            PatternDescriptor<P, C> pattern, Policy policy, InstanceKey key) {
        InstanceSettings<C> known = created.get(pattern, policy.name());
        InstanceSettings<C> former = created.appliedTo(pattern, policy);
        if (known != null
                && (former == null || former == known)
                && Objects.equals(known.effective().config(), policy.config())) {
            created.onCreated(policy, known);
            return; // it was created with these settings
        }
        created.remove(key);
        P instance = pattern.type().policyClass().cast(policy);
        if (former != null) {
            InstanceSettings<C> later = again(pattern, policy.name(), former, null);
            Set<String> changed = former.differing(later);
            created.takeBack(
                    pattern, instance, former, Rebinding.keeping(pattern, policy.name(), former, later, changed));
            return;
        }
        try {
            takeOver(pattern, instance);
        } catch (ResilienceConfigurationException wrong) {
            unapplied.log(pattern, policy.name(), wrong);
            C config = configOf(pattern, policy);
            created.put(
                    key,
                    policy,
                    InstanceSettings.ofCode(
                                    pattern,
                                    config,
                                    healthWithoutSettings(pattern, policy.name()),
                                    orNone(pattern, config))
                            .leavingOut(resolution.sections(pattern, policy.name())));
        }
    }

    /** One that code has registered has its configured part in the health. One of a family has none. */
    private HealthRole healthWithoutSettings(PatternDescriptor<?, ?> pattern, String name) {
        InstanceName instance = resolution.named(pattern, name);
        return instance.family() == null ? contexts.health(pattern, instance) : HealthRole.NONE;
    }

    /**
     * Whether an instance has been created with the settings for its name, or has got them, so that they are known to
     * be right. Those of a family's instance need not apply.
     */
    boolean isFollowing(PatternDescriptor<?, ?> pattern, String name) {
        InstanceSettings<?> known = created.get(InstanceKey.of(pattern, name));
        return known != null
                && (known.leftOut() == null || resolution.families().of(pattern, name) != null);
    }

    /** Removes an instance that exists only because it is configured, since its settings are those of a family. */
    void removeUnused(PatternDescriptor<?, ?> pattern, String family) {
        InstanceKey key = InstanceKey.of(pattern, family);
        if (created.has(key)
                && !contexts.isRequested(key)
                && resolution.families().has(pattern, family)) {
            resolution.families().removeInstance(pattern, family);
        }
    }

    /**
     * Applies the settings to an instance that was not created with them. It keeps its own values for settings that are
     * configured nowhere; a configuration of built-in defaults counts as none.
     *
     * @throws ResilienceConfigurationException if the settings are wrong
     */
    <P extends Policy, C extends Record> void takeOver(PatternDescriptor<P, C> pattern, P policy) {
        int stepsBefore = rebinding.steps();
        C given = orNone(pattern, configOf(pattern, policy));
        created.adopt(pattern, policy, resolution.resolve(pattern, policy.name(), given));
        rebinding.renewIfMissed(pattern, policy.name(), stepsBefore, false);
    }

    @SuppressWarnings("unchecked") // the class of a C
    private static <C extends Record> C configOf(PatternDescriptor<?, C> pattern, Policy policy) {
        return (C) pattern.type().defaults().getClass().cast(policy.config());
    }

    private static <C extends Record> @Nullable C orNone(PatternDescriptor<?, C> pattern, C config) {
        return pattern.type().defaults().equals(config) ? null : config;
    }
}
