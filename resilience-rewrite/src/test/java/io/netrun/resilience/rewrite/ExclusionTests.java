package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Auto-configurations of resilience4j that an application excludes, so that annotations have no effect. */
class ExclusionTests {

    private static final String PACKAGE = "io.github.resilience4j.springboot3.retry.autoconfigure.";

    private static final String RETRY = PACKAGE + "RetryAutoConfiguration";

    private static Project with(String path, String text) {
        return new Project()
                .with("src/main/java/Calls.java", """
                        import io.github.resilience4j.retry.annotation.Retry;

                        class Calls {
                            @Retry(name = "a")
                            public String ask() {
                                return "";
                            }
                        }
                        """)
                .with(path, text)
                .after(new FromResilience4j(true));
    }

    private static void assertThatRetryIsListed(Project after, String path) {
        assertThat(after.left())
                .filteredOn(left -> left.contains(RETRY))
                .singleElement()
                .asString()
                .startsWith(path)
                .contains(
                        "set resilience.retry.defaults.enabled to false", "resilience.fallback.defaults.enabled, too");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring:\n  autoconfigure:\n    exclude: " + RETRY + "\n",
                "spring:\n  autoconfigure:\n    exclude:\n      - " + RETRY + "\n",
                "spring.autoconfigure.exclude: " + RETRY + "," + PACKAGE + "RetryMetricsAutoConfiguration\n",
                "a: b\n---\nspring:\n  config.activate.on-profile: quiet\n  autoconfigure.exclude[0]: " + RETRY + "\n"
            })
    void exclusionInYamlShouldBeListed(String text) {
        assertThatRetryIsListed(with("src/main/resources/application.yml", text), "src/main/resources/application.yml");
    }

    @Test
    void exclusionInPropertiesShouldBeListed() {
        assertThatRetryIsListed(
                with("src/main/resources/application.properties", "spring.autoconfigure.exclude=" + RETRY + "\n"),
                "src/main/resources/application.properties");
    }

    @Test
    void exclusionInTheEnvironmentShouldBeListed() {
        assertThatRetryIsListed(
                with(
                        "compose.yml",
                        "services:\n  a:\n    environment:\n      SPRING_AUTOCONFIGURE_EXCLUDE: " + RETRY + "\n"),
                "compose.yml");
    }

    @Test
    void commentShouldNotBeListed() {
        Project after =
                with("src/main/resources/application.yml", "a: b\n# spring.autoconfigure.exclude: " + RETRY + "\n");

        assertThat(after.left()).noneMatch(left -> left.contains(RETRY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@SpringBootTest(\"spring.autoconfigure.exclude=" + RETRY + "\")",
                "@SpringBootTest(properties = {\"a=b\", \"spring.autoconfigure.exclude=\" + \"" + RETRY + "\"})",
                "@TestPropertySource(properties = \"spring.autoconfigure.exclude=" + RETRY + "\")",
                "@EnableAutoConfiguration(excludeName = \"" + RETRY + "\")",
                "@SpringBootApplication(excludeName = {\"a.B\", \"" + RETRY + "\"})",
                "@EnableAutoConfiguration(exclude = RetryAutoConfiguration.class)",
                "@SpringBootApplication(exclude = {A.class, RetryAutoConfiguration.class})",
                "@ImportAutoConfiguration(exclude = " + RETRY + ".class)"
            })
    void exclusionInAnAnnotationShouldBeListed(String annotation) {
        String imports = annotation.contains(RETRY) ? "" : "import " + RETRY + ";\n\n";

        assertThatRetryIsListed(
                with("src/test/java/CallsTests.java", imports + annotation + "\nclass CallsTests {\n}\n"),
                "src/test/java/CallsTests.java");
    }

    @Test
    void exclusionWithAnImportOfItsPackageShouldBeListed() {
        assertThatRetryIsListed(
                with(
                        "src/test/java/CallsTests.java",
                        "import " + PACKAGE + "*;\n\n@EnableAutoConfiguration(exclude = RetryAutoConfiguration.class)\n"
                                + "class CallsTests {\n}\n"),
                "src/test/java/CallsTests.java");
    }

    @Test
    void propertyInCodeShouldBeListed() {
        assertThatRetryIsListed(
                with("src/test/java/CallsTests.java", """
                        class CallsTests {
                            static void set() {
                                System.setProperty("spring.autoconfigure.exclude", "%s");
                            }
                        }
                        """.formatted(RETRY)), "src/test/java/CallsTests.java");
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker.autoconfigure.CircuitBreaker, resilience.circuit-breaker.defaults.enabled",
        "bulkhead.autoconfigure.Bulkhead, resilience.bulkhead.defaults.enabled",
        "ratelimiter.autoconfigure.RateLimiter, resilience.rate-limiter.defaults.enabled",
        "timelimiter.autoconfigure.TimeLimiter, resilience.timeout.defaults.enabled",
        "circuitbreaker.autoconfigure.CircuitBreakerMetrics, management.metrics.enable.resilience.circuitbreaker",
        "circuitbreaker.autoconfigure.CircuitBreakersHealthIndicator, management.health.resilience.enabled",
        "verifier.autoconfigure.SpringBoot3Verifier, nothing corresponds to it"
    })
    void remedyShouldBeTheOneOfTheAutoConfiguration(String name, String remedy) {
        Project after = with(
                "src/main/resources/application.yml",
                "spring.autoconfigure.exclude: io.github.resilience4j.springboot3." + name + "AutoConfiguration\n");

        assertThat(after.left()).anyMatch(left -> left.contains(name) && left.contains(remedy));
    }
}
