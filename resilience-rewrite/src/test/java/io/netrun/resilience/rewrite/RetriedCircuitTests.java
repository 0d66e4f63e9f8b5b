package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Open circuits of Spring Retry inside retries, which repeated the calls that they rejected. */
class RetriedCircuitTests {

    private static final String ANNOTATIONS = "import org.springframework.retry.annotation.";

    private static final String CIRCUIT = ANNOTATIONS + "CircuitBreaker;\n";

    private static final String USERS =
            "class Users {\n    @CircuitBreaker\n    public String ask() {\n" + "        return \"\";\n    }\n%s}\n";

    private static Project with(String module, String circuit) {
        return new Project().with(module + "src/main/java/Users.java", circuit);
    }

    private static String retry(String annotation) {
        return ANNOTATIONS + "Retryable;\n\nclass Calls {\n    " + annotation
                + "\n    public String call(Users users) {\n        return users.ask();\n    }\n}\n";
    }

    private static List<String> circuits(Project project) {
        return project.after(new FromSpringRetry(false)).left().stream()
                .filter(row -> row.contains("@CircuitBreaker at "))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@Retryable",
                "@Retryable(IllegalStateException.class)",
                "@Retryable(retryFor = Exception.class, maxAttempts = 4)",
                "@Retryable(noRetryFor = IllegalArgumentException.class)",
            })
    void circuitInsideARetryShouldBeLeft(String annotation) {
        Project project =
                with("", CIRCUIT + "\n" + USERS.formatted("")).with("src/main/java/Calls.java", retry(annotation));

        assertThat(circuits(project))
                .singleElement()
                .asString()
                .contains("Users.java @CircuitBreaker at Users.ask: ")
                .contains("If one of Calls.call calls this method")
                .contains("add CircuitOpenException.class to the exceptions of its @Retry");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@Retryable(noRetryFor = RuntimeException.class)",
                "@Retryable(exclude = {java.io.IOException.class, ExhaustedRetryException.class})",
                "@Retryable(maxAttempts = 1)",
                "@Retryable(interceptor = \"own\")",
            })
    void retryThatEndsAtAnOpenCircuitShouldNotLeaveIt(String annotation) {
        assertThat(circuits(with("", CIRCUIT + "\n" + USERS.formatted(""))
                        .with("src/main/java/Calls.java", retry(annotation))))
                .isEmpty();
    }

    @Test
    void recoveredCircuitShouldNotBeLeft() {
        String recovery = "\n    @Recover\n    String none(Exception failure) {\n        return \"\";\n    }\n";

        assertThat(circuits(with("", CIRCUIT + ANNOTATIONS + "Recover;\n\n" + USERS.formatted(recovery))
                        .with("src/main/java/Calls.java", retry("@Retryable"))))
                .isEmpty();
    }

    @Test
    void circuitOfAnInterfaceShouldBeRecoveredByItsClass() {
        String type = CIRCUIT + "\ninterface Users {\n    @CircuitBreaker\n    String ask();\n}\n";
        String implementing = ANNOTATIONS + "Recover;\n\nclass Own implements Users {\n    public String ask() {\n"
                + "        return \"\";\n    }\n%s\n    String none(Exception failure) {\n        return \"\";\n    }\n}\n";

        assertThat(circuits(with("", type)
                        .with("src/main/java/Own.java", implementing.formatted("\n    @Recover"))
                        .with("src/main/java/Calls.java", retry("@Retryable"))))
                .isEmpty();
    }

    @Test
    void circuitWithoutARetryShouldNotBeLeft() {
        assertThat(circuits(with("", CIRCUIT + "\n" + USERS.formatted("")))).isEmpty();
    }

    @Test
    void retryOfATestShouldNotCount() {
        assertThat(circuits(with("", CIRCUIT + "\n" + USERS.formatted(""))
                        .with("src/test/java/Calls.java", retry("@Retryable"))))
                .isEmpty();
    }

    @Test
    void retryOfAnotherApplicationShouldNotCount() {
        assertThat(circuits(with("one/", CIRCUIT + "\n" + USERS.formatted(""))
                        .with("two/src/main/java/Calls.java", retry("@Retryable"))))
                .isEmpty();
    }
}
