package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the fallback of a method is whose patterns each had one. */
class FallbackPositionTests {

    private static final String THERE = "fallbackMethod = \"no\"";

    /** A method with annotations, and the fallback methods {@code no} and {@code other} for failures. */
    private static Project moved(String annotations, String no, String other) {
        StringBuilder code = new StringBuilder("""
            import io.github.resilience4j.bulkhead.BulkheadFullException;
            import io.github.resilience4j.bulkhead.annotation.Bulkhead;
            import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
            import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
            import io.github.resilience4j.ratelimiter.RequestNotPermitted;
            import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
            import io.github.resilience4j.retry.annotation.Retry;
            import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
            import java.io.IOException;

            class Calls {
                %s
                public String call(int id) throws IOException {
                    return "";
                }
            """.formatted(annotations));
        for (String failure : no.split(" ")) {
            code.append("\n    String no(int id, ")
                    .append(failure)
                    .append(" failure) {\n        return \"\";\n    }\n");
        }
        for (String failure : other.isEmpty() ? List.<String>of() : List.of(other.split(" "))) {
            code.append("\n    String other(").append(failure).append(" failure) {\n        return \"\";\n    }\n");
        }
        return new Project()
                .with("src/main/java/Calls.java", code.append("}\n").toString())
                .with("src/main/resources/application.properties", "spring.application.name=a\n")
                .after(new FromResilience4j(true));
    }

    private static String annotations(String names) {
        StringBuilder all = new StringBuilder();
        for (String name : names.split(" ")) {
            String fallback =
                    name.endsWith("+") ? ", " + THERE : name.endsWith("-") ? ", fallbackMethod = \"other\"" : "";
            all.append("@")
                    .append(name.replaceAll("[+-]", ""))
                    .append("(name = \"a\"")
                    .append(fallback)
                    .append(") ");
        }
        return all.toString().strip();
    }

    private static String code(Project after) {
        return after.files().get("src/main/java/Calls.java");
    }

