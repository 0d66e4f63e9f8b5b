package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.Recipe;

/** Files in which the simple name of a type that a recipe writes has another meaning. */
class NameClashTests {

    private static final String FILE = "src/main/java/shop/Client.java";

    private static final String REACTOR = """
        package reactor.util.retry;

        public class Retry {
            public static Retry max(long times) {
                return new Retry();
            }
        }
        """;

    private static Project project() {
        return new Project().with("lib/src/main/java/reactor/util/retry/Retry.java", REACTOR);
    }

    private static String moved(Project project, Recipe recipe) {
        return String.valueOf(project.after(recipe).files().get(FILE));
    }

    @Test
    void importOfAnotherTypeShouldStayAlone() {
        String code = moved(project().with(FILE, """
            package shop;

            import org.springframework.resilience.annotation.Retryable;
            import reactor.util.retry.Retry;

            public class Client {
                private final Retry retry = Retry.max(3);

                @Retryable(maxRetries = 2)
                public void call() {
                }
            }
            """), new FromSpringFramework7(false));

        assertThat(code).isEqualTo("""
            package shop;

            import reactor.util.retry.Retry;

            public class Client {
                private final Retry retry = Retry.max(3);

                @io.netrun.resilience.annotation.Retry(maxAttempts = 3)
                public void call() {
                }
            }
            """);
    }

    @Test
    void coreTypeOfResilience4jShouldStayAlone() {
        String code = moved(
                project()
                        .with("lib/src/main/java/io/github/resilience4j/retry/Retry.java", """
                            package io.github.resilience4j.retry;

                            public interface Retry {
                            }
                            """)
                        .with(FILE, """
                            package shop;

                            import io.github.resilience4j.retry.Retry;

                            public class Client {
                                private Retry retry;

                                @io.github.resilience4j.retry.annotation.Retry(name = "a")
                                public void call() {
                                }
                            }
                            """),
                new FromResilience4j(false));

        assertThat(code)
                .contains("import io.github.resilience4j.retry.Retry;")
                .contains("@io.netrun.resilience.annotation.Retry(name = \"a\")")
                .doesNotContain("import io.netrun");
    }

    @Test
    void wholePackageWithTheNameShouldKeepItsMeaning() {
        String code = moved(project().with(FILE, """
            package shop;

            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
            import org.springframework.resilience.annotation.*;
            import reactor.util.retry.*;

            public class Client {
                private final Retry retry = Retry.max(3);

                @Retryable
                public void call() {
                }
            }
            """), new FromSpringFramework7(false));

        assertThat(code)
                .contains("import reactor.util.retry.*;")
                .contains("@io.netrun.resilience.annotation.Retry(")
                .doesNotContain("import io.netrun");
    }

    @Test
    void classOfThePackageShouldKeepItsMeaning() {
        String code = moved(
                project()
                        .with("src/main/java/shop/Timeout.java", """
                            package shop;

                            class Timeout {
                            }
                            """)
                        .with("src/main/java/shop/Async.java", """
                            package shop;

                            class Async {
                            }
                            """)
                        .with(FILE, """
                            package shop;

                            import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                            import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
                            import java.util.concurrent.CompletableFuture;

                            public class Client {
                                @TimeLimiter(name = "a")
                                @Bulkhead(name = "a", type = Bulkhead.Type.THREADPOOL)
                                public CompletableFuture<String> call() {
                                    return null;
                                }
                            }
                            """),
                new FromResilience4j(false));

        assertThat(code)
                .contains("@io.netrun.resilience.annotation.Timeout(name = \"a\")")
                .contains("@org.springframework.scheduling.annotation.Async")
                .contains("import io.netrun.resilience.annotation.Bulkhead;")
                .doesNotContain("import io.netrun.resilience.annotation.Timeout;")
                .doesNotContain("import org.springframework.scheduling");
    }

    @Test
    void classWithinTheFileShouldKeepItsMeaning() {
        String code = moved(project().with(FILE, """
            package shop;

            import io.github.resilience4j.retry.annotation.Retry;

            public class Client {
                @Retry(name = "a", fallbackMethod = "none")
                public String call() {
                    return "";
                }

                private String none(Exception failure) {
                    return "";
                }

                static class Fallback {
                }
            }
            """), new FromResilience4j(false));

        assertThat(code)
                .contains("import io.netrun.resilience.annotation.Retry;")
                .contains("@io.netrun.resilience.annotation.Fallback(method = \"none\")")
                .doesNotContain("import io.netrun.resilience.annotation.Fallback;");
    }

