package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings of resilience4j that this library does not take. */
class SettingRangeTests {

    private static final String CALLS = """
        import io.github.resilience4j.%s.annotation.%s;

        class Calls {
            @%s(name = "a")
            public void call() {
            }
        }
        """;

    private static Project moved(String setting, String value, boolean yaml) {
        String section = setting.substring(0, setting.indexOf('.'));
        String name = setting.substring(setting.indexOf('.') + 1);
        String type = switch (section) {
            case "circuitbreaker" -> "CircuitBreaker";
            case "ratelimiter" -> "RateLimiter";
            case "timelimiter" -> "TimeLimiter";
            case "bulkhead" -> "Bulkhead";
            default -> "Retry";
        };
        Project project = new Project().with("src/main/java/Calls.java", CALLS.formatted(section, type, type));
        return (yaml
                        ? project.with(
                                "src/main/resources/application.yml",
                                "resilience4j:\n  %s:\n    instances:\n      a:\n        %s: %s\n"
                                        .formatted(section, name, value))
                        : project.with(
                                "src/main/resources/application.properties",
                                "resilience4j.%s.instances.a.%s=%s\n".formatted(section, name, value)))
                .after(new FromResilience4j(false));
    }

    @ParameterizedTest
    @CsvSource({
        "ratelimiter.limit-for-period, 2147483647, 1000000",
        "bulkhead.max-concurrent-calls, 2000000, 1000000",
        "circuitbreaker.sliding-window-size, 60000, 50000",
        "circuitbreaker.permitted-number-of-calls-in-half-open-state, 20000, 10000",
    })
    void largeNumberShouldBeTheLargestOneAndListed(String setting, String there, String here) {
        for (boolean yaml : new boolean[] {true, false}) {
            Project after = moved(setting, there, yaml);

            assertThat(after.files().values())
                    .anySatisfy(file -> assertThat(file).contains(here));
            assertThat(after.left()).anySatisfy(left -> assertThat(left).contains("The largest one is written"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bulkhead.max-concurrent-calls, 0",
        "bulkhead.max-concurrent-calls, ${limit:0}",
        "retry.max-attempts, 0",
        "ratelimiter.limit-for-period, 0",
        "circuitbreaker.failure-rate-threshold, 0",
        "circuitbreaker.failure-rate-threshold, 150",
        "circuitbreaker.slow-call-duration-threshold, 0s",
        "timelimiter.timeout-duration, 0s",
    })
    void settingOutOfRangeShouldBeListedAlone(String setting, String value) {
        for (boolean yaml : new boolean[] {true, false}) {
            Project after = moved(setting, value, yaml);

            assertThat(after.files().values())
                    .noneSatisfy(file -> assertThat(file).contains(": " + value));
            assertThat(after.left()).anySatisfy(left -> assertThat(left).contains("so it is not written"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ratelimiter.instances.a.limit-for-period=2147483647, limit=1000000, The largest one is written",
        "retry.instances.a.max-attempts=0, , so it is not written",
    })
    void valueOfATestShouldHaveTheRange(String setting, @Nullable String here, String reason) {
        Project after = new Project()
                .with("src/test/java/CallsTests.java", """
                    @TestPropertySource(properties = {"spring.a=b", "resilience4j.%s"})
                    class CallsTests {
                        @io.github.resilience4j.retry.annotation.Retry(name = "a")
                        public void call() {
                        }
                    }
                    """.formatted(setting))
                .after(new FromResilience4j(false));

        assertThat(after.files().get("src/test/java/CallsTests.java"))
                .contains(here == null ? "properties = {\"spring.a=b\"}" : here)
                .doesNotContain(setting);
        assertThat(after.left()).anySatisfy(left -> assertThat(left).contains(reason));
    }

    @ParameterizedTest
    @CsvSource({
        "wait-duration=2s, 2s",
        "max-attempts=4, 500ms",
    })
    void maximumBelowTheDelayShouldBeTheDelay(String other, String here) {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS.formatted("retry", "Retry", "Retry"))
                .with("src/main/resources/application.properties", """
                    resilience4j.retry.instances.a.%s
                    resilience4j.retry.instances.a.enable-exponential-backoff=true
                    resilience4j.retry.instances.a.exponential-max-wait-duration=100ms
                    """.formatted(other))
                .after(new FromResilience4j(true));

        assertThat(after.files().get("src/main/resources/application.properties"))
                .contains("resilience.retry.instances.a.max-delay=" + here);
        assertThat(after.left()).anySatisfy(left -> assertThat(left).contains("is below wait-duration, " + here));
    }

    @ParameterizedTest
    @CsvSource({
        "0, enable-exponential-backoff, true, 1",
        "0ms, enable-randomized-wait, true, 1",
        "500us, enable-exponential-backoff, true, 1",
        "0, enable-exponential-backoff, false, 0",
        "1ms, enable-exponential-backoff, true, 0",
    })
    void missingDelayThatIsComputedShouldBeListed(String delay, String computed, boolean is, int rows) {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS.formatted("retry", "Retry", "Retry"))
                .with(
                        "src/main/resources/application.yml",
                        "resilience4j.retry.instances.a:\n  max-attempts: 3\n  wait-duration: 1s\n  %s: %s\n"
                                .formatted(computed, is))
                .with(
                        "src/main/resources/application-test.yml",
                        "resilience4j.retry.instances.a:\n  wait-duration: %s\n".formatted(delay))
                .after(new FromResilience4j(true));

        assertThat(after.left())
                .filteredOn(left -> left.contains("is below one millisecond"))
                .hasSize(rows)
                .allMatch(left -> left.startsWith("src/main/resources/application-test.yml"));
    }

    @ParameterizedTest
    @CsvSource({
        "retry, retry-exceptions, java.lang.Throwable, java.lang.Exception",
        "circuitbreaker, record-exceptions, 'java.lang.Throwable,java.lang.StackOverflowError', java.lang.Exception",
        "circuitbreaker, record-exceptions, 'java.io.IOException,java.lang.Error', java.io.IOException",
    })
    void errorsShouldNotCountWhateverIsListed(String section, String name, String there, String here) {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS.formatted("retry", "Retry", "Retry"))
                .with(
                        "src/main/resources/application.properties",
                        "resilience4j.%s.instances.a.%s=%s\n".formatted(section, name, there))
                .after(new FromResilience4j(true));

        assertThat(after.files().get("src/main/resources/application.properties"))
                .contains(".instances.a.exceptions=" + here + "\n");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void listOfErrorsAloneShouldBeListed() {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS.formatted("retry", "Retry", "Retry"))
                .with(
                        "src/main/resources/application.properties",
                        "resilience4j.retry.instances.a.retry-exceptions=java.lang.Error\n")
                .after(new FromResilience4j(true));

        assertThat(after.left()).anySatisfy(left -> assertThat(left).contains("There, errors never count"));
    }

    @Test
    void errorsShouldNotCountByDefault() {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS.formatted("circuitbreaker", "CircuitBreaker", "CircuitBreaker"))
                .after(new FromResilience4j(true));

        assertThat(after.files().get("src/main/resources/application.yml")).contains("exceptions: java.lang.Exception");
    }
}
