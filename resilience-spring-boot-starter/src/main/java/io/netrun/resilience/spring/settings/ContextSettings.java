package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The contribution of one application context to the settings of the instances that it shares with its parent and its
 * children.
 */
final class ContextSettings {

    private final SettingsResolver resolver;
    private final Customizers customizers;
    private final ConfiguredInstances configured;
    private final InstanceRequests requests;
    private final ConcurrentMap<InstanceKey, Record> fixed = new ConcurrentHashMap<>();
    private final ConcurrentMap<InstanceKey, ConcurrentMap<String, Consumer<Record>>> requirements =
            new ConcurrentHashMap<>();
    private final boolean strict;
    private volatile Function<PatternDescriptor<?, ?>, String> later = pattern -> "";
    private final AtomicReference<List<Problem>> reported = new AtomicReference<>(List.of());
    private final AtomicReference<List<Problem>> overruled = new AtomicReference<>(List.of());

    ContextSettings(SettingsResolver resolver, Supplier<List<ConfigCustomizer<?>>> customizers) {
        this.resolver = resolver;
        this.customizers = new Customizers(customizers);
        this.configured = new ConfiguredInstances(resolver);
        this.requests = new InstanceRequests(resolver);
        this.strict = !GlobalSettings.orElse(resolver.environment(), "validation", String.class, "strict")
                .equalsIgnoreCase("warn");
    }

    /** The reader of the context's configuration. */
    SettingsResolver resolver() {
        return resolver;
    }

    /** Adds what a user of an instance requires of its settings; see {@link InstanceFactory#requireOf}. */
    void requireOf(InstanceKey key, String user, Consumer<Record> requirement) {
        requirements.computeIfAbsent(key, of -> new ConcurrentHashMap<>()).put(user, requirement);
    }

    /**
     * Checks settings that an instance may get.
     *
     * @throws ResilienceConfigurationException with what does not suit the users of the instance in this context
     */
    void requireFitting(InstanceKey key, Record config) {
        Map<String, Consumer<Record>> ofUsers = requirements.get(key);
        if (ofUsers != null) {
            List<Problem> problems = new ArrayList<>();
            ofUsers.values().forEach(requirement -> Problem.collect(problems, () -> requirement.accept(config)));
            if (!problems.isEmpty()) {
                throw new ResilienceConfigurationException(problems);
            }
        }
    }

    /** The customizers that are beans of the context or of its parents. */
    Customizers customizers() {
        return customizers;
    }

    /** The instances that its configuration names. */
    ConfiguredInstances configured() {
        return configured;
    }

    /** Whether unknown keys and misspelled names reject its configuration; read when the context starts. */
    boolean isStrict() {
        return strict;
    }

    /**
     * Remembers the problems of its configuration.
     *
     * @return whether there are some, other than the last time
     */
    boolean tryReport(List<Problem> problems) {
        return !problems.equals(reported.getAndSet(problems)) && !problems.isEmpty();
    }

    /**
     * Remembers the problems of settings that another context overrules.
     *
     * @return those that were not there the last time
     */
    List<Problem> tryReportOverruled(List<Problem> problems) {
        List<Problem> added = new ArrayList<>(problems);
        added.removeAll(overruled.getAndSet(List.copyOf(problems)));
        return added;
    }

    /** Sets what may still use instances that nothing has requested, as a sentence; empty if nothing may. */
    void usedLater(Function<PatternDescriptor<?, ?>, String> sentence) {
        later = sentence;
    }

    /** What may still use instances of a pattern that nothing has requested, as a sentence; empty if nothing may. */
    String later(PatternDescriptor<?, ?> pattern) {
        return later.apply(pattern);
    }

    /** The instances that its annotations, clients and code have requested. */
    InstanceRequests requests() {
        return requests;
    }

    /** The configurations that its code has fixed. */
    ConcurrentMap<InstanceKey, Record> fixed() {
        return fixed;
    }

    /** Whether it contributes to the settings of an instance. */
    boolean contributesTo(PatternDescriptor<?, ?> pattern, InstanceName instance) {
        InstanceKey key = InstanceKey.of(pattern, instance.name());
        String family = instance.family();
        return requests.isAnnotated(key)
                || fixed.containsKey(key)
                || resolver.written().has(pattern, instance.name())
                || (family != null && resolver.written().has(pattern, family));
    }
}
