package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.test.SourceSpecs.text;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.java.JavaParser;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

class Resilience4jAnnotationTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @Test
    void annotationsShouldGetTheNamesOfThisLibrary() {
        rewriteRun(java("""
            package shop;

            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
            import io.github.resilience4j.timelimiter.annotation.TimeLimiter;

            class Prices {

                static final String NAME = "prices";

                @CircuitBreaker(name = NAME)
                @TimeLimiter(name = "prices")
                int price(String id) {
                    return 1;
                }
            }
            """, """
            package shop;

            import io.netrun.resilience.annotation.CircuitBreaker;
            import io.netrun.resilience.annotation.Timeout;

            class Prices {

                static final String NAME = "prices";

                @CircuitBreaker(name = NAME)
                @Timeout(name = "prices")
                int price(String id) {
                    return 1;
                }
            }
            """));
    }

    @Test
    void fallbackMethodShouldBecomeOneFallback() {
        rewriteRun(java("""
            package shop;

            import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
            import io.github.resilience4j.retry.annotation.Retry;

            class Prices {

                // asks the other team
                @Retry(name = "prices", fallbackMethod = "unknown")
                @CircuitBreaker(name = "prices", fallbackMethod = "unknown")
                public int price(String id) {
                    return 1;
                }

                private int unknown(String id, CallNotPermittedException failure) {
                    return 0;
                }
            }
            """, """
            package shop;

            import io.netrun.resilience.annotation.CircuitBreaker;
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import io.netrun.resilience.circuitbreaker.CircuitOpenException;

            class Prices {

                // asks the other team
                @Retry(name = "prices")
                @CircuitBreaker(name = "prices")
                @Fallback(method = "unknown")
                public int price(String id) {
                    return 1;
                }

                private int unknown(String id, CircuitOpenException failure) {
                    return 0;
                }
            }
            """));
    }

    @Test
    void fallbackInsideARetryShouldStayInsideIt() {
        rewriteRun(
                spec -> spec.recipe(new FromResilience4j(true)),
                srcMainResources(yaml(
                        "resilience:\n"
                                + "  order: [retry]\n"
                                + "  circuit-breaker:\n"
                                + "    defaults:\n"
                                + "      detection: leaky-count\n",
                        source -> source.path("application.yml").after(text -> text))),
                srcMainJava(java("""
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
                    import io.github.resilience4j.retry.annotation.Retry;

                    class Prices {
                        @Retry(name = "prices")
                        @CircuitBreaker(name = "prices", fallbackMethod = "unknown")
                        public int price() {
                            return 1;
                        }

                        int unknown(Exception failure) {
                            return 0;
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.CircuitBreaker;
                    import io.netrun.resilience.annotation.Fallback;
                    import io.netrun.resilience.annotation.PatternOrder;
                    import io.netrun.resilience.annotation.Retry;

                    class Prices {
                        @Retry(name = "prices")
                        @CircuitBreaker(name = "prices")
                        @Fallback(method = "unknown")
                        @PatternOrder({"retry", "fallback"})
                        public int price() {
                            return 1;
                        }

                        int unknown(Exception failure) {
                            return 0;
                        }
                    }
                    """)));
    }

    @Test
    void secondFallbackMethodShouldBeListed() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .singleElement()
                                .satisfies(row -> assertThat(row.what()).isEqualTo("fallbackMethod = late"))),
                java("""
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
                    import io.github.resilience4j.retry.annotation.Retry;

                    class Prices {
                        @Retry(name = "prices", fallbackMethod = "late")
                        @CircuitBreaker(name = "prices", fallbackMethod = "unknown")
                        public int price() {
                            return 1;
                        }

                        int unknown(Exception failure) {
                            return 0;
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.CircuitBreaker;
                    import io.netrun.resilience.annotation.Fallback;
                    import io.netrun.resilience.annotation.Retry;

                    class Prices {
                        @Retry(name = "prices")
                        @CircuitBreaker(name = "prices")
                        @Fallback(method = "unknown")
                        public int price() {
                            return 1;
                        }

                        int unknown(Exception failure) {
                            return 0;
                        }
                    }
                    """));
    }

    @Test
    void fallbackThatWasNeverFoundShouldBeListed() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .singleElement()
                                .satisfies(row -> assertThat(row.reason()).contains("never called"))),
                java("""
                    import io.github.resilience4j.retry.annotation.Retry;

                    class Prices {
                        @Retry(name = "prices", fallbackMethod = "unknown")
                        public int price(String id, int number) {
                            return 1;
                        }

                        int unknown(String id, Exception failure) {
                            return 0;
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Retry;

                    class Prices {
                        @Retry(name = "prices")
                        public int price(String id, int number) {
                            return 1;
                        }

                        int unknown(String id, Exception failure) {
                            return 0;
                        }
                    }
                    """));
    }

    @Test
    void threadPoolShouldMoveTheMethodToAnExecutor() {
        rewriteRun(srcMainJava(java("""
            package shop;

            import org.springframework.boot.autoconfigure.SpringBootApplication;

            @SpringBootApplication
            public class Shop {
            }
            """, """
            package shop;

            import org.springframework.boot.autoconfigure.SpringBootApplication;
            import org.springframework.scheduling.annotation.EnableAsync;

            @SpringBootApplication
            @EnableAsync
            public class Shop {
            }
            """), java("""
                package shop;

                import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                import io.github.resilience4j.bulkhead.annotation.Bulkhead.Type;
                import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
                import java.util.concurrent.CompletableFuture;
                import java.util.concurrent.TimeoutException;

                class Reports {

                    @Bulkhead(name = "reports", type = Type.THREADPOOL)
                    @TimeLimiter(name = "reports", fallbackMethod = "late")
                    public CompletableFuture<String> report() {
                        return CompletableFuture.completedFuture("x");
                    }

                    private CompletableFuture<String> late(TimeoutException failure) {
                        return CompletableFuture.completedFuture("");
                    }
                }
                """, """
                package shop;

                import io.netrun.resilience.annotation.Bulkhead;
                import io.netrun.resilience.annotation.Fallback;
                import io.netrun.resilience.annotation.Timeout;
                import io.netrun.resilience.timeout.TimeoutExceededException;
                import java.util.concurrent.CompletableFuture;
                import org.springframework.scheduling.annotation.Async;

                class Reports {

                    @Bulkhead(name = "reports")
                    @Timeout(name = "reports")
                    @Fallback(method = "late")
                    @Async
                    public CompletableFuture<String> report() {
                        return CompletableFuture.completedFuture("x");
                    }

                    private CompletableFuture<String> late(TimeoutExceededException failure) {
                        return CompletableFuture.completedFuture("");
                    }
                }
                """)));
    }

    @Test
    void exceptionsShouldBeReplacedInHandlers() {
        rewriteRun(java("""
            import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
            import io.github.resilience4j.ratelimiter.RequestNotPermitted;

            class Handlers {
                int handle(Runnable call) {
                    try {
                        call.run();
                    } catch (CallNotPermittedException | RequestNotPermitted e) {
                        return 503;
                    }
                    return 200;
                }
            }
            """, """
            import io.netrun.resilience.circuitbreaker.CircuitOpenException;
            import io.netrun.resilience.ratelimiter.RateLimitExceededException;

            class Handlers {
                int handle(Runnable call) {
                    try {
                        call.run();
                    } catch (CircuitOpenException | RateLimitExceededException e) {
                        return 503;
                    }
                    return 200;
                }
            }
            """));
    }

    @Test
    void codeThatUsesARegistryShouldKeepWhatItNeeds() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows).anySatisfy(row -> {
                            assertThat(row.what())
                                    .isEqualTo("io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry");
                            assertThat(row.reason()).contains("ResilienceRegistry");
                        })),
                srcMainResources(
                        yaml("""
                            resilience4j.retry:
                              instances:
                                a:
                                  max-attempts: 2
                            """, """
                            resilience4j.retry:
                              instances:
                                a:
                                  max-attempts: 2

                            resilience:
                              retry:
                                instances:
                                  a:
                                    max-attempts: 2
                            """, source -> source.path("application.yml").noTrim())),
                srcMainJava(java("""
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

                    class Breakers {
                        Breakers(CircuitBreakerRegistry registry) {
                        }
                    }
                    """)));
    }

    @Test
    void wildcardImportsShouldGoWithTheDependency() {
        String source = """
            import io.github.resilience4j.bulkhead.annotation.*;
            import io.github.resilience4j.retry.annotation.*;

            class Calls {
                @Retry(name = "a")
                @Bulkhead(name = "a", type = Bulkhead.Type.SEMAPHORE)
                public void call() {
                }
            }
            """;
        String moved = """
            import io.netrun.resilience.annotation.Bulkhead;
            import io.netrun.resilience.annotation.Retry;

            class Calls {
                @Retry(name = "a")
                @Bulkhead(name = "a")
                public void call() {
                }
            }
            """;
        String script = "implementation 'io.github.resilience4j:resilience4j-spring-boot3:2.3.0'";
        String starter = "implementation 'io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT'";
        rewriteRun(srcMainJava(java(source, moved)), text(script, starter, file -> file.path("build.gradle")));
        rewriteRun(
                spec -> spec.parser(JavaParser.fromJavaVersion()), // as where the types are not known
                srcMainJava(java(source, moved)),
                text(script, starter, file -> file.path("build.gradle")));
    }
}
