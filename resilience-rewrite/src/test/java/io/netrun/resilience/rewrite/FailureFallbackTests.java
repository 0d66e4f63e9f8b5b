package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.openrewrite.java.Assertions.java;

import org.junit.jupiter.api.Test;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.TypeValidation;

/** Fallback methods that would get something else here than the failure that they got with resilience4j. */
class FailureFallbackTests implements RewriteTest {

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(new FromResilience4j(false)).parser(Stubs.parser()).typeValidationOptions(TypeValidation.none());
    }

    private static RecipeSpec leaving(RecipeSpec spec, String what, String reason) {
        return spec.dataTable(
                Leftovers.Row.class,
                rows -> assertThat(rows).anySatisfy(row -> {
                    assertThat(row.what()).isEqualTo(what);
                    assertThat(row.reason()).contains(reason);
                }));
    }

    @Test
    void fallbackShouldGetTheFailureAndNotTheArgument() {
        rewriteRun(java("""
            import io.github.resilience4j.retry.annotation.Retry;

            class Calls {
                @Retry(name = "a", fallbackMethod = "none")
                public String report(Exception given) {
                    return "";
                }

                private String none(Exception thrown) {
                    return thrown.getMessage();
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;

            class Calls {
                @Retry(name = "a")
                @Fallback(method = "noneFallback")
                public String report(Exception given) {
                    return "";
                }

                private String none(Exception thrown) {
                    return thrown.getMessage();
                }

                private String noneFallback(Exception given, Exception thrown) {
                    return none(thrown);
                }
            }
            """));
    }

    @Test
    void eachFailureShouldHaveItsFallbackBesideTheArgument() {
        rewriteRun(java("""
            import io.github.resilience4j.retry.annotation.Retry;
            import java.io.IOException;

            class Calls {
                @Retry(name = "a", fallbackMethod = "none")
                public String report(IOException e) {
                    return "";
                }

                String none(IOException e) {
                    return "io";
                }

                String none(IOException given, IllegalStateException e) {
                    return "state";
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import java.io.IOException;

            class Calls {
                @Retry(name = "a")
                @Fallback(method = "noneFallback")
                public String report(IOException e) {
                    return "";
                }

                String none(IOException e) {
                    return "io";
                }

                String noneFallback(IOException argument, IOException e) {
                    return none(e);
                }

                String none(IOException given, IllegalStateException e) {
                    return "state";
                }

                String noneFallback(IOException given, IllegalStateException e) {
                    return none(given, e);
                }
            }
            """));
    }

    @Test
    void fallbackOfAClassShouldGetTheFailureAndNotTheArgument() {
        rewriteRun(java("""
            import io.github.resilience4j.retry.annotation.Retry;

            @Retry(name = "a", fallbackMethod = "none")
            class Calls {
                public String report(Exception given) {
                    return "";
                }

                private String none(Exception thrown) {
                    return "";
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;

            @Retry(name = "a")
            class Calls {
                @Fallback(method = "noneFallback")
                public String report(Exception given) {
                    return "";
                }

                private String none(Exception thrown) {
                    return "";
                }

                private String noneFallback(Exception given, Exception thrown) {
                    return none(thrown);
                }
            }
            """));
    }

    @Test
    void fallbackWithOtherTypeArgumentsShouldFit() {
        rewriteRun(java("""
            import io.github.resilience4j.retry.annotation.Retry;
            import java.util.Collection;

            class Calls {
                @Retry(name = "a", fallbackMethod = "none")
                public int count(Collection<String> names, String[] others) {
                    return 0;
                }

                private int none(java.util.Collection<? extends CharSequence> names, String others[], Exception e) {
                    return 0;
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import java.util.Collection;

            class Calls {
                @Retry(name = "a")
                @Fallback(method = "none")
                public int count(Collection<String> names, String[] others) {
                    return 0;
                }

                private int none(java.util.Collection<? extends CharSequence> names, String others[], Exception e) {
                    return 0;
                }
            }
            """));
    }

    @Test
    void timeoutOfACallWithoutALimiterShouldStay() {
        rewriteRun(java("""
            import io.github.resilience4j.retry.annotation.Retry;
            import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
            import java.util.concurrent.CompletableFuture;
            import java.util.concurrent.TimeoutException;

            class Calls {
                @Retry(name = "a", fallbackMethod = "slow")
                public String call() throws Exception {
                    throw new TimeoutException();
                }

                private String slow(TimeoutException failure) {
                    return "";
                }

                @TimeLimiter(name = "b", fallbackMethod = "late")
                public CompletableFuture<String> limited() {
                    return null;
                }

                private CompletableFuture<String> late(TimeoutException failure) {
                    return null;
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import io.netrun.resilience.annotation.Timeout;
            import io.netrun.resilience.timeout.TimeoutExceededException;
            import java.util.concurrent.CompletableFuture;
            import java.util.concurrent.TimeoutException;

            class Calls {
                @Retry(name = "a")
                @Fallback(method = "slow")
                public String call() throws Exception {
                    throw new TimeoutException();
                }

                private String slow(TimeoutException failure) {
                    return "";
                }

                @Timeout(name = "b")
                @Fallback(method = "late")
                public CompletableFuture<String> limited() {
                    return null;
                }

                private CompletableFuture<String> late(TimeoutExceededException failure) {
                    return null;
                }
            }
            """));
    }

    @Test
    void timeoutOfBothKindsOfCallsShouldHaveAnOverload() {
        rewriteRun(java("""
            import io.github.resilience4j.retry.annotation.Retry;
            import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
            import java.util.concurrent.CompletableFuture;
            import java.util.concurrent.TimeoutException;

            class Calls {
                @Retry(name = "a", fallbackMethod = "late")
                public CompletableFuture<String> call(String to) {
                    return null;
                }

                @TimeLimiter(name = "b", fallbackMethod = "late")
                public CompletableFuture<String> limited(String to) {
                    return null;
                }

                private CompletableFuture<String> late(String to, TimeoutException e) {
                    return null;
                }
            }
            """, """
            import io.netrun.resilience.annotation.Fallback;
            import io.netrun.resilience.annotation.Retry;
            import io.netrun.resilience.annotation.Timeout;
            import io.netrun.resilience.timeout.TimeoutExceededException;
            import java.util.concurrent.CompletableFuture;
            import java.util.concurrent.TimeoutException;

            class Calls {
                @Retry(name = "a")
                @Fallback(method = "late")
                public CompletableFuture<String> call(String to) {
                    return null;
                }

                @Timeout(name = "b")
                @Fallback(method = "late")
                public CompletableFuture<String> limited(String to) {
                    return null;
                }

                private CompletableFuture<String> late(String to, TimeoutException e) {
                    return null;
                }

                private CompletableFuture<String> late(String to, TimeoutExceededException e) {
                    return late(to, new TimeoutException(e.getMessage()));
                }
            }
            """));
    }
}
