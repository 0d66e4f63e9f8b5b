package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Methods of exceptions that are replaced. */
class ExceptionCallTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker.CallNotPermittedException, getCausingCircuitBreakerName, circuitbreaker.CircuitOpenException",
        "bulkhead.BulkheadFullException, getBulkheadName, bulkhead.BulkheadFullException",
        "ratelimiter.RequestNotPermitted, getCausingRateLimiterName, ratelimiter.RateLimitExceededException",
        "retry.MaxRetriesExceededException, getCausingRetryName, retry.RetryExhaustedException",
    })
    void nameOfTheInstanceShouldBeAskedForAsHere(String there, String getter, String here) {
        String source = """
                import io.%s;

                import java.util.function.Function;

                class Handler {
                    Function<%2$s, String> name = %2$s::%3$s;

                    String handle(%2$s failure) {
                        return "name" + failure.%3$s() + failure.getMessage();
                    }
                }
                """;
        rewriteRun(java(
                source.formatted("github.resilience4j." + there, simple(there), getter),
                source.formatted("netrun.resilience." + here, simple(here), "name")));
    }

    @Test
    void nameInAFallbackMethodShouldBeAskedForAsHere() {
        rewriteRun(spec -> spec.expectedCyclesThatMakeChanges(1), java("""
                    import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

                    class Calls {
                        CircuitBreakerRegistry registry;

                        @CircuitBreaker(name = "a", fallbackMethod = "none")
                        public String call() {
                            return "";
                        }

                        String none(CallNotPermittedException failure) {
                            return failure.getCausingCircuitBreakerName();
                        }
                    }
                    """, """
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
                    import io.netrun.resilience.annotation.CircuitBreaker;
                    import io.netrun.resilience.annotation.Fallback;
                    import io.netrun.resilience.circuitbreaker.CircuitOpenException;

                    class Calls {
                        CircuitBreakerRegistry registry;

                        @CircuitBreaker(name = "a")
                        @Fallback(method = "none")
                        public String call() {
                            return "";
                        }

                        String none(CircuitOpenException failure) {
                            return failure.name();
                        }
                    }
                    """));
    }

    @ParameterizedTest
    @ValueSource(strings = {"failure.getTarget()", "new InvocationRejectedException()"})
    void exceptionWithoutACounterpartOfAMethodShouldStay(String use) {
        rewriteRun(
                spec -> spec.recipe(new FromSpringFramework7(false))
                        .dataTable(
                                Leftovers.Row.class,
                                rows -> assertThat(rows)
                                        .extracting(Leftovers.Row::what)
                                        .contains("org.springframework.resilience.InvocationRejectedException")),
                java("""
                    import org.springframework.resilience.InvocationRejectedException;

                    class Handler {
                        Object handle(InvocationRejectedException failure) {
                            return %s;
                        }
                    }
                    """.formatted(use)));
    }

    @Test
    void exceptionWithAnExtendingClassShouldStay() {
        rewriteRun(
                spec -> spec.recipe(new FromSpringRetry(false))
                        .dataTable(
                                Leftovers.Row.class,
                                rows -> assertThat(rows)
                                        .extracting(Leftovers.Row::what)
                                        .contains("org.springframework.retry.ExhaustedRetryException")),
                java("""
                    import org.springframework.retry.ExhaustedRetryException;

                    class GivenUp extends ExhaustedRetryException {
                    }
                    """));
    }

    @Test
    void handlerOfUnrecoveredFailuresShouldBeLeft() {
        rewriteRun(
                spec -> spec.recipe(new FromSpringRetry(true))
                        .dataTable(
                                Leftovers.Row.class,
                                rows -> assertThat(rows)
                                        .anySatisfy(
                                                row -> assertThat(row.reason()).contains("it is thrown as it is"))),
                java("""
                    import org.springframework.retry.ExhaustedRetryException;

                    class Handler {
                        Object handle(ExhaustedRetryException failure) {
                            return failure.getMessage();
                        }
                    }
                    """, """
                    import io.netrun.resilience.retry.RetryExhaustedException;

                    class Handler {
                        Object handle(RetryExhaustedException failure) {
                            return failure.getMessage();
                        }
                    }
                    """));
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static boolean isBoth(String code) {
        return new Project()
                        .with("src/main/java/Code.java", "class Code { " + code + " }\n")
                        .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
                    import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

                    class Calls {
                        @CircuitBreaker(name = "a", fallbackMethod = "other")
                        public String call() {
                            return "";
                        }

                        String other(CallNotPermittedException e) {
                            return "";
                        }
                    }
                    """)
                        .after(new FromResilience4j(false))
                        .left()
                        .stream()
                        .anyMatch(row -> row.contains("throws it as before: handle both"));
    }

    private static final String CIRCUITS = "io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry all;";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "void a() { all.circuitBreaker(\"b\").executeRunnable(() -> {}); }",
                "void a() { all.circuitBreaker(\"b\").acquirePermission(); }",
                "Object a() { return all; }",
                "void a(Framework other) { other.use(all); }",
                "void a(Framework other) { other.use(() -> all); }",
                "io.github.resilience4j.decorators.Decorators any; Object a() { return any.ofRunnable(null).decorate(); }",
            })
    void exceptionOfCodeThatStaysShouldBeListed(String code) {
        assertThat(isBoth(CIRCUITS + " " + code)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "void a() { all.circuitBreaker(\"b\").getMetrics().getFailureRate(); }",
                "Object a() { return all.getAllCircuitBreakers().stream().map(b -> b.getName()).toList(); }",
                "void a() { all.circuitBreaker(\"b\").transitionToOpenState(); }",
            })
    void exceptionOfCodeThatOnlyAsksShouldNotBeListed(String code) {
        assertThat(isBoth(CIRCUITS + " " + code)).isFalse();
    }

    @Test
    void exceptionThatNoCodeThrowsShouldNotBeListed() {
        assertThat(isBoth("void a(io.github.resilience4j.retry.Retry r) { r.executeRunnable(() -> {}); }"))
                .isFalse();
    }
}
