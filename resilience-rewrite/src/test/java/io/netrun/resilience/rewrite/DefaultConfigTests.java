package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The default configurations of resilience4j, which also count for instances that annotations alone name. */
class DefaultConfigTests {

    private static final String SETTINGS = "src/main/resources/application.yml";

    private static final String PROFILE = "src/main/resources/application-small.yml";

    private static final String CALLS = """
        import io.github.resilience4j.bulkhead.annotation.Bulkhead;
        import java.util.concurrent.CompletableFuture;

        class Calls {
            @Bulkhead(name = "pool", type = Bulkhead.Type.THREADPOOL)
            public CompletableFuture<String> ask() {
                return null;
            }
        }
        """;

    private static final String POOLS = """
        resilience4j:
          thread-pool-bulkhead:
            configs:
              default:
                max-thread-pool-size: 2
                core-thread-pool-size: 2
                queue-capacity: 3
        """;

    private static Project project() {
        return new Project().with("src/main/java/Calls.java", CALLS);
    }

    private static Project moved(Project project) {
        return project.after(new FromResilience4j(true));
    }

    @Test
    void limitOfThePoolDefaultsShouldBeThatOfAPoolWithoutASection() {
        assertThat(moved(project().with(SETTINGS, POOLS)).files().get(SETTINGS)).contains("""
                    instances:
                      pool:
                        max-concurrent: 2
                        max-queue: 3
                """);
    }

    @Test
    void queueOfThePoolDefaultsShouldBeAHundredWithoutASetting() {
        assertThat(moved(project().with(SETTINGS, POOLS.replace("        queue-capacity: 3\n", "")))
                        .files()
                        .get(SETTINGS))
                .contains("max-concurrent: 2", "max-queue: 100");
    }

    @Test
    void poolDefaultsWithoutThePreservationShouldBeWritten() {
        assertThat(project()
                        .with(SETTINGS, POOLS)
                        .after(new FromResilience4j(false))
                        .files()
                        .get(SETTINGS))
                .contains("max-concurrent: 2", "max-queue: 3");
    }

    @Test
    void settingOfThePoolDefaultsThatIsGoneShouldBeListed() {
        assertThat(moved(project().with(SETTINGS, POOLS)).left())
                .anyMatch(left -> left.contains("thread-pool-bulkhead.configs.default.core-thread-pool-size"));
    }

    @Test
    void poolDefaultsOfAProfileShouldBeWrittenThere() {
        Project after = moved(project().with(SETTINGS, "server:\n  port: 1\n").with(PROFILE, POOLS));

        assertThat(after.files().get(PROFILE)).contains("pool:", "max-concurrent: 2", "max-queue: 3");
    }

    @Test
    void poolDefaultsOfAProfileShouldChangeThoseOfTheMainFile() {
        Project after = moved(project()
                .with(SETTINGS, POOLS)
                .with(PROFILE, POOLS.replace("size: 2", "size: 1").replace("queue-capacity: 3", "queue-capacity: 3")));

        assertThat(after.files().get(PROFILE)).contains("max-concurrent: 1");
        assertThat(after.files().get(SETTINGS)).contains("max-concurrent: 2");
    }

    @Test
    void sectionOfAProfileShouldNotTakeThePoolDefaultsAway() {
        Project after = moved(project().with(SETTINGS, POOLS).with(PROFILE, """
                        resilience4j:
                          thread-pool-bulkhead:
                            instances:
                              pool:
                                queue-capacity: 9
                        """));

        assertThat(after.files().get(SETTINGS)).contains("max-concurrent: 2", "max-queue: 3");
        assertThat(after.files().get(PROFILE)).contains("max-queue: 9").doesNotContain("max-concurrent");
    }

    @Test
    void baseConfigShouldCountBesideThePoolDefaults() {
        Project after = moved(project().with(SETTINGS, POOLS + """
                      small:
                        queue-capacity: 1
                    instances:
                      other:
                        base-config: small
                """));

        assertThat(after.files().get(SETTINGS)).containsIgnoringWhitespaces("""
                other:
                  max-queue: 1
                  max-concurrent: 2
                """).containsIgnoringWhitespaces("""
                pool:
                  max-concurrent: 2
                  max-queue: 3
                """);
    }

    @ParameterizedTest
    @CsvSource({"max-thread-pool-size", "queue-capacity", "core-thread-pool-size"})
    void poolDefaultsWithoutAPoolShouldBeListed(String setting) {
        Project after = moved(new Project()
                .with("src/main/java/Calls.java", CALLS.replace(", type = Bulkhead.Type.THREADPOOL", ""))
                .with(SETTINGS, POOLS));

        assertThat(after.left())
                .anyMatch(left -> left.contains("resilience4j.thread-pool-bulkhead.configs.default." + setting));
    }

    @Test
    void propertiesOfThePoolDefaultsShouldBeThoseOfAPool() {
        String path = "src/main/resources/application.properties";
        Project after = moved(project().with(path, """
                        resilience4j.thread-pool-bulkhead.configs.default.max-thread-pool-size=2
                        resilience4j.thread-pool-bulkhead.configs.default.queue-capacity=3
                        """));

        assertThat(after.files().get(path))
                .contains("resilience.bulkhead.instances.pool.max-concurrent=2")
                .contains("resilience.bulkhead.instances.pool.max-queue=3");
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker, circuitbreaker.annotation.CircuitBreaker, failure-rate-threshold: 33, circuit-breaker, failure-rate-threshold: 33",
        "retry, retry.annotation.Retry, max-attempts: 7, retry, max-attempts: 7",
        "bulkhead, bulkhead.annotation.Bulkhead, max-concurrent-calls: 7, bulkhead, max-concurrent: 7",
        "ratelimiter, ratelimiter.annotation.RateLimiter, limit-refresh-period: 7s, rate-limiter, period: 7s",
        "timelimiter, timelimiter.annotation.TimeLimiter, timeout-duration: 7s, timeout, duration: 7s"
    })
    void defaultsShouldCountForAnnotationsAlone(
            String section, String annotation, String setting, String pattern, String written) {
        String simple = annotation.substring(annotation.lastIndexOf('.') + 1);
        Project after = new Project()
                .with("src/main/java/Calls.java", """
                        import io.github.resilience4j.%s;

                        class Calls {
                            @%s(name = "a")
                            public java.util.concurrent.CompletableFuture<String> ask() {
                                return null;
                            }
                        }
                        """.formatted(annotation, simple))
                .with(
                        SETTINGS,
                        "resilience4j:\n  " + section + ":\n    configs:\n      default:\n        " + setting + "\n")
                .after(new FromResilience4j(true));

        assertThat(after.files().get(SETTINGS)).containsPattern("(?s)" + pattern + ":\\s+defaults:.*" + written);
    }
}
