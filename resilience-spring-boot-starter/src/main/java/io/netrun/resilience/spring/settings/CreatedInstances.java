package io.netrun.resilience.spring.settings;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.LeftInstances;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
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

    /** What is being created, or has been and is not yet known to be in the registry. */
    private final ConcurrentMap<InstanceKey, Creation> creations = new ConcurrentHashMap<>();

    /**
     * The settings that were last applied to each instance. Those of its name are not enough: the events of the
     * registry arrive late, so that the name may have another instance by then, or the instance may have left without
     * the settings that its name has got meanwhile. Written while {@link #replacing} is held.
     */
    private final LeftInstances<InstanceSettings<?>> applied = new LeftInstances<>();

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
        creations.merge(key, new Creation(steps, List.of(settings)), Creation::and);
        created.put(key, settings);
    }

    /**
     * The settings with which instances of a name were to be created. Of threads that create one at the same time, one
     * succeeds.
     *
     * @param steps the least {@link Rebinding#steps} of changes before they were resolved
     */
    record Creation(int steps, List<InstanceSettings<?>> settings) {

        private Creation and(Creation other) {
            List<InstanceSettings<?>> both = new ArrayList<>(settings);
            both.addAll(other.settings);
            return new Creation(Math.min(steps, other.steps), both);
        }
    }

    /** Returns what was recorded with the settings of an instance that is in the registry now, once; null for none. */
    @Nullable
    Creation takeCreation(InstanceKey key) {
        return creations.remove(key);
    }

    /** Records which settings a new instance was created with. */
    void onCreated(Policy policy, Creation creation) {
        for (InstanceSettings<?> settings : creation.settings()) {
            if (settings.effective().config().equals(policy.config())) {
                onCreated(policy, settings);
                return;
            }
        }
    }

    /** Records which settings an instance has, unless others are known to have been applied to it. */
    void onCreated(Policy policy, InstanceSettings<?> settings) {
        replacing.lock();
        try {
            if (!applied.has(policy)) {
                applied.put(policy, settings);
            }
        } finally {
            replacing.unlock();
        }
    }

    /** Records the settings of an instance that has other ones. */
    void put(InstanceKey key, Policy policy, InstanceSettings<?> settings) {
        created.put(key, settings);
        replacing.lock();
        try {
            applied.put(policy, settings);
        } finally {
            replacing.unlock();
        }
    }

    void remove(InstanceKey key) {
        created.remove(key);
    }

    /**
     * Removes the settings of an instance that has left the registry, unless another one of its name, or itself, has
     * been added since. What was applied to it stays known for its return.
     *
     * @param stays whether the settings stay those of the name
     * @return whether there is no instance of the name
     */
    boolean tryLeave(PatternDescriptor<?, ?> pattern, InstanceKey key, boolean stays) {
        if (registry.get().find(pattern.type(), key.name()).isPresent()) {
            return false;
        }
        creations.remove(key);
        if (!stays) {
            created.remove(key);
        }
        return true;
    }

    /** Returns the settings that were last applied to an instance; null if none were, so that it has others. */
    @SuppressWarnings("unchecked") // stored for this pattern
    <C extends Record> @Nullable InstanceSettings<C> appliedTo(PatternDescriptor<?, C> pattern, Policy policy) {
        return (InstanceSettings<C>) applied.get(policy);
    }

    /** Whether the instance of a name, if there is one, has these settings. */
    boolean isApplied(PatternDescriptor<?, ?> pattern, String name, InstanceSettings<?> settings) {
        Policy policy = registry.get().find(pattern.type(), name).orElse(null);
        InstanceSettings<?> known = policy == null ? null : applied.get(policy);
        return known == null || known == settings;
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
                    pattern,
                    policy,
                    former,
                    later,
                    (before, present) ->
                            later.effective().config().equals(before.effective().config())
                                    ? present
                                    : later.inForceWith(before.changedIn(present)));
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
        if (present != settings) {
            return;
        }
        boolean enabled = settings.effective().enabled();
        replacing.lock();
        try {
            AbstractPolicy<C> living = living(policy);
            living.rebase(settings.resolved().config(), enabled ? null : false);
            living.reconfigure(former -> settings.effective().config());
            if (!enabled) {
                policy.setEnabled(false);
            }
            applied.put(policy, settings);
        } finally {
            replacing.unlock();
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
        boolean replaced = tryReplace(
                pattern, name, former, later, (before, present) -> keepingCode(before, later, present, conflict));
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
                pattern,
                name,
                former,
                later,
                (before, present) -> later.effective().config());
    }

    private <P extends Policy, C extends Record> boolean tryReplace(
            PatternDescriptor<P, C> pattern,
            String name,
            InstanceSettings<C> former,
            InstanceSettings<C> later,
            BiFunction<InstanceSettings<C>, C, C> change) {
        InstanceKey key = InstanceKey.of(pattern, name);
        P policy = registry.get().find(pattern.type(), name).orElse(null);
        replacing.lock();
        try {
            if (created.get(key) != former) {
                return false;
            }
            created.put(key, later);
            if (policy != null) {
                apply(pattern, policy, former, later, change);
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

    /**
     * Applies settings to an instance, while {@link #replacing} is held.
     *
     * @param former the settings before, unless others are known to have been applied to this very instance
     * @param change returns the configuration for the settings before and the present configuration
     */
    private <C extends Record> void apply(
            PatternDescriptor<?, C> pattern,
            Policy policy,
            InstanceSettings<C> former,
            InstanceSettings<C> later,
            BiFunction<InstanceSettings<C>, C, C> change) {
        InstanceSettings<C> known = appliedTo(pattern, policy);
        InstanceSettings<C> before = known == null ? former : known;
        boolean enabled = later.effective().enabled();
        boolean switched = enabled != before.effective().enabled();
        AbstractPolicy<C> living = living(policy);
        living.rebase(later.resolved().config(), switched ? enabled : null);
        living.reconfigure(present -> change.apply(before, present));
        if (switched) {
            policy.setEnabled(enabled);
        }
        applied.put(policy, later);
    }

    /** Records that an operator has changed settings of an existing instance, by Java name. */
    <C extends Record> void recordOperatorChange(
            PatternDescriptor<?, C> pattern, Policy policy, C config, Set<String> changed) {
        InstanceKey key = InstanceKey.of(pattern, policy.name());
        replacing.lock();
        try {
            InstanceSettings<C> ofName = get(pattern, policy.name());
            InstanceSettings<C> known = appliedTo(pattern, policy);
            InstanceSettings<C> before = known == null ? ofName : known;
            InstanceSettings<C> after = before == null ? null : before.withOperatorChange(config, changed);
            if (after != null) {
                applied.put(policy, after);
            }
            if (ofName != null && after != null) {
                created.put(key, ofName == before ? after : ofName.withOperatorChange(config, changed));
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
