package io.netrun.resilience.spring.settings;

import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the settings of instances: configuration and annotations first, then configurations that code has fixed,
 * then customizers. Thread-safe.
 */
final class Resolution {

    private final InstanceContexts contexts;
    private final ConcurrentMap<InstanceKey, Record> fixed = new ConcurrentHashMap<>();

    Resolution(InstanceContexts contexts) {
        this.contexts = contexts;
    }

    /** Pins the configuration of one instance from code. */
    void pin(InstanceKey key, Record config) {
        fixed.put(key, config);
    }

    /**
     * Resolves the settings of an instance.
     *
     * @param given the configuration from code, null for none
     * @throws ResilienceConfigurationException if they are invalid
     */
    <C extends Record> InstanceSettings<C> resolve(PatternDescriptor<?, C> pattern, String name, @Nullable C given) {
        return resolve(contexts.of(pattern, name), pattern, name, given);
    }

    private <C extends Record> InstanceSettings<C> resolve(
            ContextSettings context, PatternDescriptor<?, C> pattern, String name, @Nullable C given) {
        InstanceKey key = InstanceKey.of(pattern, name);
        InstanceRequests.Annotated annotated = contexts.annotated(key, context);
        ResolvedSettings<C> resolved =
                context.resolver().resolve(pattern, name, annotated.settings(), annotated.location(), given);
        @SuppressWarnings("unchecked") // fixed for this pattern
        C code = (C) fixed.getOrDefault(key, resolved.config());
        C prepared = context.customizers().prepare(pattern, name, code);
        C config = context.customizers().customize(pattern, name, prepared);
        Map<String, String> origins = new LinkedHashMap<>(resolved.origins());
        for (Setting setting : Setting.of(pattern)) {
            if (!setting.isSameIn(config, prepared) || !setting.isSameIn(code, resolved.config())) {
                origins.put(setting.name(), ValueWithOrigin.CUSTOMIZER);
            }
        }
        return new InstanceSettings<>(
                new ResolvedSettings<>(config, origins, resolved.enabled(), resolved.health()), given);
    }

    /** One problem for each instance for which a context's configuration differs from the settings in force. */
    List<Problem> overruled(ContextSettings context, CreatedInstances created) {
        List<Problem> problems = new ArrayList<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            for (String name : context.resolver().written().instances(pattern)) {
                Rebinding.collect(
                        problems,
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
        ContextSettings deciding = contexts.of(pattern, name);
        if (deciding == context) {
            return Optional.empty();
        }
        Set<String> differing =
                resolve(context, pattern, name, given).differing(resolve(deciding, pattern, name, given));
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
