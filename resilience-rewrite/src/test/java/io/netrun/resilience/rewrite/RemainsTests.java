package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Code that names the annotations of Spring Framework 7 and Spring Retry elsewhere than on a method or class. */
class RemainsTests {

    private static final String FILE = "src/main/java/Often.java";

    private static Project moved(String code) {
        return new Project().with(FILE, code).after(new FromSpringFramework7(true));
    }

    @Test
    void annotationThatNoProxyReachesShouldBeRemoved() {
        Project after = moved("""
            import org.springframework.resilience.annotation.Retryable;

            class Often {
                @Retryable(delay = 5)
                private <T> T call() {
                    return null;
                }

                @Retryable
                @Deprecated
                public static void second() {
                }
            }
            """);

        assertThat(after.files().get(FILE)).isEqualTo("""
            class Often {
                private <T> T call() {
                    return null;
                }

                @Deprecated
                public static void second() {
                }
            }
            """);
        assertThat(after.left())
                .hasSize(2)
                .anyMatch(
                        row -> row.contains("@Retryable at call: It had no effect, since no proxy can have a private"))
                .anyMatch(row -> row.contains("@Retryable at second: It had no effect"));
    }

    @Test
    void aliasShouldBeOneOfTheAttributeHere() {
        Project after = moved("""
            import org.springframework.core.annotation.AliasFor;
            import org.springframework.resilience.annotation.Retryable;

            @Retryable(delay = 5)
            public @interface Often {
                @AliasFor(annotation = Retryable.class, attribute = "includes")
                Class<? extends Throwable>[] on() default {};
            }
            """);

        assertThat(after.files().get(FILE)).isEqualTo("""
            import io.netrun.resilience.annotation.Retry;
            import org.springframework.core.annotation.AliasFor;

            @Retry(baseDelay = "5ms", maxAttempts = 4, backoff = "constant", jitter = "none", onExhausted = "rethrow", exceptions = Throwable.class)
            public @interface Often {
                @AliasFor(annotation = Retry.class, attribute = "exceptions")
                Class<? extends Throwable>[] on() default {};
            }
            """);
    }

    @Test
    void aliasWithoutCounterpartShouldBeRemovedAndListed() {
        Project after = moved("""
            import org.springframework.core.annotation.AliasFor;
            import org.springframework.resilience.annotation.Retryable;

            @Retryable(includes = RuntimeException.class)
            public @interface Often {
                @AliasFor(annotation = Retryable.class, attribute = "delay")
                long pause() default 5;
            }
            """);

        assertThat(after.files().get(FILE))
                .contains("{\n    long pause() default 5;")
                .doesNotContain("Retryable");
        assertThat(after.left()).singleElement().asString().contains("pause has no effect");
    }

    @Test
    void aliasOfANumberShouldBeMovedAndListed() {
        Project after = moved("""
            import org.springframework.core.annotation.AliasFor;
            import org.springframework.resilience.annotation.ConcurrencyLimit;

            @ConcurrencyLimit
            public @interface Often {
                @AliasFor(annotation = ConcurrencyLimit.class)
                int limit() default 5;
            }
            """);

        assertThat(after.files().get(FILE))
                .contains("@AliasFor(annotation = Bulkhead.class, attribute = \"maxConcurrent\")");
        assertThat(after.left()).anySatisfy(left -> assertThat(left).contains("from 1 to 1000000"));
    }

    @Test
    void classLiteralShouldCompileAndBeListedWithItsLine() {
        Project after = moved("""
            import org.springframework.resilience.annotation.Retryable;

            class Often {
                @Retryable(includes = RuntimeException.class)
                public void call() throws Exception {
                    Object found = Often.class.getMethod("call").getAnnotation(Retryable.class);
                }
            }
            """);

        assertThat(after.files().get(FILE))
                .contains("import org.springframework.resilience.annotation.Retryable;")
                .contains("import io.netrun.resilience.annotation.Retry;");
        assertThat(after.left()).singleElement().asString().contains("in line 7. The recipe has replaced");
    }

    @Test
    void orderAmongAspectsShouldBeListed() {
        Project after = moved("""
            import org.springframework.resilience.annotation.EnableResilientMethods;

            @EnableResilientMethods(order = 5)
            class Often {
            }
            """);

        assertThat(after.left())
                .singleElement()
                .asString()
                .contains("@EnableResilientMethods(order = 5): It is removed");
    }

    @Test
    void methodsThatAreNotPublicShouldBeListedAtTheirClass() {
        Project after = moved("""
            import org.springframework.resilience.annotation.Retryable;

            @Retryable(includes = RuntimeException.class)
            class Often {
                public void call() {
                }

                protected void ask() {
                }

                void poll() {
                }

                private void hidden() {
                }
            }
            """);

        assertThat(after.left()).singleElement().asString().contains("These are not public: ask, poll.");
    }

    @Test
    void methodsOfResilience4jThatAreCoveredElsewhereShouldBeListed() {
        Project after = new Project().with(FILE, """
            import io.github.resilience4j.retry.annotation.Retry;

            @Retry(name = "often")
            class Often extends Base {
                public void call() {
                }

                protected void ask() {
                }
            }
            """).after(new FromResilience4j(false));

        assertThat(after.left())
                .anySatisfy(left -> assertThat(left).contains("These are not public: ask."))
                .anySatisfy(left -> assertThat(left).contains("that it inherits from Base"));
    }

    @Test
    void replacedAnnotationsOfAPackageShouldLeaveNothing() {
        Project after = moved("""
            import org.springframework.resilience.annotation.*;

            class Often {
                @Retryable(includes = RuntimeException.class)
                @ConcurrencyLimit(2)
                public void call() {
                }
            }
            """);

        assertThat(after.files().get(FILE)).doesNotContain("org.springframework.resilience");
        assertThat(after.left()).isEmpty();
    }

    @Test
    void listenerOfSpringRetryShouldBeListedAsWithoutEffect() {
        Project after = new Project()
                .with("lib/src/main/java/org/springframework/retry/RetryListener.java", """
                    package org.springframework.retry;

                    public interface RetryListener {
                    }
                    """)
                .with(FILE, """
                    import org.springframework.retry.RetryListener;

                    class Often implements RetryListener {
                    }
                    """)
                .after(new FromSpringRetry(true));

        assertThat(after.left())
                .anySatisfy(left -> assertThat(left)
                        .startsWith(FILE)
                        .contains("in line 3.", "a bean of it has no effect on them", "RetryEvent.Retrying"));
    }
}
