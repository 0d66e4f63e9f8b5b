package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies configuration and annotations to instances that code has put into the registry. Thread-safe. */
final class RegistryFollower {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final InstanceContexts contexts;
    private final CreatedInstances created;
    private final Resolution resolution;

    RegistryFollower(InstanceContexts contexts, CreatedInstances created, Resolution resolution) {
        this.contexts = contexts;
        this.created = created;
        this.resolution = resolution;
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
        if (policy.name().contains(":")
                && !contexts.isAnnotated(key)
                && !contexts.isConfigured(pattern, policy.name())) {
            return; // a member of a family has the settings of the family
        }
        InstanceSettings<?> known = created.get(key);
        if (known != null && known.effective().config().equals(policy.config())) {
            return; // it was created with these settings
        }
        created.remove(key);
        try {
            takeOver(pattern, pattern.type().policyClass().cast(policy));
        } catch (ResilienceConfigurationException wrong) {
            wrong.problems().forEach(problem -> log.warn("{}. {}.", problem.description(), problem.remedy()));
        }
    }

    /**
     * Applies the settings to an instance that was not created with them. It keeps its own values for settings that are
     * configured nowhere.
     *
     * @throws ResilienceConfigurationException if the settings are wrong
     */
    <P extends Policy, C extends Record> void takeOver(PatternDescriptor<P, C> pattern, P policy) {
        @SuppressWarnings("unchecked") // the configuration of the pattern's policies
        C present = (C) policy.config();
        created.adopt(pattern, policy, resolution.resolve(pattern, policy.name(), present));
    }
}
