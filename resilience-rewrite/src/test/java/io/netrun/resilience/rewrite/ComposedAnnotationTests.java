package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotations that have one of Spring's as a meta-annotation. */
class ComposedAnnotationTests {

    private static final String CALLS = "app/src/main/java/app/Calls.java";

    private static Project project(String meta) {
        return new Project().with("api/src/main/java/api/RemoteRetry.java", """
            package api;

            import org.springframework.core.annotation.AliasFor;
            import org.springframework.retry.annotation.*;

            %s
            public @interface RemoteRetry {
                @AliasFor(annotation = Retryable.class, attribute = "maxAttempts") int tries() default 4;
                @AliasFor(annotation = Retryable.class, attribute = "recover") String lost() default "";
            }
            """.formatted(meta));
    }

    private static Project moved(Project project, String type, String members) {
        return project.with(CALLS, """
                package app;

                import api.*;
                import java.util.concurrent.CompletableFuture;
                import org.springframework.retry.annotation.*;

                %s {
                %s}
                """.formatted(type, members.indent(4))).after(new FromSpringRetry(false));
    }

    private static final String COMPOSED = """
        @RemoteRetry(tries = 6)
        public String comp(String id) {
            return "";
        }
        """;

    private static final String RECOVERY = """

        @Recover
        public String back(IllegalStateException failure, String id) {
            return "";
        }
        """;

    private static final String MOVED = "public String back(String id, IllegalStateException failure)";

