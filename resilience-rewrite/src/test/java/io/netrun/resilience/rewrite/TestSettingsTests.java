package io.netrun.resilience.rewrite;

import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.java.Assertions.srcTestResources;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Settings of an application beside those of its tests. */
class TestSettingsTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(true)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @Test
    void settingOfATestShouldNotReplaceTheInheritedOne() {
        rewriteRun(
                spec -> spec.recipe(new FromResilience4j(false)),
                srcMainResources(yaml("""
                    resilience4j.retry:
                      configs:
                        shared:
                          maxAttempts: 9
                          waitDuration: 2s
                      instances:
                        a:
                          baseConfig: shared
                    """, """
                    resilience:
                      retry:
                        instances:
                          a:
                            max-attempts: 9
                            base-delay: 2s
                    """, source -> source.path("application.yml"))),
                srcTestResources(yaml("""
                    resilience4j.retry:
                      instances:
                        a:
                          maxAttempts: 1
                        only-in-tests:
                          baseConfig: shared
                    """, """
                    resilience:
                      retry:
                        instances:
                          a:
                            max-attempts: 1
                          only-in-tests:
                            max-attempts: 9
                            base-delay: 2s
                    """, source -> source.path("application.yml"))));
    }

    @Test
    void orderAndHealthOfATestShouldNotCountForMain() {
        rewriteRun(
                spec -> spec.recipe(new FromResilience4j(false)),
                srcTestResources(yaml("""
                    management.health.circuitbreakers.enabled: true
                    resilience4j.circuitbreaker.circuitBreakerAspectOrder: 1
                    resilience4j.retry.retryAspectOrder: 2
                    """, """
                    resilience:
                      order: [circuit-breaker, retry, rate-limiter, timeout, bulkhead]
                    """, source -> source.path("application.yml"))),
                srcMainResources(yaml("""
                    resilience4j.circuitbreaker:
                      instances:
                        a:
                          registerHealthIndicator: true
                          slidingWindowSize: 5
                    """, """
                    resilience:
                      circuit-breaker:
                        instances:
                          a:
                            window-size: 5
                    """, source -> source.path("application.yml"))));
    }

    @Test
    void orderOfATestShouldNotCountForMainCode() {
        rewriteRun(
                srcMainResources(yaml(
                        "server.port: 0\n",
                        source -> source.path("application.yml").after(actual -> actual))),
                srcTestResources(
                        yaml("""
                            resilience4j.circuitbreaker.circuitBreakerAspectOrder: 1
                            resilience4j.retry.retryAspectOrder: 2
                            """, source -> source.path("application.yml").after(actual -> actual))),
                srcMainJava(java("""
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
                    import io.github.resilience4j.retry.annotation.Retry;

                    class Calls {
                        @Retry(name = "a")
                        @CircuitBreaker(name = "a", fallbackMethod = "none")
                        public String call() {
                            return "";
                        }

                        private String none(Throwable failure) {
                            return "";
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.CircuitBreaker;
                    import io.netrun.resilience.annotation.Fallback;
                    import io.netrun.resilience.annotation.PatternOrder;
                    import io.netrun.resilience.annotation.Retry;

                    class Calls {
                        @Retry(name = "a")
                        @CircuitBreaker(name = "a")
                        @Fallback(method = "none")
                        @PatternOrder({"retry", "fallback"})
                        public String call() {
                            return "";
                        }

                        private String none(Throwable failure) {
                            return "";
                        }
                    }
                    """)));
    }

    @Test
    void orderOfAProfileShouldNotCountForOthers() {
        rewriteRun(
                spec -> spec.recipe(new FromResilience4j(false)),
                srcMainResources(
                        yaml("""
                            resilience4j.retry.retryAspectOrder: 2
                            resilience4j.circuitbreaker.circuitBreakerAspectOrder: 1
                            """, """
                            resilience:
                              order: [circuit-breaker, bulkhead, retry, rate-limiter, timeout]
                            """, source -> source.path("application-dev.yml")),
                        yaml("""
                            resilience4j:
                              bulkhead.bulkheadAspectOrder: 1
                            """, """
                            resilience:
                              order: [bulkhead, retry, circuit-breaker, rate-limiter, timeout]
                            """, source -> source.path("application.yml"))));
    }
}
