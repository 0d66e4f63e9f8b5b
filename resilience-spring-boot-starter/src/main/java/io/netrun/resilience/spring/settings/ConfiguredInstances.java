package io.netrun.resilience.spring.settings;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.Option;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances that the configuration names: those that have not been requested yet, and the part that each plays in
 * the application's health.
 */
final class ConfiguredInstances {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final SettingsResolver resolver;
    private final Set<InstanceKey> pending = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<Boolean> creating = new ThreadLocal<>();
    private volatile Set<InstanceKey> known;
    private volatile Map<PatternDescriptor<?, ?>, Set<String>> knownSpellings;
    private volatile @Nullable Map<String, Roles> roles;

    ConfiguredInstances(SettingsResolver resolver) {
        this.resolver = resolver;
        this.known = written();
        this.knownSpellings = spellings();
        this.pending.addAll(ofInstances(known));
    }

    /** The instances that the configuration names now, and did not name when it was last put in force. */
    Set<InstanceKey> added() {
        Set<InstanceKey> added = written();
        added.removeAll(known);
        return added;
    }

    private Set<InstanceKey> written() {
        Set<InstanceKey> written = ConcurrentHashMap.newKeySet();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            resolver.written().instances(pattern).forEach(name -> written.add(InstanceKey.of(pattern, name)));
        }
        return written;
    }

    /** Keys of families are created by these. */
    private static List<InstanceKey> ofInstances(Set<InstanceKey> written) {
        return written.stream().filter(key -> !Families.mayBeKey(key.name())).toList();
    }

    /** The keys that count for another name than is written, and that were not there when last put in force. */
    List<SpelledName> addedSpellings(PatternDescriptor<?, ?> pattern) {
        Set<String> known = knownSpellings.getOrDefault(pattern, Set.of());
        return resolver.written().spellings(pattern).stream()
                .filter(name -> !known.contains(name.spelled()))
                .toList();
    }

    private Map<PatternDescriptor<?, ?>, Set<String>> spellings() {
        Map<PatternDescriptor<?, ?>, Set<String>> spellings = new HashMap<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            spellings.put(
                    pattern,
                    resolver.written().spellings(pattern).stream()
                            .map(SpelledName::spelled)
                            .collect(Collectors.toSet()));
        }
        return spellings;
    }

    /** Whether this thread is creating instances because they are configured, and not because code requested them. */
    boolean isCreating() {
        return creating.get() != null;
    }

    /**
     * Creates the configured instances that do not exist yet. The start-up check reports those that cannot be created.
     */
    void create(ResilienceRegistry registry) {
        if (pending.isEmpty() || isCreating()) {
            return;
        }
        for (InstanceKey key : List.copyOf(pending)) {
            PatternDescriptors.byKey(key.pattern()).ifPresent(pattern -> {
                try {
                    if (!registry.hasFamily(pattern.type(), key.name())) {
                        create(registry, pattern, key.name());
                    }
                } catch (RuntimeException e) {
                    log.debug("{} '{}' is configured, but could not be created", pattern.title(), key.name(), e);
                }
            });
            pending.remove(key);
        }
    }

    /**
     * Creates an instance because it is configured, unless it exists.
     *
     * @throws ResilienceConfigurationException if its settings are wrong
     */
    <P extends Policy> P create(ResilienceRegistry registry, PatternDescriptor<P, ?> pattern, String name) {
        creating.set(true);
        try {
            return registry.getOrCreate(pattern.type(), name);
        } finally {
            creating.remove();
        }
    }

    /**
     * Reads the configuration again, without making the result visible yet.
     *
     * @return the action that publishes the new state
     * @throws ResilienceConfigurationException if the {@code health} setting of an instance cannot be read
     */
    Runnable prepareReload() {
        Map<String, Roles> present = read(true);
        Set<InstanceKey> written = written();
        Map<PatternDescriptor<?, ?>, Set<String>> spellings = spellings();
        return () -> {
            roles = present;
            known = written;
            knownSpellings = spellings;
            pending.addAll(ofInstances(written));
        };
    }

    /** The health role of an instance. One of a family without a role of its own has the role of its family. */
    HealthRole health(PatternDescriptor<?, ?> pattern, InstanceName instance) {
        Roles known = roles(pattern);
        HealthRole own = known.byName().get(instance.name());
        if (own == null && instance.family() != null) {
            own = known.byName().get(instance.family());
        }
        return own == null ? known.defaultRole() : own;
    }

    /** The names of instances and families that contribute to the application's health, as a mutable set. */
    Set<String> namesInHealth(PatternDescriptor<?, ?> pattern) {
        Set<String> names = new TreeSet<>();
        roles(pattern).byName().forEach((name, role) -> {
            if (role != HealthRole.NONE) {
                names.add(name);
            }
        });
        return names;
    }

    private Roles roles(PatternDescriptor<?, ?> pattern) {
        Map<String, Roles> known = roles;
        if (known == null) {
            known = read(false);
            roles = known;
        }
        return known.getOrDefault(pattern.key(), Roles.NONE);
    }

    private Map<String, Roles> read(boolean strict) {
        Map<String, Roles> read = new HashMap<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            if (pattern.has(Option.HEALTH)) {
                Map<String, HealthRole> byName = new HashMap<>();
                resolver.written().instances(pattern).forEach(name -> byName.put(name, role(pattern, name, strict)));
                read.put(pattern.key(), new Roles(byName, role(pattern, null, strict)));
            }
        }
        return read;
    }

    private HealthRole role(PatternDescriptor<?, ?> pattern, @Nullable String name, boolean strict) {
        try {
            return resolver.option(pattern, name, Option.HEALTH);
        } catch (ResilienceConfigurationException unreadable) {
            if (strict) {
                throw unreadable;
            }
            return HealthRole.NONE; // reported when the application starts
        }
    }

    /**
     * Health roles.
     *
     * @param byName the roles of instances that have their own
     * @param defaultRole the role of all other instances
     */
    private record Roles(Map<String, HealthRole> byName, HealthRole defaultRole) {

        static final Roles NONE = new Roles(Map.of(), HealthRole.NONE);
    }
}
