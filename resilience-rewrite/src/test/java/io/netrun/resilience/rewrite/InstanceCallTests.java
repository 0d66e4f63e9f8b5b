package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** States, metrics and transitions of instances that code asks for: what to write, and where. */
class InstanceCallTests {

    private static final String CALLS = "src/test/java/CallsTest.java";

    private static final String LIBRARY = "lib/src/main/java/io/github/resilience4j/";

    private static List<String> left(String code) {
        return new Project()
                        .with(LIBRARY + "circuitbreaker/CircuitBreaker.java", """
                    package io.github.resilience4j.circuitbreaker;

                    public interface CircuitBreaker {
                        String getState();
                        Metrics getMetrics();
                        void reset();
                        void transitionToOpenState();
                        void transitionToHalfOpenState();
                        boolean tryAcquirePermission();

                        interface Metrics {
                            float getFailureRate();
                            long getNumberOfNotPermittedCalls();
                        }
                    }
                    """)
                        .with(LIBRARY + "retry/Retry.java", """
                    package io.github.resilience4j.retry;

                    public interface Retry {
                        Metrics getMetrics();

                        interface Metrics {
                            long getNumberOfFailedCallsWithRetryAttempt();
                        }
                    }
                    """)
                        .with(CALLS, """
                    import io.github.resilience4j.circuitbreaker.CircuitBreaker;
                    import io.github.resilience4j.retry.Retry;

                    class CallsTest {
                        void test(CircuitBreaker circuit, Retry retry, java.util.List<CircuitBreaker> all) {
                            %s;
                        }
                    }
                    """.formatted(code))
                        .after(new FromResilience4j(true))
                        .left()
                        .stream()
                        .filter(row -> row.startsWith(CALLS) && row.contains(": Write "))
                        .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "circuit.getState() | circuit.state().",
                "circuit.transitionToHalfOpenState() | circuit.halfOpen().",
                "circuit.transitionToOpenState() | circuit.forceOpen(), which lasts until",
                "circuit.tryAcquirePermission() | circuit.tryAcquirePermit().isPresent()",
                "all.forEach(CircuitBreaker::transitionToHalfOpenState) | CircuitBreaker::halfOpen.",
            })
    void callShouldBeListedWithItsCounterpart(String code, String here) {
        assertThat(left(code)).singleElement().asString().contains(": Write " + here, "It is in line 6.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "circuit.getMetrics().getFailureRate() | recentCalls(), whose failureRate()",
                "circuit.getMetrics().getNumberOfNotPermittedCalls() | metrics().totalRejected().",
                "retry.getMetrics().getNumberOfFailedCallsWithRetryAttempt() | metrics().totalExhausted().",
            })
    void metricShouldBeListedWithItsCounterpart(String code, String here) {
        assertThat(left(code)).anySatisfy(row -> assertThat(row).contains(": Write " + here, "It is in line 6."));
    }

    @Test
    void callOfThatNameOfAnotherTypeShouldNotBeListed() {
        assertThat(left("Thread.currentThread().getState()")).isEmpty();
    }

    @Test
    void callThatCompilesHereShouldNotBeListed() {
        assertThat(left("circuit.reset()")).isEmpty();
    }
}
