package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers and durations that this library does not take, or that cannot be known. */
class RangeTests {

    private static final String CALLS = "src/main/java/Calls.java";

    private static final String YAML = "src/main/resources/application.yml";

    private static Project moved(String annotation) {
        boolean retry = annotation.contains("@Backoff") || annotation.contains("Attempts");
        String packageName = retry || annotation.startsWith("@Circuit")
                ? "org.springframework.retry"
                : "org.springframework.resilience";
        return new Project()
                .with(YAML, "calls:\n  none: -1\n  some: 4\n  zero: 0\n  small: 5\n")
                .with("src/main/java/Limits.java", "class Limits {\n    static final int NONE = -1;\n}\n")
                .with(CALLS, """
                    import %s.annotation.*;

                    class Calls {
                        static final int N = 2;
                        static final String DELAY = "7";

                        %s
                        public void call() {
                        }
                    }
                    """.formatted(packageName, annotation))
                .after(packageName.endsWith("retry") ? new FromSpringRetry(false) : new FromSpringFramework7(false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "@Retryable(maxRetries = Long.MAX_VALUE) | @Retry(maxAttempts = 2147483647)",
                "@Retryable(maxRetries = Integer.MAX_VALUE) | @Retry(maxAttempts = 2147483647)",
                "@Retryable(maxRetries = 4000000000L) | @Retry(maxAttempts = 2147483647)",
                "@Retryable(timeout = 0) | @Retry(maxAttempts = 4)",
                "@Retryable(timeoutString = \"0\") | @Retry(maxAttempts = 4)",
                "@Retryable(delay = 10, maxDelay = 5) | @Retry(baseDelay = \"5ms\", maxDelay = \"5ms\", maxAttempts ="
                        + " 4)",
                "@Retryable(maxDelay = 500) | @Retry(maxDelay = \"500ms\", maxAttempts = 4, baseDelay = \"500ms\")",
                "@Retryable(delay = 60000) | @Retry(baseDelay = \"60s\", maxAttempts = 4, maxDelay = \"365d\")",
                "@Retryable(maxDelay = Long.MAX_VALUE) | @Retry(maxDelay = \"365d\", maxAttempts = 4)",
                "@Retryable(delayString = DELAY) | @Retry(baseDelay = DELAY + \"ms\", maxAttempts = 4)",
                "@Retryable(delayString = DELAY + \"s\") | @Retry(baseDelay = DELAY + \"s\", maxAttempts = 4)",
                "@Retryable(delayString = \"${calls.some}s\") | @Retry(baseDelay = \"${calls.some}s\", maxAttempts ="
                        + " 4)",
                "@Retryable(maxRetriesString = \"\" + N) | @Retry(maxAttempts = 3)",
                "@Retryable(delay = 2 * N) | @Retry(baseDelay = 2 * N + \"ms\", maxAttempts = 4)",
                "@ConcurrencyLimit(limitString = \"7\") | @Bulkhead(maxConcurrent = 7)",
                "@Retryable(backoff = @Backoff(delay = 60000)) | @Retry(baseDelay = \"60s\", maxDelay = \"365d\")",
                "@Retryable(backoff = @Backoff(delay = 60000, multiplier = 2)) | @Retry(baseDelay = \"30s\","
                        + " backoffMultiplier = 2)",
                "@Retryable(backoff = @Backoff(delay = 10, maxDelay = 5, multiplier = 2)) | @Retry(baseDelay ="
                        + " \"10ms\", backoffMultiplier = 2)",
                "@Retryable(backoff = @Backoff(multiplier = 0.5)) | @Retry(backoffMultiplier = 1.0)",
            })
    void valueShouldBeWhatItMeansThere(String there, String here) {
        Project after = moved(there);

        assertThat(after.files().get(CALLS)).contains(here);
        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "@ConcurrencyLimit(-1) | @Bulkhead(maxConcurrent = 1000000)",
                "@ConcurrencyLimit(Limits.NONE) | @Bulkhead(maxConcurrent = 1000000)",
                "@ConcurrencyLimit(2000000) | @Bulkhead(maxConcurrent = 1000000)",
                "@ConcurrencyLimit(limitString = \"-1\") | @Bulkhead(maxConcurrent = 1000000)",
                "@ConcurrencyLimit(limitString = \"${calls.none}\") | @Bulkhead(maxConcurrent = 1000000)",
                "@ConcurrencyLimit(limitString = \"${elsewhere:-1}\") | @Bulkhead(maxConcurrent = 1000000)",
            })
    void noLimitShouldBeTheLargestOneAndListed(String there, String here) {
        Project after = moved(there);

        assertThat(after.files().get(CALLS)).contains(here);
        assertThat(after.files().get(YAML)).doesNotContain("resilience");
        assertThat(after.left()).singleElement().asString().contains("the largest one is written");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "@ConcurrencyLimit(0) | from 1 to 1000000, and it is 0",
                "@ConcurrencyLimit(limitString = \"${calls.zero}\") | from 1 to 1000000, and it is 0",
                "@ConcurrencyLimit(limitString = \"${calls.some:-1}\") | from 1 to 1000000, and it is -1",
                "@ConcurrencyLimit(limitString = \"#{1 + 1}\") | A number",
                "@Retryable(maxRetries = -5) | from 1 to 2147483647, and it is -4",
                "@Retryable(timeout = -1) | a duration above zero",
                "@Retryable(delay = -1) | a duration of zero or more",
                "@Retryable(delayString = \"#{5 + 5}\") | is no duration with its unit",
                "@Retryable(delayString = \"soon\") | is no duration with its unit",
                "@Retryable(multiplier = 0.5) | a number of at least 1, and it is 0.5",
                "@Retryable(multiplierString = \"${calls.zero}\") | a number of at least 1, and it is 0",
                "@Retryable(maxRetriesString = \"#{1 + 1}\") | A number",
                "@Retryable(maxAttempts = 0) | from 1 to 2147483647, and it is 0",
                "@Retryable(maxAttempts = Limits.NONE) | from 1 to 2147483647, and it is -1",
                "@Retryable(maxAttemptsExpression = \"${calls.zero}\") | from 1 to 2147483647, and it is 0",
                "@Retryable(backoff = @Backoff(delayExpression = \"#{5 + 5}\")) | A number or",
                "@CircuitBreaker(resetTimeout = 0) | a duration above zero",
                "@CircuitBreaker(maxAttempts = 0) | from 1 to 2147483647, and it is 0",
            })
    void valueOutOfRangeShouldBeListedAlone(String there, String reason) {
        Project after = moved(there);

        assertThat(after.files().get(CALLS)).doesNotContain("-1", "= 0", "0.5", "#{", "soon", "Limits", "-4");
        assertThat(after.files().get(YAML)).doesNotContain("resilience");
        assertThat(after.left()).singleElement().asString().contains(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "@Retryable(delayString = \"${elsewhere}\") | baseDelay = \"${elsewhere}ms\"",
                "@ConcurrencyLimit(Elsewhere.N) | maxConcurrent = Elsewhere.N",
                "@Retryable(maxAttempts = Elsewhere.N) | maxAttempts = Elsewhere.N",
                "@Retryable(backoff = @Backoff(Elsewhere.N)) | baseDelay = Elsewhere.N + \"ms\"",
            })
    void unknownValueShouldBeWrittenAndListed(String there, String here) {
        Project after = moved(there);

        assertThat(after.files().get(CALLS)).contains(here);
        assertThat(after.left()).singleElement().asString().contains("is not known to the recipe");
    }

    @Test
    void unknownSettingShouldBeWrittenAndListed() {
        Project after = moved("@ConcurrencyLimit(limitString = \"${elsewhere}\")");

        assertThat(after.files().get(YAML)).contains("max-concurrent: ${elsewhere}");
        assertThat(after.left()).singleElement().asString().contains("is not known to the recipe");
    }
}
