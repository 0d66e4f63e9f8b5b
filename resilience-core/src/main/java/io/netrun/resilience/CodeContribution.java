package io.netrun.resilience;

import java.util.Collection;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What code contributes to the settings of instances through one registry or view of it: the configurations with which
 * it requests them. Thread-safe.
 */
final class CodeContribution {

    private static final Logger log = LoggerFactory.getLogger(ResilienceRegistry.class);

    private final CodeConfigs configs;
    private final SettingsSource settings;
    private volatile boolean withdrawn;

    /**
     * Creates an empty contribution.
     *
     * @param configs the configurations of all contributions
     * @param settings is notified when another configuration counts
     */
    CodeContribution(CodeConfigs configs, SettingsSource settings) {
        this.configs = configs;
        this.settings = settings;
    }

    /** Records the configuration of an instance that has it from the start, or is registered; null for none. */
    void created(PolicyType<?, ?> type, RegistryKey key, @Nullable Record given) {
        if (given != null && !withdrawn) {
            configs.putFirst(key, new CodeConfigs.Given(this, type, given));
        }
    }

    /** Records the configuration with which an existing instance is requested. */
    <C extends Record> void requested(PolicyType<?, C> type, RegistryKey key, C given) {
        if (!withdrawn && configs.tryAdd(key, new CodeConfigs.Given(this, type, given))) {
            settings.onGivenChange(type, key.name(), given);
        }
    }

    /** Records the configuration of a new family. */
    <C extends Record> void created(FamilyConfigs<C> family, Function<? super String, ? extends C> given) {
        if (!withdrawn) {
            family.tryAdd(this, given);
        }
    }

    /**
     * Records the configuration with which an existing family is requested.
     *
     * @param instances all instances of the registry
     */
    <C extends Record> void requested(
            PolicyType<?, C> type,
            KeyedPolicies<?> family,
            Function<? super String, ? extends C> given,
            Set<RegistryKey> instances) {
        FamilyConfigs<C> all = configs(family);
        if (!withdrawn && all.tryAdd(this, given)) {
            onGivenChange(type, family, all, instances);
        }
    }

    /** Ends the contribution. The next one counts in its place. */
    void withdraw(Collection<KeyedPolicies<?>> families, Set<RegistryKey> instances) {
        withdrawn = true;
        for (CodeConfigs.Change change : configs.withdraw(this)) {
            onGivenChange(change.type(), change.key().name(), change.config());
        }
        for (KeyedPolicies<?> family : families) {
            if (family.configs().withdraw(this)) {
                onGivenChange(family.type(), family, configs(family), instances);
            }
        }
    }

    @SuppressWarnings("unchecked") // the families of a pattern have its configuration
    private static <C extends Record> FamilyConfigs<C> configs(KeyedPolicies<?> family) {
        return (FamilyConfigs<C>) family.configs();
    }

    private <C extends Record> void onGivenChange(
            PolicyType<?, C> type, KeyedPolicies<?> family, FamilyConfigs<C> all, Set<RegistryKey> instances) {
        for (RegistryKey instance : instances) {
            String key = instance.pattern().equals(type.key()) ? family.keyIn(instance.name()) : null;
            if (key != null) {
                C given;
                try {
                    given = all.isEmpty() ? null : all.of(key);
                } catch (Throwable thrown) {
                    SafeLog.warn(log, "There is no configuration for '{}', which keeps its settings", instance, thrown);
                    continue;
                }
                onGivenChange(type, instance.name(), given);
            }
        }
    }

    @SuppressWarnings("unchecked") // given for this pattern
    private <C extends Record> void onGivenChange(PolicyType<?, C> type, String name, @Nullable Record given) {
        try {
            settings.onGivenChange(type, name, (C) given);
        } catch (Throwable thrown) {
            SafeLog.warn(log, "The {} '{}' keeps its settings", type.key(), name, thrown);
        }
    }
}
