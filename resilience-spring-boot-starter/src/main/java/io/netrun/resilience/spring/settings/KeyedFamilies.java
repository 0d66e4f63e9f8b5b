package io.netrun.resilience.spring.settings;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The families that annotations of a context request. Thread-safe. */
final class KeyedFamilies {

    private static final int MOST_KEYS = 100_000;

    private final ConcurrentMap<InstanceKey, PolicyFamily<?>> families = new ConcurrentHashMap<>();

    void requireName(PatternDescriptor<?, ?> pattern, String name, String location) {
        if (Families.mayBeKey(name)) {
            throw problem(
                    pattern.title() + " '" + name + "' of " + location + " has a key, and a colon in its name",
                    "Remove the colon, which separates the name from the key in the names of the instances");
        }
    }

    <P extends Policy, C extends Record> PolicyFamily<P> obtain(
            InstanceFactory factory,
            PatternDescriptor<P, C> pattern,
            String name,
            int limit,
            String location,
            Supplier<ResolvedSettings<C>> settings,
            BooleanSupplier enabled) {
        if (limit < 1 || limit > MOST_KEYS) {
            throw problem(
                    pattern.title() + " '" + name + "' of " + location + ": " + Option.MAX_KEYS.key() + " is " + limit
                            + ": must be at least 1, at most " + MOST_KEYS,
                    "Correct it in the configuration, or maxKeys in the annotation");
        }
        InstanceKey key = InstanceKey.of(pattern, name);
        PolicyFamily<?> present = families.get(key);
        if (present == null) {
            // Resolved first: a family with wrong settings is not created.
            PolicyFamily<P> created = create(factory.registry(), pattern, name, limit, settings.get(), enabled);
            PolicyFamily<?> faster = families.putIfAbsent(key, created);
            present = faster == null ? created : faster;
        }
        if (present.limit() != limit) {
            throw otherLimit(pattern, name, limit + " in " + location + ", and " + present.limit() + " elsewhere");
        }
        @SuppressWarnings("unchecked") // of this pattern
        PolicyFamily<P> same = (PolicyFamily<P>) present;
        return same;
    }

    private static <P extends Policy, C extends Record> PolicyFamily<P> create(
            ResilienceRegistry registry,
            PatternDescriptor<P, C> pattern,
            String name,
            int limit,
            ResolvedSettings<C> settings,
            BooleanSupplier enabled) {
        KeyedPolicies<P> instances;
        try {
            instances = registry.keyed(pattern.type(), name, pattern.type().defaults(), limit);
        } catch (InvalidSettingException wrong) {
            throw otherLimit(pattern, name, String.valueOf(wrong.getMessage()));
        }
        P standIn = pattern.type().create(name, settings.config(), registry.ticker());
        if (!settings.enabled()) {
            standIn.setEnabled(false);
        }
        return new PolicyFamily<>(name, limit, instances, standIn, enabled);
    }

    private static ResilienceConfigurationException otherLimit(
            PatternDescriptor<?, ?> pattern, String name, String differing) {
        return problem(
                pattern.title() + " '" + name + "' has different limits of keys: " + differing,
                "Set maxKeys in one annotation only, or " + Option.MAX_KEYS.key() + " in the configuration");
    }

    private static ResilienceConfigurationException problem(String description, String remedy) {
        return new ResilienceConfigurationException(List.of(new Problem(description, remedy)));
    }
}
