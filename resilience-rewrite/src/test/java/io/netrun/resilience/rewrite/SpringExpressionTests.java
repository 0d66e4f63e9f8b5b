package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.mavenProject;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.java.Assertions.srcMainResources;
import static org.openrewrite.properties.Assertions.properties;
import static org.openrewrite.test.SourceSpecs.text;
import static org.openrewrite.yaml.Assertions.yaml;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Numbers of Spring Retry's annotations that are in the configuration. */
class SpringExpressionTests implements RewriteTest {

    private static final String BEFORE = """
        import org.springframework.retry.annotation.Backoff;
        import org.springframework.retry.annotation.Retryable;

        class Mail {
            @Retryable(maxAttemptsExpression = "${mail.attempts: 4}", backoff = @Backoff(value = 1000, delayExpression = "#{${mail.delay:500}}"))
            void send() {
            }
        }
        """;

    private static final String AFTER = """
        import io.netrun.resilience.annotation.Retry;

        class Mail {
            @Retry(baseDelay = "${mail.delay:500}ms", backoff = "constant", jitter = "none", onExhausted = "rethrow")
            void send() {
            }
        }
        """;

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromSpringRetry(true)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @Test
    void numberInPropertiesShouldBecomeASettingThere() {
        rewriteRun(mavenProject(
                "mail",
                srcMainJava(java(BEFORE, AFTER)),
                srcMainResources(properties("""
                    mail.attempts=6
                    #---
                    spring.config.activate.on-profile=test
                    mail.attempts=1
                    """, """
                    mail.attempts=6
                    resilience.retry.instances[Mail.send].max-attempts=${mail.attempts:4}
                    #---
                    spring.config.activate.on-profile=test
                    mail.attempts=1
                    """, source -> source.path("application.properties")))));
    }

    @Test
    void numberInYamlShouldBecomeASettingThere() {
        rewriteRun(mavenProject(
                "mail",
                srcMainJava(java(BEFORE, AFTER)),
                srcMainResources(yaml("""
                    mail:
                      attempts: 6
                    resilience:
                      retry:
                        defaults:
                          backoff: constant
                    ---
                    spring:
                      application:
                        name: mail
                    """, """
                    mail:
                      attempts: 6
                    resilience:
                      retry:
                        defaults:
                          backoff: constant
                        instances:
                          "[Mail.send]":
                            max-attempts: ${mail.attempts:4}
                    ---
                    spring:
                      application:
                        name: mail
                    """, source -> source.path("application.yml")))));
    }

    @Test
    void settingThatIsThereAlreadyShouldStay() {
        rewriteRun(mavenProject(
                "mail",
                srcMainJava(java(BEFORE, AFTER)),
                srcMainResources(yaml("""
                    resilience:
                      retry:
                        instances:
                          "[Mail.send]":
                            max-attempts: 9
                    """, source -> source.path("application.yml")))));
    }

    @Test
    void moduleWithoutConfigurationShouldGetOne() {
        rewriteRun(mavenProject(
                "mail",
                srcMainJava(java(BEFORE, AFTER)),
                text(null, """
                    resilience:
                      retry:
                        instances:
                          "[Mail.send]":
                            max-attempts: ${mail.attempts:4}
                    """, source -> source.path("src/main/resources/application.yml"))));
    }

    @Test
    void numbersInQuotesShouldBecomeArguments() {
        rewriteRun(java("""
            import org.springframework.retry.annotation.Backoff;
            import org.springframework.retry.annotation.CircuitBreaker;
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable(maxAttempts = 2, maxAttemptsExpression = "5", backoff = @Backoff(delayExpression = "1000", multiplierExpression = "2", maxDelayExpression = "${mail.max:${mail.most:9000}}", randomExpression = "true"))
                void send() {
                }

                @CircuitBreaker(maxAttemptsExpression = "7", resetTimeoutExpression = "${mail.reset}")
                void ask() {
                }

                @Retryable(maxAttempts = 2, maxAttemptsExpression = "")
                void poll() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.CircuitBreaker;
            import io.netrun.resilience.annotation.Retry;

            class Mail {
                @Retry(maxAttempts = 5, baseDelay = "1s", backoffMultiplier = 2.0, maxDelay = "${mail.max:${mail.most:9000}}ms", jitter = "equal", onExhausted = "rethrow")
                void send() {
                }

                @CircuitBreaker(failureThreshold = 7, openDuration = "${mail.reset}ms")
                void ask() {
                }

                @Retry(maxAttempts = 2, backoff = "constant", jitter = "none", onExhausted = "rethrow")
                void poll() {
                }
            }
            """));
    }

    @Test
    void numberOfUnknownInstanceShouldBeListed() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .extracting(Leftovers.Row::what)
                                .contains("max-attempts = ${mail.attempts}", "max-attempts = ${mail.others}")),
                mavenProject("mail", srcMainJava(java("""
                    import org.springframework.retry.annotation.Retryable;

                    @Retryable(maxAttemptsExpression = "${mail.attempts}")
                    class Mail {
                        @Retryable(maxAttemptsExpression = "${mail.others}")
                        void send() {
                        }

                        void send(String to) {
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Retry;

                    @Retry(backoff = "constant", jitter = "none", onExhausted = "rethrow")
                    class Mail {
                        @Retry(backoff = "constant", jitter = "none", onExhausted = "rethrow")
                        void send() {
                        }

                        void send(String to) {
                        }
                    }
                    """))));
    }
}
