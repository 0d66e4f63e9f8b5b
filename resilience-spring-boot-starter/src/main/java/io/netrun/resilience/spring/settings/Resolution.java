package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the settings of instances: configuration and annotations first, then configurations that code has fixed,
 * then customizers. Thread-safe.
 */
final class Resolution {

    private static final InstanceRequests.Annotated FAMILY = new InstanceRequests.Annotated(Map.of(), "a family");

    private final InstanceContexts contexts;
    private final Families families;
    private final NameUses uses;

    /** The settings that the instances of a family share, by family, so that a new key costs no look-ups. */
    private final ConcurrentMap<InstanceKey, Shared<?>> shared = new ConcurrentHashMap<>();

    /** While everything is switched off, receives the settings that are wrong; null otherwise. */
    private final @Nullable UnappliedSettings switchedOff;

    /**
     * Creates the resolution.
     *
     * @param switchedOff logs settings that are wrong, which then fail nothing; null if they are to fail
     */
    Resolution(InstanceContexts contexts, Families families, NameUses uses, @Nullable UnappliedSettings switchedOff) {
        this.contexts = contexts;
        this.families = families;
        this.uses = uses;
        this.switchedOff = switchedOff;
    }

    InstanceContexts contexts() {
        return contexts;
    }

    Families families() {
        return families;
    }

    /** The name of an instance, with its family. */
    InstanceName named(PatternDescriptor<?, ?> pattern, String name) {
        return new InstanceName(name, families.of(pattern, name));
    }

    /**
     * Resolves the settings of an instance.
     *
     * @param given the configuration from code, null for none
     * @throws ResilienceConfigurationException if they are invalid, unless everything is switched off
     */
    <C extends Record> InstanceSettings<C> resolve(PatternDescriptor<?, C> pattern, String name, @Nullable C given) {
        UnappliedSettings leftOut = switchedOff;
        if (leftOut != null) {
            return resolveReadable(pattern, name, given, leftOut);
        }
        InstanceName instance = named(pattern, name);
        return resolve(contexts.of(pattern, instance), pattern, instance, given);
    }

    private <C extends Record> InstanceSettings<C> resolve(
            ContextSettings context, PatternDescriptor<?, C> pattern, InstanceName instance, @Nullable C given) {
        InstanceKey key = InstanceKey.of(pattern, instance.name());
        ResolvedSettings<C> resolved = resolved(context, pattern, instance, given);
        @SuppressWarnings("unchecked") // fixed for this pattern
        C code = Objects.requireNonNullElse((C) contexts.fixed(key), resolved.config());
        C prepared = context.customizers().prepare(pattern, instance.name(), code);
        C config = context.customizers().customize(pattern, instance.name(), prepared);
        contexts.all().forEach(each -> each.requireFitting(key, config));
        if (Objects.equals(config, resolved.config())) { // mostly the same object
            return new InstanceSettings<>(resolved, resolved, given);
        }
        Map<String, String> origins = new LinkedHashMap<>(resolved.origins());
        for (Setting setting : Setting.of(pattern)) {
            if (!setting.isSameIn(config, prepared) || !setting.isSameIn(code, resolved.config())) {
                origins.put(setting.name(), ValueWithOrigin.CUSTOMIZER);
            }
        }
        return new InstanceSettings<>(
                resolved, new ResolvedSettings<>(config, origins, resolved.enabled(), resolved.health()), given);
    }

    /**
     * Resolves the settings of a family's instance. Calls request it, and settings that do not apply do not fail them:
     * then it has those from code.
     *
     * @param given the configuration from code
     * @param wrong receives the reason why the settings do not apply
     */
    <C extends Record> InstanceSettings<C> resolveKey(
            PatternDescriptor<?, C> pattern,
            String name,
            C given,
            Consumer<? super ResilienceConfigurationException> wrong) {
        try {
            return resolve(pattern, name, given);
        } catch (ResilienceConfigurationException failure) {
            wrong.accept(failure);
            return ofCode(pattern, name, given).leavingOut(sections(pattern, name));
        }
    }

    /**
     * The settings of an instance while everything is switched off: as far as they can be read, so that each value that
     * is shown has its origin. Fails nothing, since nothing depends on them.
     */
    private <C extends Record> InstanceSettings<C> resolveReadable(
            PatternDescriptor<?, C> pattern, String name, @Nullable C given, UnappliedSettings leftOut) {
        InstanceName instance = named(pattern, name);
        ContextSettings context = contexts.of(pattern, instance);
        try {
            return resolve(context, pattern, instance, given);
        } catch (ResilienceConfigurationException failure) {
            leftOut.logSwitchedOff(pattern, name, failure);
        }
        try { // without customizers
            ResolvedSettings<C> resolved = resolved(context, pattern, instance, given);
            return new InstanceSettings<>(resolved, resolved, given);
        } catch (ResilienceConfigurationException unreadable) {
            return withoutSections(pattern, name, given).leavingOut(sections(pattern, name));
        }
    }

