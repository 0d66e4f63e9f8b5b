package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of imports, annotations and settings after a move. */
class LayoutTests {

    private static final String CALLS = "src/main/java/m/Calls.java";

    private static String moved(String code) {
        return new Project()
                .with(CALLS, code)
                .after(new FromSpringRetry(false))
                .files()
                .get(CALLS);
    }

    private static String calls(String imports) {
        return imports + """

            class Calls {
                @Retryable
                public String ask(Set<String> key) {
                    return "";
                }

                @Recover
                public String none(Exception failure, Set<String> key) {
                    return "";
                }
            }
            """;
    }

    private static String importsOf(String moved) {
        return moved.substring(0, moved.indexOf("\nclass"));
    }

    @Test
    void importsInOneBlockShouldStaySorted() {
        String moved = moved(calls("""
            package m;

            import java.util.Set;
            import org.springframework.context.annotation.Bean;
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;
            import org.springframework.stereotype.Component;
            """));

        assertThat(importsOf(moved)).isEqualTo("""
            package m;

            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import java.util.Set;
            import org.springframework.context.annotation.Bean;
            import org.springframework.stereotype.Component;
            """);
    }

    @Test
    void importsInBlocksShouldStaySorted() {
        String moved = moved(calls("""
            package m;

            import java.util.Set;

            import com.acme.Order;

            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;
            import org.springframework.stereotype.Component;

            import static java.util.List.of;
            """));

        assertThat(importsOf(moved)).isEqualTo("""
            package m;

            import java.util.Set;

            import com.acme.Order;

            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;

            import org.springframework.stereotype.Component;

            import static java.util.List.of;
            """);
    }

    @Test
    void importsBehindThoseOfJavaShouldStayInTheirBlock() {
        String moved = moved(calls("""
            package m;

            import java.util.Set;

            import com.acme.Order;
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;
            """));

        assertThat(importsOf(moved)).isEqualTo("""
            package m;

            import java.util.Set;

            import com.acme.Order;
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            """);
    }

    @Test
    void lineBehindThePackageShouldStay() {
        String moved = moved(calls("""
            package m;

            import org.springframework.retry.annotation.Retryable;
            import org.springframework.retry.annotation.Recover;
            import java.util.Set;
            """));

        assertThat(moved).startsWith("package m;\n\nimport ");
    }

    @Test
    void methodBehindAnAnnotationOnItsLineShouldGetALine() {
        String moved = moved("""
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Calls {
                @Override
                @Retryable public String ask() {
                    return "";
                }

                @Recover
                public String none(Exception failure) {
                    return "";
                }
            }
            """);

        assertThat(moved)
                .contains("    @Override\n    @Retry\n    @Fallback(method = \"none\")\n    public String ask() {\n");
    }

    @Test
    void methodOfARetriedClassShouldGetALine() {
        String moved = moved("""
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            @Retryable
            class Calls {
                @Deprecated public String ask() {
                    return "";
                }

                @Recover
                public String none(Exception failure) {
                    return "";
                }
            }
            """);

        assertThat(moved).contains("    @Deprecated\n    @Fallback(method = \"none\")\n    public String ask() {\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "retry.RetryConfig", // named nowhere
                "circuitbreaker.CallNotPermittedException",
                "retry.annotation.Retry",
            })
    void groupShouldStayApartWithoutItsFirstImport(String first) {
        String simple = first.substring(first.lastIndexOf('.') + 1);
        String after = new Project()
                .with("src/main/java/shop/Calls.java", """
                    package shop;

                    import org.slf4j.Logger;
                    import com.vendor.Tool;

                    import io.github.resilience4j.%s;
                    import io.micrometer.core.instrument.Timer;

                    class Calls {
                        @%s(name = "a", fallbackMethod = "other")
                        public String call() {
                            return "";
                        }

                        public String other(%s e) {
                            return "";
                        }
                    }
                    """.formatted(
                                first,
                                simple.equals("Retry") ? "Retry" : "io.github.resilience4j.retry.annotation.Retry",
                                simple.contains("Exception") ? simple : "Exception"))
                .after(new FromResilience4j(false))
                .files()
                .get("src/main/java/shop/Calls.java");

        assertThat(after)
                .containsPattern(
                        "import com.vendor.Tool;\n(import io.netrun.*\n)*\n(import io.netrun.*\n)*import io.mic");
    }

    @Test
    void settingsOfAProfileShouldStayInTheirOrder() {
        Project after = new Project()
                .with("src/main/resources/application.yml", """
                    resilience4j.circuitbreaker:
                      configs:
                        default:
                          waitDurationInOpenState: 20s
                          failureRateThreshold: 40
                      instances:
                        a:
                          waitDurationInOpenState: 30s
                          failureRateThreshold: 50
                        b:
                          failureRateThreshold: 60
                    """)
                .with("src/main/resources/application-dev.yml", """
                    resilience4j.circuitbreaker:
                      instances:
                        b:
                          failureRateThreshold: 70
                        a:
                          failureRateThreshold: 80
                          waitDurationInOpenState: 10s
                      configs:
                        default:
                          failureRateThreshold: 90
                          waitDurationInOpenState: 15s
                    """)
                .after(new FromResilience4j(false));

        assertThat(after.files().get("src/main/resources/application-dev.yml")).isEqualTo("""
                    resilience:
                      circuit-breaker:
                        defaults:
                          failure-rate-threshold: 90
                          open-duration: 15s
                        instances:
                          b:
                            failure-rate-threshold: 70
                          a:
                            failure-rate-threshold: 80
                            open-duration: 10s
                    """);
    }
}
