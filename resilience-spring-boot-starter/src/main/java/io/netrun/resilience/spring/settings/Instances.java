package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.SettingsSource;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.convert.ConversionService;

/**
 * The settings of all instances, by name, whoever asks for one first: code, an annotation, a client or the configuration alone. It
 * is the source of the application's registry, and knows where each setting comes from. Thread-safe.
 */
public final class Instances implements SettingsSource {

    private static final Logger log = LoggerFactory.getLogger(Instances.class);

    private final Supplier<ResilienceRegistry> registry;
    private final SettingsResolver resolver;
    private final Customizers customizers;
    private final boolean protecting;
    private final Requests requests;
    private final ConfiguredInstances configured;
    private final MadeInstances made;
    private final ConcurrentMap<InstanceKey, Record> fixed = new ConcurrentHashMap<>();

    /**
     * The settings of an application's instances.
     *
     * @param registry asked when the first instance is obtained
     * @param customizers asked when the first instance is created
     * @param protecting false if all instances are switched off, whatever is written
     */
    public Instances(
            Supplier<ResilienceRegistry> registry,
            SettingsResolver resolver,
            Supplier<List<ConfigCustomizer<?>>> customizers,
            boolean protecting) {
        this.registry = registry;
        this.made = new MadeInstances(registry);
        this.resolver = resolver;
        this.customizers = new Customizers(customizers);
        this.protecting = protecting;
        this.requests = new Requests(resolver);
        this.configured = new ConfiguredInstances(resolver);
    }

    /** Whether instances protect at all; if not, nobody needs to call through them. */
    public boolean isProtecting() {
        return protecting;
    }

    /**
     * The instance, created if it is not there yet.
     *
     * @param annotated what the annotation sets, by Java name; empty if it only names the instance
     * @param location the method or class that has the annotation, for messages
     * @return switched off if the configuration says so; empty if it was taken out of the registry
     * @throws ResilienceConfigurationException if the settings are wrong
     */
    public <P extends Policy, C extends Record> Optional<P> obtain(
            Pattern<P, C> pattern, String name, Map<String, Object> annotated, String location) {
        InstanceKey key = InstanceKey.of(pattern, name);
        boolean decides = requests.add(pattern, key, annotated, location);
        try {
            if (!made.has(key)) {
                P policy = registry.get().getOrCreate(pattern.type(), name);
                if (!made.has(key)) {
                    takeOver(pattern, policy);
                }
                return Optional.of(policy);
            }
            if (decides) {
                exchange(pattern, name, true);
            }
        } catch (ResilienceConfigurationException wrong) {
            if (decides) {
                requests.withdraw(key, annotated, location);
            }
            throw wrong;
        }
        return registry.get().find(pattern.type(), name);
    }

