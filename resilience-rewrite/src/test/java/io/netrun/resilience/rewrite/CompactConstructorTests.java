package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records whose compact constructor has no list of parameters. */
class CompactConstructorTests {

    private static final String RECORD = """
        import java.util.List;

        public record Pet(String name, List<String> visits) {

            public Pet {
                if (visits == null) {
                    visits = List.of();
                }
            }
        }
        """;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void compactConstructorShouldNotEndTheRecipe(boolean keepBehaviour) {
        Project project = new Project().with("src/main/java/Pet.java", RECORD).with("src/main/java/Calls.java", """
                    import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
                    import java.util.concurrent.CompletableFuture;

                    class Calls {
                        @TimeLimiter(name = "a")
                        public CompletableFuture<String> call() {
                            return CompletableFuture.completedFuture("");
                        }
                    }
                    """);

        assertThatCode(() -> project.after(new FromResilience4j(keepBehaviour))).doesNotThrowAnyException();
    }
}
