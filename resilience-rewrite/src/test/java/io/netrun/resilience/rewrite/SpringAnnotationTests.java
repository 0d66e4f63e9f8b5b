package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;
import static org.openrewrite.java.Assertions.srcMainJava;
import static org.openrewrite.test.SourceSpecs.text;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

class SpringAnnotationTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromSpringRetry(true)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    @Test
    void retryableShouldBecomeARetryWithTheSameDelays() {
        rewriteRun(java("""
            import java.io.IOException;
            import org.springframework.retry.annotation.Backoff;
            import org.springframework.retry.annotation.EnableRetry;
            import org.springframework.retry.annotation.Retryable;
            import org.springframework.stereotype.Service;

            @Service
            @EnableRetry
            class Mail {
                static final long PAUSE = 200;

                @Retryable(retryFor = IOException.class, maxAttempts = 4, backoff = @Backoff(delay = 2000, multiplier = 1.5, maxDelay = 10000))
                void send() {
                }

                @Retryable(value = {IOException.class, IllegalStateException.class}, backoff = @Backoff(PAUSE))
                void ask() {
                }

                @Retryable(backoff = @Backoff(delayExpression = "${mail.delay}", random = true))
                void poll() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Retry;
            import java.io.IOException;
            import org.springframework.stereotype.Service;

            @Service
            class Mail {
                static final long PAUSE = 200;

                @Retry(exceptions = IOException.class, maxAttempts = 4, baseDelay = "2s", backoffMultiplier = 1.5, maxDelay = "10s", jitter = "none", onExhausted = "rethrow", matchCauses = "true")
                void send() {
                }

                @Retry(exceptions = {IOException.class, IllegalStateException.class}, baseDelay = PAUSE + "ms", backoff = "constant", jitter = "none", onExhausted = "rethrow", matchCauses = "true")
                void ask() {
                }

                @Retry(baseDelay = "${mail.delay}ms", jitter = "equal", backoff = "constant", onExhausted = "rethrow")
                void poll() {
                }
            }
            """));
    }

    @Test
    void errorsShouldBeRetriedWhereFailuresAreExcludedAlone() {
        rewriteRun(java("""
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable(noRetryFor = IllegalStateException.class)
                void send() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Retry;

            class Mail {
                @Retry(ignoreExceptions = IllegalStateException.class, backoff = "constant", jitter = "none", onExhausted = "rethrow", matchCauses = "true", exceptions = Throwable.class)
                void send() {
                }
            }
            """));
    }

    @Test
    void recoveryMethodShouldBecomeTheFallback() {
        rewriteRun(java("""
            import java.io.IOException;
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable(maxAttempts = 2)
                String send(String to, int size) throws IOException {
                    return "sent";
                }

                @Recover
                String notSent(IOException failure, String to) {
                    return "";
                }

                @Recover
                String broken(RuntimeException failure, String to, int size) {
                    return "";
                }

                @Recover
                int other(IOException failure) {
                    return 0;
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import java.io.IOException;

            class Mail {
                @Retry(maxAttempts = 2, backoff = "constant", jitter = "none", onExhausted = "rethrow")
                @Fallback(method = "notSent")
                String send(String to, int size) throws IOException {
                    return "sent";
                }

                String notSent(String to, int size, IOException failure) {
                    return "";
                }

                String notSent(String to, int size, RuntimeException failure) {
                    return "";
                }

                int other(IOException failure) {
                    return 0;
                }
            }
            """));
    }

    @Test
    void circuitBreakerShouldCountTheSameFailures() {
        rewriteRun(java("""
            import org.springframework.retry.annotation.CircuitBreaker;

            class Mail {
                @CircuitBreaker(maxAttempts = 5, resetTimeout = 30000)
                void send() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.CircuitBreaker;

            class Mail {
                @CircuitBreaker(failureThreshold = 5, openDuration = "30s")
                void send() {
                }
            }
            """));
    }

    @Test
    void whatHasNoCounterpartShouldBeListed() {
        rewriteRun(
                spec -> spec.dataTable(
                        Leftovers.Row.class,
                        rows -> assertThat(rows)
                                .extracting(Leftovers.Row::what)
                                .contains("stateful = true", "maxAttemptsExpression = #{attempts}")),
                java("""
                    import org.springframework.retry.annotation.Retryable;

                    class Mail {
                        @Retryable(stateful = true, maxAttemptsExpression = "#{attempts}")
                        void send() {
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Retry;

                    class Mail {
                        @Retry(backoff = "constant", jitter = "none", onExhausted = "rethrow")
                        void send() {
                        }
                    }
                    """));
    }

    @Test
    void annotationsOfSpringFramework7ShouldBeReplaced() {
        rewriteRun(spec -> spec.recipe(new FromSpringFramework7(true)), java("""
            import java.io.IOException;
            import java.util.concurrent.TimeUnit;
            import org.springframework.resilience.annotation.ConcurrencyLimit;
            import org.springframework.resilience.annotation.EnableResilientMethods;
            import org.springframework.resilience.annotation.Retryable;
            import org.springframework.stereotype.Service;

            @EnableResilientMethods
            @Service
            class Mail {
                @Retryable(maxRetries = 4, delay = 100, jitter = 10, multiplier = 2, maxDelay = 1000)
                void send() {
                }

                @Retryable(includes = IOException.class, delay = 2, timeUnit = TimeUnit.SECONDS)
                void ask() {
                }

                @ConcurrencyLimit(5)
                void print() {
                }

                @ConcurrencyLimit(value = 2, policy = ConcurrencyLimit.ThrottlePolicy.REJECT)
                void copy() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Bulkhead;
            import io.netrun.resilience.annotation.Retry;
            import java.io.IOException;
            import org.springframework.stereotype.Service;

            @Service
            class Mail {
                @Retry(maxAttempts = 5, baseDelay = "100ms", jitter = "equal", backoffMultiplier = 2, maxDelay = "1s", onExhausted = "rethrow", exceptions = Throwable.class)
                void send() {
                }

                @Retry(exceptions = IOException.class, baseDelay = "2s", maxAttempts = 4, backoff = "constant", jitter = "none", onExhausted = "rethrow", matchCauses = "true")
                void ask() {
                }

                @Bulkhead(maxConcurrent = 5, maxQueue = 1000000)
                void print() {
                }

                @Bulkhead(maxConcurrent = 2, maxQueue = 0)
                void copy() {
                }
            }
            """));
    }

    @Test
    void recoveryForTheAnnotationOfTheClassShouldBecomeFallbacks() {
        rewriteRun(spec -> spec.recipe(new FromSpringRetry(false)), java("""
            import org.springframework.retry.annotation.*;
            import org.springframework.stereotype.Service;

            @Service
            @Retryable(maxAttempts = 4, backoff = @Backoff(delay = 50))
            class Mail {
                public String send(int size) {
                    return "";
                }

                /** Asks. */
                @Deprecated
                public String ask(String name) {
                    return "";
                }

                public static String named(int size) {
                    return "";
                }

                public int count() {
                    return 0;
                }

                String inner(int size) {
                    return "";
                }

                @Recover
                public String notSent(RuntimeException failure, int size) {
                    return "";
                }

                @Recover
                public String notAsked(RuntimeException failure, String name) {
                    return "";
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import org.springframework.stereotype.Service;

            @Service
            @Retry(maxAttempts = 4, baseDelay = "50ms")
            class Mail {
                @Fallback(method = "notSent")
                public String send(int size) {
                    return "";
                }

                /** Asks. */
                @Deprecated
                @Fallback(method = "notAsked")
                public String ask(String name) {
                    return "";
                }

                public static String named(int size) {
                    return "";
                }

                public int count() {
                    return 0;
                }

                String inner(int size) {
                    return "";
                }

                public String notSent(int size, RuntimeException failure) {
                    return "";
                }

                public String notAsked(String name, RuntimeException failure) {
                    return "";
                }
            }
            """));
    }

    @Test
    void wildcardImportShouldGoWithTheDependency() {
        rewriteRun(
                spec -> spec.recipe(new FromSpringRetry(false)),
                srcMainJava(java("""
                    import org.springframework.retry.annotation.*;

                    @EnableRetry
                    class Mail {
                        @Retryable
                        public void send() {
                        }
                    }
                    """, """
                    import io.netrun.resilience.annotation.Retry;

                    class Mail {
                        @Retry
                        public void send() {
                        }
                    }
                    """)),
                text("""
                    implementation 'org.springframework.retry:spring-retry'
                    """, """
                    implementation 'io.netrun.resilience:resilience-spring-boot-starter:0.1.0-SNAPSHOT'
                    """, source -> source.path("build.gradle")));
    }

    @Test
    void wildcardImportThatIsUsedShouldStay() {
        rewriteRun(spec -> spec.recipe(new FromSpringRetry(false)), srcMainJava(java("""
            import org.springframework.retry.annotation.*;

            class Mail {
                @Retryable
                public void send() {
                }

                @Retryable(interceptor = "own")
                public void ask() {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Retry;
            import org.springframework.retry.annotation.*;

            class Mail {
                @Retry
                public void send() {
                }

                @Retryable(interceptor = "own")
                public void ask() {
                }
            }
            """)));
    }

    @Test
    void recoveryThatAMethodNamesShouldKeepItsName() {
        rewriteRun(spec -> spec.recipe(new FromSpringRetry(false)), java("""
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable
                public void send(String text) {
                }

                @Recover
                public void notSent(IllegalStateException failure, String text) {
                }

                @Retryable(recover = "notAsked")
                public void ask(String text) {
                }

                @Recover
                public void notAsked(IllegalStateException failure, String text) {
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;

            class Mail {
                @Retry
                @Fallback(method = "notSent")
                public void send(String text) {
                }

                public void notSent(String text, IllegalStateException failure) {
                }

                @Retry
                @Fallback(method = "notAsked")
                public void ask(String text) {
                }

                public void notAsked(String text, IllegalStateException failure) {
                }
            }
            """));
    }

    @Test
    void recoveryThatAMethodNamesShouldBeThatOfOthersToo() {
        rewriteRun(spec -> spec.recipe(new FromSpringRetry(false)), java("""
            import org.springframework.retry.annotation.Recover;
            import org.springframework.retry.annotation.Retryable;

            class Mail {
                @Retryable
                public String send(int size) {
                    return "";
                }

                @Retryable(recover = "notAsked")
                public String ask(int size) {
                    return "";
                }

                @Recover
                public String notAsked(IllegalStateException failure, int size) {
                    return "none";
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;

            class Mail {
                @Retry
                @Fallback(method = "notAsked")
                public String send(int size) {
                    return "";
                }

                @Retry
                @Fallback(method = "notAsked")
                public String ask(int size) {
                    return "";
                }

                public String notAsked(int size, IllegalStateException failure) {
                    return "none";
                }
            }
            """));
    }

    @Test
    void commentsOfRemovedAnnotationsShouldStay() {
        rewriteRun(spec -> spec.recipe(new FromSpringRetry(true)), java("""
            import org.springframework.retry.annotation.EnableRetry;
            import org.springframework.stereotype.Service;

            @Service
            // which profile
            @EnableRetry
            // where from
            public class Config {
            }
            """, """
            import org.springframework.stereotype.Service;

            @Service
            // which profile
            // where from
            public class Config {
            }
            """));
    }
}
