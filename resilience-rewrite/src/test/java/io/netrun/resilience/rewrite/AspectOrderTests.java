package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Orders of the aspects of resilience4j that a profile changes. */
class AspectOrderTests {

    private static final String CODE = """
        import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
        import io.github.resilience4j.retry.annotation.Retry;

        class Calls {
            @Retry(name = "a", fallbackMethod = "out")
            @CircuitBreaker(name = "a")
            public String call() {
                return "";
            }

            private String out(Exception failure) {
                return "";
            }
        }
        """;

    private static Project moved(String profile) {
        return new Project()
                .with("src/main/java/Calls.java", CODE)
                .with("src/main/resources/application.properties", """
                    resilience4j.circuitbreaker.circuit-breaker-aspect-order=1
                    resilience4j.retry.retry-aspect-order=2
                    """)
                .with("src/main/resources/application-q.properties", profile)
                .after(new FromResilience4j(true));
    }

    @Test
    void orderOfAProfileShouldBeListed() {
        Project after = moved("""
            resilience4j.circuitbreaker.circuit-breaker-aspect-order=2
            resilience4j.retry.retry-aspect-order=1
            """);

        assertThat(after.files().get("src/main/java/Calls.java"))
                .contains("@PatternOrder({\"circuit-breaker\", \"fallback\"})");
        assertThat(after.left())
                .filteredOn(row -> row.contains("@PatternOrder"))
                .singleElement()
                .asString()
                .contains("@PatternOrder: With src/main/resources/application-q.properties")
                .contains("around all patterns then, and is inside circuit-breaker here");
    }

    @Test
    void sameOrderShouldNotBeListed() {
        assertThat(moved("resilience4j.retry.retry-aspect-order=7\n").left())
                .noneMatch(row -> row.contains("@PatternOrder"));
    }

    @Test
    void orderAmongOtherAspectsShouldBeListed() {
        assertThat(moved("resilience4j.retry.retry-aspect-order=2147483640\n").left())
                .hasSize(2)
                .allMatch(row -> row.contains("application.properties resilience4j.")
                        && row.contains("here, the patterns are at 2147483547"));
    }
}
