package io.netrun.resilience.spring.settings;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the configuration has by names alone: instances that nobody has asked for yet, and parts in the application's
 * health.
 */
final class ConfiguredInstances {

    private static final Logger log = LoggerFactory.getLogger(InstanceFactory.class);

    private final SettingsResolver resolver;
    private final Set<InstanceKey> pending = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<Boolean> creating = new ThreadLocal<>();
    private volatile @Nullable Map<String, Roles> roles;

    ConfiguredInstances(SettingsResolver resolver) {
        this.resolver = resolver;
        this.pending.addAll(written());
    }

    private Set<InstanceKey> written() {
        Set<InstanceKey> written = ConcurrentHashMap.newKeySet();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            resolver.written().instances(pattern).stream()
                    .filter(name -> !ConfiguredSettings.isKeyed(name))
                    .forEach(name -> written.add(InstanceKey.of(pattern, name)));
        }
        return written;
    }

    /** Whether this thread creates instances because they are written, and not because code asks for them. */
    boolean isCreating() {
        return creating.get() != null;
    }

    /**
     * Creates the instances that are written and not there. One that cannot be created is left to the start-up check.
     */
    void create(ResilienceRegistry registry) {
        if (pending.isEmpty() || isCreating()) {
            return;
        }
        creating.set(true);
        try {
            for (InstanceKey key : List.copyOf(pending)) {
                PatternDescriptors.byKey(key.pattern()).ifPresent(pattern -> create(registry, pattern, key));
                pending.remove(key);
            }
        } finally {
            creating.remove();
        }
    }

    private static void create(ResilienceRegistry registry, PatternDescriptor<?, ?> pattern, InstanceKey key) {
        try {
            registry.getOrCreate(pattern.type(), key.name());
        } catch (RuntimeException e) {
            log.debug("{} '{}' is configured, but could not be created", pattern.title(), key.name(), e);
        }
    }

    /**
     * Reads the configuration again.
     *
     * @return what makes the new state known
     * @throws ResilienceConfigurationException if a part in the application's health can not be read
     */
    Runnable rereading() {
        Map<String, Roles> present = read(true);
        Set<InstanceKey> written = written();
        return () -> {
            roles = present;
            pending.addAll(written);
        };
    }

    /** What the instances of a pattern mean to the application's health for which nothing else is set. */
    HealthRole health(PatternDescriptor<?, ?> pattern) {
        return roles(pattern).others();
    }

    /** What an instance means to the application's health; one of a family as the family. */
    HealthRole health(PatternDescriptor<?, ?> pattern, String name) {
        Roles known = roles(pattern);
        HealthRole own = known.byName().get(name);
        for (int end = name.indexOf(':'); own == null && end >= 0; end = name.indexOf(':', end + 1)) {
            own = known.byName().get(name.substring(0, end));
        }
        return own == null ? known.others() : own;
    }

    /** The names of instances and families that have a part in the application's health; may be changed. */
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
            if (pattern.options().contains(Option.HEALTH)) {
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
     * Parts in the application's health.
     *
     * @param others of the instances that are not named
     */
    private record Roles(Map<String, HealthRole> byName, HealthRole others) {

        static final Roles NONE = new Roles(Map.of(), HealthRole.NONE);
    }
}
