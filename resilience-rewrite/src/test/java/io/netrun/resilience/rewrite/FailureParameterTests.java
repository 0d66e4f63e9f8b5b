package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Methods with parameters that are failures, which fallback methods could get instead of the failure of the call. */
class FailureParameterTests {

    private static final String IMPORTS = """
        import java.io.IOException;
        import org.springframework.retry.annotation.Recover;
        """;

    private static final String CALLS = "src/main/java/Calls.java";

    private static Project moved(String type, String members) {
        String used = (type + members).contains("@Retryable") ? "Retryable" : "CircuitBreaker";
        String imports = IMPORTS + "import org.springframework.retry.annotation." + used + ";\n\n";
        return new Project()
                .with(CALLS, imports + type + " {\n" + members.indent(4) + "}\n")
                .after(new FromSpringRetry(false));
    }

    private static String single(String members) {
        Project after = moved("class Calls", members);
        assertThat(after.left()).isEmpty();
        return after.files().get(CALLS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "void report(Exception given) | Exception | Exception given",
                "void report(Throwable given) | Throwable | Throwable given",
                "void report(java.io.IOException given) | IOException | IOException given",
                "void report(Exception failure) | Exception | Exception argument",
                "<T extends IOException> void report(T given) | IOException | IOException given",
                "<S extends IOException, T extends S> void report(T given) | IOException | IOException given",
                "void report(OwnException given) | com.acme.OwnException | com.acme.OwnException given",
            })
    void recoveryShouldGetTheFailureAndNotTheArgument(String method, String failure, String argument) {
        assertThat(single("""
            @Retryable
            public %s {
            }

            @Recover
            void none(%s failure) {
            }
            """.formatted(method, failure)))
                .contains("@Fallback(method = \"noneFallback\")")
                .contains("void none(" + failure + " failure) {\n    }\n\n    void noneFallback(" + argument + ", "
                        + failure + " failure) {\n        none(failure);\n    }\n");
    }

    @ParameterizedTest
    @CsvSource({"IOException, Exception", "Exception, IOException", "Exception[], Exception", "String, Exception"})
    void recoveryOfAnotherFailureShouldKeepItsName(String argument, String failure) {
        assertThat(single("""
            @Retryable
            public void report(%s given) {
            }

            @Recover
            void none(%s failure) {
            }
            """.formatted(argument, failure)))
                .contains("@Fallback(method = \"none\")")
                .doesNotContain("noneFallback");
    }

    @Test
    void eachRecoveryShouldTakeItsFailureBesideTheArgument() {
        assertThat(single("""
            @Retryable
            public void report(IOException given) {
            }

            @Recover
            void none(IOException failure) {
            }

            @Recover
            void none(Exception failure) {
            }

            @Recover
            void none(IllegalStateException failure, IOException given) {
            }
            """))
                .contains("@Fallback(method = \"noneFallback\")")
                .contains("void noneFallback(IOException given, IOException failure) {\n        none(failure);")
                .contains("void noneFallback(IOException given, Exception failure) {\n        none(failure);")
                .contains("void none(IOException given, IllegalStateException failure) {")
                .contains("void noneFallback(IOException given, IllegalStateException failure) {\n"
                        + "        none(given, failure);");
    }

    @Test
    void classWithTheNameOfAFailureShouldBeNone() {
        assertThat(single("""
            @Retryable
            public void report(FieldError given) {
            }

            @Recover
            void none(FieldError given) {
            }

            static class FieldError {}
            """)).contains("@Fallback(method = \"none\")").doesNotContain("noneFallback");
    }

    @Test
    void otherMethodsOfTheRecoveryShouldKeepItsName() {
        assertThat(single("""
            @Retryable
            public void report(Exception given) {
            }

            @Retryable
            public void call(String to) {
            }

            @Recover
            void none(Exception failure) {
            }
            """))
                .contains("@Fallback(method = \"noneFallback\")\n    public void report(")
                .contains("@Fallback(method = \"none\")\n    public void call(");
    }