    private static List<String> left(Project after) {
        return after.left().stream()
                .filter(row -> row.contains("fallbackMethod = "))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "Retry+ CircuitBreaker+ RateLimiter+ Bulkhead+, '\"retry\", \"circuit-breaker\", \"fallback\"'",
        "Retry+ RateLimiter+ TimeLimiter+, '\"retry\", \"fallback\"'",
        "Retry+ CircuitBreaker+ TimeLimiter Bulkhead+, '\"retry\", \"fallback\"'",
        "CircuitBreaker+ RateLimiter Bulkhead+, '\"circuit-breaker\", \"fallback\"'",
        "Retry+ RateLimiter Bulkhead+, '\"retry\", \"fallback\"'",
        "Retry+ RateLimiter TimeLimiter Bulkhead+, '\"retry\", \"rate-limiter\", \"timeout\", \"fallback\"'",
        "Retry+ CircuitBreaker+, '\"retry\", \"fallback\"'",
        "CircuitBreaker Bulkhead+, '\"circuit-breaker\", \"fallback\"'",
    })
    void fallbackShouldBeAroundWhatDoesNotLookAtFailures(String names, String order) {
        assertThat(code(moved(annotations(names), "Throwable", ""))).contains("@PatternOrder({" + order + "})");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RateLimiter+ Bulkhead+", "RateLimiter+ TimeLimiter Bulkhead+", "TimeLimiter+ Bulkhead+"})
    void fallbackShouldBeAroundAllWithoutRetryAndBreaker(String names) {
        Project after = moved(annotations(names), "Exception", "");

        assertThat(code(after)).contains("@Fallback(method = \"no\")").doesNotContain("@PatternOrder");
        assertThat(left(after)).isEmpty();
    }

    @Test
    void rejectionsOfACircuitThatDoNotReachItShouldBeListed() {
        assertThat(left(moved(annotations("Retry+ CircuitBreaker+ RateLimiter+ Bulkhead+"), "Throwable", "")))
                .singleElement()
                .asString()
                .contains("fallbackMethod = no: There, it also gets what circuit-breaker throws. Here,")
                .contains("write fallback before circuit-breaker in @PatternOrder");
    }

    @Test
    void rejectionsThatOnlyARetryReplacedShouldBeListed() {
        assertThat(left(moved(annotations("Retry+ CircuitBreaker RateLimiter+"), "Exception", "")))
                .singleElement()
                .asString()
                .contains("There, it also gets what circuit-breaker throws");
    }

    @Test
    void rejectionsThatItDidNotTakeShouldNotBeListed() {
        assertThat(left(moved(annotations("CircuitBreaker+ Bulkhead+"), "IOException BulkheadFullException", "")))
                .isEmpty();
    }

    @Test
    void fallbackForRejectionsAloneShouldBeAroundTheCircuit() {
        Project after = moved(
                annotations("Retry CircuitBreaker+ RateLimiter+"), "CallNotPermittedException RequestNotPermitted", "");

        assertThat(code(after)).contains("@PatternOrder({\"retry\", \"fallback\"})");
        assertThat(left(after)).isEmpty();
    }

    @Test
    void fallbackForSomeFailuresShouldBeAroundTheCircuit() {
        Project after = moved(annotations("CircuitBreaker+ TimeLimiter+"), "CallNotPermittedException IOException", "");

        assertThat(code(after)).doesNotContain("@PatternOrder");
        assertThat(left(after)).singleElement().asString().contains("it replaces IOException inside the circuit");
    }

    @Test
    void otherFallbackOfARetryShouldBeAroundIt() {
        Project after = moved(annotations("Retry- CircuitBreaker+"), "CallNotPermittedException", "Exception");

        assertThat(code(after))
                .contains("@Fallback(method = \"callFallback\")", "return no(id, failure);", "return other(failure);")
                .doesNotContain("@PatternOrder");
        assertThat(left(after)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Retry- CircuitBreaker RateLimiter+ Bulkhead+, RequestNotPermitted BulkheadFullException",
        "Retry- CircuitBreaker Bulkhead+, BulkheadFullException",
        "Retry- CircuitBreaker TimeLimiter RateLimiter+, RequestNotPermitted",
        "Retry- CircuitBreaker+ RateLimiter+, CallNotPermittedException RequestNotPermitted",
    })
    void fallbackForAllShouldStayAroundThoseForRejections(String names, String rejections) {
        Project after = moved(annotations(names), rejections, "Exception");

        assertThat(code(after))
                .contains("@Fallback(method = \"callFallback\")", "return no(id, failure);", "return other(failure);")
                .doesNotContain("@PatternOrder");
        assertThat(left(after)).isEmpty();
    }

    @Test
    void fallbackForAllOfACircuitShouldPassARetryBetween() {
        Project after = new Project()
                .with("src/main/java/Calls.java", """
                        import io.github.resilience4j.bulkhead.BulkheadFullException;
                        import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                        import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
                        import io.github.resilience4j.retry.annotation.Retry;

                        class Calls {
                            @CircuitBreaker(name = "a", fallbackMethod = "all")
                            @Retry(name = "a")
                            @Bulkhead(name = "a", fallbackMethod = "full")
                            public String call() {
                                return "";
                            }

                            String all(Exception failure) {
                                return "all";
                            }

                            String full(BulkheadFullException failure) {
                                return "full";
                            }
                        }
                        """)
                .with("src/main/resources/application.properties", """
                        resilience4j.circuitbreaker.circuitBreakerAspectOrder=1
                        resilience4j.retry.retryAspectOrder=2
                        """)
                .after(new FromResilience4j(true));

        assertThat(code(after))
                .contains("return all(failure);", "return full(failure);")
                .doesNotContain("@PatternOrder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TimeoutException", "IOException", "Exception"})
    void fallbackForMoreThanRejectionsShouldStayInsideTheCircuit(String failure) {
        Project after = moved(annotations("Retry- CircuitBreaker Bulkhead+"), failure, "Exception");

        assertThat(code(after)).contains("@PatternOrder({\"retry\", \"circuit-breaker\", \"fallback\"})");
        assertThat(left(after))
                .anyMatch(row -> row.contains("fallbackMethod = other: A method has one fallback")
                        && row.contains("reaches the caller"));
    }

    @Test
    void otherFallbackInsideShouldBeListedWithWhatIsLost() {
        assertThat(left(moved(annotations("CircuitBreaker- RateLimiter+"), "Exception", "CallNotPermittedException")))
                .singleElement()
                .asString()
                .contains("fallbackMethod = other: A method has one fallback, which is inside circuit-breaker;")
                .contains(
                        "reaches the caller, and so does CircuitOpenException of an open circuit. Move @CircuitBreaker to");
    }

    @Test
    void otherFallbackOutsideShouldBeListedWithWhatTheInnerOneDoesNotTake() {
        assertThat(left(moved(annotations("Retry- CircuitBreaker+"), "IllegalArgumentException", "Exception")))
                .anyMatch(row -> row.contains("fallbackMethod = other: A method has one fallback")
                        && row.contains("reaches the caller, and so does CircuitOpenException of an open circuit."));
    }

    @Test
    void failuresThatTheCircuitCountsBesideTimeoutsShouldBeListed() {
        assertThat(left(moved(annotations("Retry+ CircuitBreaker+ TimeLimiter Bulkhead+"), "Exception", "")))
                .singleElement()
                .asString()
                .contains("it replaces Exception inside the circuit breaker")
                .contains("list TimeoutExceededException alone in its exceptions");
    }

    @Test
    void timeoutsThatARetryRepeatsShouldBeListed() {
        assertThat(left(moved(annotations("Retry- CircuitBreaker- TimeLimiter Bulkhead+"), "Exception", "Exception")))
                .anyMatch(row -> row.contains("repeats each of them up to max-attempts times"));
    }

    @Test
    void timeoutsThatTheRetryRepeatedThereShouldNotBeListed() {
        assertThat(left(moved(annotations("Retry+ TimeLimiter Bulkhead+"), "Exception", "")))
                .isNotEmpty()
                .noneMatch(row -> row.contains("repeats each of them"));
    }

    @Test
    void fallbackShouldBeAroundACircuitOfTimeouts() {
        Project after = moved(annotations("CircuitBreaker+ TimeLimiter Bulkhead+"), "Exception", "");

        assertThat(code(after)).contains("@Fallback(method = \"no\")").doesNotContain("@PatternOrder");
    }
}