    @Override
    public <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given) {
        Pattern<?, C> pattern = patternOf(type);
        if (pattern == null) {
            return new Settings<>(given == null ? type.defaults() : given, protecting);
        }
        InstanceKey key = InstanceKey.of(pattern, name);
        if (!configured.isCreating()) {
            requests.add(key);
        }
        C base = given == null && !type.equals(pattern.type()) ? type.defaults() : given;
        Made<C> fresh;
        try {
            fresh = resolve(pattern, name, base);
        } catch (ResilienceConfigurationException wrong) {
            if (protecting) {
                throw wrong;
            }
            return new Settings<>(given == null ? type.defaults() : given, false);
        }
        made.put(key, fresh);
        return new Settings<>(
                fresh.inForce().config(), protecting && fresh.inForce().enabled());
    }

    @Override
    public void createConfigured(ResilienceRegistry creator) {
        configured.create(creator);
    }

    /** Follows the registry's changes. */
    public void onChange(RegistryEvent event) {
        if (!(event instanceof RegistryEvent.Removed)) {
            if (!protecting) {
                event.policy().setEnabled(false);
            }
            return;
        }
        Patterns.of(event.policy()).ifPresent(pattern -> {
            InstanceKey key = InstanceKey.of(pattern, event.policy().name());
            if (!requests.isAnnotated(key)) {
                made.remove(key);
                requests.forget(key);
            }
        });
    }

    /** The pattern, if its instances have its configuration. */
    @SuppressWarnings("unchecked") // the classes of the configurations are the same
    private static <C extends Record> @Nullable Pattern<?, C> patternOf(PolicyType<?, C> type) {
        Pattern<?, ?> pattern = Patterns.byKey(type.key()).orElse(null);
        return pattern != null
                        && pattern.type().defaults().getClass()
                                == type.defaults().getClass()
                ? (Pattern<?, C>) pattern
                : null;
    }

    private <C extends Record> Made<C> resolve(Pattern<?, C> pattern, String name, @Nullable C given) {
        InstanceKey key = InstanceKey.of(pattern, name);
        Requests.Annotated annotated = requests.annotated(key);
        ResolvedSettings<C> resolved =
                resolver.resolve(pattern, name, annotated.settings(), annotated.location(), given);
        @SuppressWarnings("unchecked") // it was fixed for just this pattern
        C code = (C) fixed.getOrDefault(key, resolved.config());
        C config = customizers.customize(name, code);
        Map<String, String> origins = new LinkedHashMap<>(resolved.origins());
        for (Setting setting : Setting.of(pattern)) {
            if (!Objects.equals(setting.valueIn(config), setting.valueIn(resolved.config()))) {
                origins.put(setting.name(), Found.CUSTOMIZER);
            }
        }
        return new Made<>(new ResolvedSettings<>(config, origins, resolved.enabled(), resolved.health()), given);
    }

    /** An instance that is in the registry and was not created with our settings keeps those that nobody else has. */
    private <P extends Policy, C extends Record> void takeOver(Pattern<P, C> pattern, P policy) {
        @SuppressWarnings("unchecked") // the configuration of the pattern's policies
        C present = (C) policy.config();
        made.adopt(pattern, policy, resolve(pattern, policy.name(), present));
    }

    /**
     * Resolves the settings of an instance again and brings it in line with them.
     *
     * @param keepingChanges whether what an operator has changed stays
     */
    private <P extends Policy, C extends Record> void exchange(
            Pattern<P, C> pattern, String name, boolean keepingChanges) {
        Made<C> former;
        Made<C> later;
        do {
            former = made.get(pattern, name);
            if (former == null) {
                return;
            }
            later = resolve(pattern, name, former.given());
        } while (!made.exchange(pattern, name, former, keepingChanges ? former.followedBy(later) : later));
    }

    /**
     * The settings that an instance would be created with; creates nothing.
     *
     * @throws ResilienceConfigurationException if they are wrong
     */
    public <C extends Record> C configOf(Pattern<?, C> pattern, String name) {
        return resolve(pattern, name, null).resolved().config();
    }

    /**
     * Gives code the last word on one instance: its settings are these from now on, if it is there and if it is created later,
     * whatever the configuration says.
     */
    public <P extends Policy, C extends Record> void fix(Pattern<P, C> pattern, String name, C config) {
        fixed.put(InstanceKey.of(pattern, name), config);
        exchange(pattern, name, false);
    }

    /**
     * Brings the instances in line with a configuration that has changed, all of them or, if one of the new values is wrong, none.
     * They keep what they count and the calls that run. An instance whose settings have not changed is left alone, with what an
     * operator has changed; any other goes by the configuration again.
     *
     * @param strict whether unknown keys are wrong, and not only worth a warning
     * @throws ResilienceConfigurationException if something is wrong; nothing has changed then
     */
    public void rebind(boolean strict) {
        if (!protecting) {
            return;
        }
        WrittenSettings written = resolver.refresh();
        List<Problem> problems = new ArrayList<>();
        List<Problem> unknown = written.problems();
        if (strict) {
            problems.addAll(unknown);
        }
        List<Runnable> changes = new ArrayList<>();
        for (Pattern<?, ?> pattern : Patterns.all()) {
            collect(problems, () -> resolver.requireReadableDefaults(pattern));
            for (String name : names(pattern)) {
                collect(problems, () -> rebinding(pattern, name).ifPresent(changes::add));
            }
        }
        collect(problems, () -> changes.add(configured.rereading()));
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(
                    problems.stream().distinct().toList());
        }
        unknown.forEach(problem -> log.warn("{}. {}", problem.description(), problem.remedy()));
        changes.forEach(Runnable::run);
    }

    private static void collect(List<Problem> problems, Runnable step) {
        try {
            step.run();
        } catch (ResilienceConfigurationException e) {
            problems.addAll(e.problems());
        }
    }

    private <P extends Policy, C extends Record> Optional<Runnable> rebinding(Pattern<P, C> pattern, String name) {
        Made<C> former = made.get(pattern, name);
        if (former == null) {
            return Optional.empty();
        }
        Made<C> later = resolve(pattern, name, former.given());
        if (former.isSameAs(later)) {
            return Optional.empty();
        }
        return Optional.of(() -> {
            if (!made.exchange(pattern, name, former, later)) {
                exchange(pattern, name, false); // somebody has changed it meanwhile
            }
            Set<String> changed = former.differing(later);
            if (!changed.isEmpty()) {
                log.info("{} '{}' follows the changed configuration: {}", pattern.title(), name, changed);
            }
        });
    }

    /** The names of a pattern's instances that have been created with settings from here. */
    public Set<String> names(Pattern<?, ?> pattern) {
        return made.names(pattern);
    }

    /** The names of a pattern's instances that code, an annotation or a client has asked for, even if their settings are wrong. */
    public Set<String> asked(Pattern<?, ?> pattern) {
        return requests.names(pattern);
    }

    /** The contradictions between annotations; those that are found later are logged. */
    public List<Problem> contradictions() {
        return requests.contradictions();
    }

    /** Applies customizers to the instances that were created before they were there. */
    public void completeCustomizing() {
        if (customizers.haveMissedSome()) {
            for (Pattern<?, ?> pattern : Patterns.all()) {
                names(pattern).forEach(name -> exchange(pattern, name, true));
            }
        }
    }

    /** Remembers that an operator has changed settings of a living instance, by their Java names. */
    <C extends Record> void changedByOperator(Pattern<?, C> pattern, String name, C config, Set<String> changed) {
        made.changedByOperator(pattern, name, config, changed);
    }

    /** See {@link SettingsResolver#requireReadableDefaults}. */
    public void requireReadableDefaults(Pattern<?, ?> pattern) {
        resolver.requireReadableDefaults(pattern);
    }

    /** What is written in the configuration. */
    public WrittenSettings written() {
        return resolver.written();
    }

    /** How texts become values. */
    ConversionService conversion() {
        return resolver.conversion();
    }

    /** The settings of an instance that has been created with settings from here. */
    public Optional<ResolvedSettings<?>> settings(Pattern<?, ?> pattern, String name) {
        Made<?> known = made.get(InstanceKey.of(pattern, name));
        return known == null ? Optional.empty() : Optional.of(known.inForce());
    }

    /** Where a setting of an instance comes from; what is in force and has come from nowhere else is from code. */
    public String origin(Pattern<?, ?> pattern, Policy policy, String setting) {
        Made<?> known = made.get(InstanceKey.of(pattern, policy.name()));
        Record expected =
                known == null ? pattern.type().defaults() : known.inForce().config();
        Setting component = Setting.of(pattern).stream()
                .filter(each -> each.name().equals(setting))
                .findFirst()
                .orElse(null);
        if (component == null || !Objects.equals(component.valueIn(expected), component.valueIn(policy.config()))) {
            return Found.CODE;
        }
        return known == null ? Found.BUILT_IN : known.inForce().origin(setting);
    }

    /** What an instance means to the application's health. Reads nothing from the configuration. */
    public HealthRole health(Pattern<?, ?> pattern, String name) {
        Made<?> known = made.get(InstanceKey.of(pattern, name));
        return known != null ? known.inForce().health() : configured.health(pattern, name);
    }

    /** The names of instances and families that have a part in the application's health. */
    public Set<String> namesInHealth(Pattern<?, ?> pattern) {
        Set<String> names = configured.namesInHealth(pattern);
        names.addAll(made.namesInHealth(pattern));
        return names;
    }

    /** Whether all instances of a pattern have a part in the application's health, unless something else is set for one. */
    public boolean areInHealth(Pattern<?, ?> pattern) {
        return configured.health(pattern) != HealthRole.NONE;
    }
}