    /** The settings from the annotation of an instance or its family, from code and from the configured defaults. */
    private <C extends Record> InstanceSettings<C> withoutSections(
            PatternDescriptor<?, C> pattern, String name, @Nullable C given) {
        InstanceName instance = named(pattern, name);
        ContextSettings context = contexts.of(pattern, instance);
        InstanceRequests.Annotated annotated = contexts.annotated(InstanceKey.of(pattern, name), context);
        if (annotated.settings().isEmpty() && instance.family() != null) {
            annotated = contexts.annotated(InstanceKey.of(pattern, instance.family()), context);
        }
        C code = unlessDefaults(pattern, given);
        try {
            ResolvedSettings<C> resolved = context.resolver()
                    .resolveWithoutSections(pattern, name, annotated.settings(), annotated.location(), code);
            return new InstanceSettings<>(resolved, resolved, given);
        } catch (ResilienceConfigurationException alsoWrong) {
            C config = code == null ? pattern.type().defaults() : code;
            return InstanceSettings.ofCode(pattern, config, HealthRole.NONE, given);
        }
    }

    /** The settings from code, and those of an annotation if there is one that names the instance. */
    private <C extends Record> InstanceSettings<C> ofCode(PatternDescriptor<?, C> pattern, String name, C given) {
        if (!contexts.annotated(InstanceKey.of(pattern, name)).settings().isEmpty()) {
            try {
                return resolve(contexts.of(pattern, name), pattern, new InstanceName(name, null), given);
            } catch (ResilienceConfigurationException alsoWrong) {
                return withoutSections(pattern, name, given);
            }
        }
        String family = families.of(pattern, name);
        InstanceRequests.Annotated ofFamily =
                family == null ? FAMILY : contexts.annotated(InstanceKey.of(pattern, family));
        if (!ofFamily.settings().isEmpty()) {
            try {
                C code = unlessDefaults(pattern, given);
                ResolvedSettings<C> resolved = contexts.root()
                        .resolver()
                        .resolve(pattern, new InstanceName(name, null), ofFamily.settings(), ofFamily.location(), code);
                return new InstanceSettings<>(resolved, resolved, given);
            } catch (ResilienceConfigurationException alsoWrong) {
                return withoutSections(pattern, name, given);
            }
        }
        return withoutSections(pattern, name, given);
    }

    /**
     * Checks the settings that an annotation and a section have for one instance of a family. Whether its family's
     * settings contradict them matters only to the calls.
     *
     * @throws ResilienceConfigurationException if they are wrong by themselves
     */
    void requireReadableKey(PatternDescriptor<?, ?> pattern, String name) {
        if (families.of(pattern, name) != null) {
            families.configOf(pattern, name);
            resolve(contexts.of(pattern, name), pattern, new InstanceName(name, null), null);
        }
    }

    /**
     * Checks the section of a family, or of an instance that does not exist, by itself: what contradicts it is known
     * when an instance is created. Does not call customizers.
     *
     * @throws ResilienceConfigurationException if it is wrong
     */
    void requireReadable(PatternDescriptor<?, ?> pattern, String name) {
        resolved(contexts.of(pattern, name), pattern, new InstanceName(name, null), null);
    }

    /** The texts of the settings in the sections of an instance and its family. */
    Map<String, String> sections(PatternDescriptor<?, ?> pattern, String name) {
        InstanceName instance = named(pattern, name);
        return contexts.of(pattern, instance).resolver().texts(pattern, instance);
    }

    /**
     * Whether settings that cannot be resolved now have not become so by a change of the configuration: they did not
     * apply before either, or only a customizer fails.
     */
    <C extends Record> boolean isUnchanged(PatternDescriptor<?, C> pattern, String name, InstanceSettings<C> former) {
        Map<String, String> leftOut = former.leftOut();
        if (leftOut != null) {
            return leftOut.equals(sections(pattern, name));
        }
        try {
            InstanceName instance = named(pattern, name);
            return former.isReadAs(resolved(contexts.of(pattern, instance), pattern, instance, former.fromCode()));
        } catch (ResilienceConfigurationException changed) {
            return false;
        }
    }

    /** Whether a context provides the settings of an instance. */
    boolean decides(ContextSettings context, PatternDescriptor<?, ?> pattern, String name) {
        return contexts.of(pattern, named(pattern, name)) == context;
    }

    /** The names of a pattern's instances and families that code, an annotation or a client has requested. */
    NamesInUse namesInUse(PatternDescriptor<?, ?> pattern) {
        Set<String> ofFamilies = new TreeSet<>(families.names(pattern));
        ofFamilies.addAll(uses.families(pattern));
        Set<String> all = contexts.requestedNames(pattern);
        all.addAll(ofFamilies);
        return new NamesInUse(all, ofFamilies);
    }

