package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.java.Assertions.srcTestJava;
import static org.openrewrite.test.SourceSpecs.text;
import static org.openrewrite.xml.Assertions.xml;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.SourceSpecs;
import org.openrewrite.test.TypeValidation;

/** Texts that name settings, where some code stays with resilience4j, and in other files and forms. */
class KeptTextTests implements RewriteTest {

    private static final String KEPT = """
            import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

            class Breakers {
                Breakers(CircuitBreakerRegistry registry) {
                }
            }
            """;

    private static final String RETRIED = """
            import io.github.resilience4j.retry.annotation.Retry;

            class Calls {
                @Retry(name = "a")
                public void call() {
                }
            }
            """;

    private static final String MOVED = RETRIED.replace("io.github.resilience4j.retry", "io.netrun.resilience");

    private static final String BESIDE = "for the code that stays with resilience4j, and not for annotated methods.";

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    private static RecipeSpec leaving(RecipeSpec spec, String what, String reason) {
        return spec.dataTable(
                Leftovers.Row.class,
                rows -> assertThat(rows).anySatisfy(row -> {
                    assertThat(row.what()).isEqualTo(what);
                    assertThat(row.reason()).contains(reason);
                }));
    }

    private static SourceSpecs calling(String statement) {
        return srcTestJava(java("""
            class CallTests {
                void properties(Registry registry, Runner runner) {
                    %s;
                }
            }
            """.formatted(statement)));
    }

    @ParameterizedTest
    @CsvSource({
        "resilience4j.retry.instances.a.maxAttempts=2, Write resilience.retry.instances.a.max-attempts=2 beside it.",
        "--resilience4j.retry.instances.a.maxAttempts=2, Write --resilience.retry.instances.a.max-attempts=2 beside it.",
        "resilience4j.retry, Its counterparts are under resilience.retry.",
    })
    void textShouldBeListedWhereCodeStays(String text, String remedy) {
        rewriteRun(
                spec -> leaving(spec, text, "It counts " + BESIDE + " " + remedy),
                srcMainJava(java(KEPT), java(RETRIED, MOVED)),
                calling("registry.add(\"" + text + "\")"));
    }

