package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations to write instead of those in code take the values alone that settings take. */
class CodeRangeTests {

    private static List<String> left(String code) {
        return new Project()
                .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.bulkhead.*;
                    import io.github.resilience4j.circuitbreaker.*;
                    import io.github.resilience4j.ratelimiter.*;
                    import io.github.resilience4j.retry.*;
                    import io.github.resilience4j.timelimiter.*;

                    class Calls {
                        Object config = %s.build();
                    }
                    """.formatted(code))
                .after(new FromResilience4j(true))
                .left();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "BulkheadConfig.custom().maxConcurrentCalls(0); maxConcurrent(0): it must be a whole number from 1",
                "RetryConfig.custom().maxAttempts(0); maxAttempts(0): it must be",
                "RetryConfig.custom().maxAttempts(-1); maxAttempts(-1): it must be",
                "CircuitBreakerConfig.custom().failureRateThreshold(150f); failureRateThreshold(150f): it must be",
                "CircuitBreakerConfig.custom().slowCallDurationThreshold(Duration.ZERO); slowCallDuration(Duration.ZERO)",
                "RateLimiterConfig.custom().limitForPeriod(0); limit(0): it must be",
                "TimeLimiterConfig.custom().timeoutDuration(Duration.ofMillis(0)); duration(Duration.ofMillis(0)): it",
            })
    void valueOutOfRangeShouldNotBeWritten(String there, String reason) {
        assertThat(left(there))
                .anyMatch(row -> row.contains(": Write ")
                        && row.contains("without a counterpart: " + reason)
                        && row.contains("so it is not written"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "BulkheadConfig.custom().maxConcurrentCalls(2_000_000); .maxConcurrent(1000000)",
                "CircuitBreakerConfig.custom().slidingWindowSize(60000); .windowSize(50000)",
                "ThreadPoolBulkheadConfig.custom().queueCapacity(Integer.MAX_VALUE); .maxQueue(1000000)",
                "RateLimiterConfig.custom().limitForPeriod(5_000_000); .limit(1000000)",
                "CircuitBreakerConfig.custom().slidingWindowSize(5).minimumNumberOfCalls(9); .minimumCalls(5)",
                "RetryConfig.custom().waitDuration(Duration.ofMinutes(1)); .maxDelay(Duration.ofMinutes(1))",
                "RateLimiterConfig.custom().limitForPeriod(9).limitRefreshPeriod(Duration.ofNanos(500)); .limit(1000000)",
            })
    void valueShouldBeOneThatIsTaken(String there, String here) {
        assertThat(left(there)).anyMatch(row -> row.contains(": Write ") && row.contains(here));
    }

    @ParameterizedTest
    @CsvSource({"of(0)", "ofRandomized(0L)", "'ofExponentialBackoff(Duration.ZERO, 2.0, 1000)'"})
    void intervalOfZeroShouldBeListed(String interval) {
        assertThat(left("RetryConfig.custom().intervalFunction(IntervalFunction." + interval + ")"))
                .anyMatch(row -> row.contains("there, it throws IllegalArgumentException"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "RetryConfig.custom().retryExceptions(CallNotPermittedException.class);"
                        + " .exceptions(CircuitOpenException.class)",
                "RetryConfig.custom().ignoreExceptions(io.github.resilience4j.bulkhead.BulkheadFullException.class);"
                        + " .ignoreExceptions(BulkheadFullException.class)",
                "CircuitBreakerConfig.custom().recordExceptions(java.util.concurrent.TimeoutException.class);"
                        + " .exceptions(java.util.concurrent.TimeoutException.class, TimeoutExceededException.class)",
                "CircuitBreakerConfig.custom().recordExceptions(Error.class, IOException.class);"
                        + " .exceptions(IOException.class)",
                "RetryConfig.custom().retryExceptions(Throwable.class); .exceptions(Exception.class)",
                "RetryConfig.custom().retryExceptions(/* all */); RetryConfig.builder().baseDelay",
                "RetryConfig.custom().ignoreExceptions(new Class[0]); RetryConfig.builder().baseDelay",
                "RetryConfig.from(config).retryExceptions(); config.toBuilder().exceptions(Exception.class).build()",
                "CircuitBreakerConfig.from(config).ignoreExceptions(); config.toBuilder().ignoreExceptions().build()",
            })
    void exceptionsShouldHaveTheirNamesHere(String there, String here) {
        assertThat(left(there)).anyMatch(row -> row.contains(": Write ") && row.contains(here));
    }
}
