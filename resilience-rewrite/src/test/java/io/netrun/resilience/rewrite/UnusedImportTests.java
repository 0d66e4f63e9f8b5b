package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Imports of resilience4j that nothing in their file uses, and exceptions where nothing is annotated. */
class UnusedImportTests {

    private static final String CALLS = """
        import io.github.resilience4j.retry.annotation.Retry;

        class Calls {
            @Retry(name = "a")
            public void call() {
            }
        }
        """;

    private static final String OTHER = "src/main/java/Other.java";

    private static Project moved(String other) {
        return new Project()
                .with("src/main/java/Calls.java", CALLS)
                .with(OTHER, other)
                .after(new FromResilience4j(false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ratelimiter.annotation.RateLimiter",
                "retry.RetryConfig",
                "circuitbreaker.CallNotPermittedException",
                "circuitbreaker.CircuitBreaker.State",
            })
    void unusedImportShouldBeRemovedWithoutALeftover(String type) {
        Project after =
                moved("import io.github.resilience4j." + type + ";\nimport java.util.List;\n\nclass Other {\n}\n");

        assertThat(after.files()).containsEntry(OTHER, "import java.util.List;\n\nclass Other {\n}\n");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void unusedImportBesideAnAnnotationShouldBeRemoved() {
        Project after = moved(CALLS.replace("class Calls", "class Other")
                .replaceFirst("\n\n", "\nimport io.github.resilience4j.bulkhead.annotation.Bulkhead;\n\n"));

        assertThat(after.files().get(OTHER)).doesNotContain("resilience4j").doesNotContain("Bulkhead");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void unusedImportShouldNotKeepTheSettings() {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS)
                .with(OTHER, "import io.github.resilience4j.ratelimiter.annotation.RateLimiter;\n\nclass Other {\n}\n")
                .with("src/main/resources/application.properties", "resilience4j.retry.instances.a.max-attempts=2\n")
                .after(new FromResilience4j(false));

        assertThat(after.files().get("src/main/resources/application.properties"))
                .isEqualTo("resilience.retry.instances.a.max-attempts=2\n");
    }

    @Test
    void onlyImportShouldLeaveTheClassAtTheTop() {
        assertThat(moved("import io.github.resilience4j.retry.RetryConfig;\n\nclass Other {\n}\n")
                        .files())
                .containsEntry(OTHER, "class Other {\n}\n");
    }

    @Test
    void importForACommentShouldStay() {
        String other =
                "import io.github.resilience4j.retry.RetryConfig;\n\n/** As {@link RetryConfig}. */\nclass Other {\n}\n";

        assertThat(moved(other).files()).containsEntry(OTHER, other);
    }

    @Test
    void exceptionWithoutAnnotationsShouldNotBeListed() {
        Project after = new Project().with(OTHER, """
                    import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
                    import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

                    class Other {
                        private CircuitBreakerRegistry registry;

                        boolean isOpen(Throwable error) {
                            return error instanceof CallNotPermittedException;
                        }
                    }
                    """).after(new FromResilience4j(false));

        assertThat(after.left())
                .isNotEmpty()
                .noneMatch(row -> row.contains("CallNotPermittedException"))
                .noneMatch(row -> row.contains("Annotated methods"));
    }
}
