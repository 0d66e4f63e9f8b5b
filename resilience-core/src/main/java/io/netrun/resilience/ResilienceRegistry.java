package io.netrun.resilience;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The named instances of all patterns. Within a pattern, the same name is the same instance. The registry knows no
 * pattern: a pattern is named by its {@link PolicyType}, such as {@code CircuitBreaker.TYPE}. Thread-safe.
 */
public final class ResilienceRegistry implements AutoCloseable {

    private final ConcurrentMap<Key, Policy> instances = new ConcurrentHashMap<>();
    private final EventPublisher events = new EventPublisher();
    private final Ticker ticker;
    private final SettingsSource settings;
    private volatile boolean closed;

    private ResilienceRegistry(Ticker ticker, SettingsSource settings) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /** An empty registry in real time. */
    public static ResilienceRegistry create() {
        return create(Ticker.system());
    }

    /** An empty registry whose instances live by the given ticker. */
    public static ResilienceRegistry create(Ticker ticker) {
        return create(ticker, ResilienceRegistry::givenOrDefault);
    }

    /** An empty registry whose instances live by the given ticker and get their settings from the given source. */
    public static ResilienceRegistry create(Ticker ticker, SettingsSource settings) {
        return new ResilienceRegistry(ticker, settings);
    }

    private static <C extends Record> SettingsSource.Settings<C> givenOrDefault(
            PolicyType<?, C> type, String name, @Nullable C given) {
        return new SettingsSource.Settings<>(given == null ? type.defaults() : given, true);
    }

    /**
     * The instance, created if there is none of that name: with the settings that the source has for it, or else with the
     * pattern's built-in configuration.
     *
     * @throws IllegalArgumentException if the name is blank, longer than 200 characters or has control characters
     */
    public <P extends Policy, C extends Record> P getOrCreate(PolicyType<P, C> type, String name) {
        return obtain(type, name, null);
    }

    /**
     * The instance, created with the given configuration if there is none of that name; an existing one keeps its own. Settings
     * that the registry's source has for this very name win over the given ones.
     *
     * @throws IllegalArgumentException if the name is blank, longer than 200 characters or has control characters
     */
    public <P extends Policy, C extends Record> P getOrCreate(PolicyType<P, C> type, String name, C config) {
        Objects.requireNonNull(config, "config");
        return obtain(type, name, config);
    }

    private <P extends Policy, C extends Record> P obtain(PolicyType<P, C> type, String name, @Nullable C given) {
        Key key = Key.of(type, name);
        Policy existing = instances.get(key);
        if (existing == null) {
            SettingsSource.Settings<C> found = settings.settingsOf(type, Require.name(name), given);
            P created = type.create(name, found.config(), ticker);
            if (!found.enabled()) {
                created.setEnabled(false);
            }
            existing = instances.putIfAbsent(key, created);
            if (existing == null) {
                closeIfClosed(created);
                events.publish(new RegistryEvent.Added(created));
                return created;
            }
        }
        return type.policyClass().cast(existing);
    }

    /** Adds an instance made elsewhere, in the place of one of the same pattern and name if there is one. */
    public void register(Policy policy) {
        Policy former = instances.put(Key.of(policy.type(), policy.name()), policy);
        closeIfClosed(policy);
        if (former == null) {
            events.publish(new RegistryEvent.Added(policy));
        } else if (former != policy) {
            events.publish(new RegistryEvent.Replaced(policy, former));
        }
    }

    /** The instance of that name, if there is one. */
    public <P extends Policy> Optional<P> find(PolicyType<P, ?> type, String name) {
        Key key = Key.of(type, name);
        Policy found = instances.get(key);
        if (found == null) {
            settings.createConfigured(this);
            found = instances.get(key);
        }
        return Optional.ofNullable(found).map(type.policyClass()::cast);
    }

    /**
     * Changes settings of a living instance; see {@link AbstractPolicy#reconfigure}.
     *
     * @param change makes the new configuration of the present one, as in
     *     {@code c -> c.toBuilder().failureThreshold(3).build()}
     * @return the instance; empty if there is none of that name
     * @throws IllegalArgumentException if a setting is out of its range; nothing has changed then
     */
    public <P extends AbstractPolicy<C>, C extends Record> Optional<P> reconfigure(
            PolicyType<P, C> type, String name, UnaryOperator<C> change) {
        Optional<P> policy = find(type, name);
        policy.ifPresent(present -> present.reconfigure(change));
        return policy;
    }

    /** Takes an instance out; calls that run through it go on. */
    public <P extends Policy> Optional<P> remove(PolicyType<P, ?> type, String name) {
        Policy removed = instances.remove(Key.of(type, name));
        if (removed == null) {
            return Optional.empty();
        }
        events.publish(new RegistryEvent.Removed(removed));
        return Optional.of(type.policyClass().cast(removed));
    }

    /**
     * Takes out an instance, unless another has its name by now; calls that run through it go on.
     *
     * @return whether it was there
     */
    public boolean remove(Policy policy) {
        boolean removed = instances.remove(Key.of(policy.type(), policy.name()), policy);
        if (removed) {
            events.publish(new RegistryEvent.Removed(policy));
        }
        return removed;
    }

    /**
     * Instances made as they are needed, one for each key, named {@code name:key}.
     *
     * @param config of every instance
     * @param limit how many there may be; 1 to 100,000
     * @throws IllegalArgumentException if the limit is out of its range
     */
    public <P extends Policy, C extends Record> KeyedPolicies<P> keyed(
            PolicyType<P, C> type, String name, C config, int limit) {
        return keyed(type, name, limit, key -> config);
    }

    /**
     * Instances made as they are needed, one for each key, named {@code name:key}.
     *
     * @param limit how many there may be; 1 to 100,000
     * @param config of the instance of a key; asked when that is made
     * @throws IllegalArgumentException if the limit is out of its range
     */
    public <P extends Policy, C extends Record> KeyedPolicies<P> keyed(
            PolicyType<P, C> type, String name, int limit, Function<? super String, ? extends C> config) {
        return new KeyedPolicies<>(this, key -> type.create(name + ":" + key, config.apply(key), ticker), limit);
    }

    /** The instances of a pattern, by name; a copy. */
    public <P extends Policy> List<P> all(PolicyType<P, ?> type) {
        return all().stream()
                .filter(type.policyClass()::isInstance)
                .map(type.policyClass()::cast)
                .toList();
    }

    /** All instances, by name; a copy. */
    public Collection<Policy> all() {
        settings.createConfigured(this);
        return instances.values().stream()
                .sorted(Comparator.comparing(Policy::name))
                .toList();
    }

    /**
     * Calls a listener when an instance is added, removed or replaced from now on; what it throws is logged and changes
     * nothing.
     */
    public Subscription onChange(Consumer<? super RegistryEvent> listener) {
        return events.subscribe(RegistryEvent.class, listener);
    }

    /** {@linkplain Policy#close() Closes} all instances, and those that come later. */
    @Override
    public void close() {
        closed = true;
        instances.values().forEach(Policy::close);
    }

    /** Asked after an instance has been put in, so that one of the two sees the other. */
    private void closeIfClosed(Policy policy) {
        if (closed) {
            policy.close();
        }
    }

    private record Key(String pattern, String name) {

        static Key of(PolicyType<?, ?> type, String name) {
            return new Key(type.key(), name);
        }
    }
}
