package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Circuit breakers of Spring Cloud, as for OpenFeign and Gateway, and operators of Reactor, as for WebClient. */
class IntegrationTests {

    private static final String POM = """
            <project>
              <modelVersion>4.0.0</modelVersion>
              <groupId>com.shop</groupId>
              <artifactId>shop</artifactId>
              <version>1</version>
              <dependencies>
                <dependency>
                  <groupId>%s</groupId>
                  <artifactId>%s</artifactId>
                </dependency>
              </dependencies>
            </project>
            """;

    private static final String YAML = """
            spring:
              cloud:
                openfeign:
                  circuitbreaker:
                    enabled: true
            resilience4j:
              circuitbreaker:
                instances:
                  ShoppriceString:
                    sliding-window-size: 4
            """;

    private static Project cloud(String artifact) {
        return new Project()
                .with("pom.xml", POM.formatted("org.springframework.cloud", artifact))
                .with("src/main/java/Shop.java", """
                        import org.springframework.boot.autoconfigure.SpringBootApplication;
                        import org.springframework.cloud.openfeign.FeignClient;

                        @FeignClient(name = "shop", fallback = Closed.class)
                        interface Shop {
                            String price(String id);
                        }

                        @SpringBootApplication
                        class Application {}
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring-cloud-starter-circuitbreaker-resilience4j",
                "spring-cloud-starter-circuitbreaker-reactor-resilience4j",
                "spring-cloud-circuitbreaker-resilience4j",
            })
    void timeLimitOfSpringCloudShouldBeListed(String artifact) {
        Project after =
                cloud(artifact).with("src/main/resources/application.yml", YAML).after(new FromResilience4j(true));

        assertThat(after.files().get("pom.xml")).contains("resilience-spring-boot-starter");
        assertThat(after.files().get("src/main/resources/application.yml"))
                .contains("enabled: true", "ShoppriceString:\n        window-size: 4");
        assertThat(after.left())
                .singleElement()
                .asString()
                .contains(
                        "pom.xml " + artifact + ": There, each call",
                        "resilience.timeout.instances.spring-cloud.duration");
    }

    @Test
    void timeLimitOfAnAdapterThatStaysShouldNotBeListed() {
        Project after = cloud("spring-cloud-starter-circuitbreaker-resilience4j")
                .with("src/main/java/Settings.java", """
                        import org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JCircuitBreakerFactory;

                        class Settings {
                            Resilience4JCircuitBreakerFactory factory;
                        }
                        """)
                .with("src/main/resources/application.yml", YAML)
                .after(new FromResilience4j(true));

        assertThat(after.files().get("pom.xml")).contains("spring-cloud-starter-circuitbreaker-resilience4j");
        assertThat(after.left()).noneMatch(left -> left.startsWith("pom.xml"));
    }

    @Test
    void settingOfAnAdapterThatStaysShouldNotBeListed() {
        Project after = cloud("spring-cloud-starter-circuitbreaker-resilience4j")
                .with("src/main/java/Settings.java", """
                        import org.springframework.cloud.circuitbreaker.resilience4j.Resilience4JCircuitBreakerFactory;

                        class Settings {
                            Resilience4JCircuitBreakerFactory factory;
                        }
                        """)
                .with(
                        "src/main/resources/application.properties",
                        "spring.cloud.circuitbreaker.resilience4j.enabled=true\n")
                .after(new FromResilience4j(true));

        assertThat(after.left()).noneMatch(left -> left.contains("spring.cloud.circuitbreaker.resilience4j.enabled"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "yml | disable-time-limiter: true | A call has a time limit only where",
                "yml | disableTimeLimiter: true | A call has a time limit only where",
                "yml | enable-semaphore-default-bulkhead: true | They have no thread pools, bulkheads",
                "properties | disable-thread-pool=true | They have no thread pools, bulkheads",
            })
    void settingOfTheAdapterShouldBeListed(String end, String setting, String remedy) {
        String path = "src/main/resources/application." + end;
        String key = "spring.cloud.circuitbreaker.resilience4j.";
        String text = end.equals("yml")
                ? "spring:\n  cloud:\n    circuitbreaker:\n      resilience4j:\n        " + setting + "\n"
                : key + setting + "\n";
        Project after = cloud("spring-cloud-starter-circuitbreaker-resilience4j")
                .with(path, text)
                .after(new FromResilience4j(true));

        assertThat(after.left())
                .anyMatch(left -> left.startsWith(path + " " + key)
                        && left.contains("It has no effect any more")
                        && left.contains(remedy))
                .noneMatch(left -> left.contains("Settings beneath another key"));
    }

    @Test
    void filterOfGatewayShouldStay() {
        String filter = """
                spring:
                  cloud:
                    gateway:
                      routes:
                        - id: shop
                          uri: lb://shop
                          filters:
                            - name: CircuitBreaker
                              args:
                                name: shop
                                fallbackUri: forward:/none
                """;
        Project after = cloud("spring-cloud-starter-circuitbreaker-reactor-resilience4j")
                .with(
                        "src/main/resources/application.yml",
                        filter + "resilience4j.timelimiter.instances.shop" + ".timeout-duration: 3s\n")
                .after(new FromResilience4j(false));

        assertThat(after.files().get("src/main/resources/application.yml"))
                .startsWith(filter)
                .containsSubsequence("resilience:", "timeout:", "instances:", "shop:", "duration: 3s");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "circuitbreaker.operator.CircuitBreakerOperator | breaker | breaker",
                "retry.RetryOperator | retry | retry",
                "timelimiter.TimeLimiterOperator | TimeLimiter.of(limit) | Timeout.of(\"name\", c -> c.duration(limit))",
                "circuitbreaker.operator.CircuitBreakerOperator | registry.circuitBreaker(\"shop\")"
                        + " | registry.getOrCreate(CircuitBreaker.TYPE, \"shop\")",
            })
    void operatorShouldBeListedWithItsCode(String type, String policy, String here) {
        String operator = type.substring(type.lastIndexOf('.') + 1) + ".of(" + policy + ")";
        Project after = new Project()
                .with("pom.xml", POM.formatted("io.github.resilience4j", "resilience4j-reactor"))
                .with("src/main/java/Web.java", """
                        import io.github.resilience4j.circuitbreaker.CircuitBreaker;
                        import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
                        import io.github.resilience4j.reactor.%s;
                        import io.github.resilience4j.retry.Retry;
                        import io.github.resilience4j.timelimiter.TimeLimiter;
                        import java.time.Duration;
                        import reactor.core.publisher.Mono;

                        class Web {
                            CircuitBreaker breaker;
                            CircuitBreakerRegistry registry;
                            Retry retry;
                            Duration limit;

                            Mono<String> get(Mono<String> source) {
                                return source.transformDeferred(%s);
                            }
                        }
                        """.formatted(type, operator))
                .after(new FromResilience4j(true));

        assertThat(after.left())
                .anyMatch(left -> left.contains(operator + ": Write ReactorGuard.of(" + here + ")::mono for a Mono"));
    }
}
