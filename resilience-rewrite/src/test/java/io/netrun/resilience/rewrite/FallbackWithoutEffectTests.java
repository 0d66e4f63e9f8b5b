package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fallback methods that resilience4j never called, and annotations of those that it called. */
class FallbackWithoutEffectTests {

    private static final String CALLS = "src/main/java/Calls.java";

    private static Project moved(String type, String members) {
        return new Project().with(CALLS, """
                import io.github.resilience4j.retry.annotation.Retry;
                import org.springframework.cache.annotation.Cacheable;

                %s {
                %s}
                """.formatted(type, members.indent(4))).after(new FromResilience4j(false));
    }

    private static String method(String head) {
        return "\npublic " + head + " {\n    throw new IllegalStateException();\n}\n";
    }

    private static String retried(String head) {
        return "@Retry(name = \"a\", fallbackMethod = \"back\")" + method(head);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "String ask() | String back()",
                "String ask(String key) | String back(String key)",
                "String ask(String key) | String back()",
                "int ask(String key) | Integer back(String key, Exception failure)",
                "Integer ask(String key) | int back(String key, Exception failure)",
                "String ask(String key) | Object back(String key, Exception failure)",
                "String ask(String key) | String back(Integer other)",
                "String ask(int a, Exception b) | String back(int a, Exception b)",
            })
    void methodThatWasNeverCalledShouldNotBeNamed(String method, String fallback) {
        Project after = moved("class Calls", retried(method) + method(fallback));

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
        assertThat(after.left()).anyMatch(left -> left.contains("fallbackMethod = back"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "String ask() | String back(Exception failure)",
                "String ask(String key) | String back(Exception failure)",
                "String ask(String key) | String back(String key, Exception failure)",
                "int ask(String key) | int back(Exception failure)",
                "void ask(String key) | void back(Exception failure)",
                "Object ask() | String back(Exception failure)",
                "<T> T ask() | Object back(Exception failure)",
                "String ask(Exception given) | String back(Exception failure)",
            })
    void methodThatWasCalledShouldBeNamed(String method, String fallback) {
        Project after = moved("class Calls", retried(method) + method(fallback));

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"back");
        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "String ask() | String back() | IllegalArgumentException failure",
                "String ask(String key) | String back(String key) | String key, IllegalArgumentException failure",
            })
    void oneBesideOthersShouldNotBeCalledHere(String method, String vain, String called) {
        Project after = moved("class Calls", retried(method) + method(vain) + method("String back(" + called + ")"));

        assertThat(after.files().get(CALLS))
                .contains("@Fallback(method = \"backFallback\")", "public String backFallback(" + called + ")");
        assertThat(after.left()).singleElement().asString().contains("was never called for it", "backFallback");
    }

    @Test
    void fallbackOfAClassThatWasNeverCalledShouldBeListed() {
        Project after = moved(
                "@Retry(name = \"a\", fallbackMethod = \"back\")\nclass Calls",
                method("String ask()") + method("String back()").replace("public", "private"));

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
        assertThat(after.left()).singleElement().asString().contains("fallbackMethod = back, at Calls", "never called");
    }

    @Test
    void annotationOfAFallbackMethodShouldBeListed() {
        Project after = moved(
                "class Calls",
                retried("String ask(String key)")
                        + "\n@Cacheable(\"c\")"
                        + method("String back(String key, Exception failure)"));

        assertThat(after.left()).anyMatch(left -> left.contains("called through the proxy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@Retryable(maxAttempts = 2)", "@CircuitBreaker", "@Transactional"})
    void annotationOfARecoveryMethodShouldBeListed(String annotation) {
        Project after = recovering(annotation);

        assertThat(after.left())
                .anyMatch(left -> left.contains("@Recover back") && left.contains("called through the proxy"));
    }

    @Test
    void recoveryMethodWithoutOneShouldNotBeListed() {
        assertThat(recovering("@Deprecated").left()).isEmpty();
    }

    private static Project recovering(String annotation) {
        return new Project().with(CALLS, """
                import org.springframework.retry.annotation.*;
                import org.springframework.transaction.annotation.Transactional;

                class Calls {
                    @Retryable
                    public String ask() {
                        return "";
                    }

                    @Recover
                    %s
                    public String back(IllegalStateException failure) {
                        return "";
                    }
                }
                """.formatted(annotation)).after(new FromSpringRetry(false));
    }
}
