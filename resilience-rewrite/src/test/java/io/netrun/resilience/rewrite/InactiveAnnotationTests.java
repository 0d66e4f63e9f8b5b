package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openrewrite.Recipe;

/** Annotations of Spring Retry and Spring Framework 7 that nothing activates. */
class InactiveAnnotationTests {

    private static final String RETRY = "org.springframework.retry.annotation.";

    private static final String SPRING7 = "org.springframework.resilience.annotation.";

    private static String calls(String packageName) {
        return """
            import %sRetryable;

            class Calls {
                @Retryable
                public String ask() {
                    return "";
                }
            }
            """.formatted(packageName);
    }

    private static List<String> left(Recipe recipe, Project before) {
        return before.after(recipe).left().stream()
                .filter(row -> row.contains("annotations without"))
                .toList();
    }

    private static Project project() {
        return new Project().with("pom.xml", Poms.pom("app")).with("src/main/java/Calls.java", calls(RETRY));
    }

    @Test
    void annotationsOfSpringRetryShouldBeListed() {
        assertThat(left(new FromSpringRetry(false), project()))
                .singleElement()
                .asString()
                .startsWith("pom.xml annotations without @EnableRetry: No main source has @EnableRetry");
    }

    @Test
    void annotationsOfSpring7ShouldBeListed() {
        Project before =
                new Project().with("pom.xml", Poms.pom("app")).with("src/main/java/Calls.java", calls(SPRING7));

        assertThat(left(new FromSpringFramework7(false), before))
                .singleElement()
                .asString()
                .startsWith("pom.xml annotations without @EnableResilientMethods: No main source");
    }

    @ParameterizedTest
    @CsvSource({
        "src/main/java/App.java, 'import org.springframework.retry.annotation.EnableRetry; @EnableRetry class App {}'",
        "src/main/java/App.java, 'import org.springframework.retry.annotation.*; @EnableRetry class App {}'",
        "src/main/kotlin/App.kt, 'import org.springframework.retry.annotation.EnableRetry'",
        "src/main/java/App.java, '@org.springframework.retry.annotation.EnableRetry @interface Enabling {}'",
        "src/main/resources/beans.xml, '<bean class=\"org.springframework.retry.annotation.RetryConfiguration\"/>'",
        "src/main/java/App.java, '@Import(RetryConfiguration.class) class App {}'",
    })
    void annotationsThatAreActivatedShouldNotBeListed(String path, String text) {
        assertThat(left(new FromSpringRetry(false), project().with(path, text))).isEmpty();
    }

    @Test
    void activationOfTestsAloneShouldNotCount() {
        String test = "import org.springframework.retry.annotation.EnableRetry; @EnableRetry class Some {}";

        assertThat(left(new FromSpringRetry(false), project().with("src/test/java/Some.java", test)))
                .hasSize(1);
    }

    @Test
    void exceptionAloneShouldNotBeListed() {
        Project before = new Project().with("pom.xml", Poms.pom("app")).with("src/main/java/Calls.java", """
            import org.springframework.retry.ExhaustedRetryException;

            class Calls {
                ExhaustedRetryException last;
            }
            """);

        assertThat(left(new FromSpringRetry(false), before)).isEmpty();
    }
}
