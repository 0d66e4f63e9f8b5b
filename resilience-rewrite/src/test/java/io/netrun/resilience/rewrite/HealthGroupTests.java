package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of the health endpoint with the contributors of resilience4j. */
class HealthGroupTests {

    private static final String KEY = "management.endpoint.health.group.readiness.";

    private static final String CALLS = """
        import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

        class Calls {
            @CircuitBreaker(name = "calls")
            public void call() {
            }
        }
        """;

    private static Project moved(String path, String text) {
        return new Project()
                .with("src/main/java/Calls.java", CALLS)
                .with(path, text)
                .after(new FromResilience4j(false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ping,circuitBreakers | ping,resilience",
                "ping,circuitBreakers,rateLimiters | ping,resilience",
                "'circuitBreakers, db' | 'resilience, db'",
                "rateLimiters | ping",
                "'*' | '*'",
            })
    void membersShouldBeThoseOfThisLibrary(String there, String here) {
        for (String end : new String[] {"yml", "properties"}) {
            for (String profile : new String[] {"", "-prod"}) {
                String path = "src/main/resources/application" + profile + "." + end;
                String line = KEY + "include" + (end.equals("yml") ? ": " : "=");
                String quote = end.equals("yml") && there.equals("*") ? "'" : "";

                Project after = moved(path, line + quote + there + quote + "\n");

                assertThat(after.files().get(path)).contains(line + quote + here + quote + "\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[ping, circuitBreakers] | [ping, resilience]",
                "[circuitBreakers, rateLimiters] | [resilience]",
                "[rateLimiters] | [ping]",
                "[rateLimiters, db] | [ db]",
            })
    void listOfMembersShouldBeThatOfThisLibrary(String there, String here) {
        Project after = moved("src/main/resources/application.yml", KEY + "include: " + there + "\n");

        assertThat(after.files().get("src/main/resources/application.yml")).contains(here);
    }

    @Test
    void membersWithALineEachShouldBeThoseOfThisLibrary() {
        Project after = moved("src/main/resources/application.yml", """
            management:
              endpoint:
                health:
                  group:
                    readiness:
                      include:
                        - ping
                        - circuitBreakers
                        - rateLimiters
                      show-details: always
            """);

        assertThat(after.files().get("src/main/resources/application.yml"))
                .contains("- ping\n            - resilience\n          show-details: always\n");
    }

    @Test
    void numberedMembersShouldKeepTheirNumbers() {
        Project after = moved("src/main/resources/application.properties", """
            %1$sinclude[0]=circuitBreakers
            %1$sinclude[1]=rateLimiters
            %1$sinclude[2]=db
            """.formatted(KEY));

        assertThat(after.files().get("src/main/resources/application.properties"))
                .isEqualTo("""
            %1$sinclude[0]=resilience
            %1$sinclude[1]=ping
            %1$sinclude[2]=db
            """.formatted(KEY));
    }

    @Test
    void rateLimitersShouldBeListed() {
        Project after = moved("src/main/resources/application.yml", KEY + "include: ping,rateLimiters\n");

        assertThat(after.left()).anyMatch(left -> left.contains("readiness.include = ping,rateLimiters"));
    }

    @Test
    void exclusionOfRateLimitersAloneShouldBeListed() {
        Project after = moved("src/main/resources/application.yml", KEY + "exclude: rateLimiters\n");

        assertThat(after.left()).anyMatch(left -> left.contains("Remove the setting"));
    }

    @Test
    void contributorThatIsOffShouldBeListed() {
        Project after = moved("src/main/resources/application.yml", """
            management:
              endpoint.health.group.readiness.include: circuitBreakers
              health.defaults.enabled: false
            """);

        assertThat(after.left()).anyMatch(left -> left.contains("Set management.health.resilience.enabled to true"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MANAGEMENT_ENDPOINT_HEALTH_GROUP_READINESS_INCLUDE: ping,circuitBreakers",
                "MANAGEMENT_ENDPOINT_HEALTH_GROUP_READINESS_INCLUDE=ping,rateLimiters",
                "- name: MANAGEMENT_ENDPOINT_HEALTH_GROUP_READINESS_INCLUDE\n  value: \"ping,circuitBreakers\"",
                "args: --management.endpoint.health.group.readiness.include=ping,circuitBreakers",
            })
    void membersInTheEnvironmentShouldBeListed(String text) {
        Project after = moved("deploy/app.yaml", text + "\n");

        assertThat(after.left()).anyMatch(left -> left.contains("Write resilience instead of circuitBreakers"));
    }

    @Test
    void membersInATestShouldBeListed() {
        Project after = moved("src/test/java/ReadinessTests.java", """
            @org.springframework.boot.test.context.SpringBootTest(
                    properties = "management.endpoint.health.group.readiness.include=ping,circuitBreakers")
            class ReadinessTests {}
            """);

        assertThat(after.left())
                .anyMatch(left -> left.contains("ReadinessTests.java management.endpoint.health.group"));
    }

    @Test
    void membersShouldStayWithCodeThatStays() {
        Project after = new Project()
                .with("src/main/java/Calls.java", CALLS)
                .with("src/main/java/Other.java", """
                    class Other {
                        io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry registry;
                    }
                    """)
                .with("src/main/resources/application.yml", KEY + "include: ping,circuitBreakers,rateLimiters\n")
                .after(new FromResilience4j(false));

        assertThat(after.files().get("src/main/resources/application.yml"))
                .contains("include: ping,circuitBreakers,resilience,rateLimiters\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"management.health.defaults.enabled", "management.health.resilience.enabled"})
    void groupWithoutItsContributorShouldBeListed(String off) {
        Project after = moved(
                "src/main/resources/application.properties", off + "=false\n" + KEY + "include=ping,circuitBreakers\n");

        assertThat(after.left()).anyMatch(left -> left.contains("Set management.health.resilience.enabled to true."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "contributors.getContributor(\"circuitBreakers\")",
                "endpoint.healthForPath(\"circuitBreakers\", \"orders\")",
                "endpoint.healthForPath(\"rateLimiters\")",
                "get(\"/actuator/health/circuitBreakers\")",
                "get(\"http://localhost:8080/actuator/health/readiness/rateLimiters\")",
            })
    void componentInCodeShouldBeListed(String call) {
        String path = "src/main/java/Probe.java";
        Project after = moved(path, """
                import org.springframework.boot.actuate.health.HealthEndpoint;

                class Probe {
                    Object ask(HealthEndpoint endpoint) {
                        return %s;
                    }
                }
                """.formatted(call));

        assertThat(after.left())
                .anyMatch(left -> left.startsWith(path) && left.contains("no such component of health"));
    }

    @Test
    void equalTextOfOtherCodeShouldNotBeListed() {
        Project after = moved("src/main/java/Names.java", """
                class Names {
                    String name = "circuitBreakers";
                }
                """);

        assertThat(after.left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "management.endpoint.health.group.readiness.include=ping,circuitBreakers",
                "management:\n  endpoint:\n    health:\n      group:\n        ready:\n          include: ping,circuitBreakers",
                "management:\n  endpoint:\n    health:\n      group:\n        ready:\n          include:\n"
                        + "          - ping\n          - circuitBreakers",
            })
    void groupWithinATextShouldBeListed(String text) {
        String path = "k8s/config.yaml";
        Project after = moved(
                path, "kind: ConfigMap\ndata:\n  application.yml: |\n" + text.indent(4) + "    server.port: 80\n");

        assertThat(after.left())
                .anyMatch(
                        left -> left.startsWith(path) && left.contains("Write resilience instead of circuitBreakers"));
    }

    @Test
    void addressInAProbeShouldBeListed() {
        String path = "k8s/deployment.yaml";
        Project after = moved(path, "httpGet:\n  path: /actuator/health/circuitBreakers\n");

        assertThat(after.left()).anyMatch(left -> left.startsWith(path) && left.contains("no such component"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "logging.level.org.springframework.retry: DEBUG",
                "logging:\n  level:\n    org.springframework.retry.support: DEBUG",
                "logging:\n  level:\n    org:\n      springframework:\n        retry: DEBUG",
            })
    void levelOfSpringRetryShouldBeListed(String text) {
        Project after = new Project()
                .with("src/main/java/Calls.java", """
                        import org.springframework.retry.annotation.Retryable;

                        class Calls {
                            @Retryable
                            public void call() {}
                        }
                        """)
                .with("src/main/resources/application.yml", text + "\n")
                .after(new FromSpringRetry(false));

        assertThat(after.left())
                .anyMatch(left -> left.contains("level of org.springframework.retry")
                        && left.contains("Set io.netrun.resilience instead."));
    }
}
