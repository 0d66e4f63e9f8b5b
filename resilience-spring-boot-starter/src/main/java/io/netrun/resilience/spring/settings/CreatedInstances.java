package io.netrun.resilience.spring.settings;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.LeftInstances;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The created instances with their settings. Applies changed settings to existing instances. Thread-safe. */
final class CreatedInstances {

    private static final Logger log = LoggerFactory.getLogger(CreatedInstances.class);

    private final Supplier<ResilienceRegistry> registry;
    private final ConcurrentMap<InstanceKey, InstanceSettings<?>> created = new ConcurrentHashMap<>();

    /** The {@link Rebinding#steps} of changes before the settings of a new instance were resolved. */
    private final ConcurrentMap<InstanceKey, Integer> resolvedAfter = new ConcurrentHashMap<>();

    /** The settings of instances that have left the registry. */
    private final LeftInstances<InstanceSettings<?>> left = new LeftInstances<>();

    /** Held while settings are replaced. No user code runs under it. */
    private final ReentrantLock replacing = new ReentrantLock();

    CreatedInstances(Supplier<ResilienceRegistry> registry) {
        this.registry = registry;
    }

    boolean has(InstanceKey key) {
        return created.containsKey(key);
    }

    @Nullable
    InstanceSettings<?> get(InstanceKey key) {
        return created.get(key);
    }

    @SuppressWarnings("unchecked") // stored for this pattern
    <C extends Record> @Nullable InstanceSettings<C> get(PatternDescriptor<?, C> pattern, String name) {
        return (InstanceSettings<C>) created.get(InstanceKey.of(pattern, name));
    }

    /**
     * Records the settings with which an instance is about to be created.
     *
     * @param steps the {@link Rebinding#steps} of changes before they were resolved
     */
    void put(InstanceKey key, InstanceSettings<?> settings, int steps) {
        resolvedAfter.merge(key, steps, Math::min);
        created.put(key, settings);
    }

    /** Returns what was recorded with the settings of an instance that is in the registry now, once; null for none. */
    @Nullable
    Integer takeResolvedAfter(InstanceKey key) {
        return resolvedAfter.remove(key);
    }

    /** Records the settings of an instance that has other ones. */
    void put(InstanceKey key, InstanceSettings<?> settings) {
        created.put(key, settings);
    }

    void remove(InstanceKey key) {
        created.remove(key);
    }

    /** Removes the settings of an instance that has left the registry, and keeps them for its return. */
    void leave(InstanceKey key, Policy policy) {
        InstanceSettings<?> settings = created.remove(key);
        if (settings != null) {
            left.put(policy, settings);
        }
    }

    /** Whether an instance had left the registry, and its settings are known. */
    boolean isReturning(Policy policy) {
        return left.has(policy);
    }

    /** The settings of an instance that has returned to the registry; null for one that had not left it. */
    @SuppressWarnings("unchecked") // stored for this pattern
    <C extends Record> @Nullable InstanceSettings<C> returned(PatternDescriptor<?, C> pattern, Policy policy) {
        return (InstanceSettings<C>) left.remove(policy);
    }

    /**
     * Applies settings to an instance that has returned to the registry. It keeps values that were changed meanwhile.
     *
     * @param former the settings when it left
     */
    <P extends Policy, C extends Record> void takeBack(
            PatternDescriptor<P, C> pattern, P policy, InstanceSettings<C> former, InstanceSettings<C> later) {
        replacing.lock();
        try {
            created.put(InstanceKey.of(pattern, policy.name()), later);
            apply(
                    policy,
                    former,
                    later,
                    present ->
                            later.effective().config().equals(former.effective().config())
                                    ? present
                                    : later.inForceWith(former.changedIn(present)));
        } finally {
            replacing.unlock();
        }
    }

    Set<String> names(PatternDescriptor<?, ?> pattern) {
        return InstanceKey.namesOf(pattern, created.keySet());
    }

    /** Applies the settings to an instance that code has created, unless this has already happened. */
    <P extends Policy, C extends Record> void adopt(
            PatternDescriptor<P, C> pattern, P policy, InstanceSettings<C> settings) {
        InstanceSettings<?> present = created.compute(
                InstanceKey.of(pattern, policy.name()),
                (key, known) -> known == null || known.leftOut() != null ? settings : known);
        if (present == settings) {
            reconfigure(pattern, policy, former -> settings.effective().config());
            if (!settings.effective().enabled()) {
                policy.setEnabled(false);
            }
        }
    }