    @Test
    void inheritedClassShouldKeepItsMeaning() {
        String code =
                moved(project().with("src/main/java/base/Base.java", """
                    package base;

                    public class Base {
                        public static class Retry {
                        }
                    }
                    """).with(FILE, """
                    package shop;

                    import base.Base;
                    import org.springframework.retry.annotation.Retryable;

                    public class Client extends Base {
                        @Retryable
                        public void call() {
                        }
                    }
                    """), new FromSpringRetry(false));

        assertThat(code).contains("@io.netrun.resilience.annotation.Retry").doesNotContain("import io.netrun");
    }

    @Test
    void exceptionShouldHaveItsFullNameWhereItsNameIsTaken() {
        String code = moved(
                project()
                        .with("src/main/java/shop/CircuitOpenException.java", """
                            package shop;

                            class CircuitOpenException extends RuntimeException {
                            }
                            """)
                        .with(FILE, """
                            package shop;

                            import io.github.resilience4j.circuitbreaker.CallNotPermittedException;

                            public class Client {
                                int handle(CallNotPermittedException failure) {
                                    throw new CircuitOpenException();
                                }
                            }
                            """),
                new FromResilience4j(false));

        assertThat(code)
                .contains("handle(io.netrun.resilience.circuitbreaker.CircuitOpenException failure)")
                .contains("new CircuitOpenException()")
                .doesNotContain("import ");
    }

    @Test
    void parameterOfAFallbackShouldHaveItsFullNameWhereItsNameIsTaken() {
        String code = moved(
                project()
                        .with("src/main/java/shop/CircuitOpenException.java", """
                            package shop;

                            class CircuitOpenException extends RuntimeException {
                            }
                            """)
                        .with(FILE, """
                            package shop;

                            import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
                            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

                            public class Client {
                                @CircuitBreaker(name = "a", fallbackMethod = "none")
                                public String call() {
                                    return "";
                                }

                                private String none(CallNotPermittedException failure) {
                                    return "";
                                }
                            }
                            """),
                new FromResilience4j(false));

        assertThat(code)
                .contains("none(io.netrun.resilience.circuitbreaker.CircuitOpenException failure)")
                .contains("import io.netrun.resilience.annotation.CircuitBreaker;");
    }

    @Test
    void annotationThatStaysShouldKeepItsImport() {
        String code = moved(project().with(FILE, """
            package shop;

            import org.springframework.retry.annotation.Backoff;
            import org.springframework.retry.annotation.CircuitBreaker;

            public class Client {
                @CircuitBreaker(maxAttempts = 5)
                public void call() {
                }

                @CircuitBreaker(interceptor = "own")
                public void other() {
                }
            }
            """), new FromSpringRetry(false));

        assertThat(code)
                .contains("import org.springframework.retry.annotation.CircuitBreaker;")
                .contains("@io.netrun.resilience.annotation.CircuitBreaker(failureThreshold = 5)")
                .contains("@CircuitBreaker(interceptor = \"own\")");
    }

    private static String ofFallback(String body) {
        return new Project()
                .with("src/main/java/shop/Calls.java", """
                    package shop;

                    import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                    import org.slf4j.Logger;
                    import com.vendor.Tool;

                    import io.github.resilience4j.bulkhead.BulkheadFullException;
                    import io.micrometer.core.instrument.Timer;

                    class Calls {
                        @Bulkhead(name = "a", fallbackMethod = "full")
                        public String call() {
                            return "";
                        }

                        public String full(BulkheadFullException e) {
                            return %s;
                        }
                    }
                    """.formatted(body))
                .after(new FromResilience4j(false))
                .files()
                .get("src/main/java/shop/Calls.java");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "String.valueOf(BulkheadFullException.class)"})
    void exceptionOfTheSameNameShouldBeImported(String body) {
        assertThat(ofFallback(body))
                .contains(
                        "import io.netrun.resilience.bulkhead.BulkheadFullException;", "full(BulkheadFullException e)")
                .doesNotContain("resilience4j", "(io.netrun");
    }
}
