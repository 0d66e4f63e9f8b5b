package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dashboards, alerts and levels of loggers that name resilience4j. */
class OperationFilesTests {

    private static List<String> left(String path, String text) {
        return new Project()
                        .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.retry.annotation.Retry;

                    class Calls {
                        @Retry(name = "a")
                        public void call() {
                        }
                    }
                    """)
                        .with(path, text)
                        .after(new FromResilience4j(false))
                        .left()
                        .stream()
                        .filter(row -> row.startsWith(path))
                        .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "docker/dashboards/a.json, '{\"expr\": \"sum(resilience4j_retry_calls_total) + resilience4j_retry_calls_total\"}'",
        "alerts.yml, 'expr: resilience4j_circuitbreaker_state{state=\"open\"} > 0'",
        "check.sh, 'curl localhost:8080/actuator/prometheus | grep resilience4j_bulkhead_max_allowed_concurrent_calls'",
    })
    void fileWithMetersShouldBeListed(String path, String text) {
        assertThat(left(path, text))
                .singleElement()
                .asString()
                .contains(" resilience4j_")
                .doesNotContain(" more: ")
                .contains("Set resilience.metrics.resilience4j to true");
    }

    @Test
    void fileWithSeveralMetersShouldBeListedOnce() {
        assertThat(left(
                        "a.json",
                        "{\"a\": \"resilience4j_retry_calls\", \"b\": \"resilience4j_bulkhead_queue_depth\"}"))
                .singleElement()
                .asString()
                .contains("resilience4j_retry_calls and 1 more: ");
    }

    @ParameterizedTest
    @CsvSource({"README.md, resilience4j_retry_calls", "a.json, '{\"job\": \"resilience4j_demo\"}'"})
    void otherNamesShouldNotBeListed(String path, String text) {
        assertThat(left(path, text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "src/main/resources/application-x.yml, 'logging.level.io.github.resilience4j: DEBUG'",
        "src/main/resources/application-x.yml, 'logging:\n  level:\n    io.github.resilience4j.retry: DEBUG'",
        "src/main/resources/application-x.yml, 'logging:\n  level:\n    \"[io.github.resilience4j]\": DEBUG'",
        "src/main/resources/application-x.yml, 'logging:\n  level:\n    io:\n      github:\n        resilience4j: DEBUG'",
        "src/main/resources/application-x.properties, 'logging.level.io.github.resilience4j=debug'",
        "src/main/resources/logback.xml, '<configuration><logger name=\"io.github.resilience4j\" level=\"DEBUG\"/></configuration>'",
        "start.sh, 'java --logging.level.io.github.resilience4j=DEBUG'",
    })
    void levelOfALoggerShouldBeListed(String path, String text) {
        assertThat(left(path, text))
                .singleElement()
                .asString()
                .contains(
                        "level of io.github.resilience4j: It has no effect any more. Set io.netrun.resilience instead");
    }

    @Test
    void variableForALevelShouldBeListed() {
        assertThat(left("compose.yml", "LOGGING_LEVEL_IO_GITHUB_RESILIENCE4J: DEBUG"))
                .singleElement()
                .asString()
                .contains("Set LOGGING_LEVEL_IO_NETRUN_RESILIENCE instead.");
    }

    @Test
    void classInASettingShouldNotBeListedAsALevel() {
        assertThat(left("src/main/resources/application-x.yml", """
                resilience4j.retry.instances.a.retry-exceptions:
                  - io.github.resilience4j.bulkhead.BulkheadFullException
                """)).noneMatch(row -> row.contains("level of"));
    }
}
