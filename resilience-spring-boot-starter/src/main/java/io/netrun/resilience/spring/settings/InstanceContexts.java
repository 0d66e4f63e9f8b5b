package io.netrun.resilience.spring.settings;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The application contexts that share instances, in start order: the context of the registry, then its descendants. The
 * settings of an instance come from one context: the first whose configuration has the instance, else the first whose
 * annotations or clients request it, else the context of the registry. Thread-safe.
 */
final class InstanceContexts {

    private final ContextSettings root;
    private final List<ContextSettings> all = new CopyOnWriteArrayList<>();

    InstanceContexts(ContextSettings root) {
        this.root = root;
        this.all.add(root);
    }

    ContextSettings root() {
        return root;
    }

    List<ContextSettings> all() {
        return all;
    }

    void add(ContextSettings child) {
        all.add(child);
    }

    /**
     * Removes the contribution of a closed context. Its instances stay. The context of the registry is never removed.
     *
     * @return whether it was removed
     */
    boolean remove(ContextSettings child) {
        return child != root && all.remove(child);
    }

    /** The context that provides the settings of an instance that belongs to no family. */
    ContextSettings of(PatternDescriptor<?, ?> pattern, String name) {
        return of(pattern, new InstanceName(name, null));
    }

    /** The context that provides the settings of an instance. */
    ContextSettings of(PatternDescriptor<?, ?> pattern, InstanceName instance) {
        if (all.size() == 1) {
            return root;
        }
        InstanceKey key = InstanceKey.of(pattern, instance.name());
        String family = instance.family();
        ContextSettings ofFamily = family == null ? root : first(configuring(pattern, family), root);
        return first(
                configuring(pattern, instance.name()),
                first(context -> context.requests().isAnnotated(key), ofFamily));
    }

    private static Predicate<ContextSettings> configuring(PatternDescriptor<?, ?> pattern, String name) {
        return context -> context.resolver().written().has(pattern, name);
    }

    /** The configuration that code has fixed for an instance, in any context; null for none. */
    @Nullable
    Record fixed(InstanceKey key) {
        return all.stream()
                .map(context -> context.fixed().get(key))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private ContextSettings first(Predicate<ContextSettings> condition, ContextSettings otherwise) {
        for (ContextSettings context : all) {
            if (condition.test(context)) {
                return context;
            }
        }
        return otherwise;
    }

    /** The settings of the deciding annotation, in any context. */
    InstanceRequests.Annotated annotated(InstanceKey key) {
        return annotated(key, root);
    }

    /**
     * The settings of the deciding annotation, in any context.
     *
     * @param reader the context that resolves placeholders; those of an annotation in another context are resolved in
     *     that context
     */
    InstanceRequests.Annotated annotated(InstanceKey key, ContextSettings reader) {
        InstanceRequests.Annotated naming = null;
        for (ContextSettings context : all) {
            InstanceRequests.Annotated annotated = context.requests().annotated(key);
            if (!annotated.settings().isEmpty()) {
                return context == reader
                        ? annotated
                        : new InstanceRequests.Annotated(
                                context.resolver().withoutPlaceholders(annotated.settings(), annotated.location()),
                                annotated.location());
            }
            if (naming == null && context.requests().isAnnotated(key)) {
                naming = annotated;
            }
        }
        return naming == null ? InstanceRequests.Annotated.NONE : naming;
    }

    /**
     * Records that an annotation in a context requests an instance.
     *
     * @return whether its settings are the first and so decide
     */
    boolean request(
            ContextSettings context,
            PatternDescriptor<?, ?> pattern,
            String name,
            InstanceRequests.Annotated annotated) {
        InstanceKey key = InstanceKey.of(pattern, name);
        InstanceRequests.Annotated deciding = annotated(key);
        if (!context.requests().add(pattern, key, annotated.settings(), annotated.location())) {
            return false;
        }
        if (deciding.settings().isEmpty()) {
            return true;
        }
        context.requests().requireAgreement(pattern, key, deciding, annotated);
        return false;
    }

    /** Whether an annotation, a client or similar in any context has requested an instance. */
    boolean isAnnotated(InstanceKey key) {
        return all.stream().anyMatch(context -> context.requests().isAnnotated(key));
    }

    /** Whether code, an annotation, a client or similar in any context has requested an instance. */
    boolean isRequested(InstanceKey key) {
        return all.stream().anyMatch(context -> context.requests().isRequested(key));
    }

    /** Whether the configuration of any context has settings for an instance. */
    boolean isConfigured(PatternDescriptor<?, ?> pattern, String name) {
        return all.stream().anyMatch(context -> context.resolver().written().has(pattern, name));
    }

    void forget(InstanceKey key) {
        all.forEach(context -> context.requests().forget(key));
    }

    /** The names of a pattern's instances that any context has requested. */
    Set<String> requestedNames(PatternDescriptor<?, ?> pattern) {
        Set<String> names = new TreeSet<>();
        all.forEach(context -> names.addAll(context.requests().names(pattern)));
        return names;
    }

    boolean isCreating() {
        return all.stream().anyMatch(context -> context.configured().isCreating());
    }

    void createConfigured(ResilienceRegistry registry) {
        all.forEach(context -> context.configured().create(registry));
    }

    /** The health role of an instance whose settings have not been resolved yet. */
    HealthRole health(PatternDescriptor<?, ?> pattern, InstanceName instance) {
        for (ContextSettings context : all) {
            HealthRole role = context.configured().health(pattern, instance);
            if (role != HealthRole.NONE) {
                return role;
            }
        }
        return HealthRole.NONE;
    }

    /** The names of instances and families that contribute to the application's health, as a mutable set. */
    Set<String> namesInHealth(PatternDescriptor<?, ?> pattern) {
        Set<String> names = new TreeSet<>();
        all.forEach(context -> names.addAll(context.configured().namesInHealth(pattern)));
        return names;
    }
}
