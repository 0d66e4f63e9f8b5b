package io.netrun.resilience.spring.settings;

import io.netrun.resilience.FamilyCreated;
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
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.function.SingletonSupplier;

/**
 * Provides the settings of all instances, by name, regardless of what requests an instance first: code, an annotation,
 * a client or the configuration. It is the settings source of the application's registry, and knows the origin of each
 * setting. Thread-safe.
 */
public final class InstanceFactory implements SettingsSource, AutoCloseable {

    /** The location of requests of the start-up check, which creates all configured instances. */
    public static final String CONFIGURATION = "the configuration";

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final Supplier<ResilienceRegistry> registry;
    private final InstanceContexts contexts;
    private final ContextSettings own;
    private final boolean protecting;

    /**
     * Whether instances protect: those that contexts share do so even if the beans of one of them are not protected.
     */
    private final boolean enabling;

    private final CreatedInstances created;
    private final Rebinding rebinding;
    private final Resolution resolution;
    private final InstanceChanges changes;
    private final RegistryFollower follower;
    private final UnappliedSettings unapplied;
    private final EarlyProblems early;
    private final KeyedFamilies keyedFamilies;
    private final NameUses uses;
    private volatile @Nullable Supplier<Collection<Problem>> check;
    private volatile boolean following;

    /**
     * Creates the factory of an application.
     *
     * @param registry called when the first instance is obtained
     * @param resolver the reader of the application's configuration
     * @param customizers called when the first instance is created
     * @param protecting false if all instances are switched off, regardless of their settings
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
        this.enabling = protecting;
        this.created = new CreatedInstances(registry);
        this.uses = new NameUses();
        Families families = new Families(registry);
        this.unapplied = new UnappliedSettings(families);
        this.resolution = new Resolution(contexts, families, uses, protecting ? null : unapplied);
        this.rebinding = new Rebinding(contexts, created, resolution, unapplied);
        this.changes = new InstanceChanges(registry);
        this.follower = new RegistryFollower(contexts, created, resolution, rebinding, unapplied);
        this.early = new EarlyProblems();
        this.keyedFamilies = new KeyedFamilies();
    }

    private InstanceFactory(InstanceFactory parent, ContextSettings own, boolean protecting) {
        this.registry = SingletonSupplier.of(() -> parent.registry.get().view(this));
        this.own = own;
        this.contexts = parent.contexts;
        this.protecting = protecting && parent.protecting;
        this.enabling = parent.enabling;
        this.created = parent.created;
        this.resolution = parent.resolution;
        this.rebinding = parent.rebinding;
        this.changes = parent.changes;
        this.follower = parent.follower;
        this.unapplied = parent.unapplied;
        this.early = parent.early;
        this.keyedFamilies = new KeyedFamilies();
        this.uses = parent.uses;
    }

    /**
     * A factory for a child context. It shares the instances, and adds what the child's configuration has for instances
     * that no other context configures. If its beans are not protected, its configuration counts for nothing.
     *
     * @param beans the beans that settings of the child can refer to, such as executors
     * @param protecting false if the beans of the child are not protected
     */
    public InstanceFactory child(
            ConfigurableEnvironment environment,
            ListableBeanFactory beans,
            Supplier<List<ConfigCustomizer<?>>> customizers,
            boolean protecting) {
        SettingsResolver resolver = new SettingsResolver(environment, beans, conversion());
        InstanceFactory child = new InstanceFactory(this, new ContextSettings(resolver, customizers), protecting);
        if (protecting) {
            contexts.add(child.own);
            rebinding.follow(child.own);
        }
        return child;
    }

    /** The registry of the application; for a child context, the view through which its code requests instances. */
    public ResilienceRegistry registry() {
        return registry.get();
    }

    /**
     * Marks the application as starting: until {@link #started}, a failure to obtain an instance also reports these
     * problems.
     *
     * @param problems finds the problems of all settings; called after such a failure
     */
    public void starting(Supplier<Collection<Problem>> problems) {
        check = problems;
        early.add(problems);
        own.resolver().starting(true);
    }

    /** Marks the start-up check as ended: from now on, an instance gets the values that its settings have then. */
    public void checked() {
        own.resolver().starting(false);
    }

    /** Marks the application as started: from now on, a failure to obtain an instance reports only its own problems. */
    public void started() {
        Supplier<Collection<Problem>> present = check;
        if (present != null) {
            early.remove(present);
            check = null;
        }
    }

    /** Removes the closed context's contribution. Instances of other contexts get back the settings of those. */
    @Override
    public void close() {
        started();
        checked();
        boolean contributed = contexts.remove(own);
        if (own != contexts.root()) {
            registry.get().close(); // a view, which withdraws the configurations from code
        }
        if (contributed) {
            rebinding.unfollow(own);
        }
    }

