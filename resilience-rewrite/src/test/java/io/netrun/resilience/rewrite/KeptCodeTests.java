package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.mavenProject;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.properties.Assertions.properties;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.SourceSpecs;
import org.openrewrite.test.TypeValidation;

/** Applications whose code uses resilience4j beyond annotations: what has to stay with it. */
class KeptCodeTests implements RewriteTest {

    private static final String REGISTRY = """
            import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

            class Breakers {
                Breakers(CircuitBreakerRegistry registry) {
                    registry.circuitBreaker("b").executeRunnable(() -> {});
                }
            }
            """;

    private static final String HANDLER = """
            import io.github.resilience4j.circuitbreaker.CallNotPermittedException;

            class Handlers {
                int handle(CallNotPermittedException e) {
                    return 503;
                }
            }
            """;

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @Test
    void handlerShouldStayIfOnlyCodeThrows() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows).anySatisfy(row -> {
                            assertThat(row.file()).endsWith("Handlers.java");
                            assertThat(row.reason()).startsWith("It stays");
                        })),
                mavenProject("calls", srcMainJava(java(REGISTRY))),
                mavenProject(
                        "web",
                        SourceSpecs.text("""
                                dependencies {
                                    implementation 'io.github.resilience4j:resilience4j-circuitbreaker:2.3.0'
                                }
                                """, """
                                dependencies {
                                    implementation 'io.netrun.resilience:resilience-core:0.1.0-SNAPSHOT'
                                    implementation 'io.github.resilience4j:resilience4j-circuitbreaker:2.3.0'
                                }
                                """, source -> source.path("build.gradle")),
                        srcMainJava(java(HANDLER))));
    }

    @Test
    void handlerShouldBeListedIfAnnotationsAndCodeThrow() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows).anySatisfy(row -> {
                            assertThat(row.file()).endsWith("Handlers.java");
                            assertThat(row.reason()).contains("handle both");
                        })),
                srcMainJava(java(REGISTRY), java("""
                                import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

                                class Calls {
                                    @CircuitBreaker(name = "a")
                                    void call() {
                                    }
                                }
                                """, """
                                import io.netrun.resilience.annotation.CircuitBreaker;

                                class Calls {
                                    @CircuitBreaker(name = "a")
                                    void call() {
                                    }
                                }
                                """), java(HANDLER, """
                                import io.netrun.resilience.circuitbreaker.CircuitOpenException;

                                class Handlers {
                                    int handle(CircuitOpenException e) {
                                        return 503;
                                    }
                                }
                                """)));
    }

    @Test
    void endpointsOfKeptInstancesShouldStayExposed() {
        String name = "management.endpoints.web.exposure.include=";
        rewriteRun(
                srcMainJava(java(REGISTRY)),
                srcMainResources(
                        properties(
                                name + "health,retries",
                                name + "health,retries,resilience",
                                source -> source.path("application.properties")),
                        yaml("""
                                management.endpoints.web.exposure.include:
                                  - health
                                  - circuitbreakers
                                """, """
                                management.endpoints.web.exposure.include:
                                  - health
                                  - circuitbreakers
                                  - resilience
                                """, source -> source.path("application-a.yml")),
                        yaml(
                                "management.endpoints.web.exposure.include: [health, retries]",
                                "management.endpoints.web.exposure.include: [health, retries, resilience]",
                                source -> source.path("application-b.yml"))));
    }

    @Test
    void exposureAloneShouldBeReplaced() {
        String name = "management.endpoints.web.exposure.include=";
        rewriteRun(srcMainResources(properties(
                name + "health,retries",
                name + "health,resilience",
                source -> source.path("application-prod.properties"))));
    }
}
