package io.netrun.resilience;

import java.util.Collection;
import java.util.Objects;
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
            applyFirst(type, key);
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

    /** Ends the contribution. The next one counts instead. */
    void withdraw(Collection<KeyedPolicies<?>> families, Set<RegistryKey> instances) {
        withdrawn = true;
        configs.withdraw(this).forEach((key, counted) -> attempt(key, () -> applyFirst(counted.type(), key)));
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

    /**
     * Notifies the source of the configuration that counts for an instance. If another one counts afterwards, another
     * thread may have notified the source of it in between, so it is notified again: the last notification is right.
     */
    @SuppressWarnings("unchecked") // given for this pattern
    private <C extends Record> void applyFirst(PolicyType<?, C> type, RegistryKey key) {
        CodeConfigs.Given applied;
        do {
            applied = configs.first(key);
            settings.onGivenChange(type, key.name(), applied == null ? null : (C) applied.config());
        } while (!Objects.equals(applied, configs.first(key)));
    }

    private <C extends Record> void onGivenChange(
            PolicyType<?, C> type, KeyedPolicies<?> family, FamilyConfigs<C> all, Set<RegistryKey> instances) {
        for (RegistryKey instance : instances) {
            String key = instance.pattern().equals(type.key()) ? family.keyIn(instance.name()) : null;
            if (key != null) {
                attempt(instance, () -> applyFirst(type, instance.name(), all, key));
            }
        }
    }

    /** As for an instance; runs code of the application. */
    private <C extends Record> void applyFirst(PolicyType<?, C> type, String name, FamilyConfigs<C> all, String key) {
        FamilyConfigs.Given<C> applied;
        do {
            applied = all.first();
            settings.onGivenChange(
                    type, name, applied == null ? null : applied.config().apply(key));
        } while (!Objects.equals(applied, all.first()));
    }

    private static void attempt(RegistryKey instance, Runnable notification) {
        try {
            notification.run();
        } catch (Throwable thrown) {
            SafeLog.warn(log, "The {} '{}' keeps its settings", instance.pattern(), instance.name(), thrown);
        }
    }
}