    @ParameterizedTest
    @ValueSource(strings = {"@Retryable", "@Retryable(maxAttempts = 5)", "@CircuitBreaker"})
    void methodWithAComposedAnnotationShouldHaveItsRecovery(String meta) {
        Project after = moved(project(meta), "class Calls", COMPOSED + RECOVERY);

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"back\")", MOVED);
        assertThat(after.left()).noneMatch(left -> left.contains("@Recover"));
    }

    @Test
    void bothKindsOfMethodsShouldHaveTheRecovery() {
        Project after = moved(project("@Retryable"), "class Calls", COMPOSED + """

            @Retryable
            public String plain(String id) {
                return "";
            }
            """ + RECOVERY);

        assertThat(after.files().get(CALLS))
                .containsPattern("(?s)@Fallback\\(method = \"back\"\\).*@Fallback\\(method = \"back\"\\)");
    }

    @Test
    void composedAnnotationOfAClassShouldGiveTheRecovery() {
        Project after = moved(project("@Retryable"), "@RemoteRetry\nclass Calls", """
            public String all(String id) {
                return "";
            }
            """ + RECOVERY);

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"back\")", MOVED);
    }

    @Test
    void composedAnnotationOfAnInterfaceShouldGiveTheRecovery() {
        Project project = project("@Retryable").with("api/src/main/java/api/Sender.java", """
            package api;

            public interface Sender {
                @RemoteRetry(tries = 6)
                String push(String id);
            }
            """);

        Project after = moved(project, "class Calls implements Sender", """
            @Override
            public String push(String id) {
                return "";
            }
            """ + RECOVERY);

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"back\")", MOVED);
    }

    @Test
    void composedAnnotationOfAComposedOneShouldGiveTheRecovery() {
        Project project = project("@Retryable").with("api/src/main/java/api/Far.java", """
            package api;

            @RemoteRetry
            public @interface Far {
            }
            """);

        Project after = moved(project, "class Calls", COMPOSED.replace("@RemoteRetry(tries = 6)", "@Far") + RECOVERY);

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"back\")");
    }

    @ParameterizedTest
    @ValueSource(strings = {"@RemoteRetry(lost = \"other\")", "@RemoteRetry"})
    void recoveryThatIsNamedShouldBeTheOne(String annotation) {
        String meta = annotation.contains("lost") ? "@Retryable" : "@Retryable(recover = \"other\")";

        Project after = moved(
                project(meta),
                "class Calls",
                COMPOSED.replace("@RemoteRetry(tries = 6)", annotation) + RECOVERY + RECOVERY.replace("back", "other"));

        assertThat(after.files().get(CALLS)).contains("@Fallback(method = \"other\")");
    }

    @Test
    void annotationThatIsNotComposedShouldGiveNone() {
        Project after = moved(project("@Deprecated"), "class Calls", COMPOSED + RECOVERY);

        assertThat(after.files().get(CALLS)).doesNotContain("@Fallback");
        assertThat(after.left()).anyMatch(left -> left.contains("@Recover back"));
    }

    @Test
    void futureOfAComposedAnnotationShouldBeListed() {
        Project after = moved(project("@Retryable"), "class Calls", """
            @RemoteRetry
            public CompletableFuture<String> later() {
                return null;
            }
            """);

        assertThat(after.left()).anyMatch(left -> left.contains("a CompletableFuture that fails was not retried"));
    }

    @Test
    void privateMethodShouldLoseTheAnnotation() {
        Project after = moved(project("@Retryable"), "class Calls", COMPOSED.replace("public", "private"));

        assertThat(after.files().get(CALLS)).doesNotContain("@RemoteRetry");
        assertThat(after.left()).anyMatch(left -> left.contains("@RemoteRetry at comp"));
    }

    @Test
    void circuitShouldNameTheComposedRetriesAroundIt() {
        Project after = moved(project("@Retryable"), "class Calls", COMPOSED + """

            @CircuitBreaker
            public String ask() {
                return "";
            }
            """);

        assertThat(after.left())
                .anyMatch(left -> left.contains("@CircuitBreaker at Calls.ask") && left.contains("Calls.comp"));
    }

    @Test
    void fileWithoutAnnotationsOfSpringShouldBeListed() {
        Project after = project("@Retryable")
                .with("app/src/main/java/app/Other.java", """
            package app;

            import api.RemoteRetry;
            import java.util.concurrent.CompletableFuture;

            class Other {
                @RemoteRetry
                public CompletableFuture<String> later() {
                    return null;
                }
            }
            """)
                .after(new FromSpringRetry(false));

        assertThat(after.left()).anyMatch(left -> left.contains("@Retryable at Other.later"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "protected "})
    void methodThatIsNotPublicShouldBeListed(String modifier) {
        Project after = moved(project("@Retryable"), "@RemoteRetry(tries = 5)\nclass Calls", modifier + """
                String pkg() {
                    return "";
                }
                """);

        assertThat(after.left()).anyMatch(left -> left.contains("@RemoteRetry at Calls") && left.contains("pkg"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"@Retryable", "@RemoteRetry"})
    void methodWithItsOwnAnnotationShouldNotBeListed(String annotation) {
        Project after = moved(project("@Retryable"), "@RemoteRetry(tries = 5)\nclass Calls", annotation + """

                String pkg() {
                    return "";
                }
                """);

        assertThat(after.left()).noneMatch(left -> left.contains("@RemoteRetry at Calls"));
    }

    @Test
    void composedAnnotationOfAMethodShouldReplaceThatOfAClass() {
        Project after = moved(project("@Retryable"), "@Retryable\nclass Calls", """
                @RemoteRetry
                String pkg() {
                    return "";
                }
                """);

        assertThat(after.left()).noneMatch(left -> left.contains("@Retryable at Calls"));
    }

    @Test
    void classWithoutAnnotationsOfSpringShouldBeListed() {
        Project after = project("@Retryable")
                .with("app/src/main/java/app/Other.java", """
            package app;

            @api.RemoteRetry
            class Other {
                String pkg() {
                    return "";
                }
            }
            """)
                .after(new FromSpringRetry(false));

        assertThat(after.left()).anyMatch(left -> left.contains("@RemoteRetry at Other"));
    }

    private static Project partner(String library, String enabling, String more) {
        return new Project()
                .with("pom.xml", Poms.pom("app", Poms.SPRING_RETRY))
                .with("src/main/java/Calls.java", """
                        import com.vendor.%1$s.Vendor;

                        class Calls {
                            @Vendor
                            public void call() {}
                        }
                        """.formatted(library))
                .with("src/main/java/App.java", """
                        import org.springframework.%s.annotation.%s;

                        @%2$s
                        class App {
                            %s
                            public void own() {}
                        }
                        """.formatted(library, enabling, more));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@org.springframework.retry.annotation.Retryable"})
    void annotationOfALibraryShouldStayActive(String own) {
        Project after = partner("retry", "EnableRetry", own).after(new FromSpringRetry(false));

        assertThat(after.files().get("src/main/java/App.java")).contains("@EnableRetry");
        assertThat(after.files().get("pom.xml")).contains("<artifactId>spring-retry</artifactId>");
        assertThat(after.left())
                .anyMatch(left -> left.startsWith("src/main/java/Calls.java @Vendor: It is of another library"));
    }

    @Test
    void annotationOfALibraryShouldStayActiveInSpring7() {
        Project after = partner("resilience", "EnableResilientMethods", "").after(new FromSpringFramework7(false));

        assertThat(after.files().get("src/main/java/App.java")).contains("@EnableResilientMethods");
        assertThat(after.left()).anyMatch(left -> left.contains("@Vendor: It is of another library"));
    }
}
