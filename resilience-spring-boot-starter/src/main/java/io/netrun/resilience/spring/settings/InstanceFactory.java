package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.SettingsSource;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
    private final RegistryFollower follower;
    private final EarlyProblems early;
    private volatile @Nullable Supplier<Collection<Problem>> check;

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
        this.follower = new RegistryFollower(contexts, made, resolution);
        this.early = new EarlyProblems();
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
        this.follower = parent.follower;
        this.early = parent.early;
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
        rebinding.follow(child.own);
        return child;
    }

    /**
     * The application is starting: until {@link #started}, a failure to obtain an instance comes with these problems.
     *
     * @param problems of all settings, looked for when there is such a failure
     */
    public void starting(Supplier<Collection<Problem>> problems) {
        check = problems;
        early.add(problems);
    }

    /** From now on, a failure to obtain an instance is about that instance alone. */
    public void started() {
        Supplier<Collection<Problem>> present = check;
        if (present != null) {
            early.remove(present);
            check = null;
        }
    }

    /** The context has been closed; nothing happens to the instances. */
    @Override
    public void close() {
        started();
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
        InstanceKey key = InstanceKey.of(pattern, name);
        boolean decides = false;
        try {
            InstanceKey.requireName(pattern, name, location);
            decides = contexts.request(own, pattern, name, new Requests.Annotated(annotated, location));
            boolean known = made.has(key);
            P policy = registry.get().getOrCreate(pattern.type(), name);
            if (!made.has(key)) {
                follower.takeOver(pattern, policy);
            } else if (known && decides) {
                rebinding.exchange(pattern, name, true);
            }
            changes.use(policy);
            return Optional.of(policy);
        } catch (ResilienceConfigurationException wrong) {
            if (decides) {
                own.requests().withdraw(key, annotated, location);
            }
            throw early.withOthers(wrong);
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
            contexts.request(own, pattern, name, new Requests.Annotated(annotated, location));
        } catch (ResilienceConfigurationException wrong) {
            log.debug("The annotation of {} is wrong", location, wrong); // reported by the start-up check
        }
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
                throw contexts.isCreating() ? wrong : early.withOthers(wrong);
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
        if (!protecting && !(event instanceof RegistryEvent.Removed)) {
            event.policy().setEnabled(false);
        }
        follower.onChange(event);
    }

    /**
     * The settings that an instance would be created with; creates nothing.
     *
     * @throws ResilienceConfigurationException if they are wrong
     */
    public <C extends Record> C configOf(PatternDescriptor<?, C> pattern, String name) {
        try {
            return resolution.resolve(pattern, name, null).resolved().config();
        } catch (ResilienceConfigurationException wrong) {
            throw early.withOthers(wrong);
        }
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

    /**
     * The names of a pattern's instances that code, an annotation or a client has asked for, even if their settings are
     * wrong.
     */
    public Set<String> asked(PatternDescriptor<?, ?> pattern) {
        return contexts.asked(pattern);
    }

    /** What is wrong with the settings. */
    public InstanceProblems problems() {
        return new InstanceProblems(own, resolution, made);
    }

    /** What is in force, and where it comes from. */
    public InForce inForce() {
        return new InForce(contexts, made);
    }

    /** Applies customizers to the instances that were created before they were there. */
    public void completeCustomizing() {
        if (own.customizers().haveMissedSome()) {
            rebinding.exchangeAll();
        }
    }

    /** Remembers that an operator has changed settings of a living instance, by their Java names. */
    <C extends Record> void changedByOperator(
            PatternDescriptor<?, C> pattern, String name, C config, Set<String> changed) {
        made.changedByOperator(pattern, name, config, changed);
    }

    /** What is written in the configuration of this context. */
    public ConfiguredSettings written() {
        return own.resolver().written();
    }

    /** Whether the configuration of any context has settings for an instance. */
    public boolean isConfigured(PatternDescriptor<?, ?> pattern, String name) {
        return contexts.isConfigured(pattern, name);
    }

    /** Whether the settings of an instance come from this context, and not from another one that shares it. */
    boolean decides(PatternDescriptor<?, ?> pattern, String name) {
        return contexts.of(pattern, name) == own;
    }

    /** How texts become values. */
    ConversionService conversion() {
        return contexts.root().resolver().conversion();
    }
}