    /**
     * Replaces the settings of an instance, and keeps what code has changed at run time, except for settings whose
     * configured values have changed.
     *
     * @return false if the former settings are no longer in force; then nothing has changed
     */
    <P extends Policy, C extends Record> boolean tryReplace(
            PatternDescriptor<P, C> pattern, String name, InstanceSettings<C> former, InstanceSettings<C> later) {
        AtomicReference<@Nullable String> conflict = new AtomicReference<>();
        boolean replaced =
                tryReplace(pattern, name, former, later, present -> keepingCode(former, later, present, conflict));
        String dropped = conflict.get();
        if (replaced && dropped != null) {
            log.warn(
                    "{} '{}' drops what code has changed, which conflicts with the changed configuration: {}",
                    pattern.title(),
                    name,
                    dropped);
        }
        return replaced;
    }

    private static <C extends Record> C keepingCode(
            InstanceSettings<C> former,
            InstanceSettings<C> later,
            C present,
            AtomicReference<@Nullable String> conflict) {
        Map<String, @Nullable Object> byCode = former.changedIn(present);
        byCode.keySet().removeAll(former.differing(later));
        try {
            return byCode.isEmpty()
                    ? later.effective().config()
                    : Setting.with(later.effective().config(), byCode);
        } catch (IllegalArgumentException wrong) {
            conflict.set(wrong.getMessage());
            return later.effective().config();
        }
    }

    /** Replaces the settings of an instance, with all that was changed at run time; otherwise as above. */
    <P extends Policy, C extends Record> boolean tryReplaceAll(
            PatternDescriptor<P, C> pattern, String name, InstanceSettings<C> former, InstanceSettings<C> later) {
        return tryReplace(
                pattern, name, former, later, present -> later.effective().config());
    }

    private <P extends Policy, C extends Record> boolean tryReplace(
            PatternDescriptor<P, C> pattern,
            String name,
            InstanceSettings<C> former,
            InstanceSettings<C> later,
            UnaryOperator<C> change) {
        InstanceKey key = InstanceKey.of(pattern, name);
        P policy = registry.get().find(pattern.type(), name).orElse(null);
        replacing.lock();
        try {
            if (created.get(key) != former) {
                return false;
            }
            created.put(key, later);
            if (policy != null) {
                apply(policy, former, later, change);
            }
            return true;
        } finally {
            replacing.unlock();
        }
    }

    /** What an operator has changed of an instance, by Java name, as a mutable set; with whether it is enabled. */
    <P extends Policy, C extends Record> Set<String> operatorSettings(
            PatternDescriptor<P, C> pattern, String name, InstanceSettings<C> settings) {
        Set<String> changed = settings.operatorSettings();
        registry.get()
                .find(pattern.type(), name)
                .filter(policy -> policy.isEnabled() != settings.effective().enabled())
                .ifPresent(policy -> changed.add(Option.ENABLED.key()));
        return changed;
    }

    private static <C extends Record> void apply(
            Policy policy, InstanceSettings<C> former, InstanceSettings<C> later, UnaryOperator<C> change) {
        boolean enabled = later.effective().enabled();
        boolean switched = enabled != former.effective().enabled();
        AbstractPolicy<C> living = living(policy);
        living.rebase(later.resolved().config(), switched ? enabled : null);
        living.reconfigure(change);
        if (switched) {
            policy.setEnabled(enabled);
        }
    }

    /** Records that an operator has changed settings of an existing instance, by Java name. */
    <C extends Record> void recordOperatorChange(
            PatternDescriptor<?, C> pattern, String name, C config, Set<String> changed) {
        replacing.lock();
        try {
            InstanceSettings<C> former = get(pattern, name);
            if (former != null) {
                created.put(InstanceKey.of(pattern, name), former.withOperatorChange(config, changed));
            }
        } finally {
            replacing.unlock();
        }
    }

    /** Changes the settings of an existing instance of a pattern; see {@link AbstractPolicy#reconfigure}. */
    static <P extends Policy, C extends Record> C reconfigure(
            PatternDescriptor<P, C> pattern, P policy, UnaryOperator<C> change) {
        return CreatedInstances.<C>living(policy).reconfigure(change);
    }

    @SuppressWarnings("unchecked") // every policy of a pattern extends it, with the pattern's configuration
    private static <C extends Record> AbstractPolicy<C> living(Policy policy) {
        return (AbstractPolicy<C>) policy;
    }
}
