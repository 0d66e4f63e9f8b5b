package io.netrun.resilience;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The named instances of all patterns. Within a pattern, the same name is the same instance. The registry is
 * independent of the patterns: each is identified by its {@link PolicyType}, such as {@code CircuitBreaker.TYPE}.
 * Thread-safe.
 */
public final class ResilienceRegistry implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ResilienceRegistry.class);

    /** An event gets its position in the order of events within the change of this map that it reports. */
    private final ConcurrentMap<RegistryKey, Policy> instances;

    /** Changes together with the map of instances, so that a configuration is that of the present instance. */
    private final CodeConfigs configs;

    private final ConcurrentMap<RegistryKey, KeyedPolicies<?>> families;
    private final FormerPolicies former;
    private final EventPublisher events;
    private final Ticker ticker;
    private final SettingsSource settings;
    private final CodeContribution code;

    /** The registry of which this is a view, or this registry. */
    private final ResilienceRegistry owner;

    private volatile boolean mdcCarried = true;
    private volatile boolean closed;

    private ResilienceRegistry(Ticker ticker, SettingsSource settings) {
        this.instances = new ConcurrentHashMap<>();
        this.configs = new CodeConfigs();
        this.families = new ConcurrentHashMap<>();
        this.former = new FormerPolicies();
        this.events = new EventPublisher();
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.code = new CodeContribution(configs, settings);
        this.owner = this;
    }

    private ResilienceRegistry(ResilienceRegistry owner, SettingsSource settings) {
        this.instances = owner.instances;
        this.configs = owner.configs;
        this.families = owner.families;
        this.former = owner.former;
        this.events = owner.events;
        this.ticker = owner.ticker;
        this.settings = Objects.requireNonNull(settings, "settings");
        this.code = new CodeContribution(configs, settings);
        this.owner = owner;
    }

    /** Returns the clock that the instances measure time with. */
    public Ticker ticker() {
        return ticker;
    }

    /** Creates an empty registry in real time. */
    public static ResilienceRegistry create() {
        return create(Ticker.system());
    }

    /** Creates an empty registry whose instances measure time with a ticker. */
    public static ResilienceRegistry create(Ticker ticker) {
        return create(ticker, ResilienceRegistry::givenOrDefault);
    }

    /** Creates an empty registry whose instances measure time with a ticker and get their settings from a source. */
    public static ResilienceRegistry create(Ticker ticker, SettingsSource settings) {
        return new ResilienceRegistry(ticker, settings);
    }

    /**
     * Returns a view of this registry for one of several users who share it, such as the child contexts of an
     * application. It has the same instances, families and listeners. The settings of the instances that are created
     * through it come from the given source. When the view is closed, the configurations that code has given through it
     * no longer count, and the instances stay.
     */
    public ResilienceRegistry view(SettingsSource source) {
        return new ResilienceRegistry(owner, source);
    }

    private static <C extends Record> SettingsSource.Settings<C> givenOrDefault(
            PolicyType<?, C> type, String name, @Nullable C given) {
        return new SettingsSource.Settings<>(given == null ? type.defaults() : given, true);
    }

    /**
     * Returns the instance of a name, created if there is none: with the settings that the source has for it, or else
     * with those that its {@linkplain #keyed family} has from code, or else with the pattern's defaults.
     *
     * @throws IllegalArgumentException if the name is blank, longer than 200 characters or has control characters
     */
    public <P extends Policy, C extends Record> P getOrCreate(PolicyType<P, C> type, String name) {
        return obtain(type, name, null);
    }

    /**
     * Returns the instance of a name, created with the given configuration if there is none; an existing one keeps its
     * own. Settings that the registry's source has for exactly this name take precedence over the given ones. If the
     * existing instance was requested without a configuration, the source may apply this one.
     *
     * @throws IllegalArgumentException if the name is blank, longer than 200 characters or has control characters
     */
    public <P extends Policy, C extends Record> P getOrCreate(PolicyType<P, C> type, String name, C config) {
        Objects.requireNonNull(config, "config");
        return obtain(type, name, config);
    }

    private <P extends Policy, C extends Record> P obtain(PolicyType<P, C> type, String name, @Nullable C given) {
        RegistryKey key = RegistryKey.of(type, name);
        Policy existing = instances.get(key);
        if (existing == null) {
            // As in a family: a second instance would admit as many calls as the limit of the one that is held.
            Policy held = findEvicted(type, name);
            Policy fresh = held == null ? create(type, name, given) : held;
            Addition addition = addIfAbsent(key, fresh, () -> code.created(type, key, given));
            existing = addition.registered;
            if (addition.isNew) {
                return type.policyClass().cast(existing);
            }
            if (addition.isAdded && existing instanceof AbstractPolicy<?> returned) {
                returned.setEviction(null); // it belongs to its family no longer
            }
        }
        if (given != null && familyOf(type, name).isEmpty()) {
            code.requested(type, key, given);
        }
        return type.policyClass().cast(existing);
    }

    /** Creates an instance that is requested by its name, possibly that of a family's key. */
    private <P extends Policy, C extends Record> P create(PolicyType<P, C> type, String name, @Nullable C given) {
        return createWith(
                type,
                name,
                given == null ? configOfKey(type, Require.name(name)).orElse(null) : given);
    }

    private <P extends Policy, C extends Record> P createWith(PolicyType<P, C> type, String name, @Nullable C given) {
        SettingsSource.Settings<C> found = settings.settingsOf(type, Require.name(name), given);
        P created = type.create(name, found.config(), ticker);
        leaveMdcIfWanted(created);
        if (!found.enabled()) {
            created.setEnabled(false);
        }
        return created;
    }

    private void leaveMdcIfWanted(Policy policy) {
        if (!owner.mdcCarried && policy instanceof AbstractPolicy<?> own) {
            own.carryMdc(false);
        }
    }

    /**
     * Sets whether calls through the instances of this registry propagate the MDC to other threads. Default true.
     * Applies to the instances that the registry has and will have, for all their callers, and to pipelines of them
     * that are created from now on. A {@linkplain #view view} sets it for all users of the instances. Policies that do
     * not extend {@link AbstractPolicy} are not affected.
     */
    public void carryMdc(boolean carried) {
        owner.mdcCarried = carried;
        for (Policy policy : instances.values()) {
            if (policy instanceof AbstractPolicy<?> own) {
                own.carryMdc(carried);
            }
        }
    }

    /** Returns whether exactly this instance is registered under its name. */
    boolean holds(PolicyType<?, ?> type, Policy policy) {
        return instances.get(RegistryKey.of(type, policy.name())) == policy;
    }

    /**
     * Adds an instance, unless there is one of that name. An evicted instance that is still referenced is added in
     * place of a new one. Which of them it is, is decided while the key is locked: an eviction makes the instance known
     * as evicted before it removes it, so that a thread that finds the key absent here cannot miss it.
     *
     * @param fresh a new instance, or the evicted one
     * @param onNew called while the key is locked, if the instance was not evicted
     */
    private Addition addIfAbsent(RegistryKey key, Policy fresh, Runnable onNew) {
        boolean[] isNew = new boolean[1];
        Policy[] added = new Policy[1];
        FormerPolicies.Former[] evicted = new FormerPolicies.Former[1];
        Policy present = instances.computeIfAbsent(key, same -> {
            evicted[0] = former.findEvicted(key);
            Policy held = evicted[0] == null ? null : evicted[0].get();
            added[0] = held == null ? fresh : held;
            RegistryEvent event = new RegistryEvent.Added(added[0]);
            if (held == null) {
                isNew[0] = true;
                onNew.run();
            }
            if (held == null && fresh instanceof AbstractPolicy<?> own) {
                Record created = own.config();
                boolean enabled = own.isEnabled();
                events.enqueue(event, listeners -> own.onCreation(created, enabled, listeners));
            } else {
                events.enqueue(event);
            }
            return added[0];
        });
        if (added[0] == null) {
            return new Addition(present, false, false);
        }
        if (evicted[0] != null) {
            former.forget(evicted[0]);
        }
        shutDownIfClosed(present);
        events.deliverQueued();
        return new Addition(present, true, isNew[0]);
    }

    /**
     * What was registered for a name.
     *
     * @param isAdded whether it was not registered before
     * @param isNew whether it was not evicted before either
     */
    private record Addition(Policy registered, boolean isAdded, boolean isNew) {}

    /**
     * Registers an instance that was created elsewhere. An instance of the same pattern and name leaves the registry,
     * as with {@link #remove(Policy)}.
     */
    public void register(Policy policy) {
        leaveMdcIfWanted(policy);
        Policy[] replaced = new Policy[1];
        Record config = policy instanceof AbstractPolicy<?> own ? own.config() : null;
        instances.compute(RegistryKey.of(policy.type(), policy.name()), (key, present) -> {
            if (present == null) {
                events.enqueue(new RegistryEvent.Added(policy));
            } else if (present != policy) {
                events.enqueue(new RegistryEvent.Replaced(policy, present));
            }
            replaced[0] = present;
            if (present != policy) {
                code.created(policy.type(), key, config);
            }
            return policy;
        });
        shutDownIfClosed(policy);
        if (replaced[0] == policy) {
            return;
        }
        if (replaced[0] != null) {
            letGo(replaced[0]);
        }
        events.deliverQueued();
    }

    /** Returns the instance of a name, if there is one. */
    public <P extends Policy> Optional<P> find(PolicyType<P, ?> type, String name) {
        RegistryKey key = RegistryKey.of(type, name);
        Policy found = instances.get(key);
        if (found == null) {
            settings.createConfigured(this);
            found = instances.get(key);
        }
        return Optional.ofNullable(found).map(type.policyClass()::cast);
    }

    /**
     * Changes settings of an instance at runtime; see {@link AbstractPolicy#reconfigure}.
     *
     * @param change returns the new configuration for the current one, as in {@code c ->
     *     c.toBuilder().failureThreshold(3).build()}
     * @return the instance; empty if there is none of that name
     * @throws IllegalArgumentException if a setting is out of its range; nothing has changed then
     */
    public <P extends AbstractPolicy<C>, C extends Record> Optional<P> reconfigure(
            PolicyType<P, C> type, String name, UnaryOperator<C> change) {
        Optional<P> policy = find(type, name);
        policy.ifPresent(present -> present.reconfigure(change));
        return policy;
    }

    /** Removes an instance; see {@link #remove(Policy)}. */
    public <P extends Policy> Optional<P> remove(PolicyType<P, ?> type, String name) {
        return remove(RegistryKey.of(type, name), null).map(type.policyClass()::cast);
    }

    /**
     * Removes an instance, unless another one is registered under its name by now. Calls that run or wait in it
     * continue, and code that still holds it may continue to use it. It is shut down together with this registry.
     *
     * @return whether it was registered
     */
    public boolean remove(Policy policy) {
        return remove(RegistryKey.of(policy.type(), policy.name()), policy).isPresent();
    }

    /** Removes an instance, which {@link #findEvicted} finds as long as it is referenced. */
    void evict(Policy policy) {
        RegistryKey key = RegistryKey.of(policy.type(), policy.name());
        // First, so that a thread that requests it meanwhile finds it here or there.
        FormerPolicies.Former evicted = former.addEvicted(key, policy);
        if (removeQuietly(key, policy) == null) {
            former.forget(evicted);
            return;
        }
        forget(policy);
        events.deliverQueued();
    }

    /** Returns the instance that a family has evicted under this name; null if it is no longer referenced. */
    @Nullable
    Policy findEvicted(PolicyType<?, ?> type, String name) {
        FormerPolicies.Former evicted = former.findEvicted(RegistryKey.of(type, name));
        return evicted == null ? null : evicted.get();
    }

    /**
     * Adds the instance of a family's key as {@link #addIfAbsent} does.
     *
     * @param fresh a new instance, or the evicted one
     * @return the instance that was added; null if there is one already
     */
    @Nullable
    Policy tryAddKeyed(PolicyType<?, ?> type, String name, Policy fresh) {
        Addition addition = addIfAbsent(RegistryKey.of(type, name), fresh, () -> {});
        return addition.isAdded ? addition.registered : null;
    }

    private Optional<Policy> remove(RegistryKey key, @Nullable Policy only) {
        Policy removed = removeQuietly(key, only);
        if (removed != null) {
            letGo(removed);
            events.deliverQueued();
        }
        return Optional.ofNullable(removed);
    }

    /** Removes an instance and leaves the delivery of the event to the caller. */
    private @Nullable Policy removeQuietly(RegistryKey key, @Nullable Policy only) {
        Policy[] removed = new Policy[1];
        instances.computeIfPresent(key, (same, present) -> {
            if (only != null && present != only) {
                return present;
            }
            events.enqueue(new RegistryEvent.Removed(present));
            configs.forget(key);
            removed[0] = present;
            return null;
        });
        return removed[0];
    }

    private void letGo(Policy policy) {
        former.add(policy);
        forget(policy);
    }

    /** Removes an instance that has left the registry, and is known as a former instance, from its family. */
    private void forget(Policy policy) {
        shutDownIfClosed(policy);
        families.values().forEach(family -> family.forget(policy));
    }

    /**
     * Returns a family of instances that are created on demand, one for each key, named {@code name:key}. See
     * {@link #keyed(PolicyType, String, int, Function)}.
     *
     * @param config the configuration of every instance
     * @param limit the number of instances to keep; 1 to 100,000
     * @throws IllegalArgumentException if the limit is out of its range, or differs from that of the existing family
     */
    public <P extends Policy, C extends Record> KeyedPolicies<P> keyed(
            PolicyType<P, C> type, String name, C config, int limit) {
        return keyed(type, name, limit, key -> config);
    }

    /**
     * Returns a family of instances that are created on demand, one for each key, named {@code name:key}. Within a
     * pattern, the same name is the same family, which keeps the settings of the first request. If the registry has an
     * instance named {@code name:key} that the family did not create, that one is the instance of the key, and the
     * family never evicts it.
     *
     * <p>The family's name has no colon, so that the instance's name can be parsed: the first colon ends the family's
     * name, and the key may contain colons, as in {@code host:example.org:8443}. Settings that the registry's source
     * has for the name of an instance or of its family take precedence over the given ones.
     *
     * @param limit the number of instances to keep; 1 to 100,000
     * @param config returns the configuration for a key; called when its instance is created
     * @throws IllegalArgumentException if the name is blank, longer than 200 characters, has a colon or control
     *     characters, or if the limit is out of its range, or differs from that of the existing family
     */
    public <P extends Policy, C extends Record> KeyedPolicies<P> keyed(
            PolicyType<P, C> type, String name, int limit, Function<? super String, ? extends C> config) {
        RegistryKey family = RegistryKey.of(type, KeyedPolicies.requireName(name));
        KeyedPolicies<?> present = families.get(family);
        if (present == null) {
            FamilyConfigs<C> given = new FamilyConfigs<>(type);
            code.created(given, config);
            KeyedPolicies<P> created = new KeyedPolicies<>(
                    owner, type, name, limit, given, (instance, own) -> owner.createWith(type, instance, own));
            present = families.putIfAbsent(family, created);
            if (present == null) {
                events.enqueue(new FamilyCreated(type, name));
                events.deliverQueued();
                return created;
            }
        }
        KeyedPolicies<P> same = present.as(type, Require.range("limit", limit, 1, KeyedPolicies.MAX_LIMIT));
        code.requested(type, same, config, instances.keySet());
        return same;
    }

    /**
     * Returns the name of the {@linkplain #keyed family} that has an instance of this pattern and name; empty if there
     * is none.
     */
    public Optional<String> familyOf(Policy policy) {
        return familyOf(policy.type(), policy.name());
    }

    /**
     * Returns the name of the {@linkplain #keyed family} to which an instance of this pattern and name belongs, whether
     * the instance exists or not; empty if there is no such family.
     */
    public Optional<String> familyOf(PolicyType<?, ?> type, String name) {
        int end = name.indexOf(KeyedPolicies.SEPARATOR); // a family's name has no colon
        return end < 0
                ? Optional.empty()
                : Optional.of(name.substring(0, end)).filter(family -> hasFamily(type, family));
    }

    /**
     * Returns the configuration from code with which the {@linkplain #keyed family} of an instance creates it, whether
     * the instance exists or not; empty if there is no such family. Calls the function that was given for the family.
     */
    public <C extends Record> Optional<C> configOfKey(PolicyType<?, C> type, String name) {
        int end = name.indexOf(KeyedPolicies.SEPARATOR); // a family's name has no colon
        KeyedPolicies<?> found = end < 0 ? null : families.get(RegistryKey.of(type, name.substring(0, end)));
        if (found == null) {
            return Optional.empty();
        }
        @SuppressWarnings("unchecked") // a family's configurations are those of its pattern
        FamilyConfigs.Given<C> given = ((FamilyConfigs<C>) found.configs()).first();
        return given == null
                ? Optional.empty()
                : Optional.ofNullable(given.config().apply(name.substring(end + 1)));
    }

    /** Returns whether there is a {@linkplain #keyed family} of this pattern and name. */
    public boolean hasFamily(PolicyType<?, ?> type, String name) {
        return families.containsKey(RegistryKey.of(type, name));
    }

    /** Returns the names of the {@linkplain #keyed families} of a pattern, ordered; a copy. */
    public Set<String> families(PolicyType<?, ?> type) {
        return families.keySet().stream()
                .filter(family -> family.pattern().equals(type.key()))
                .map(RegistryKey::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the instances of a pattern, ordered by name; a copy. */
    public <P extends Policy> List<P> all(PolicyType<P, ?> type) {
        return all().stream()
                .filter(type.policyClass()::isInstance)
                .map(type.policyClass()::cast)
                .toList();
    }

    /** Returns all instances, ordered by name; a copy. */
    public Collection<Policy> all() {
        settings.createConfigured(this);
        return instances.values().stream()
                .sorted(Comparator.comparing(Policy::name))
                .toList();
    }

    /**
     * Registers a listener for all later additions, removals and replacements of instances. Exceptions are logged and
     * have no other effect. Changes are delivered one at a time and in the order in which they happened, including
     * those that a listener makes; see {@link EventPublisher}.
     */
    public Subscription onChange(Consumer<? super RegistryEvent> listener) {
        return events.subscribe(RegistryEvent.class, listener);
    }

    /**
     * Registers a listener for all families that code creates later. They are delivered in order with the changes of
     * {@link #onChange}, and before {@link #keyed} returns, unless another thread is delivering.
     */
    public Subscription onFamily(Consumer<? super FamilyCreated> listener) {
        return events.subscribe(FamilyCreated.class, listener);
    }

    /**
     * {@linkplain Policy#shutdown() Shuts down} all instances: those of this registry, those that have left it, and
     * those that are added later. An exception of one of them is logged and does not affect the others. If this is a
     * {@linkplain #view view}, only its contribution ends: no instance is shut down.
     */
    @Override
    public void close() {
        closed = true;
        if (owner != this) {
            code.withdraw(families.values(), instances.keySet());
            return;
        }
        instances.values().forEach(ResilienceRegistry::shutDown);
        former.forEach(ResilienceRegistry::shutDown);
    }

    /**
     * Called after an instance has been added, or has become a former one, so that one of the two threads sees the
     * other.
     */
    private void shutDownIfClosed(Policy policy) {
        if (owner.closed) {
            shutDown(policy);
        }
    }

    private static void shutDown(Policy policy) {
        try {
            policy.shutdown();
        } catch (Throwable thrown) {
            SafeLog.error(log, "{} could not be shut down", policy, thrown);
        }
    }
}
