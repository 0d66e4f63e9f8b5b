package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code MaxRetriesExceededException}, which is for results alone there. */
class ExhaustedFailureTests {

    private static final String CALLS = """
        import io.github.resilience4j.retry.MaxRetriesExceededException;
        import io.github.resilience4j.retry.annotation.Retry;

        class Calls {
            @Retry(name = "a", fallbackMethod = "none")
            public String call(String text) {
                return text;
            }

            private String none(String text, Throwable failure) {
                %s
            }
        }
        """;

    private static Project moved(String source) {
        return new Project().with("src/main/java/Calls.java", source).after(new FromResilience4j(false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return failure instanceof MaxRetriesExceededException ? \"max\" : \"none\";",
                "return failure instanceof MaxRetriesExceededException max ? max.getMessage() : \"none\";",
                "return ((MaxRetriesExceededException) failure).getMessage();",
                "return ask(() -> failure instanceof MaxRetriesExceededException);",
                "if (!(failure instanceof MaxRetriesExceededException)) { throw failure; } return text;"
            })
    void fallbackShouldTestForTheResult(String body) {
        Project after = moved(CALLS.formatted(body));

        assertThat(after.files().get("src/main/java/Calls.java"))
                .contains(body.replace("MaxRetriesExceededException", "UnacceptableResultException"))
                .contains("import io.netrun.resilience.retry.UnacceptableResultException;")
                .doesNotContain("resilience4j");
        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return failure.getClass() == MaxRetriesExceededException.class ? \"max\" : \"none\";",
                "try { return ask(text); } catch (MaxRetriesExceededException e) { return \"max\"; }",
                "assertThrows(MaxRetriesExceededException.class, () -> ask(text)); return text;"
            })
    void otherUseShouldBeListed(String body) {
        Project after = moved(CALLS.formatted(body));

        assertThat(after.files().get("src/main/java/Calls.java"))
                .contains(body.replace("MaxRetriesExceededException", "RetryExhaustedException"));
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("io.github.resilience4j.retry.MaxRetriesExceededException: ")
                .contains("its cause is UnacceptableResultException");
    }

    @Test
    void testOutsideOfAFallbackShouldBeListed() {
        Project after = moved("""
            import io.github.resilience4j.retry.MaxRetriesExceededException;

            class Handler {
                boolean isMax(Throwable failure) {
                    return failure instanceof MaxRetriesExceededException;
                }
            }
            """);

        assertThat(after.files().get("src/main/java/Calls.java"))
                .contains("failure instanceof RetryExhaustedException");
        assertThat(after.left()).hasSize(1);
    }

    @Test
    void parameterOfAFallbackShouldNotBeListed() {
        assertThat(moved(CALLS.formatted("return text;")
                                .replace("Throwable failure", "MaxRetriesExceededException failure"))
                        .left())
                .isEmpty();
    }
}
