package io.netrun.resilience.spring.settings;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.Pattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Makes the instances that annotations and configuration ask for, and remembers where their settings came from. */
public final class Instances {

    private final ResilienceRegistry registry;
    private final SettingsResolver resolver;
    private final List<ConfigCustomizer<?>> customizers;
    private final ConcurrentMap<Key, Made> made = new ConcurrentHashMap<>();
    private final ConcurrentMap<Key, Record> fixed = new ConcurrentHashMap<>();

    public Instances(ResilienceRegistry registry, SettingsResolver resolver, List<ConfigCustomizer<?>> customizers) {
        this.registry = registry;
        this.resolver = resolver;
        this.customizers = List.copyOf(customizers);
    }

    /**
     * The instance, made if it is not there yet.
     *
     * @param said what the annotation says, by Java name; empty if it only names the instance
     * @param where the method or class that says it, for messages
     * @return switched off if the configuration says so; empty if it was taken out of the registry
     * @throws ResilienceConfigurationException if the settings are wrong, or contradict those that another annotation gave
     *     the same instance
     */
    public <P extends Policy, C extends Record> Optional<P> obtain(
            Pattern<P, C> pattern, String name, Map<String, Object> said, String where) {
        Key key = new Key(pattern.key(), name);
        Made agreed = made.get(key);
        if (agreed == null) {
            Made fresh = make(pattern, name, said, where);
            Made faster = made.putIfAbsent(key, fresh);
            agreed = faster == null ? fresh : faster;
        }
        agreed.requireAgreement(pattern, name, said, where);
        return registry.find(pattern.type(), name);
    }

    private <P extends Policy, C extends Record> Made make(
            Pattern<P, C> pattern, String name, Map<String, Object> said, String where) {
        ResolvedSettings<C> settings = resolver.resolve(pattern, name, said, where);
        P policy = registry.getOrCreate(pattern.type(), name, customized(pattern, name, settings.config()));
        if (!settings.enabled()) {
            policy.setEnabled(false); // it lives, so that it can be switched on
        }
        return new Made(settings, said, where);
    }

    private <C extends Record> C customized(Pattern<?, C> pattern, String name, C config) {
        @SuppressWarnings("unchecked") // it was fixed for just this pattern
        C result = (C) fixed.getOrDefault(new Key(pattern.key(), name), config);
        for (ConfigCustomizer<?> customizer : customizers) {
            if (customizer.configClass() == config.getClass()) {
                @SuppressWarnings("unchecked") // it customizes just this class
                ConfigCustomizer<C> fitting = (ConfigCustomizer<C>) customizer;
                result = fitting.customize(name, result);
            }
        }
        return result;
    }

    /**
     * The settings that an instance would be made with, where no annotation says any; makes nothing.
     *
     * @throws ResilienceConfigurationException if they are wrong
     */
    public <C extends Record> C configOf(Pattern<?, C> pattern, String name) {
        return customized(
                pattern, name, resolver.resolve(pattern, name, Map.of(), "code").config());
    }

    /**
     * Gives code the last word on one instance: its settings are these from now on, if it is there and if it is made later,
     * whatever the configuration says.
     */
    public <P extends Policy, C extends Record> void fix(Pattern<P, C> pattern, String name, C config) {
        fixed.put(new Key(pattern.key(), name), config);
        registry.find(pattern.type(), name)
                .ifPresent(policy -> reconfigure(pattern, policy, present -> customized(pattern, name, config)));
    }

    /**
     * Brings living instances in line with a configuration that has changed, all of them or, if one of the new values is wrong,
     * none. They keep what they count and the calls that run. What an operator has changed goes by the configuration again.
     *
     * @param patterns those whose instances are looked at
     * @throws ResilienceConfigurationException if a value is wrong; nothing has changed then
     */
    public void rebind(List<Pattern<?, ?>> patterns) {
        List<Runnable> changes = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (Pattern<?, ?> pattern : patterns) {
            for (String name : names(pattern)) {
                try {
                    changes.add(rebinding(pattern, name));
                } catch (ResilienceConfigurationException e) {
                    problems.addAll(e.problems());
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(problems);
        }
        changes.forEach(Runnable::run);
    }

    private <P extends Policy, C extends Record> Runnable rebinding(Pattern<P, C> pattern, String name) {
        Key key = new Key(pattern.key(), name);
        Made former = Objects.requireNonNull(made.get(key));
        ResolvedSettings<C> settings = resolver.resolve(pattern, name, former.said(), former.where());
        C config = customized(pattern, name, settings.config());
        return () -> {
            registry.find(pattern.type(), name).ifPresent(policy -> {
                reconfigure(pattern, policy, present -> config);
                if (settings.enabled() != former.settings().enabled()) {
                    policy.setEnabled(settings.enabled());
                }
            });
            made.put(key, new Made(settings, former.said(), former.where()));
        };
    }

    /** Changes the settings of a pattern's living instance; see {@link AbstractPolicy#reconfigure}. */
    static <P extends Policy, C extends Record> C reconfigure(
            Pattern<P, C> pattern, P policy, UnaryOperator<C> change) {
        @SuppressWarnings("unchecked") // every policy of a pattern is one, with the pattern's configuration
        AbstractPolicy<C> living = (AbstractPolicy<C>) policy;
        return living.reconfigure(change);
    }

    /** The names of a pattern's instances that were obtained here. */
    public Set<String> names(Pattern<?, ?> pattern) {
        return made.keySet().stream()
                .filter(key -> key.pattern().equals(pattern.key()))
                .map(Key::name)
                .collect(Collectors.toSet());
    }

    /** Remembers that an operator has changed settings of a living instance, by their Java names. */
    <C extends Record> void saidByOperator(Pattern<?, C> pattern, String name, C config, Set<String> changed) {
        made.computeIfPresent(new Key(pattern.key(), name), (key, former) -> {
            Map<String, String> origins = new LinkedHashMap<>(former.settings().origins());
            changed.forEach(setting -> origins.put(setting, "operator"));
            return new Made(
                    new ResolvedSettings<>(config, origins, former.settings().enabled()),
                    former.said(),
                    former.where());
        });
    }

    /** See {@link SettingsResolver#requireReadableDefaults}. */
    public void requireReadableDefaults(Pattern<?, ?> pattern) {
        resolver.requireReadableDefaults(pattern);
    }

    /** The settings of an instance that was obtained here. */
    public Optional<ResolvedSettings<?>> settings(Pattern<?, ?> pattern, String name) {
        return Optional.ofNullable(made.get(new Key(pattern.key(), name))).map(Made::settings);
    }

    /** What the configuration says of an instance, whoever made it. */
    public <T> T option(Pattern<?, ?> pattern, String name, Option<T> option) {
        return resolver.option(pattern, name, option);
    }

    private record Key(String pattern, String name) {}

    private record Made(ResolvedSettings<?> settings, Map<String, Object> said, String where) {

        /** An annotation that says nothing joins in; one that says the same does too. */
        void requireAgreement(Pattern<?, ?> pattern, String name, Map<String, Object> others, String elsewhere) {
            if (others.isEmpty() || sameAs(others)) {
                return;
            }
            throw new ResilienceConfigurationException(List.of(new Problem(
                    pattern.title() + " '" + name + "' is given different settings by the annotations of " + where
                            + " and " + elsewhere,
                    "Let one of them say the settings and the other only the name, or give them different names")));
        }

        private boolean sameAs(Map<String, Object> others) {
            return said.keySet().equals(others.keySet())
                    && said.entrySet().stream()
                            .allMatch(entry -> Objects.deepEquals(entry.getValue(), others.get(entry.getKey())));
        }
    }
}
