package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.java.Assertions.srcTestJava;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Settings of resilience4j in the code of tests. */
class TestPropertiesTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @Test
    void propertiesOfATestShouldBeMoved() {
        rewriteRun(
                srcMainResources(yaml("""
                    resilience4j.circuitbreaker.instances.a.slidingWindowType: TIME_BASED
                    """, """
                    resilience:
                      circuit-breaker:
                        instances:
                          a:
                            detection: time-window
                    """, source -> source.path("application.yml"))),
                srcTestJava(java("""
                    import org.springframework.boot.test.context.SpringBootTest;
                    import org.springframework.test.context.TestPropertySource;

                    @SpringBootTest(webEnvironment = RANDOM_PORT, properties = {
                        "server.port=0",
                        // small
                        "resilience4j.circuitbreaker.instances.a.slidingWindowSize=2",
                        "resilience4j.circuitbreaker.instances.a.permitted-number-of-calls-in-half-open-state: 1",
                        "resilience4j.retry.instances.a.event-consumer-buffer-size=1"
                    })
                    @TestPropertySource(properties = "resilience4j.retry.instances.[b.c].waitDuration=10")
                    class CallTests {
                    }
                    """, """
                    import org.springframework.boot.test.context.SpringBootTest;
                    import org.springframework.test.context.TestPropertySource;

                    @SpringBootTest(webEnvironment = RANDOM_PORT, properties = {
                        "server.port=0",
                        // small
                        "resilience.circuit-breaker.instances.a.window-duration=2s",
                        "resilience.circuit-breaker.instances.a.success-threshold=1",
                        "resilience.circuit-breaker.instances.a.half-open-max-calls=1"
                    })
                    @TestPropertySource(properties = "resilience.retry.instances[b.c].base-delay=10ms")
                    class CallTests {
                    }
                    """)));
    }

    @Test
    void propertiesThatCodeNeedsShouldStayBesideOurs() {
        rewriteRun(srcMainJava(java("""
            import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

            class Breakers {
                Breakers(CircuitBreakerRegistry registry) {
                }
            }
            """)), srcTestJava(java("""
                import org.springframework.boot.test.context.SpringBootTest;

                @SpringBootTest(properties = "resilience4j.retry.instances.a.maxAttempts=2")
                class CallTests {
                }
                """, """
                import org.springframework.boot.test.context.SpringBootTest;

                @SpringBootTest(properties = {"resilience.retry.instances.a.max-attempts=2", "resilience4j.retry.instances.a.maxAttempts=2"})
                class CallTests {
                }
                """)));
    }

    @Test
    void otherTextsShouldBeListedWithTheirCounterpart() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .extracting(row -> row.what() + ": " + row.reason())
                                .containsExactly(
                                        "resilience4j.retry.instances.a.waitDuration: The text is not moved. Write"
                                                + " resilience.retry.instances.a.base-delay. Its value may have a unit:"
                                                + " take it as a Duration, since a number does not have one. It is in line 3.",
                                        "resilience4j.retry.instances.a.maxAttempts=2: The text is not moved. Write"
                                                + " resilience.retry.instances.a.max-attempts=2. It is in line 4.",
                                        "${resilience4j.retry.instances.a.max-attempts:3}: The text is not moved. Write"
                                                + " ${resilience.retry.instances.a.max-attempts:3}. It is in line 5.",
                                        "resilience4j.retry.configs.x.max-attempts: The text is not moved. It names"
                                                + " settings of resilience4j. Shared configurations are written out,"
                                                + " and no instance has this value: write a key of your own."
                                                + " It is in line 6.")),
                srcTestJava(java("""
                    class CallTests {
                        void properties(Registry registry, Runner runner) {
                            registry.add("resilience4j.retry.instances.a.waitDuration", () -> "1s");
                            runner.withPropertyValues("resilience4j.retry.instances.a.maxAttempts=2");
                            registry.get("${resilience4j.retry.instances.a.max-attempts:3}");
                            registry.get("resilience4j.retry.configs.x.max-attempts");
                        }
                    }
                    """)));
    }
}
