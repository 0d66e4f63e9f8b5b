package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.SettingsSource;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * The settings of all instances, by name, whoever asks for one first: code, an annotation, a client or the
 * configuration alone. It is the source of the application's registry, and knows where each setting comes from.
 * Thread-safe.
 */
public final class InstanceFactory implements SettingsSource, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final Supplier<ResilienceRegistry> registry;
    private final InstanceContexts contexts;
    private final ContextSettings own;
    private final boolean protecting;
    private final MadeInstances made;
    private final Rebinding rebinding;
    private final Resolution resolution;
    private final InstanceChanges changes;

    /**
     * The settings of an application's instances.
     *
     * @param registry asked when the first instance is obtained
     * @param customizers asked when the first instance is created
     * @param protecting false if all instances are switched off, whatever is written
     */
    public InstanceFactory(
            Supplier<ResilienceRegistry> registry,
            SettingsResolver resolver,
            Supplier<List<ConfigCustomizer<?>>> customizers,
            boolean protecting) {
        this.registry = registry;
        this.own = new ContextSettings(resolver, customizers);
        this.contexts = new InstanceContexts(own);
        this.protecting = protecting;
        this.made = new MadeInstances(registry);
        this.resolution = new Resolution(contexts);
        this.rebinding = new Rebinding(contexts, made, resolution);
        this.changes = new InstanceChanges(registry);
    }

    private InstanceFactory(InstanceFactory parent, ContextSettings own, boolean protecting) {
        this.registry = parent.registry;
        this.own = own;
        this.contexts = parent.contexts;
        this.protecting = protecting && parent.protecting;
        this.made = parent.made;
        this.resolution = parent.resolution;
        this.rebinding = parent.rebinding;
        this.changes = parent.changes;
    }

    /**
     * The same instances, as a child of this context sees them: with what its own configuration has for instances that
     * the configurations of other contexts do not have.
     *
     * @param beans those that settings of the child can name, such as executors
     * @param protecting false if the beans of the child are not protected
     */
    public InstanceFactory child(
            ConfigurableEnvironment environment,
            ListableBeanFactory beans,
            Supplier<List<ConfigCustomizer<?>>> customizers,
            boolean protecting) {
        SettingsResolver resolver = new SettingsResolver(environment, beans, conversion());
        InstanceFactory child = new InstanceFactory(this, new ContextSettings(resolver, customizers), protecting);
        contexts.add(child.own);
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            resolver.written().instances(pattern).forEach(name -> child.followOwnSettings(pattern, name));
        }
        return child;
    }

    /** An instance may be there from a context that has been closed, with the settings of that one. */
    private void followOwnSettings(PatternDescriptor<?, ?> pattern, String name) {
        try {
            if (contexts.of(pattern, name) == own) {
                rebinding.exchange(pattern, name, true);
            }
        } catch (ResilienceConfigurationException wrong) {
            log.debug(
                    "The settings of {} '{}' are wrong",
                    pattern.title(),
                    name,
                    wrong); // reported at the start-up check
        }
    }

    /** The context has been closed; nothing happens to the instances. */
    @Override
    public void close() {
        contexts.remove(own);
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
     * @return switched off if the configuration says so
     * @throws ResilienceConfigurationException if the settings are wrong
     */
    public <P extends Policy, C extends Record> Optional<P> obtain(
            PatternDescriptor<P, C> pattern, String name, Map<String, Object> annotated, String location) {
        InstanceKey.requireName(pattern, name, location);
        InstanceKey key = InstanceKey.of(pattern, name);
        boolean decides = request(pattern, key, annotated, location);
        try {
            boolean known = made.has(key);
            P policy = registry.get().getOrCreate(pattern.type(), name);
            if (!made.has(key)) {
                takeOver(pattern, policy);
            } else if (known && decides) {
                rebinding.exchange(pattern, name, true);
            }
            changes.use(policy);
            return Optional.of(policy);
        } catch (ResilienceConfigurationException wrong) {
            if (decides) {
                own.requests().withdraw(key, annotated, location);
            }
            throw wrong;
        }
    }

    /** How many of the instances that were obtained here have left the registry; see {@link Followed}. */
    public int changes() {
        return changes.count();
    }

    /**
     * An annotation will ask for an instance. Nothing is created, but whoever asks for the instance from now on gets it
     * with the settings of the annotation.
     */
    public void announce(PatternDescriptor<?, ?> pattern, String name, Map<String, Object> annotated, String location) {
        try {
            InstanceKey.requireName(pattern, name, location);
            request(pattern, InstanceKey.of(pattern, name), annotated, location);
        } catch (ResilienceConfigurationException wrong) {
            log.debug("The annotation of {} is wrong", location, wrong); // reported by the start-up check
        }
    }

    /** Returns whether the settings of the annotation are the first. */
    private boolean request(
            PatternDescriptor<?, ?> pattern, InstanceKey key, Map<String, Object> annotated, String location) {
        Requests.Annotated deciding = contexts.annotated(key);
        if (!own.requests().add(pattern, key, annotated, location)) {
            return false;
        }
        if (deciding.settings().isEmpty()) {
            return true;
        }
        own.requests().requireAgreement(pattern, key, deciding, new Requests.Annotated(annotated, location));
        return false;
    }

    @Override
    public <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given) {
        PatternDescriptor<?, C> pattern =
                PatternDescriptors.withConfigurationOf(type).orElse(null);
        if (pattern == null) {
            return new Settings<>(given == null ? type.defaults() : given, protecting);
        }
        InstanceKey key = InstanceKey.of(pattern, name);
        if (!contexts.isCreating()) {
            own.requests().add(key);
        }
        C base = given == null && !type.equals(pattern.type()) ? type.defaults() : given;
        Made<C> fresh;
        try {
            fresh = resolution.resolve(pattern, name, base);
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
        contexts.createConfigured(creator);
    }

    /** Follows the registry's changes. */
    public void onChange(RegistryEvent event) {
        if (!(event instanceof RegistryEvent.Removed)) {
            if (!protecting) {
                event.policy().setEnabled(false);
            }
            if (event instanceof RegistryEvent.Replaced) {
                PatternDescriptors.of(event.policy())
                        .ifPresent(pattern -> made.remove(
                                InstanceKey.of(pattern, event.policy().name())));
            }
            PatternDescriptors.of(event.policy()).ifPresent(pattern -> followConfiguration(pattern, event.policy()));
            return;
        }
        PatternDescriptors.of(event.policy()).ifPresent(pattern -> {
            InstanceKey key = InstanceKey.of(pattern, event.policy().name());
            if (!contexts.isAnnotated(key)) {
                made.remove(key);
                contexts.forget(key);
            }
        });
    }

    /**
     * One that code has registered goes by what is configured and annotated for its name, as if it had been created
     * here. Where that is wrong, it stays as it is: the start-up check has the problem, or, later, the log.
     */
    private <P extends Policy, C extends Record> void followConfiguration(
            PatternDescriptor<P, C> pattern, Policy policy) {
        InstanceKey key = InstanceKey.of(pattern, policy.name());
        if (policy.name().contains(":") && !contexts.isAnnotated(key) && !isConfigured(pattern, policy.name())) {
            return; // one of a family goes by the settings of the family
        }
        Made<?> known = made.get(key);
        if (known != null && known.inForce().config().equals(policy.config())) {
            return; // it was created with these settings
        }
        made.remove(key);
        try {
            takeOver(pattern, pattern.type().policyClass().cast(policy));
        } catch (ResilienceConfigurationException wrong) {
            wrong.problems().forEach(problem -> log.warn("{}. {}.", problem.description(), problem.remedy()));
        }
    }

    /** An instance that is in the registry and was not created with our settings keeps those that nobody else has. */
    private <P extends Policy, C extends Record> void takeOver(PatternDescriptor<P, C> pattern, P policy) {
        @SuppressWarnings("unchecked") // the configuration of the pattern's policies
        C present = (C) policy.config();
        made.adopt(pattern, policy, resolution.resolve(pattern, policy.name(), present));
    }

    /**
     * The settings that an instance would be created with; creates nothing.
     *
     * @throws ResilienceConfigurationException if they are wrong
     */
    public <C extends Record> C configOf(PatternDescriptor<?, C> pattern, String name) {
        return resolution.resolve(pattern, name, null).resolved().config();
    }

    /**
     * Gives code the last word on one instance: its settings are these from now on, if it is there and if it is created
     * later, whatever the configuration says.
     */
    public <P extends Policy, C extends Record> void fix(PatternDescriptor<P, C> pattern, String name, C config) {
        resolution.fix(InstanceKey.of(pattern, name), config);
        rebinding.exchange(pattern, name, false);
    }

    /**
     * Brings the instances in line with a configuration that has changed, all of them or, if one of the new values is
     * wrong, none. They keep what they count and the calls that run. What an operator has changed stays, but for the
     * settings whose values have changed in the configuration.
     *
     * @param strict whether unknown keys are wrong, and not only worth a warning
     * @throws ResilienceConfigurationException if something is wrong; nothing has changed then
     */
    public void rebind(boolean strict) {
        if (!protecting) {
            return;
        }
        rebinding.rebind(strict);
    }

    /** The names of a pattern's instances that have been created with settings from here. */
    public Set<String> names(PatternDescriptor<?, ?> pattern) {
        return made.names(pattern);
    }

    /**
     * The names of a pattern's instances that code, an annotation or a client has asked for, even if their settings are
     * wrong.
     */
    public Set<String> asked(PatternDescriptor<?, ?> pattern) {
        return contexts.asked(pattern);
    }

    /** The contradictions between annotations; those that are found later are logged. */
    public List<Problem> contradictions() {
        return own.requests().contradictions();
    }

    /** Applies customizers to the instances that were created before they were there. */
    public void completeCustomizing() {
        if (own.customizers().haveMissedSome()) {
            for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
                names(pattern).forEach(name -> rebinding.exchange(pattern, name, true));
            }
        }
    }

    /** Remembers that an operator has changed settings of a living instance, by their Java names. */
    <C extends Record> void changedByOperator(
            PatternDescriptor<?, C> pattern, String name, C config, Set<String> changed) {
        made.changedByOperator(pattern, name, config, changed);
    }

    /** See {@link SettingsResolver#requireReadableDefaults}. */
    public void requireReadableDefaults(PatternDescriptor<?, ?> pattern) {
        own.resolver().requireReadableDefaults(pattern);
    }

    /** What is written in the configuration of this context. */
    public WrittenSettings written() {
        return own.resolver().written();
    }

    /** Whether the configuration of any context has settings for an instance. */
    public boolean isConfigured(PatternDescriptor<?, ?> pattern, String name) {
        return contexts.all().stream()
                .anyMatch(context -> context.resolver().written().has(pattern, name));
    }

    /** Whether the settings of an instance come from this context, and not from another one that shares it. */
    boolean decides(PatternDescriptor<?, ?> pattern, String name) {
        return contexts.of(pattern, name) == own;
    }

    /**
     * What the configuration of this context has for an instance whose settings come from another context, and differ.
     */
    public List<Problem> overruled() {
        List<Problem> problems = new ArrayList<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : written().instances(pattern)) {
                Rebinding.collect(problems, () -> overruled(pattern, name).ifPresent(problems::add));
            }
        }
        return problems;
    }

    private <C extends Record> Optional<Problem> overruled(PatternDescriptor<?, C> pattern, String name) {
        Made<C> known = made.get(pattern, name);
        return resolution.overruled(own, pattern, name, known == null ? null : known.given());
    }

    /** How texts become values. */
    ConversionService conversion() {
        return contexts.root().resolver().conversion();
    }

    /** The settings of an instance that has been created with settings from here. */
    public Optional<ResolvedSettings<?>> settings(PatternDescriptor<?, ?> pattern, String name) {
        Made<?> known = made.get(InstanceKey.of(pattern, name));
        return known == null ? Optional.empty() : Optional.of(known.inForce());
    }

    /** Where a setting of an instance comes from; what is in force and has come from nowhere else is from code. */
    public String origin(PatternDescriptor<?, ?> pattern, Policy policy, String setting) {
        Made<?> known = made.get(InstanceKey.of(pattern, policy.name()));
        Record expected =
                known == null ? pattern.type().defaults() : known.inForce().config();
        Setting component = Setting.of(pattern).stream()
                .filter(each -> each.name().equals(setting))
                .findFirst()
                .orElse(null);
        if (component == null || !Objects.equals(component.valueIn(expected), component.valueIn(policy.config()))) {
            return ValueWithOrigin.CODE;
        }
        String origin =
                known == null ? ValueWithOrigin.BUILT_IN : known.inForce().origin(setting);
        return origin.equals(ValueWithOrigin.BUILT_IN) || RuntimeSettings.isUsed(pattern, policy.config(), component)
                ? origin
                : ValueWithOrigin.UNUSED;
    }

    /** What an instance means to the application's health. Reads nothing from the configuration. */
    public HealthRole health(PatternDescriptor<?, ?> pattern, String name) {
        Made<?> known = made.get(InstanceKey.of(pattern, name));
        return known != null ? known.inForce().health() : contexts.health(pattern, name);
    }

    /** The names of instances and families that have a part in the application's health. */
    public Set<String> namesInHealth(PatternDescriptor<?, ?> pattern) {
        Set<String> names = contexts.namesInHealth(pattern);
        names.addAll(made.namesInHealth(pattern));
        return names;
    }

    /**
     * Whether all instances of a pattern have a part in the application's health, unless something else is set for one.
     */
    public boolean areInHealth(PatternDescriptor<?, ?> pattern) {
        return contexts.all().stream().anyMatch(context -> context.configured().health(pattern) != HealthRole.NONE);
    }
}