    @Test
    void textShouldNotBeListedWhereAllCodeStays() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows).noneMatch(row -> row.what().startsWith("resilience4j."))),
                srcMainJava(java(KEPT)),
                calling("registry.add(\"resilience4j.retry.instances.a.maxAttempts=2\")"));
    }

    @ParameterizedTest
    @CsvSource({
        "--resilience4j.retry.instances.a.maxAttempts=2, Write --resilience.retry.instances.a.max-attempts=2.",
        "-Dresilience4j.retry.instances.a.maxAttempts=2, Write -Dresilience.retry.instances.a.max-attempts=2.",
        "a ${resilience4j.retry.instances.a.maxAttempts} b, Write a ${resilience.retry.instances.a.max-attempts} b.",
        "resilience4j.retry.enabled, Write resilience.retry.defaults.enabled.",
        "resilience4j.circuitbreaker.calls, which is resilience.circuitbreaker.calls here",
    })
    void textOfAnyFormShouldBeListed(String text, String remedy) {
        rewriteRun(
                spec -> leaving(spec, text, remedy),
                srcMainJava(java(RETRIED, MOVED)),
                calling("registry.add(\"" + text + "\")"));
    }

    @ParameterizedTest
    @CsvSource({"io.github.resilience4j.retry.Retry", "https://resilience4j.readme.io", "see resilience4j.yml"})
    void textWithoutASettingShouldNotBeListed(String text) {
        rewriteRun(
                spec -> spec.afterRecipe(
                        run -> assertThat(run.getDataTables().keySet()).noneMatch(table -> table instanceof Leftovers)),
                srcMainJava(java(RETRIED, MOVED)),
                calling("registry.add(\"" + text + "\")"));
    }

    @Test
    void otherFilesShouldBeListedWhereCodeStays() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .filteredOn(row -> row.reason().contains(BESIDE))
                                .extracting(row -> row.file() + " " + row.what())
                                .containsExactlyInAnyOrder(
                                        "Dockerfile RESILIENCE4J_RETRY_INSTANCES_A_MAXATTEMPTS",
                                        "Dockerfile resilience4j.retry.instances.a.waitDuration",
                                        "k8s/app.yaml RESILIENCE4J_RETRY_INSTANCES_A_MAXATTEMPTS",
                                        "k8s/app.yaml resilience4j.retry.instances.a.maxAttempts")),
                srcMainJava(java(KEPT), java(RETRIED, MOVED)),
                text("""
                    FROM jdk
                    ENV RESILIENCE4J_RETRY_INSTANCES_A_MAXATTEMPTS=4
                    ENTRYPOINT ["java", "-Dresilience4j.retry.instances.a.waitDuration=3", "-jar", "app.jar"]
                    """, source -> source.path("Dockerfile")),
                yaml("""
                    kind: ConfigMap
                    data:
                      RESILIENCE4J_RETRY_INSTANCES_A_MAXATTEMPTS: "4"
                      application.properties: |
                        mine=1
                        resilience4j.retry.instances.a.maxAttempts=4
                    """, source -> source.path("k8s/app.yaml")));
    }

    @Test
    void settingsInJsonShouldBeLeft() {
        rewriteRun(
                spec -> leaving(spec, "SPRING_APPLICATION_JSON", "run the recipe on it"),
                srcMainJava(java(RETRIED, MOVED)),
                yaml("""
                    services:
                      app:
                        environment:
                          SPRING_APPLICATION_JSON: '{"resilience4j":{"retry":{}}}'
                    """, source -> source.path("compose.yaml")));
    }

    @Test
    void settingsInABuildShouldBeLeft() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .extracting(Leftovers.Row::what)
                                .contains(
                                        "resilience4j.retry.instances.a.maxAttempts",
                                        "resilience4j.retry.instances.b.maxAttempts",
                                        "resilience4j.retry.instances.c.maxAttempts")
                                .doesNotContain("resilience4j.version")),
                srcMainJava(java(RETRIED, MOVED)),
                xml("""
                    <project>
                        <properties>
                            <resilience4j.version>2.3.0</resilience4j.version>
                            <argLine>-Dresilience4j.retry.instances.a.maxAttempts=2</argLine>
                        </properties>
                        <dependencies>
                            <dependency>
                                <groupId>io.netrun.resilience</groupId>
                                <artifactId>resilience-spring-boot-starter</artifactId>
                            </dependency>
                        </dependencies>
                        <build>
                            <systemPropertyVariables>
                                <resilience4j.retry.instances.b.maxAttempts>2</resilience4j.retry.instances.b.maxAttempts>
                            </systemPropertyVariables>
                        </build>
                    </project>
                    """, source -> source.path("pom.xml")),
                text(
                        "test {\n    systemProperty 'resilience4j.retry.instances.c.maxAttempts', 2\n}\n",
                        source -> source.path("build.gradle")));
    }

    @Test
    void settingsOfOtherProfilesShouldBeLeftIfBothChangeThem() {
        String what = "resilience4j.retry.instances.a";
        rewriteRun(
                spec -> leaving(spec, what, "src/main/resources/application-b.yml changes them, too"),
                srcMainResources(
                        yaml("""
                            resilience4j.retry:
                              configs:
                                one:
                                  maxAttempts: 4
                                two:
                                  waitDuration: 2s
                              instances:
                                a:
                                  baseConfig: one
                            """, """
                            resilience:
                              retry:
                                instances:
                                  a:
                                    max-attempts: 4
                            """, source -> source.path("application.yml")),
                        yaml(
                                "resilience4j.retry.instances.a.baseConfig: two\n",
                                source -> source.path("application-a.yml").after(actual -> actual)),
                        yaml(
                                "resilience4j.retry.configs.default.maxAttempts: 9\n",
                                source -> source.path("application-b.yml").after(actual -> actual))));
    }

    @Test
    void settingsOfAProfileAloneShouldNotBeLeft() {
        rewriteRun(
                spec -> spec.afterRecipe(run -> assertThat(run.getDataTables().values())
                        .allSatisfy(rows -> assertThat(rows.toString()).doesNotContain("written out as they are"))),
                srcMainResources(
                        yaml("""
                            resilience4j.retry:
                              configs:
                                one:
                                  maxAttempts: 4
                              instances:
                                a:
                                  baseConfig: one
                            """, source -> source.path("application.yml").after(actual -> actual)),
                        yaml(
                                "resilience4j.retry.instances.a.baseConfig: default\n",
                                source -> source.path("application-a.yml").after(actual -> actual))));
    }

    @Test
    void kotlinShouldStayAndBeListed() {
        String kotlin = """
            package shop

            import io.github.resilience4j.circuitbreaker.CallNotPermittedException
            import io.github.resilience4j.retry.annotation.Retry
            import io.github.resilience4j.core.Unknown

            open class Calls {
                @Retry(name = "a")
                open fun call() = ""
            }
            """;
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .filteredOn(row -> row.file().endsWith("Calls.kt"))
                                .extracting(row -> row.what() + ": " + row.reason())
                                .containsExactly(
                                        "io.github.resilience4j.circuitbreaker.CallNotPermittedException: Kotlin sources"
                                                + " are not changed, so it stays, with its dependency and its settings."
                                                + " Replace it by"
                                                + " io.netrun.resilience.circuitbreaker.CircuitOpenException.",
                                        "io.github.resilience4j.retry.annotation.Retry: Kotlin sources are not changed,"
                                                + " so it stays, with its dependency and its settings. Replace it by"
                                                + " io.netrun.resilience.annotation.Retry.",
                                        "io.github.resilience4j.core.Unknown: Kotlin sources are not changed, so it"
                                                + " stays, with its dependency and its settings. Rewrite it by hand.")),
                text(kotlin, source -> source.path("src/main/kotlin/shop/Calls.kt")),
                text(
                        "dependencies {\n    implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'\n}\n",
                        "dependencies {\n    implementation 'io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT'\n"
                                + "    implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'\n}\n",
                        source -> source.path("build.gradle")),
                yaml("""
                    resilience4j.retry.instances.a.maxAttempts: 4
                    """, """
                    resilience4j.retry.instances.a.maxAttempts: 4

                    resilience:
                      retry:
                        instances:
                          a:
                            max-attempts: 4
                    """, source -> source.path("src/main/resources/application.yml")));
    }

    @Test
    void kotlinOfSpringRetryShouldStayAndBeListed() {
        rewriteRun(
                spec -> leaving(
                        spec.recipe(new FromSpringRetry(true)),
                        "org.springframework.retry.annotation.Retryable",
                        "Replace it by io.netrun.resilience.annotation.Retry."),
                text("""
                    import org.springframework.retry.annotation.Retryable

                    open class Calls {
                        @Retryable
                        open fun call() = ""
                    }
                    """, source -> source.path("src/main/kotlin/Calls.kt")));
    }
}
