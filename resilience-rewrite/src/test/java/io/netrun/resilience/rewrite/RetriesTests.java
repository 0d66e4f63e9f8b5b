package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers of retries of Spring Framework 7, which do not count the first attempt. */
class RetriesTests {

    private static final String CALLS = "src/main/java/Calls.java";

    private static Project moved(String arguments) {
        return new Project()
                .with("src/main/resources/application.yml", "calls.retries: 4\n")
                .with("src/main/java/Limits.java", "class Limits {\n    static final int RETRIES = 6;\n}\n")
                .with(CALLS, """
                    import org.springframework.resilience.annotation.Retryable;

                    class Calls {
                        private static final long RETRIES = 5;

                        @Retryable(%s)
                        public void call() {
                        }
                    }
                    """.formatted(arguments))
                .after(new FromSpringFramework7(false));
    }

    @ParameterizedTest
    @CsvSource({
        "maxRetries = 2, maxAttempts = 3",
        "maxRetries = Limits.RETRIES, maxAttempts = Limits.RETRIES + 1",
        "maxRetries = RETRIES, maxAttempts = (int) (RETRIES + 1)",
    })
    void retriesShouldBeOneMore(String there, String here) {
        Project after = moved(there);

        assertThat(after.files().get(CALLS)).contains("@Retry(" + here + ")");
        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "maxRetries = Elsewhere.RETRIES, maxRetries = Elsewhere.RETRIES: Set maxAttempts to one more",
        "maxRetriesString = \"${elsewhere}\", maxRetriesString = ${elsewhere}: ",
    })
    void unknownRetriesShouldBeListed(String there, String left) {
        assertThat(moved(there).left()).singleElement().asString().contains(left);
    }

    @ParameterizedTest
    @CsvSource({"maxRetriesString = \"${calls.retries}\", 5", "maxRetriesString = \"${elsewhere:6}\", 7"})
    void knownPlaceholderShouldBeWrittenAndListed(String there, int attempts) {
        Project after = moved(there);

        assertThat(after.files().get(CALLS)).contains("@Retry(maxAttempts = " + attempts + ")");
        assertThat(after.left()).singleElement().asString().contains("is written here, as one more");
    }
}
