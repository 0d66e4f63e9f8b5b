package io.netrun.resilience.rewrite;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Texts of {@code pom.xml}, for tests that are not about how one is written. */
final class Poms {

    /** The starter of resilience4j. */
    static final String RESILIENCE4J = dependency("io.github.resilience4j", "resilience4j-spring-boot3", "2.3.0");

    /** Spring Retry, with a version that something else manages. */
    static final String SPRING_RETRY = dependency("org.springframework.retry", "spring-retry", "");

    private Poms() {}

    /** The one of a module of group {@code a} and version 1. */
    static String pom(String artifact, String... dependencies) {
        return """
            <project>
                <modelVersion>4.0.0</modelVersion>
                <groupId>a</groupId>
                <artifactId>%s</artifactId>
                <version>1</version>
            %s</project>
            """.formatted(artifact, all(dependencies));
    }

    private static String all(String... dependencies) {
        return dependencies.length == 0
                ? ""
                : Stream.of(dependencies)
                        .flatMap(String::lines)
                        .map(line -> "        " + line + "\n")
                        .collect(Collectors.joining("", "    <dependencies>\n", "    </dependencies>\n"));
    }

    /** A dependency on such a module. */
    static String module(String artifact) {
        return dependency("a", artifact, "1");
    }

    /** A dependency; an empty version is none. */
    static String dependency(String group, String artifact, String version) {
        return dependency(group, artifact, version, "");
    }

    /**
     * A dependency.
     *
     * @param more what it has beyond that, such as its scope
     */
    static String dependency(String group, String artifact, String version, String more) {
        String written = (version.isEmpty() ? "" : "    <version>" + version + "</version>\n")
                + (more.isEmpty() ? "" : "    " + more + "\n");
        return """
            <dependency>
                <groupId>%s</groupId>
                <artifactId>%s</artifactId>
            %s</dependency>
            """.formatted(group, artifact, written);
    }
}
