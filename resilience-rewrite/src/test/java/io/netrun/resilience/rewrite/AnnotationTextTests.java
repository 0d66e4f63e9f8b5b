package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.Recipe;

/** Texts that name annotations which the recipes replace. */
class AnnotationTextTests {

    private static final String AUDIT = "src/main/java/Audit.java";

    private static final String RETRY = "io.github.resilience4j.retry.annotation.Retry";

    private static Project project(String imported) {
        return new Project().with("src/main/java/Calls.java", """
                import %s;

                class Calls {
                    @%s
                    public void call() {
                    }
                }
                """.formatted(
                        imported, imported.endsWith(".Retry") ? "Retry(name = \"a\")" : simple(imported)));
    }

    private static String simple(String type) {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    private static Recipe recipe(String annotation) {
        return annotation.contains("resilience4j")
                ? new FromResilience4j(true)
                : annotation.contains(".retry.") ? new FromSpringRetry(true) : new FromSpringFramework7(true);
    }

    private static String audit(String expression) {
        return """
                class Audit {
                    static final String PACKAGE = "io.github.resilience4j.retry.annotation.";

                    String pointcut() {
                        return %s;
                    }
                }
                """.formatted(expression);
    }

    private static List<String> left(Project after, String path) {
        return after.left().stream().filter(row -> row.startsWith(path)).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                RETRY,
                "org.springframework.retry.annotation.Retryable",
                "org.springframework.retry.annotation.CircuitBreaker",
                "org.springframework.resilience.annotation.Retryable",
                "org.springframework.resilience.annotation.ConcurrencyLimit",
            })
    void pointcutShouldBeListedWithItsLine(String annotation) {
        Project after = project(annotation)
                .with(AUDIT, audit("\"@annotation(" + annotation + ")\""))
                .after(recipe(annotation));

        assertThat(left(after, AUDIT))
                .singleElement()
                .asString()
                .startsWith(AUDIT + " " + annotation + ": The recipe has replaced the annotation by io.netrun.")
                .endsWith(" It is in line 5.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"execution(@io.github.resilience4j.retry.annotation.Retry * *(..))\"",
                "\"#{T(io.github.resilience4j.retry.annotation.Retry)}\"",
                "\"Lio/github/resilience4j/retry/annotation/Retry;\"",
                "\"@annotation(\" + PACKAGE + \"Retry)\"",
                "\"io.github.resilience4j.\" + \"retry.annotation.Retry\"",
            })
    void textShouldBeListedHoweverItIsWritten(String text) {
        Project after = project(RETRY).with(AUDIT, audit(text)).after(new FromResilience4j(true));

        assertThat(left(after, AUDIT))
                .singleElement()
                .asString()
                .startsWith(AUDIT + " " + RETRY + ": ")
                .endsWith(" It is in line 5.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.github.resilience4j..*",
                "io.github.resilience4j.*.annotation.*",
                "io.github.resilience4j.retry.annotation.*",
                "*..Retry",
            })
    void typePatternShouldBeListed(String pattern) {
        Project after = project(RETRY)
                .with(AUDIT, audit("\"@annotation(" + pattern + ")\""))
                .after(new FromResilience4j(true));

        assertThat(left(after, AUDIT))
                .singleElement()
                .asString()
                .startsWith(AUDIT + " " + pattern + ": It matches io.github.resilience4j.")
                .endsWith(" It is in line 5.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"@annotation(com.acme.Retry)\"",
                "\"execution(* com.acme..*(..))\"",
                "\"execution(* *..*.*(..))\"",
                "\"io.github.resilience4j\"",
                "\"io.github.resilience4j.retry.annotation.RetryOther\"",
                "\"@Retry\"",
            })
    void otherTextShouldNotBeListed(String text) {
        Project after = project(RETRY).with(AUDIT, audit(text)).after(new FromResilience4j(true));

        assertThat(left(after, AUDIT)).isEmpty();
    }

    @Test
    void xmlShouldBeListedWithItsLine() {
        String path = "src/main/resources/beans.xml";
        Project after = project(RETRY).with(path, """
                <beans>
                    <!-- %1$s -->
                    <pointcut expression="@annotation(%1$s)"/>
                </beans>
                """.formatted(RETRY)).after(new FromResilience4j(true));

        assertThat(left(after, path))
                .singleElement()
                .asString()
                .contains(RETRY, "replaced the annotation by io.netrun.", "in line 3.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "resilience"})
    void xmlOfSpringShouldNameTheNewAnnotation(String library) {
        String path = "src/main/resources/beans.xml";
        String annotation = "org.springframework." + library + ".annotation.Retryable";
        Project after = project(annotation)
                .with(path, "<a b=\"@annotation(" + annotation + ")\"/>\n")
                .after(recipe(annotation));

        assertThat(left(after, path)).singleElement().asString().contains("io.netrun.resilience.annotation.Retry");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application.yml", "application.properties", "META-INF/reflect-config.json"})
    void settingShouldBeListedWithItsLine(String file) {
        String path = "src/main/resources/" + file;
        Project after = project(RETRY)
                .with(path, (file.endsWith(".yml") ? "app: " : "app=") + "'" + RETRY + "'\n")
                .after(new FromResilience4j(true));

        assertThat(left(after, path))
                .filteredOn(row -> row.contains(RETRY))
                .singleElement()
                .asString()
                .endsWith(" It is in line 1.");
    }

    @Test
    void textOfAModuleWithoutAnnotationsShouldBeListed() {
        Project after = project(RETRY)
                .with("audit/src/main/java/Audit.java", audit("\"@annotation(" + RETRY + ")\""))
                .after(new FromResilience4j(true));

        assertThat(left(after, "audit/src")).hasSize(1);
    }

    @Test
    void textShouldNotKeepTheDependency() {
        Project after = project("org.springframework.retry.annotation.Retryable")
                .with("pom.xml", """
                    <project>
                        <dependencies>
                            <dependency>
                                <groupId>org.springframework.retry</groupId>
                                <artifactId>spring-retry</artifactId>
                            </dependency>
                        </dependencies>
                    </project>
                    """)
                .with(AUDIT, audit("\"@annotation(org.springframework.retry.annotation.Retryable)\""))
                .after(new FromSpringRetry(true));

        assertThat(after.files().get("pom.xml")).doesNotContain("spring-retry");
        assertThat(left(after, AUDIT)).hasSize(1);
    }
}
