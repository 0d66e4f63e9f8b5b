package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Applies changed settings to existing instances. Thread-safe. */
final class Rebinding {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final InstanceContexts contexts;
    private final CreatedInstances created;
    private final Resolution resolution;
    private final UnappliedSettings unapplied;

    /**
     * How often a change of the configuration has begun or ended. An instance that is created meanwhile may have been
     * missed by one, and have the settings of before.
     */
    private volatile int steps;

    /** Changes that are going on; written under {@link #renewals}, as are {@link #steps}. */
    private volatile int going;

    /** What is resolved again after the changes that are going on. Guarded by its monitor. */
    private final List<Runnable> renewals = new ArrayList<>();

    /** How often a configuration was applied that may have sections for other instances than before. */
    private final AtomicInteger applied = new AtomicInteger();

    Rebinding(InstanceContexts contexts, CreatedInstances created, Resolution resolution, UnappliedSettings unapplied) {
        this.contexts = contexts;
        this.created = created;
        this.resolution = resolution;
        this.unapplied = unapplied;
    }

    /**
     * Resolves the settings of an instance again and applies them.
     *
     * @param keepingChanges whether changes at run time stay
     * @return the settings whose effective values have changed, by Java name
     */
    <P extends Policy, C extends Record> Set<String> reapply(
            PatternDescriptor<P, C> pattern, String name, boolean keepingChanges) {
        return reapply(pattern, name, keepingChanges, InstanceSettings::fromCode);
    }

    /**
     * Applies another configuration from code to an instance, and logs the changed settings.
     *
     * @param given the configuration, null for none
     * @throws ResilienceConfigurationException if the settings are wrong with it. They stay as they are then, and no
     *     configuration from code counts from now on.
     */
    <P extends Policy, C extends Record> void applyCode(
            PatternDescriptor<P, C> pattern, String name, @Nullable C given) {
        try {
            logChange(
                    pattern,
                    name,
                    given == null
                            ? "no longer has a configuration from code, since a child context was closed"
                            : "applied a configuration from code",
                    reapply(pattern, name, true, former -> given));
        } catch (ResilienceConfigurationException wrong) {
            InstanceSettings<C> former = created.get(pattern, name);
            while (former != null && !created.tryReplace(pattern, name, former, former.withoutCode())) {
                former = created.get(pattern, name);
            }
            throw wrong;
        }
    }

    private <P extends Policy, C extends Record> Set<String> reapply(
            PatternDescriptor<P, C> pattern,
            String name,
            boolean keepingChanges,
            Function<InstanceSettings<C>, @Nullable C> code) {
        InstanceSettings<C> former;
        InstanceSettings<C> next;
        do {
            former = created.get(pattern, name);
            if (former == null) {
                return Set.of();
            }
            InstanceSettings<C> later = resolution.resolve(pattern, name, code.apply(former));
            next = keepingChanges ? keeping(pattern, name, former, later, Set.of()) : later;
        } while (!(keepingChanges
                ? created.tryReplace(pattern, name, former, next)
                : created.tryReplaceAll(pattern, name, former, next)));
        return usedOf(pattern, former, next);
    }

    /** How often a change of the configuration has begun or ended so far, for {@link #renewIfMissed}. */
    int steps() {
        return steps;
    }

    /**
     * Resolves the settings of an instance again if a change of the configuration has begun or ended after they were
     * resolved: now, or when those that are going on are done, which may yet be rejected. Called once the instance is
     * in the registry and known here, where later changes find it.
     *
     * @param seen the {@linkplain #steps number of steps} before its settings were resolved
     * @param isNew whether nothing can have changed the instance since it was created
     */
    void renewIfMissed(PatternDescriptor<?, ?> pattern, String name, int seen, boolean isNew) {
        boolean isChanging = going > 0; // first: a change that ends in between has made another step
        if (!isChanging && steps == seen) {
            return;
        }
        synchronized (renewals) {
            if (going > 0) {
                renewals.add(() -> renew(pattern, name, isNew));
                return;
            }
        }
        renew(pattern, name, isNew);
    }

    private void renew(PatternDescriptor<?, ?> pattern, String name, boolean isNew) {
        try {
            logChange(pattern, name, "applied the changed configuration", reapply(pattern, name, !isNew));
        } catch (ResilienceConfigurationException wrong) {
            unapplied.log(pattern, name, wrong);
        }
    }

