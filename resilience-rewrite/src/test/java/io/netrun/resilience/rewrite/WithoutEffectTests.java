package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** What had no effect with resilience4j, or has another one here. */
class WithoutEffectTests implements RewriteTest {

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

    @Test
    void annotationOfAnAnnotationShouldBeRemoved() {
        rewriteRun(spec -> leaving(spec, "@Retry at @Guarded", "had no effect"), java("""
            import io.github.resilience4j.retry.annotation.Retry;

            @Retry(name = "a")
            public @interface Guarded {
            }
            """, """
            public @interface Guarded {
            }
            """));
    }

    @Test
    void fallbackOfAClassShouldBeAtTheMethodsThatItFits() {
        rewriteRun(java("""
                    import io.github.resilience4j.retry.annotation.Retry;

                    @Retry(name = "a", fallbackMethod = "none")
                    class Calls {
                        public String call(String to) {
                            return "";
                        }

                        public int count(int first) {
                            return 0;
                        }

                        private String none(String to, Exception failure) {
                            return "";
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Fallback;
                    import io.netrun.resilience.annotation.Retry;

                    @Retry(name = "a")
                    class Calls {
                        @Fallback(method = "none")
                        public String call(String to) {
                            return "";
                        }

                        public int count(int first) {
                            return 0;
                        }

                        private String none(String to, Exception failure) {
                            return "";
                        }
                    }
                    """));
    }

    @Test
    void fallbackWithAnArrayShouldFitVariableArguments() {
        rewriteRun(java("""
            import io.github.resilience4j.retry.annotation.Retry;

            class Calls {
                @Retry(name = "a", fallbackMethod = "none")
                public String call(String... to) {
                    return "";
                }

                private String none(String[] to, Exception failure) {
                    return "";
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;

            class Calls {
                @Retry(name = "a")
                @Fallback(method = "none")
                public String call(String... to) {
                    return "";
                }

                private String none(String[] to, Exception failure) {
                    return "";
                }
            }
            """));
    }

    @Test
    void handlerOfTheOtherTimeoutShouldBeLeft() {
        rewriteRun(
                spec -> leaving(spec, "java.util.concurrent.TimeoutException", "Handle both"),
                srcMainResources(yaml("""
                    resilience4j.timelimiter.instances.a.timeoutDuration: 2s
                    """, """
                    resilience:
                      timeout:
                        instances:
                          a:
                            duration: 2s
                    """, source -> source.path("application.yml"))),
                srcMainJava(java("""
                    import java.util.concurrent.TimeoutException;

                    class Handler {
                        String handle(TimeoutException failure) {
                            return "late";
                        }
                    }
                    """)));
    }

    @Test
    void listWithTheOtherTimeoutShouldBeLeft() {
        rewriteRun(
                spec -> leaving(
                        spec, "resilience4j.retry.instances.b.retryExceptions", "may throw themselves. List both"),
                srcMainResources(yaml("""
                    resilience4j:
                      timelimiter.instances.a.timeoutDuration: 2s
                      retry.instances.b.retryExceptions: java.util.concurrent.TimeoutException
                    """, """
                    resilience:
                      retry:
                        instances:
                          b:
                            exceptions: io.netrun.resilience.timeout.TimeoutExceededException
                      timeout:
                        instances:
                          a:
                            duration: 2s
                    """, source -> source.path("application.yml"))));
    }

    @Test
    void multiplierBehindAPlaceholderShouldBeLeftWithItsReason() {
        rewriteRun(
                spec -> leaving(
                        spec, "resilience4j.retry.instances.a.exponentialBackoffMultiplier", "known only at the start"),
                srcMainResources(yaml("""
                    resilience4j.retry.instances.a:
                      maxAttempts: 4
                      enableExponentialBackoff: ${EXP:true}
                      exponentialBackoffMultiplier: 3
                    """, """
                    resilience:
                      retry:
                        instances:
                          a:
                            max-attempts: 4
                    """, source -> source.path("application.yml"))));
    }
}
