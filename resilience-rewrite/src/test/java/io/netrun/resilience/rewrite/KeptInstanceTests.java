package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Instances of resilience4j that code keeps, and that annotations had, too. */
class KeptInstanceTests {

    private static final String ANNOTATED = """
        import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;

        class Calls {
            @CircuitBreaker(name = "shared")
            public void call() {
            }
        }
        """;

    private static Project moved(String code) {
        return new Project()
                .with("lib/src/main/java/io/github/resilience4j/circuitbreaker/CircuitBreaker.java", """
                    package io.github.resilience4j.circuitbreaker;

                    public interface CircuitBreaker {
                        enum State { OPEN }

                        State getState();

                        <T> T executeSupplier(java.util.function.Supplier<T> supplier);
                    }
                    """)
                .with("src/main/java/Calls.java", ANNOTATED)
                .with("src/main/java/Reg.java", code)
                .after(new FromResilience4j(false));
    }

    @Test
    void instanceThatIsSplitShouldBeListed() {
        Project after = moved("""
            import io.github.resilience4j.circuitbreaker.CircuitBreaker;
            import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

            class Reg {
                private static final String NAME = "shared";

                String call(CircuitBreakerRegistry c) {
                    return c.circuitBreaker(NAME).executeSupplier(() -> "");
                }
            }
            """);

        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .contains("Reg.java c.circuitBreaker(NAME): Annotations have the name shared, too."))
                .anySatisfy(left ->
                        assertThat(left).contains("Write c.getOrCreate(CircuitBreaker.TYPE, NAME).call(() -> \"\")"));
    }

    @Test
    void instanceOfARegistryWithAnotherNameShouldBeListed() {
        Project after = moved("""
            import io.github.resilience4j.circuitbreaker.CircuitBreaker;
            import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;

            class Reg {
                private CircuitBreakerRegistry c;

                CircuitBreaker breaker() {
                    return this.c.circuitBreaker("other");
                }
            }
            """);

        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .contains("this.c.circuitBreaker(\"other\"): Write this.c.getOrCreate(CircuitBreaker.TYPE"))
                .noneSatisfy(left -> assertThat(left).contains("Annotations have the name"));
    }

    @Test
    void typesOfAWholePackageShouldBeListedWithTheirLines() {
        Project after = moved("""
            import io.github.resilience4j.circuitbreaker.*;

            class Reg {
                private CircuitBreakerRegistry registry;
                private CircuitBreaker breaker;
            }
            """);

        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .contains("io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry: Replace it by")
                        .endsWith("It is in line 4."))
                .anySatisfy(left -> assertThat(left)
                        .contains("io.github.resilience4j.circuitbreaker.CircuitBreaker: Replace it by"))
                .noneSatisfy(left -> assertThat(left).contains(".*"));
    }

    /** The application imports the file of its library. */
    private static Project shop(String code) {
        return new Project()
                .with("client/pom.xml", Poms.pom("client", Poms.RESILIENCE4J))
                .with("client/src/main/java/Calls.java", ANNOTATED)
                .with("client/src/main/resources/client-defaults.yml", """
                    resilience4j:
                      retry:
                        instances:
                          prices:
                            max-attempts: 4
                    """)
                .with("app/pom.xml", Poms.pom("app", Poms.module("client")))
                .with("app/src/main/resources/application.yml", """
                    spring:
                      config:
                        import: classpath:client-defaults.yml
                    """)
                .with("app/src/main/java/Direct.java", code)
                .after(new FromResilience4j(false));
    }

    @Test
    void settingsOfALibraryShouldStayForTheCodeOfItsApplication() {
        Project after = shop("""
            import io.github.resilience4j.retry.RetryRegistry;

            class Direct {
                String call(RetryRegistry retries) {
                    return retries.retry("prices").executeSupplier(() -> "");
                }
            }
            """);

        assertThat(after.files().get("client/src/main/resources/client-defaults.yml"))
                .contains("resilience4j:\n  retry:\n    instances:\n      prices:\n        max-attempts: 4");
    }

    @Test
    void settingsOfALibraryShouldMoveWithTheCodeOfAllModules() {
        Project after = shop("class Direct {}\n");

        assertThat(after.files().get("client/src/main/resources/client-defaults.yml"))
                .contains("prices:", "max-attempts: 4")
                .doesNotContain("resilience4j");
    }
}
