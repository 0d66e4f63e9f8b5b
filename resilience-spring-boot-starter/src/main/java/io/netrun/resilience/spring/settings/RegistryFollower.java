package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies configuration and annotations to instances that were not created with them: those that code has put into the
 * registry, and all those of a registry that the application has created itself. Thread-safe.
 */
final class RegistryFollower {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final InstanceContexts contexts;
    private final CreatedInstances created;
    private final Resolution resolution;
    private final Set<InstanceKey> warned = ConcurrentHashMap.newKeySet();

    RegistryFollower(InstanceContexts contexts, CreatedInstances created, Resolution resolution) {
        this.contexts = contexts;
        this.created = created;
        this.resolution = resolution;
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
                if (!contexts.isAnnotated(key)) {
                    created.remove(key);
                    contexts.forget(key);
                }
                return;
            }
            if (event instanceof RegistryEvent.Replaced) {
                created.remove(key);
            }
            String family = resolution.families().of(pattern, key.name());
            if (family != null) {
                removeUnused(pattern, family);
            }
            followConfiguration(pattern, event.policy());
        });
    }

    /**
     * Applies the settings configured and annotated for its name to an instance that code has registered, as if it had
     * been created here. If these are invalid, the instance stays unchanged: the problem is reported by the start-up
     * check, or logged later.
     */
    private <P extends Policy, C extends Record> void followConfiguration(
            PatternDescriptor<P, C> pattern, Policy policy) {
        InstanceKey key = InstanceKey.of(pattern, policy.name());
        InstanceSettings<?> known = created.get(key);
        if (known != null && known.effective().config().equals(policy.config())) {
            return; // it was created with these settings
        }
        created.remove(key);
        try {
            takeOver(pattern, pattern.type().policyClass().cast(policy));
        } catch (ResilienceConfigurationException wrong) {
            warn(pattern, policy.name(), wrong);
        }
    }

    /** Logs why the settings of an instance do not apply; once for all instances of a family. */
    void warn(PatternDescriptor<?, ?> pattern, String name, ResilienceConfigurationException wrong) {
        String family = resolution.families().of(pattern, name);
        if (family == null || warned.add(InstanceKey.of(pattern, family))) {
            String affected = family == null
                    ? ""
                    : " The instances of the family '" + family + "' keep their settings from code.";
            wrong.problems()
                    .forEach(problem -> log.warn("{}. {}.{}", problem.description(), problem.remedy(), affected));
        }
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
        @SuppressWarnings("unchecked") // the configuration of the pattern's policies
        C present = (C) policy.config();
        C given = pattern.type().defaults().equals(present) ? null : present;
        created.adopt(pattern, policy, resolution.resolve(pattern, policy.name(), given));
    }
}
