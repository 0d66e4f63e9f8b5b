package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two annotations of Spring for one method, of which one replaces the other, or which are in another order. */
class AnnotationPairTests {

    private static final String CALLS = "src/main/java/Calls.java";

    private static Project ofRetry(String onClass, String onMethod) {
        return new Project().with(CALLS, """
                import org.springframework.retry.annotation.CircuitBreaker;
                import org.springframework.retry.annotation.Retryable;

                %s
                class Calls {
                    %s
                    public String call() {
                        return "";
                    }

                    public String other() {
                        return "";
                    }
                }
                """.formatted(onClass, onMethod)).after(new FromSpringRetry(true));
    }

    private static Project ofFramework(boolean keepBehaviour, String onClass, String onMethod) {
        return new Project()
                .with(CALLS, """
                import org.springframework.resilience.annotation.ConcurrencyLimit;
                import org.springframework.resilience.annotation.Retryable;

                %s
                class Calls {
                    %s
                    public String call() {
                        return "";
                    }
                }
                """.formatted(onClass, onMethod))
                .after(new FromSpringFramework7(keepBehaviour));
    }

    private static String ofMethod(Project after) {
        String text = after.files().get(CALLS);
        return text.substring(text.indexOf("class Calls {"), text.indexOf("public String call()"));
    }

    private static String ofClass(Project after) {
        String text = after.files().get(CALLS);
        return text.substring(0, text.indexOf("class Calls {"));
    }

    @Test
    void circuitOfAMethodShouldReplaceTheRetryOfItsClass() {
        Project after = ofRetry("@Retryable", "@CircuitBreaker");

        assertThat(ofMethod(after)).contains("@CircuitBreaker(", "@Retry(maxAttempts = 1, onExhausted = \"rethrow\")");
    }

    @Test
    void circuitOfAMethodShouldReplaceTheInterceptorOfItsClass() {
        Project after = ofRetry("@Retryable(interceptor = \"own\")", "@CircuitBreaker");

        assertThat(after.left())
                .anySatisfy(row -> assertThat(row).contains("@CircuitBreaker at call: There, it replaced the"));
    }

    @Test
    void circuitAloneShouldGetNoRetry() {
        assertThat(ofMethod(ofRetry("", "@CircuitBreaker"))).doesNotContain("@Retry(");
    }

    @Test
    void retryOfAMethodThatReplacesTheCircuitOfItsClassShouldBeListed() {
        Project after = ofRetry("@CircuitBreaker", "@Retryable");

        assertThat(after.left())
                .anySatisfy(row -> assertThat(row)
                        .contains("@Retryable at Calls.call: There, it replaced @CircuitBreaker of the class"));
    }

    @ParameterizedTest
    @CsvSource({"'', '@Retryable @CircuitBreaker'", "'', '@CircuitBreaker @Retryable'"})
    void circuitBesideARetryShouldBeRemoved(String onClass, String onMethod) {
        Project after = ofRetry(onClass, onMethod);

        assertThat(after.files().get(CALLS)).contains("@Retry(").doesNotContain("CircuitBreaker");
        assertThat(after.left())
                .anySatisfy(row -> assertThat(row).contains("@CircuitBreaker beside @Retryable at Calls.call: "));
    }

    @Test
    void circuitBesideARetryOfAClassShouldBeRemoved() {
        Project after = ofRetry("@Retryable @CircuitBreaker", "");

        assertThat(after.files().get(CALLS)).contains("@Retry(").doesNotContain("CircuitBreaker");
        assertThat(after.left())
                .anySatisfy(row -> assertThat(row).contains("@CircuitBreaker beside @Retryable at Calls: "));
    }

    @Test
    void circuitBesideAStatefulRetryShouldStay() {
        Project after = ofRetry("", "@CircuitBreaker @Retryable(stateful = true)");

        assertThat(ofMethod(after)).contains("@CircuitBreaker(");
    }

    @ParameterizedTest
    @CsvSource({
        "'', '@Retryable @ConcurrencyLimit(2)'",
        "@ConcurrencyLimit(2), @Retryable",
        "@Retryable, @ConcurrencyLimit(2)",
    })
    void limitShouldStayAroundTheRetry(String onClass, String onMethod) {
        Project after = ofFramework(true, onClass, onMethod);

        assertThat(ofMethod(after)).contains("@PatternOrder({\"bulkhead\", \"retry\"})");
        assertThat(after.files().get(CALLS)).contains("import io.netrun.resilience.annotation.PatternOrder;");
    }

    @Test
    void limitOfAClassShouldStayAroundItsRetry() {
        Project after = ofFramework(true, "@Retryable @ConcurrencyLimit(2)", "");

        assertThat(ofClass(after)).contains("@PatternOrder({\"bulkhead\", \"retry\"})");
        assertThat(ofMethod(after)).doesNotContain("@PatternOrder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"@Retryable", "@ConcurrencyLimit(2)"})
    void oneAnnotationShouldGetNoOrder(String annotation) {
        assertThat(after(annotation)).doesNotContain("PatternOrder");
    }

    private static String after(String annotation) {
        return ofFramework(true, "", annotation).files().get(CALLS);
    }

    @Test
    void orderShouldNotBeWrittenWithoutKeepBehaviour() {
        assertThat(ofFramework(false, "", "@Retryable @ConcurrencyLimit(2)")
                        .files()
                        .get(CALLS))
                .doesNotContain("PatternOrder");
    }
}
