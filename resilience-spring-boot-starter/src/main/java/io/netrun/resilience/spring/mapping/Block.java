package io.netrun.resilience.spring.mapping;

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
public record Block(Id id, Map<String, Setting> settings) {

    private static final Set<String> SECTIONS =
            Set.of("circuitbreaker", "retry", "bulkhead", "threadpoolbulkhead", "ratelimiter", "timelimiter");

    private static final Set<String> INSTANCES = Set.of("instances", "backends", "limiters");

    /** An empty one. */
    public Block(Id id) {
        this(id, new LinkedHashMap<>());
    }

    /** The text of a setting, or null. */
    @Nullable
    public String text(String name) {
        Setting setting = settings.get(Names.uniform(name));
        return setting == null ? null : setting.value().text();
    }

    /** The block to which a setting belongs, or null if it is a setting of the application. */
    public static @Nullable Id of(List<String> path) {
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
    public record Id(String section, boolean shared, String name) {

        /** That of another instance or configuration of the same section. */
        public Id withName(boolean sharedName, String otherName) {
            return new Id(section, sharedName, otherName);
        }
    }
}
