package io.netrun.resilience.rewrite;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of resilience4j for one instance, or for one shared configuration, in one document.
 *
 * @param id what they are for
 * @param settings the settings, by their name in uniform spelling
 */
record Block(Id id, Map<String, Setting> settings) {

    private static final Set<String> SECTIONS =
            Set.of("circuitbreaker", "retry", "bulkhead", "threadpoolbulkhead", "ratelimiter", "timelimiter");

    private static final Set<String> INSTANCES = Set.of("instances", "backends", "limiters");

    Block(Id id) {
        this(id, new LinkedHashMap<>());
    }

    /** The text of a setting, or null. */
    @Nullable
    String text(String name) {
        Setting setting = settings.get(Names.uniform(name));
        return setting == null ? null : setting.value().text();
    }

    /** The block to which a setting belongs, or null if it is a setting of the application. */
    static @Nullable Id of(List<String> path) {
        if (path.size() < 5
                || !Names.uniform(path.get(0)).equals("resilience4j")
                || !SECTIONS.contains(Names.uniform(path.get(1)))) {
            return null;
        }
        String group = Names.uniform(path.get(2));
        boolean shared = group.equals("configs");
        return shared || INSTANCES.contains(group) ? new Id(Names.uniform(path.get(1)), shared, path.get(3)) : null;
    }

    /**
     * What a block is for.
     *
     * @param section the section of resilience4j, in uniform spelling
     * @param shared whether it is a shared configuration
     * @param name the name of the instance or of the configuration
     */
    record Id(String section, boolean shared, String name) {

        Id withName(boolean sharedName, String otherName) {
            return new Id(section, sharedName, otherName);
        }
    }
}
