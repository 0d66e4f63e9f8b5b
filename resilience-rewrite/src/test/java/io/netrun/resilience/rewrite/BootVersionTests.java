package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Versions of Spring Boot with which an application of the starter does not start. */
class BootVersionTests {

    private static Project moved(String path, String text) {
        return new Project()
                .with(path, text)
                .with("src/main/java/Calls.java", """
                        import io.github.resilience4j.retry.annotation.Retry;

                        class Calls {
                            @Retry(name = "a")
                            public void call() {}
                        }
                        """)
                .after(new FromResilience4j(true));
    }

    private static String pom(String version, String properties) {
        return """
                <project>
                  <modelVersion>4.0.0</modelVersion>
                  <parent>
                    <groupId>org.springframework.boot</groupId>
                    <artifactId>spring-boot-starter-parent</artifactId>
                    <version>%s</version>
                    <relativePath/>
                  </parent>
                  <artifactId>shop</artifactId>
                  <properties>%s</properties>
                  <dependencies>
                    <dependency>
                      <groupId>io.github.resilience4j</groupId>
                      <artifactId>resilience4j-spring-boot3</artifactId>
                      <version>2.3.0</version>
                    </dependency>
                  </dependencies>
                </project>
                """.formatted(version, properties);
    }

    @ParameterizedTest
    @CsvSource({"2.7.18, true", "3.4.13, true", "3.5.0, false", "3.10.1, false", "4.1.2, false"})
    void parentBelowTheMinimumShouldBeListed(String version, boolean listed) {
        assertThat(moved("pom.xml", pom(version, "")).left())
                .filteredOn(left -> left.contains("Spring Boot " + version + ": Raise it to 3.5 or later first"))
                .hasSize(listed ? 1 : 0);
    }

    @Test
    void importedVersionShouldBeThatOfItsProperty() {
        String pom = pom("4.0.0", "<boot.version>3.3.4</boot.version>").replace("<dependencies>", """
                        <dependencyManagement><dependencies><dependency>
                          <groupId>org.springframework.boot</groupId>
                          <artifactId>spring-boot-dependencies</artifactId>
                          <version>${boot.version}</version>
                        </dependency></dependencies></dependencyManagement>
                        <dependencies>""");

        assertThat(moved("pom.xml", pom).left()).anyMatch(left -> left.contains("Spring Boot 3.3.4: Raise"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "build.gradle | plugins { id 'org.springframework.boot' version '3.2.1' }",
                "build.gradle | buildscript { ext { springBootVersion = '2.7.1' } }",
                "build.gradle | classpath 'org.springframework.boot:spring-boot-gradle-plugin:2.1.0.RELEASE'",
                "gradle/libs.versions.toml | spring-boot = \"3.3.4\"",
                "gradle/libs.versions.toml | boot = { id = \"org.springframework.boot\", version = \"3.1.0\" }",
            })
    void versionInAnotherBuildFileShouldBeListed(String path, String text) {
        String section = path.endsWith("toml") ? text.contains("id =") ? "[plugins]\n" : "[versions]\n" : "";

        assertThat(moved(path, section + text + "\n").left())
                .anyMatch(left -> left.startsWith(path) && left.contains("Raise it to 3.5"));
    }

    @Test
    void buildOfAnotherApplicationShouldNotBeListed() {
        Project after = new Project().with("pom.xml", pom("2.7.18", "")).after(new FromSpringRetry(true));

        assertThat(after.left()).noneMatch(left -> left.contains("Spring Boot"));
    }
}
