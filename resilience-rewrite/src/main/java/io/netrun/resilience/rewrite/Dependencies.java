package io.netrun.resilience.rewrite;

import io.netrun.resilience.spring.mapping.MappingTable;
import java.util.Map;

/** The dependencies that replace those of another library. */
final class Dependencies {

    static final String GROUP = "io.netrun.resilience";

    static final String STARTER = "resilience-spring-boot-starter";

    private static final String OF_CLOUD = "org.springframework.cloud";

    private static final Map<String, String> GROUPS = Map.of(
            MappingTable.RESILIENCE4J,
            "io.github.resilience4j",
            MappingTable.SPRING_RETRY,
            "org.springframework.retry");

    private final String library;

    private final Map<String, String> artifacts;

    Dependencies(String library) {
        this.library = library;
        this.artifacts = MappingTable.get().renamed(library, "dependency");
    }

    /** The version of this module, which the other modules share; of classes in no jar, that of the sources. */
    static String version() {
        String version = Dependencies.class.getPackage().getImplementationVersion();
        return version == null ? "0.1.0-SNAPSHOT" : version;
    }

    /** The artifact that replaces another one; empty if none does. */
    String replacement(String group, String artifact) {
        boolean known = group.equals(GROUPS.get(library)) || group.equals(OF_CLOUD);
        return known ? artifacts.getOrDefault(artifact, "") : "";
    }
}
