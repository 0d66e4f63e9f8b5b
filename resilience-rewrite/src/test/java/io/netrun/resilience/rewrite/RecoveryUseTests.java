package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.java.Assertions.srcTestJava;
import static org.openrewrite.properties.Assertions.properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Recovery methods of Spring Retry that other code uses, that several methods have, and that nobody has. */
class RecoveryUseTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromSpringRetry(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    private static final String BEFORE = """
            import java.io.IOException;
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable
                public String send(String to) throws IOException {
                    return "sent";
                }

                // kept
                @Recover
                public String back(IOException failure, String to) {
                    return to;
                }
            }
            """;

    private static final String AFTER = """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import java.io.IOException;

            class Mail {
                @Retry
                @Fallback(method = "backFallback")
                public String send(String to) throws IOException {
                    return "sent";
                }

                // kept
                public String back(IOException failure, String to) {
                    return to;
                }

                public String backFallback(String to, IOException failure) {
                    return back(failure, to);
                }
            }
            """;

    @Test
    void recoveryThatATestCallsShouldKeepItsParameters() {
        rewriteRun(srcMainJava(java(BEFORE, AFTER)), srcTestJava(java("""
                import java.io.IOException;

                class MailTests {
                    void test() {
                        new Mail().back(new IOException(), "a");
                    }
                }
                """)));
    }

    @Test
    void recoveryThatIsReferredToShouldKeepItsParameters() {
        rewriteRun(srcMainJava(java(BEFORE, AFTER)), srcMainJava(java("""
                import java.io.IOException;
                import java.util.function.BiFunction;

                class Other {
                    BiFunction<IOException, String, String> back(Mail mail) {
                        return mail::back;
                    }
                }
                """)));
    }

    @Test
    void recoveryThatIsOverriddenShouldKeepItsParameters() {
        rewriteRun(srcMainJava(java(BEFORE, AFTER)), srcMainJava(java("""
                import java.io.IOException;

                class Other extends Mail {
                    @Override
                    public String back(IOException failure, String to) {
                        return "";
                    }
                }
                """)));
    }

    @Test
    void recoveryThatNobodyUsesShouldBeReordered() {
        rewriteRun(srcMainJava(java(
                BEFORE,
                AFTER.replace("backFallback", "back")
                        .replace("back(IOException failure, String to)", "back(String to, IOException failure)")
                        .replaceAll(
                                "(?s)\\n    public String back\\(String to, IOException failure\\) \\{\\s+return back.*?}\\n",
                                ""))));
    }

    @Test
    void recoveryOfMethodsWithOtherParametersShouldHaveOneForEach() {
        rewriteRun(java("""
            import java.io.IOException;
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable(recover = "back")
                void send(String to, int size) {
                }

                @Retryable(recover = "back")
                void ask(String to) {
                }

                @Recover
                void back(IOException failure, String to) {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import java.io.IOException;

            class Mail {
                @Retry
                @Fallback(method = "backFallback")
                void send(String to, int size) {
                }

                @Retry
                @Fallback(method = "backFallback")
                void ask(String to) {
                }

                void back(IOException failure, String to) {
                }

                void backFallback(String to, int size, IOException failure) {
                    back(failure, to);
                }

                void backFallback(String to, IOException failure) {
                    back(failure, to);
                }
            }
            """));
    }

    @Test
    void recoveryOfNoMethodShouldBeLeft() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows).extracting(Leftovers.Row::what).contains("@Recover back")),
                java("""
                    import java.util.Collection;
                    import java.util.List;
                    import org.springframework.retry.annotation.Recover;
                    import org.springframework.retry.annotation.Retryable;

                    class Mail {
                        @Retryable
                        Collection<String> send() {
                            return null;
                        }

                        @Recover
                        List<String> back(RuntimeException failure) {
                            return null;
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Retry;
                    import java.util.Collection;
                    import java.util.List;

                    class Mail {
                        @Retry
                        Collection<String> send() {
                            return null;
                        }

                        List<String> back(RuntimeException failure) {
                            return null;
                        }
                    }
                    """));
    }

    @ParameterizedTest
    @CsvSource({
        "interface, implements, , '@Retryable '",
        "interface, implements, '@Retryable ', ",
        "abstract class, extends, , '@Retryable public abstract '",
    })
    void recoveryOfAMethodThatATypeAboveRetriesShouldBeNamed(
            String kind, String inherits, String ofType, String ofMethod) {
        String type = ofType == null ? "" : ofType;
        String method = ofMethod == null ? "" : ofMethod;
        String above = """
                package shop;

                import %s;

                %spublic %s Mail {
                    %sString send(String to);
                }
                """;
        rewriteRun(
                java(
                        above.formatted("org.springframework.retry.annotation.Retryable", type, kind, method),
                        above.formatted(
                                "io.netrun.resilience.annotation.Retry",
                                type.replace("Retryable", "Retry"),
                                kind,
                                method.replace("Retryable", "Retry"))),
                java("""
                    package shop;

                    import java.io.IOException;
                    import org.springframework.retry.annotation.Recover;

                    class Sender %s Mail {
                        @Override
                        public String send(String to) {
                            return "";
                        }

                        public String send(String to, int size) {
                            return "";
                        }

                        @Recover
                        String back(IOException failure, String to) {
                            return "back";
                        }
                    }
                    """.formatted(inherits), """
                    package shop;

                    import io.netrun.resilience.annotation.Fallback;
                    import java.io.IOException;

                    class Sender %s Mail {
                        @Override
                        @Fallback(method = "back")
                        public String send(String to) {
                            return "";
                        }

                        public String send(String to, int size) {
                            return "";
                        }

                        String back(String to, IOException failure) {
                            return "back";
                        }
                    }
                    """.formatted(inherits)));
    }

    @Test
    void openCircuitShouldHaveTheRecoveryThatIgnoresItsFailure() {
        rewriteRun(java("""
            import org.springframework.retry.annotation.CircuitBreaker;
            import org.springframework.retry.annotation.Recover;

            class Mail {
                @CircuitBreaker
                String send(Long id) {
                    return "sent";
                }

                @Recover
                String back(NumberFormatException failure, Long id) {
                    return "no " + id;
                }
            }
            """, """
            import io.netrun.resilience.annotation.CircuitBreaker;
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.circuitbreaker.CircuitOpenException;

            class Mail {
                @CircuitBreaker
                @Fallback(method = "back")
                String send(Long id) {
                    return "sent";
                }

                String back(Long id, NumberFormatException failure) {
                    return "no " + id;
                }

                String back(Long id, CircuitOpenException failure) {
                    return back(id, (NumberFormatException) null);
                }
            }
            """));
    }

    @Test
    void openCircuitShouldHaveTheRecoveryThatAllFailuresHave() {
        rewriteRun(java("""
            import java.io.IOException;
            import org.springframework.retry.annotation.CircuitBreaker;
            import org.springframework.retry.annotation.Recover;

            class Mail {
                @CircuitBreaker
                public String send(String to) {
                    return "sent";
                }

                @Recover
                public String back(NumberFormatException e, String to) {
                    return "none";
                }

                @Recover
                public String back(IOException e, String to) {
                    return "none";
                }
            }
            """, """
            import io.netrun.resilience.annotation.CircuitBreaker;
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.circuitbreaker.CircuitOpenException;
            import java.io.IOException;

            class Mail {
                @CircuitBreaker
                @Fallback(method = "back")
                public String send(String to) {
                    return "sent";
                }

                public String back(String to, NumberFormatException e) {
                    return "none";
                }

                public String back(String to, CircuitOpenException e) {
                    return back(to, (NumberFormatException) null);
                }

                public String back(String to, IOException e) {
                    return "none";
                }
            }
            """));
    }

    @ParameterizedTest
    @CsvSource({"NumberFormatException, true", "RuntimeException, false", "Exception, false", "Throwable, false"})
    void openCircuitWithoutARecoveryShouldBeLeft(String type, boolean left) {
        rewriteRun(
                spec -> {
                    if (left) {
                        spec.dataTable(
                                Leftovers.Row.class,
                                rows -> assertThat(rows)
                                        .extracting(Leftovers.Row::what)
                                        .containsExactly("@CircuitBreaker at send"));
                    }
                },
                java("""
                    import org.springframework.retry.annotation.CircuitBreaker;
                    import org.springframework.retry.annotation.Recover;

                    class Mail {
                        @CircuitBreaker
                        String send() {
                            return "sent";
                        }

                        @Recover
                        String back(%s failure) {
                            return failure.getMessage();
                        }
                    }
                    """.formatted(type), """
                    import io.netrun.resilience.annotation.CircuitBreaker;
                    import io.netrun.resilience.annotation.Fallback;

                    class Mail {
                        @CircuitBreaker
                        @Fallback(method = "back")
                        String send() {
                            return "sent";
                        }

                        String back(%s failure) {
                            return failure.getMessage();
                        }
                    }
                    """.formatted(type)));
    }

    @ParameterizedTest
    @CsvSource({
        "30000l, '#{${reset}}', '(openDuration = \"30s\")'",
        "'{ 5 }', '#{${reset}}', ''",
        "30000L, '${reset}', '(openDuration = \"30s\")'",
        "'', '${reset:30000L}', '(openDuration = \"30s\")'",
        "20s, '${reset:30000L}', ''",
    })
    void valueBehindWhichNoUnitCanStandShouldBeLeft(String value, String expression, String here) {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .extracting(Leftovers.Row::what)
                                .containsExactly("resetTimeoutExpression = "
                                        + expression.replace("#{$", "$").replace("}}", "}"))),
                srcMainJava(java(circuit(expression), """
                    import io.netrun.resilience.annotation.CircuitBreaker;

                    class Mail {
                        @CircuitBreaker%s
                        void send() {
                        }
                    }
                    """.formatted(here))),
                srcMainResources(properties(
                        value.isEmpty() ? "other=1" : "reset=" + value,
                        source -> source.path("application.properties"))));
    }

    @ParameterizedTest
    @CsvSource({"30000, ms", "20s, ''"})
    void valueShouldHaveOneUnit(String value, String unit) {
        rewriteRun(
                srcMainJava(java(circuit("${reset}"), """
                    import io.netrun.resilience.annotation.CircuitBreaker;

                    class Mail {
                        @CircuitBreaker(openDuration = "${reset}%s")
                        void send() {
                        }
                    }
                    """.formatted(unit))),
                srcMainResources(properties("reset=" + value, source -> source.path("application.properties"))));
    }

    private static String circuit(String expression) {
        return """
                import org.springframework.retry.annotation.CircuitBreaker;

                class Mail {
                    @CircuitBreaker(resetTimeoutExpression = "%s")
                    void send() {
                    }
                }
                """.formatted(expression);
    }
}
