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

    Rebinding(InstanceContexts contexts, CreatedInstances created, Resolution resolution) {
        this.contexts = contexts;
        this.created = created;
        this.resolution = resolution;
    }

    /**
     * Resolves the settings of an instance again and applies them.
     *
     * @param keepingChanges whether an operator's changes stay
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
        } while (!created.tryReplace(pattern, name, former, next));
        return former.differingEffective(next);
    }

    /** See {@link InstanceFactory#rebind}. */
    void rebind(ContextSettings own, boolean strict, Collection<Problem> found) {
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
        reloads.values().forEach(this::checkAdded);
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
        ofOwn.requireValid();
        List<ContextReload> valid =
                reloads.values().stream().filter(ContextReload::isValid).toList();
        ofOwn.addTolerated(own.tryReportOverruled(overruled));
        ofOwn.logTolerated();
        reloads.values().forEach(ContextReload::logNewProblems);
        valid.forEach(ContextReload::apply);
        valid.forEach(ContextReload::logUnused);
    }

    private void checkAdded(ContextReload reload) {
        reload.context().configured().added().forEach(key -> {
            List<Problem> mistyped = mistyped(reload.context(), key);
            reload.addSuspicious(mistyped);
            if (mistyped.isEmpty()) {
                unused(reload.context(), key).ifPresent(reload::addUnused);
            }
            PatternDescriptors.byKey(key.pattern())
                    .ifPresent(pattern ->
                            Problem.collect(reload.problems(), () -> resolution.resolve(pattern, key.name(), null)));
        });
    }

    /** The problem of a section that the changed configuration has in addition. */
    private List<Problem> mistyped(ContextSettings context, InstanceKey key) {
        SettingsResolver resolver = context.resolver();
        return PatternDescriptors.byKey(key.pattern()).stream()
                .flatMap(pattern -> UnusedSettings.mistyped(
                        pattern,
                        key.name(),
                        contexts.requestedNames(pattern),
                        resolver.written(),
                        resolver.environment())
                        .stream())
                .toList();
    }

    /** The warning for a section that the changed configuration has in addition. */
    private Optional<String> unused(ContextSettings context, InstanceKey key) {
        return PatternDescriptors.byKey(key.pattern())
                .filter(pattern -> !Families.mayBeKey(key.name())
                        && !contexts.requestedNames(pattern).contains(key.name())
                        && contexts.of(pattern, key.name()) == context)
                .map(pattern -> UnusedSettings.warning(
                        pattern, key.name(), context.resolver().written(), ""));
    }

    /** Resolves the settings of all instances again. */
    void reapplyAll() {
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            created.names(pattern).forEach(name -> reapply(pattern, name, true));
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

    private void exchange(ContextSettings context, String event) {
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : created.names(pattern)) {
                if (context.contributesTo(pattern, resolution.named(pattern, name))) {
                    try {
                        logChange(pattern, name, event, reapply(pattern, name, true));
                    } catch (ResilienceConfigurationException wrong) {
                        log.debug(
                                "The settings of {} '{}' are wrong",
                                pattern.title(),
                                name,
                                wrong); // reported by the start-up check
                    }
                }
            }
        }
    }

    /** Logs that settings have changed because of another context. */
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
        InstanceSettings<C> later = resolution.resolve(pattern, name, former.fromCode());
        if (former.isSameAs(later)) {
            return Optional.empty();
        }
        return Optional.of(() -> follow(pattern, name, former, later));
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
        Set<String> different = present.differingEffective(next);
        if (!different.isEmpty()) {
            log.info("{} '{}' applied the changed configuration: {}", pattern.title(), name, different);
        }
        Set<String> kept = created.operatorSettings(pattern, name, next);
        if (!kept.isEmpty()) {
            log.info("{} '{}' keeps an operator's changes: {}", pattern.title(), name, kept);
        }
    }

    private static <C extends Record> InstanceSettings<C> keeping(
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
