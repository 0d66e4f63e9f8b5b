package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attributes and annotations whose effect in resilience4j is not what they say. */
class ForeignEffectTests {

    private static final String IMPORTS = """
        import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
        import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
        import io.github.resilience4j.retry.annotation.Retry;

        """;

    private static Project after(String code, boolean keepBehaviour) {
        return new Project()
                .with("src/main/java/Calls.java", IMPORTS + code)
                .after(new FromResilience4j(keepBehaviour));
    }

    private static Project chain(String annotations, String modifier) {
        return after("""
            class Calls {
                @Retry(name = "first", fallbackMethod = "second")
                public String first(int id) {
                    return "";
                }

                %s
                %s String second(int id, Exception e) {
                    return "";
                }

                public String third(int id, Exception e) {
                    return "";
                }
            }
            """.formatted(annotations, modifier), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"public", "protected", ""})
    void fallbackMethodThatIsProtectedItselfShouldBeListed(String modifier) {
        assertThat(chain("@CircuitBreaker(name = \"second\", fallbackMethod = \"third\")", modifier)
                        .left())
                .filteredOn(row -> row.contains("called through the proxy"))
                .singleElement()
                .asString()
                .contains("fallbackMethod = second");
    }

    @Test
    void fallbackMethodThatNoProxyCallsShouldNotBeListed() {
        assertThat(chain("@CircuitBreaker(name = \"second\")", "private").left())
                .noneMatch(row -> row.contains("called through the proxy"));
        assertThat(chain("", "public").left()).noneMatch(row -> row.contains("called through the proxy"));
    }

    @Test
    void publicFallbackMethodOfAnAnnotatedClassShouldBeListed() {
        assertThat(after("""
            @Retry(name = "all", fallbackMethod = "instead")
            class Calls {
                public String call() {
                    return "";
                }

                public String instead(Exception e) {
                    return "";
                }

                String helper() {
                    return "";
                }
            }
            """, true).left())
                .filteredOn(row -> row.contains("called through the proxy"))
                .singleElement()
                .asString()
                .contains("fallbackMethod = instead");
    }

    private static final String LIMITED = """
        class Calls {
            @RateLimiter(name = "limited", permits = 2)
            public void call() {
            }
        }
        """;

    @Test
    void permitsThatHadNoEffectShouldBeListed() {
        Project after = after(LIMITED, true);
        assertThat(after.files().get("src/main/java/Calls.java")).contains("@RateLimiter(name = \"limited\")");
        assertThat(after.left())
                .anyMatch(row -> row.contains("@RateLimiter(permits = 2)") && row.contains("had no effect"));
    }

    @Test
    void permitsShouldBeMovedWhereBehaviourMayChange() {
        assertThat(after(LIMITED, false).files().get("src/main/java/Calls.java"))
                .contains("@RateLimiter(name = \"limited\", permits = \"2\")");
    }

    @Test
    void propertiesBesideThoseThatStayShouldHaveLinesOfTheirOwn() {
        String file = "src/main/resources/application.properties";
        Project after = new Project()
                .with("src/main/java/Calls.java", IMPORTS + LIMITED)
                .with("src/main/java/Direct.java", """
                    import io.github.resilience4j.retry.RetryRegistry;

                    class Direct {
                        String call(RetryRegistry retries) {
                            return retries.retry("prices").executeSupplier(() -> "");
                        }
                    }
                    """)
                .with(file, """
                    resilience4j.retry.instances.prices.max-attempts=4

                    resilience4j.retry.instances.prices.wait-duration=10ms
                    server.port=8080
                    """)
                .after(new FromResilience4j(false));
        assertThat(after.files().get(file)).isEqualTo("""
            resilience4j.retry.instances.prices.max-attempts=4
            resilience.retry.instances.prices.max-attempts=4

            resilience4j.retry.instances.prices.wait-duration=10ms
            resilience.retry.instances.prices.base-delay=10ms
            server.port=8080
            """);
    }
}