    /** Whether protection is enabled; if not, calls need not go through instances. */
    public boolean isProtecting() {
        return protecting;
    }

    /**
     * Returns an instance, creating it if it does not exist yet.
     *
     * @param annotated the settings of the annotation, by Java name; empty if it only names the instance
     * @param location the method or class that has the annotation, for messages
     * @return the instance, switched off if configured so
     * @throws ResilienceConfigurationException if the settings are wrong
     */
    public <P extends Policy, C extends Record> Optional<P> obtain(
            PatternDescriptor<P, C> pattern, String name, Map<String, Object> annotated, String location) {
        InstanceKey key = InstanceKey.of(pattern, name);
        boolean decides = false;
        try {
            InstanceKey.requireName(pattern, name, location);
            uses.add(pattern, name, location, false);
            decides = contexts.request(own, pattern, name, new InstanceRequests.Annotated(annotated, location));
            boolean known = created.has(key);
            if (!known) {
                resolution.requireReadableKey(pattern, name);
            }
            P policy = registry.get().getOrCreate(pattern.type(), name);
            if (!follower.isFollowing(pattern, name)) {
                follower.takeOver(pattern, policy);
            } else if (known && decides) {
                Set<String> changed = rebinding.reapply(pattern, name, true);
                if (own != contexts.root()) {
                    Rebinding.logChange(pattern, name, "applied the settings of a child context's annotation", changed);
                }
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

    /**
     * Adds what a user of an instance requires of its settings. Settings that the instance would get later, by a
     * refresh or from an operator, are rejected if they do not meet it.
     *
     * @param user identifies the user; a second requirement of the same user replaces the first
     * @param requirement throws a {@link ResilienceConfigurationException} for settings that do not suit the user
     */
    public void requireOf(PatternDescriptor<?, ?> pattern, String name, String user, Consumer<Record> requirement) {
        own.requireOf(InstanceKey.of(pattern, name), user, requirement);
    }

    /** Checks settings that an instance may get; see {@link #requireOf}. */
    void requireFitting(PatternDescriptor<?, ?> pattern, String name, Record config) {
        contexts.all().forEach(context -> context.requireFitting(InstanceKey.of(pattern, name), config));
    }

    /**
     * Returns a family of instances, creating it if it does not exist yet.
     *
     * @param maxKeys the number of instances to keep according to the annotation; null if it has none
     * @param annotated the settings of the annotation, by Java name; empty if it only names the family
     * @param location the method or class that has the annotation, for messages
     * @throws ResilienceConfigurationException if the settings are wrong
     */
    public <P extends Policy, C extends Record> PolicyFamily<P> obtainFamily(
            PatternDescriptor<P, C> pattern,
            String name,
            @Nullable Integer maxKeys,
            Map<String, Object> annotated,
            String location) {
        InstanceKey key = InstanceKey.of(pattern, name);
        boolean decides = false;
        try {
            InstanceKey.requireName(pattern, name, location);
            uses.add(pattern, name, location, true); // first: a family that is rejected is in use, too
            keyedFamilies.requireName(pattern, name, location);
            boolean requested = contexts.isRequested(key);
            try {
                decides = contexts.request(own, pattern, name, new InstanceRequests.Annotated(annotated, location));
            } finally {
                if (!requested) {
                    contexts.forget(key); // a family is no instance
                }
            }
            int limit = contexts.of(pattern, name).resolver().maxKeys(pattern, name, maxKeys);
            return keyedFamilies.obtain(
                    this,
                    pattern,
                    name,
                    limit,
                    location,
                    () -> resolution.resolve(pattern, name, null).effective(),
                    () -> enabling && resolution.isEnabledForKeys(pattern, name));
        } catch (ResilienceConfigurationException wrong) {
            if (decides) {
                own.requests().withdraw(key, annotated, location);
            }
            throw early.withOthers(wrong);
        }
    }

    /** The number of obtained instances that have left the registry; see {@link RebuiltOnChange}. */
    public int changes() {
        return changes.count();
    }

    /**
     * The number of changes of the configuration, by refreshes and by contexts that come and go. What depends on the
     * sections that there are is read again after each.
     */
    public int configurations() {
        return rebinding.applied();
    }

    /**
     * Announces that an annotation will request an instance. Nothing is created, but code that requests the instance
     * from now on gets it with the annotation's settings.
     */
    public void announce(PatternDescriptor<?, ?> pattern, String name, Map<String, Object> annotated, String location) {
        try {
            InstanceKey.requireName(pattern, name, location);
            contexts.request(own, pattern, name, new InstanceRequests.Annotated(annotated, location));
        } catch (ResilienceConfigurationException wrong) {
            log.debug("The annotation of {} is wrong", location, wrong); // reported by the start-up check
        }
    }

    /**
     * Records that an annotation names an instance or a family which it may not obtain, since something is wrong with
     * its method. The name is in use, so that its settings are not reported as without effect.
     *
     * @param location the method or class that has the annotation
     * @param keyed whether there is an instance for each key
     */
    public void name(PatternDescriptor<?, ?> pattern, String name, String location, boolean keyed) {
        if (!uses.addIfFirst(pattern, name, location, keyed).keyed()) {
            own.requests().add(InstanceKey.of(pattern, name));
        }
    }

    @Override
    public <C extends Record> Settings<C> settingsOf(PolicyType<?, C> type, String name, @Nullable C given) {
        PatternDescriptor<?, C> pattern =
                PatternDescriptors.withConfigurationOf(type).orElse(null);
        if (pattern == null) {
            return new Settings<>(given == null ? type.defaults() : given, enabling);
        }
        if (given != null && resolution.families().of(pattern, name) != null) {
            return settingsOfKey(pattern, name, given);
        }
        InstanceKey key = InstanceKey.of(pattern, name);
        if (!contexts.isCreating()) {
            own.requests().add(key);
        }
        C base = given == null && !type.equals(pattern.type()) ? type.defaults() : given;
        int stepsBefore = rebinding.steps();
        InstanceSettings<C> fresh;
        try {
            fresh = resolution.resolve(pattern, name, base);
        } catch (ResilienceConfigurationException wrong) {
            throw contexts.isCreating() ? wrong : early.withOthers(wrong);
        }
        created.put(key, fresh, stepsBefore);
        return new Settings<>(
                fresh.effective().config(), enabling && fresh.effective().enabled());
    }

    /** The settings of a family's instance, which calls request: settings that do not apply do not fail them. */
    private <C extends Record> Settings<C> settingsOfKey(PatternDescriptor<?, C> pattern, String name, C given) {
        int stepsBefore = rebinding.steps();
        InstanceSettings<C> fresh =
                resolution.resolveKey(pattern, name, given, wrong -> unapplied.log(pattern, name, wrong));
        created.put(InstanceKey.of(pattern, name), fresh, stepsBefore);
        return new Settings<>(
                fresh.effective().config(), enabling && fresh.effective().enabled());
    }

    @Override
    public <C extends Record> void onGivenChange(PolicyType<?, C> type, String name, @Nullable C given) {
        PatternDescriptors.withConfigurationOf(type).ifPresent(pattern -> {
            C base = given == null && !type.equals(pattern.type()) ? type.defaults() : given;
            try {
                rebinding.applyCode(pattern, name, base);
            } catch (ResilienceConfigurationException wrong) {
                unapplied.log(pattern, name, wrong);
            }
        });
    }

    @Override
    public void createConfigured(ResilienceRegistry creator) {
        contexts.createConfigured(creator);
    }

    /**
     * Creates an instance because the configuration of this context names it.
     *
     * @throws ResilienceConfigurationException if its settings are wrong
     */
    public <P extends Policy, C extends Record> void createConfigured(PatternDescriptor<P, C> pattern, String name) {
        InstanceKey.requireName(pattern, name, "the configuration");
        P policy = own.configured().create(registry.get(), pattern, name);
        if (!follower.isFollowing(pattern, name)) {
            follower.takeOver(pattern, policy);
        }
    }

    /**
     * Whether an instance that the configuration names is created, although nothing may request it. Not so for those
     * whose settings are those of a family, or may be those of one of its keys.
     */
    public boolean isCreatedWhenConfigured(PatternDescriptor<?, ?> pattern, String name) {
        return !Families.mayBeKey(name) && !resolution.families().has(pattern, name);
    }

    /**
     * Removes an instance that was created because the configuration names it, if its settings are those of a family
     * that code has created later.
     */
    public void removeUnused(PatternDescriptor<?, ?> pattern, String name) {
        follower.removeUnused(pattern, name);
    }

    /**
     * Applies the settings to all instances of a registry, now and later. Only a registry that the application has
     * created itself needs it: one of the starter has this factory as the source of its settings.
     */
    public void follow(ResilienceRegistry followed) {
        following = true;
        followed.onChange(this::onChange);
        followed.onFamily(this::onFamily);
        followed.all().stream()
                .filter(policy -> PatternDescriptors.of(policy)
                        .filter(pattern -> !created.has(InstanceKey.of(pattern, policy.name())))
                        .isPresent()) // created by the code that has created the registry
                .forEach(this::recordRequest);
        if (protecting) {
            follower.followAll(followed);
        } else {
            followed.all().forEach(policy -> policy.setEnabled(false));
        }
    }

    /** Whether this factory follows a registry by itself. */
    public boolean isFollowing() {
        return following;
    }

    /** Reacts to a change of the registry. */
    public void onChange(RegistryEvent event) {
        if (!protecting && !(event instanceof RegistryEvent.Removed)) {
            event.policy().setEnabled(false);
        }
        if (!(event instanceof RegistryEvent.Removed) && !contexts.isCreating()) {
            recordRequest(event.policy());
        }
        follower.onChange(event);
    }

    /** Reacts to a family that code has created in the registry. */
    public void onFamily(FamilyCreated event) {
        PatternDescriptors.withConfigurationOf(event.type())
                .ifPresent(pattern -> follower.onFamily(pattern, event.name()));
    }

    /** Records that code has created or registered an instance. One of a family is known by its family. */
    private void recordRequest(Policy policy) {
        PatternDescriptors.of(policy)
                .filter(pattern -> resolution.families().of(pattern, policy.name()) == null)
                .ifPresent(pattern -> own.requests().add(InstanceKey.of(pattern, policy.name())));
    }

    /**
     * The settings with which an instance would be created. Creates nothing.
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
     * Pins the configuration of one instance from code. From now on it overrides the configuration, for an existing
     * instance and for one that is created later.
     */
    public <P extends Policy, C extends Record> void pin(PatternDescriptor<P, C> pattern, String name, C config) {
        own.fixed().put(InstanceKey.of(pattern, name), config);
        rebinding.reapply(pattern, name, false);
    }

    /**
     * Applies a changed configuration to all instances, or to none if one of the new values is wrong. Instances keep
     * their counts and running calls. An operator's changes stay, except for settings whose configured values have
     * changed. Problems in the configuration of another context that shares the instances concern only the instances
     * that it decides, which keep their settings.
     *
     * @param strict whether unknown keys and misspelled names are errors and not only warnings
     * @param found problems of other settings, which are reported together with those of the instances
     * @throws ResilienceConfigurationException if something is wrong; then nothing has changed
     */
    public void rebind(boolean strict, Collection<Problem> found) {
        if (protecting) {
            rebinding.rebind(own, strict, found);
        } else if (!found.isEmpty()) {
            throw new ResilienceConfigurationException(List.copyOf(found));
        }
    }

    /**
     * The names of a pattern's instances that code, an annotation or a client has requested, even if their settings are
     * wrong, and those of its families.
     */
    public Set<String> requestedNames(PatternDescriptor<?, ?> pattern) {
        return namesInUse(pattern).all();
    }

    /** The names of a pattern that are in use. */
    public NamesInUse namesInUse(PatternDescriptor<?, ?> pattern) {
        return resolution.namesInUse(pattern);
    }

    /**
     * Sets what may still use instances of a pattern that nothing has requested.
     *
     * @param later returns a sentence; empty if nothing may
     */
    public void usedLater(Function<PatternDescriptor<?, ?>, String> later) {
        own.usedLater(later);
    }

    /** The problems of the settings. */
    public InstanceProblems problems() {
        return new InstanceProblems(own, resolution, created);
    }

    /** The settings in force, with their origins. */
    public EffectiveSettings effectiveSettings() {
        return new EffectiveSettings(contexts, created, resolution);
    }

    /** Applies the customizers to instances that were created before the customizers were available. */
    public void completeCustomizing() {
        if (own.customizers().haveMissedSome()) {
            rebinding.reapplyAll();
        }
    }

    /** Records that an operator has changed settings of an existing instance, by Java name. */
    <C extends Record> void recordOperatorChange(
            PatternDescriptor<?, C> pattern, Policy policy, C config, Set<String> changed) {
        created.recordOperatorChange(pattern, policy, config, changed);
    }

    /** Finds settings of this context's configuration for names of a pattern that are not in use. */
    public UnusedSettings unusedSettings(PatternDescriptor<?, ?> pattern, NamesInUse used) {
        return new UnusedSettings(pattern, used, own.resolver());
    }

    /** The configuration of this context. */
    public ConfiguredSettings written() {
        return own.resolver().written();
    }

    /** Whether the configuration of any context has settings for an instance. */
    public boolean isConfigured(PatternDescriptor<?, ?> pattern, String name) {
        return contexts.isConfigured(pattern, name);
    }

    /** Whether an instance has been created with settings from the application. */
    boolean isCreated(PatternDescriptor<?, ?> pattern, String name) {
        return created.has(InstanceKey.of(pattern, name));
    }

    /** Whether the settings of an instance come from this context, and not from another context that shares it. */
    boolean decides(PatternDescriptor<?, ?> pattern, String name) {
        return resolution.decides(own, pattern, name);
    }

    /** The conversion of texts to values. */
    ConversionService conversion() {
        return contexts.root().resolver().conversion();
    }
}