    /** Makes a change of the configuration, and then applies it to what was created meanwhile. */
    private void during(Runnable change) {
        synchronized (renewals) {
            steps++;
            going++;
        }
        try {
            change.run();
        } finally {
            List<Runnable> due = List.of();
            synchronized (renewals) {
                steps++;
                going--;
                if (going == 0) {
                    due = List.copyOf(renewals);
                    renewals.clear();
                }
            }
            due.forEach(Runnable::run);
        }
    }

    /** See {@link InstanceFactory#rebind}. */
    void rebind(ContextSettings own, boolean strict, Collection<Problem> found) {
        during(() -> rebindAll(own, strict, found));
    }

    private void rebindAll(ContextSettings own, boolean strict, Collection<Problem> found) {
        Map<ContextSettings, ContextReload> reloads = new LinkedHashMap<>();
        contexts.all()
                .forEach(context ->
                        reloads.put(context, new ContextReload(context, context == own ? strict : context.isStrict())));
        ContextReload ofOwn = reloads.get(own);
        if (ofOwn == null) {
            return; // closed meanwhile
        }
        ofOwn.problems().addAll(found);
        reloads.values().forEach(ContextReload::read);
        reloads.values().forEach(this::checkUncreated);
        // Settings that cannot be read are problems of the context that decides.
        List<Problem> overruled = resolution.overruled(own, created, new ArrayList<>());
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            reloads.values().forEach(reload -> reload.checkDefaults(pattern));
            for (String name : created.names(pattern)) {
                ContextReload deciding = reloads.get(contexts.of(pattern, resolution.named(pattern, name)));
                if (deciding != null) {
                    deciding.prepare(() -> rebinding(pattern, name));
                }
            }
        }
        reloads.values().forEach(ContextReload::prepareReload);
        List<ContextReload> valid = ofOwn.isValid()
                ? reloads.values().stream().filter(ContextReload::isValid).toList()
                : List.of();
        reloads.values().stream().filter(reload -> !valid.contains(reload)).forEach(ContextReload::restore);
        ofOwn.requireValid();
        ofOwn.addTolerated(own.tryReportOverruled(overruled));
        ofOwn.logTolerated();
        reloads.values().forEach(ContextReload::logNewProblems);
        valid.forEach(ContextReload::apply);
        applied.incrementAndGet();
        valid.forEach(ContextReload::logUnused);
    }

    /** Checks what the changed configuration has in addition, and sections for which there is no instance. */
    private void checkUncreated(ContextReload reload) {
        ContextSettings context = reload.context();
        Set<InstanceKey> added = context.configured().added();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            NamesInUse used = resolution.namesInUse(pattern);
            UnusedSettings unused = new UnusedSettings(pattern, used, context.resolver());
            reload.addSuspicious(unused.misspelled(context.configured().addedSpellings(pattern)));
            for (String name : context.resolver().written().instances(pattern)) {
                InstanceKey key = InstanceKey.of(pattern, name);
                if (added.contains(key)) {
                    checkAdded(reload, pattern, name, unused);
                } else if (!created.has(key) && resolution.decides(context, pattern, name)) {
                    Problem.collect(reload.problems(), () -> resolution.requireReadable(pattern, name));
                }
            }
        }
    }

    private void checkAdded(ContextReload reload, PatternDescriptor<?, ?> pattern, String name, UnusedSettings unused) {
        List<Problem> mistyped = unused.mistyped(name).stream().toList();
        reload.addSuspicious(mistyped);
        ContextSettings context = reload.context();
        boolean isReported = !Families.mayBeKey(name) || !created.has(InstanceKey.of(pattern, name));
        if (mistyped.isEmpty() && isReported && resolution.decides(context, pattern, name)) {
            unused.report(name, context.later(pattern)).ifPresent(reload::addUnused);
        }
        Problem.collect(reload.problems(), () -> resolution.resolve(pattern, name, null));
    }

    /** Resolves the settings of all instances again. */
    void reapplyAll() {
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            created.names(pattern).forEach(name -> {
                try {
                    reapply(pattern, name, true);
                } catch (ResilienceConfigurationException wrong) {
                    if (resolution.families().of(pattern, name) == null) {
                        throw wrong;
                    }
                    leaveOut(pattern, name);
                    unapplied.log(pattern, name, wrong);
                }
            });
        }
    }

    /** Applies the configuration of an added context to the existing instances that no earlier context configures. */
    void follow(ContextSettings added) {
        exchange(added, "applied the configuration of a child context");
    }

    /** Applies the settings of the remaining contexts to the instances to which a removed context contributed. */
    void unfollow(ContextSettings removed) {
        exchange(removed, "applied the settings of the other contexts, since a child context was closed");
    }

    /** The number of changes of the configuration so far. */
    int applied() {
        return applied.get();
    }

    private void exchange(ContextSettings context, String event) {
        during(() -> exchangeAll(context, event));
    }

    private void exchangeAll(ContextSettings context, String event) {
        applied.incrementAndGet();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : created.names(pattern)) {
                if (context.contributesTo(pattern, resolution.named(pattern, name))) {
                    try {
                        logChange(pattern, name, event, reapply(pattern, name, true));
                    } catch (ResilienceConfigurationException wrong) {
                        leaveOut(pattern, name);
                        // Reported by the start-up check, which does not know settings from code.
                        log.debug("The settings of {} '{}' are wrong", pattern.title(), name, wrong);
                        if (resolution.families().of(pattern, name) != null) {
                            unapplied.log(pattern, name, wrong);
                        }
                    }
                }
            }
        }
    }

    /** Records that an instance keeps its settings because those of its sections are wrong. */
    private <P extends Policy, C extends Record> void leaveOut(PatternDescriptor<P, C> pattern, String name) {
        InstanceSettings<C> present = created.get(pattern, name);
        if (present != null) {
            created.tryReplace(pattern, name, present, present.leavingOut(resolution.sections(pattern, name)));
        }
    }

    /** Logs that settings have changed for a reason other than a refresh of the configuration. */
    static void logChange(PatternDescriptor<?, ?> pattern, String name, String event, Set<String> changed) {
        if (!changed.isEmpty()) {
            log.info("{} '{}' {}: {}", pattern.title(), name, event, changed);
        }
    }

    private <P extends Policy, C extends Record> Optional<Runnable> rebinding(
            PatternDescriptor<P, C> pattern, String name) {
        InstanceSettings<C> former = created.get(pattern, name);
        if (former == null) {
            return Optional.empty();
        }
        InstanceSettings<C> later;
        try {
            later = resolution.resolve(pattern, name, former.fromCode());
        } catch (ResilienceConfigurationException wrong) {
            if (resolution.isUnchanged(pattern, name, former)) {
                return Optional.of(() -> unapplied.log(pattern, name, wrong));
            }
            throw wrong;
        }
        return former.isSameAs(later) && created.isApplied(pattern, name, former)
                ? Optional.empty()
                : Optional.of(() -> follow(pattern, name, former, later));
    }

    /** An operator's changes stay, except for settings that have changed in the configuration. */
    private <P extends Policy, C extends Record> void follow(
            PatternDescriptor<P, C> pattern, String name, InstanceSettings<C> former, InstanceSettings<C> later) {
        Set<String> changed = former.differing(later);
        InstanceSettings<C> present = former;
        InstanceSettings<C> next = keeping(pattern, name, present, later, changed);
        while (!created.tryReplace(pattern, name, present, next)) { // changed concurrently
            present = created.get(pattern, name);
            if (present == null) {
                return;
            }
            next = keeping(pattern, name, present, later, changed);
        }
        if (former.leftOut() != null) {
            unapplied.forget(pattern, name);
        }
        logChange(pattern, name, "applied the changed configuration", usedOf(pattern, present, next));
        Set<String> kept = created.operatorSettings(pattern, name, next);
        if (!kept.isEmpty()) {
            log.info("{} '{}' keeps an operator's changes: {}", pattern.title(), name, kept);
        }
    }

    /** The settings whose effective values have changed, without those that have no effect before or afterwards. */
    private static <C extends Record> Set<String> usedOf(
            PatternDescriptor<?, C> pattern, InstanceSettings<C> former, InstanceSettings<C> later) {
        Set<String> different = former.differingEffective(later);
        different.removeIf(
                setting -> !RuntimeSettings.isUsed(pattern, former.effective().config(), setting)
                        && !RuntimeSettings.isUsed(pattern, later.effective().config(), setting));
        return different;
    }

    static <C extends Record> InstanceSettings<C> keeping(
            PatternDescriptor<?, C> pattern,
            String name,
            InstanceSettings<C> present,
            InstanceSettings<C> later,
            Set<String> changed) {
        try {
            return present.rebasedOn(later, changed);
        } catch (IllegalArgumentException wrong) {
            log.warn(
                    "{} '{}' drops an operator's changes of {}, which conflict with the changed configuration: {}",
                    pattern.title(),
                    name,
                    present.operatorSettings(),
                    wrong.getMessage());
            return later;
        }
    }
}