    @Test
    void severalArgumentsShouldNotBeTakenForThoseAndTheFailure() {
        assertThat(single("""
            @Retryable
            public void call(String to) {
            }

            @Retryable
            public void report(String to, Throwable given) {
            }

            @Recover
            void none(Throwable failure, String to) {
            }
            """))
                .contains("@Fallback(method = \"noneFallback\")\n    public void call(")
                .contains("void noneFallback(String to, Throwable failure) {\n        none(failure, to);")
                .contains("@Fallback(method = \"noneFallbackFallback\")\n    public void report(")
                .contains("void noneFallbackFallback(String to, Throwable given, Throwable failure) {\n"
                        + "        none(failure, to);");
    }

    @Test
    void addedParameterShouldHaveANameOfItsOwn() {
        assertThat(single("""
            @Retryable
            public void report(String to, Exception e) {
            }

            @Recover
            void none(RuntimeException e, String to) {
            }
            """)).contains("void none(String to, Exception e2, RuntimeException e) {");
    }

    @Test
    void recoveryOfARetriedClassShouldGetTheFailure() {
        Project after = moved("@Retryable class Calls", """
            public void report(Exception given) {
            }

            @Recover
            void none(Exception failure) {
            }
            """);

        assertThat(after.files().get(CALLS))
                .contains("@Fallback(method = \"noneFallback\")\n    public void report(")
                .contains("void noneFallback(Exception given, Exception failure) {");
    }

    @Test
    void typeVariableOfTheClassShouldBeTheArgumentToo() {
        Project after = moved("abstract class Calls<E extends Exception>", """
            @Retryable
            public void report(E given) {
            }

            @Recover
            void none(E failure) {
            }
            """);

        assertThat(after.files().get(CALLS)).contains("void noneFallback(E given, E failure) {");
    }

    @Test
    void recoveryThatIsNamedShouldGetTheFailure() {
        assertThat(single("""
            @Retryable(recover = "none")
            public void report(Exception given) {
            }

            @Recover
            void none(Exception failure) {
            }

            void noneFallback() {
            }
            """))
                .contains("@Fallback(method = \"noneFallbackFallback\")")
                .contains("none(failure);");
    }

    @Test
    void openCircuitShouldReachTheOwnFallback() {
        assertThat(single("""
            @CircuitBreaker
            public void report(IOException given) {
            }

            @Recover
            void none(IOException failure) {
            }
            """))
                .contains("@Fallback(method = \"noneFallback\")")
                .contains("void noneFallback(IOException given, IOException failure) {")
                .contains("void noneFallback(CircuitOpenException failure) {\n        none((IOException) null);");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<T extends IOException> void report(T given) | IOException failure | IOException given",
                "void report(java.io.IOException given) | IOException failure | IOException given",
            })
    void fallbackShouldGetTheFailureWhateverTheTypeIsWrittenAs(String method, String parameter, String argument) {
        String source = """
            import io.github.resilience4j.retry.annotation.Retry;
            import java.io.IOException;

            class Calls {
                @Retry(name = "a", fallbackMethod = "none")
                public %s {
                }

                void none(%s) {
                }
            }
            """.formatted(method, parameter);

        assertThat(new Project()
                        .with(CALLS, source)
                        .after(new FromResilience4j(false))
                        .files()
                        .get(CALLS))
                .contains("@Fallback(method = \"noneFallback\")")
                .contains("void noneFallback(" + argument + ", IOException failure) {\n        none(failure);");
    }

    @Test
    void fallbackOfOtherArgumentsShouldNotGetThose() {
        String source = """
            import io.github.resilience4j.retry.annotation.Retry;

            class Calls {
                @Retry(name = "a", fallbackMethod = "none")
                public void report(String to, Exception given) {
                }

                @Retry(name = "a", fallbackMethod = "none")
                public void call(String to) {
                }

                void none(String to, Exception failure) {
                }

                void none(Throwable failure) {
                }
            }
            """;

        assertThat(new Project()
                        .with(CALLS, source)
                        .after(new FromResilience4j(false))
                        .files()
                        .get(CALLS))
                .contains("@Fallback(method = \"noneFallback\")\n    public void report(")
                .contains("void noneFallback(Throwable failure) {\n        none(failure);")
                .contains("@Fallback(method = \"none\")\n    public void call(");
    }
}
