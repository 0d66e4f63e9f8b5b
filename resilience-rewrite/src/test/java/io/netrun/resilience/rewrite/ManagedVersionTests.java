package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Versions of dependencies that the build manages. */
class ManagedVersionTests {

    private static final String RETRY = """
            import io.github.resilience4j.retry.annotation.Retry;

            class Calls {
                @Retry(name = "a")
                public void call() {}
            }
            """;

    private static String dependency(String artifact, String more) {
        return "<dependency><groupId>io.github.resilience4j</groupId><artifactId>" + artifact + "</artifactId>" + more
                + "</dependency>\n";
    }

    private static String pom(String artifact, String head, String managed, String dependency) {
        return "<project>\n<modelVersion>4.0.0</modelVersion>\n" + head + "<groupId>com.shop</groupId>\n<artifactId>"
                + artifact + "</artifactId>\n<version>1</version>\n"
                + (managed.isEmpty()
                        ? ""
                        : "<dependencyManagement><dependencies>\n" + managed
                                + "</dependencies></dependencyManagement>\n")
                + "<dependencies>\n" + dependency + "</dependencies>\n</project>\n";
    }

    @ParameterizedTest
    @CsvSource({
        "resilience4j-bom, '', 1",
        "resilience4j-spring-boot3, '', 1",
        "resilience4j-bom, <version>2.3.0</version>, 2",
        "resilience4j-retry, '', 2",
    })
    void versionShouldBeWrittenWhereNothingManagesIt(String managed, String version, int versions) {
        Project after = new Project()
                .with(
                        "pom.xml",
                        pom(
                                "shop",
                                "",
                                dependency(managed, "<version>2.3.0</version>"),
                                dependency("resilience4j-spring-boot3", version)))
                .with("src/main/java/Calls.java", RETRY)
                .after(new FromResilience4j(true));

        assertThat(after.files().get("pom.xml").split("<artifactId>resilience-spring-boot-starter"))
                .hasSizeGreaterThan(1);
        assertThat(after.files().get("pom.xml").split("<version>0\\.", -1)).hasSize(versions + 1);
    }

    @ParameterizedTest
    @CsvSource({"true, 0", "false, 1"})
    void versionThatTheParentManagesShouldNotBeWritten(boolean parent, int versions) {
        String head = parent
                ? "<parent><groupId>com.shop</groupId><artifactId>parent</artifactId><version>1</version></parent>\n"
                : "";
        Project after = new Project()
                .with("pom.xml", pom("parent", "", dependency("resilience4j-bom", "<version>2.3.0</version>"), ""))
                .with("app/pom.xml", pom("app", head, "", dependency("resilience4j-spring-boot3", "")))
                .with("app/src/main/java/Calls.java", RETRY)
                .after(new FromResilience4j(true));

        assertThat(after.files().get("app/pom.xml").split("<version>0\\.", -1)).hasSize(versions + 1);
    }
}