    private <C extends Record> ResolvedSettings<C> resolved(
            ContextSettings context, PatternDescriptor<?, C> pattern, InstanceName instance, @Nullable C given) {
        InstanceRequests.Annotated annotated = contexts.annotated(InstanceKey.of(pattern, instance.name()), context);
        String family = instance.family();
        if (family != null && annotated.settings().isEmpty()) {
            InstanceRequests.Annotated ofFamily = contexts.annotated(InstanceKey.of(pattern, family), context);
            if (!ofFamily.settings().isEmpty()) {
                return resolvedKey(context, pattern, instance, family, ofFamily, given);
            }
        }
        if (family == null) {
            return context.resolver().resolve(pattern, instance, annotated.settings(), annotated.location(), given);
        }
        // A family cannot be created without a configuration, so one of built-in defaults counts as none.
        C code = unlessDefaults(pattern, given);
        return annotated.settings().isEmpty() && !context.resolver().hasSection(pattern, instance.name())
                ? shared(context, pattern, family, FAMILY, code)
                : context.resolver().resolve(pattern, instance, annotated.settings(), annotated.location(), code);
    }

    /** Whether an instance of a new key of a family that annotations request would be switched on. */
    boolean isEnabledForKeys(PatternDescriptor<?, ?> pattern, String family) {
        ContextSettings context = contexts.of(pattern, family);
        InstanceRequests.Annotated annotated = contexts.annotated(InstanceKey.of(pattern, family), context);
        try {
            return shared(context, pattern, family, annotated.settings().isEmpty() ? FAMILY : annotated, null)
                    .enabled();
        } catch (ResilienceConfigurationException wrong) {
            return true; // as the instance would be, without the settings that are wrong
        }
    }

    /** The settings of an instance whose family is requested by an annotation with settings. */
    private <C extends Record> ResolvedSettings<C> resolvedKey(
            ContextSettings context,
            PatternDescriptor<?, C> pattern,
            InstanceName instance,
            String family,
            InstanceRequests.Annotated ofFamily,
            @Nullable C given) {
        C code = unlessDefaults(pattern, given);
        return context.resolver().hasSection(pattern, instance.name())
                ? context.resolver().resolveKey(pattern, instance, ofFamily.settings(), ofFamily.location(), code)
                : shared(context, pattern, family, ofFamily, code);
    }

    /** Null for the built-in defaults, as for no configuration. */
    private static <C extends Record> @Nullable C unlessDefaults(PatternDescriptor<?, C> pattern, @Nullable C given) {
        return given == null || given.equals(pattern.type().defaults()) ? null : given;
    }

    /** The settings of a family's instances that have none of their own. */
    private <C extends Record> ResolvedSettings<C> shared(
            ContextSettings context,
            PatternDescriptor<?, C> pattern,
            String family,
            InstanceRequests.Annotated annotated,
            @Nullable C given) {
        InstanceKey key = InstanceKey.of(pattern, family);
        ConfiguredSettings written = context.resolver().written();
        @SuppressWarnings("unchecked") // stored for this pattern
        Shared<C> known = (Shared<C>) shared.get(key);
        if (known == null
                || known.written != written
                || !known.annotated.equals(annotated)
                || !Objects.equals(known.given, given)) {
            ResolvedSettings<C> resolved = context.resolver()
                    .resolve(
                            pattern, new InstanceName(family, null), annotated.settings(), annotated.location(), given);
            known = new Shared<>(written, annotated, given, resolved);
            shared.put(key, known);
        }
        return known.resolved;
    }

    /**
     * Settings that the instances of a family share.
     *
     * @param written the configuration that they were read from
     * @param annotated the settings of the annotation that requests the family
     * @param given the configuration from code, null for none
     */
    private record Shared<C extends Record>(
            ConfiguredSettings written,
            InstanceRequests.Annotated annotated,
            @Nullable C given,
            ResolvedSettings<C> resolved) {}

    /**
     * One problem for each instance for which a context's configuration differs from the settings in force.
     *
     * @param unreadable gets the problems of settings that cannot be read, and so not be compared
     */
    List<Problem> overruled(ContextSettings context, CreatedInstances created, List<Problem> unreadable) {
        List<Problem> problems = new ArrayList<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : context.resolver().written().instances(pattern)) {
                Problem.collect(
                        unreadable,
                        () -> overruled(context, pattern, name, created).ifPresent(problems::add));
            }
        }
        return problems;
    }

    private <C extends Record> Optional<Problem> overruled(
            ContextSettings context, PatternDescriptor<?, C> pattern, String name, CreatedInstances created) {
        InstanceSettings<C> known = created.get(pattern, name);
        return overruled(context, pattern, name, known == null ? null : known.fromCode());
    }

    /** The problem of an instance for which a context's configuration differs from the settings in force. */
    private <C extends Record> Optional<Problem> overruled(
            ContextSettings context, PatternDescriptor<?, C> pattern, String name, @Nullable C given) {
        InstanceName instance = named(pattern, name);
        ContextSettings deciding = contexts.of(pattern, instance);
        if (deciding == context) {
            return Optional.empty();
        }
        Set<String> differing =
                resolve(context, pattern, instance, given).differing(resolve(deciding, pattern, instance, given));
        return differing.isEmpty()
                ? Optional.empty()
                : Optional.of(Problem.tolerable(
                        pattern.title() + " '" + name
                                + "' has settings in this application context that differ from those of"
                                + " its parent or another child, which stay in force: "
                                + String.join(", ", differing),
                        "Configure it in one context only, or use a different instance name in each context"));
    }
}
