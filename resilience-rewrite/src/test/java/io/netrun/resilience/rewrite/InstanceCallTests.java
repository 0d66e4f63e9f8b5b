package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.mapping.MappingTable;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
                        static CircuitBreaker ofDefaults(String name) {
                            return null;
                        }

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
                "circuit.getMetrics().getFailureRate() | recentCalls().map(RecentCalls::failureRate)",
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

    @Test
    void instanceThatIsMadeInTheCallShouldBeOneOfThisLibrary() {
        assertThat(left("CircuitBreaker.ofDefaults(\"a\").getMetrics()"))
                .anyMatch(row -> row.contains(": Write CircuitBreaker.of(\"a\", CircuitBreakerConfig.builder()")
                        && row.contains(".metrics(), and CircuitBreaker.of"));
    }

    @Test
    void callsOfOneNameShouldHaveTheLinesOfTheirInstances() {
        assertThat(left("circuit\n.getMetrics();\nretry.getMetrics();\ncircuit.getMetrics()"))
                .hasSize(2)
                .anyMatch(row -> row.contains("circuit.metrics()") && row.endsWith("It is in lines 7, 9."))
                .anyMatch(row -> row.contains("retry.metrics()") && row.endsWith("It is in line 8."));
    }

    @Test
    void variablesOfOneNameShouldHaveRowsOfTheirOwn() {
        assertThat(left("} void a(CircuitBreaker x) { x.getMetrics(); }\nvoid b(Retry x) { x.getMetrics()"))
                .hasSize(2)
                .allMatch(row -> row.matches("(?s).*It is in line \\d\\."));
    }

    @Test
    void methodsToWriteShouldCompile(@TempDir Path folder) {
        StringBuilder source = new StringBuilder("""
                import io.netrun.resilience.bulkhead.*;
                import io.netrun.resilience.circuitbreaker.*;
                import io.netrun.resilience.ratelimiter.*;
                import io.netrun.resilience.retry.*;
                import io.netrun.resilience.timeout.*;

                class Calls {
                    void calls(CircuitBreaker vCircuitBreaker, Retry vRetry, Bulkhead vBulkhead,
                            RateLimiter vRateLimiter, Timeout vTimeLimiter) throws Exception {
                """);
        MappingTable.get()
                .rows(MappingTable.RESILIENCE4J, "method")
                .filter(row ->
                        !row.there().name().matches("(\\*|ThreadPoolBulkhead)\\..*|.*\\." + CodeNames.PROTECTING))
                .filter(row -> !row.here().name().matches("mode: .*|registry\\..*|.*\\(…\\).*"))
                .forEach(row -> {
                    String instance = "v" + row.there().name().replaceFirst("\\..*", "") + ".";
                    String code = row.here().name().replaceFirst(", .*", "").replaceFirst("^x\\.", "");
                    source.append(
                            code.matches("(reset|halfOpen|forceOpen|disable)\\(\\)")
                                    ? instance + code
                                    : "Object v" + source.length() + " = " + instance + code);
                    source.append(";\n");
                });
        CompiledCode.compile(folder, source + "}\n}\n");
    }
}
