package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openrewrite.Recipe;

/** What decides on dependencies and settings: the sources as the recipes leave them, so that a second run agrees. */
class SecondRunTests {

    private static final String SOURCE = "src/main/java/Calls.java";

    private static final String SETTINGS = "src/main/resources/application.yml";

    private static final String POM = Poms.pom("app", Poms.RESILIENCE4J, Poms.SPRING_RETRY);

    private static Project moved(Recipe recipe, String imports, String code) {
        return new Project()
                .with("pom.xml", POM)
                .with(SETTINGS, "resilience4j.retry.instances.a.max-attempts: 5\n")
                .with(SOURCE, imports + "\n\nclass Calls {\n" + code + "\n}\n")
                .after(recipe);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "String of(Retry retry) { return retry.name(); }",
                "Class<?> type() { return Retry.class; }",
                "Retry of;",
                "void each(java.util.List<Retry> all) { all.forEach(one -> one.name()); }",
                "boolean is(Object each) { return each instanceof Retry; }",
                "String of(Object each) { return ((Retry) each).name(); }",
                "java.util.function.Function<Retry, String> names = Retry::name;"
            })
    void nameThatMeansTheNewTypeShouldKeepNothing(String code) {
        String annotated = "@Retry(name = \"a\") public void call() {}\n" + code;
        for (String type : new String[] {"Retry", "*"}) {
            Project after = moved(
                    new FromResilience4j(true),
                    "import io.github.resilience4j.retry.annotation." + type + ";",
                    annotated);

            assertThat(after.files().get("pom.xml")
                            + after.files().get(SETTINGS)
                            + after.files().get(SOURCE))
                    .doesNotContain("resilience4j");
        }
    }

    @Test
    void exceptionBesideANameThatMeansTheNewTypeShouldKeepNothing() {
        Project after = moved(
                new FromResilience4j(true),
                "import io.github.resilience4j.circuitbreaker.CallNotPermittedException;\n"
                        + "import io.github.resilience4j.retry.annotation.Retry;",
                "@Retry(name = \"a\") public void call() {}\n"
                        + "Class<?> type() { return Retry.class; }\n"
                        + "String of(CallNotPermittedException failure) { return failure.getMessage(); }");

        assertThat(after.files().get("pom.xml")).doesNotContain("resilience4j");
    }

    @Test
    void exceptionInASignatureShouldKeepNothing() {
        Project after = moved(
                new FromResilience4j(true),
                "import io.github.resilience4j.circuitbreaker.CallNotPermittedException;\n"
                        + "import io.github.resilience4j.retry.annotation.Retry;",
                "@Retry(name = \"a\") public void call() {}\n"
                        + "String of(CallNotPermittedException failure) { return failure.getMessage(); }");

        assertThat(after.files().get("pom.xml")).doesNotContain("resilience4j");
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry.fallbackMethod()", "retry.configuration()", "names(Retry::fallbackMethod)"})
    void attributeThatIsGoneShouldBeListedWithItsLine(String call) {
        Project after = moved(
                new FromResilience4j(true),
                "import io.github.resilience4j.retry.annotation.Retry;",
                "@Retry(name = \"a\") public void call() {}\nString of(Retry retry) { return " + call + "; }\n"
                        + "String names(java.util.function.Function<Retry, String> of) { return null; }");

        assertThat(after.left())
                .anySatisfy(row -> assertThat(row)
                        .matches(SOURCE + " Retry.(fallbackMethod|configuration)\\(\\): .*")
                        .contains("line 5"));
    }

    @Test
    void typeWithoutANameShouldBeListedWithItsLine() {
        Project after = new Project()
                .with("pom.xml", POM)
                .with("src/main/java/Registries.java", """
                    class Registries {
                        io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry all() {
                            return null;
                        }
                    }
                    """)
                .with(SOURCE, """
                    class Calls {
                        // resilience4j
                        String shown(Registries registries) {
                            return registries.all().toString();
                        }
                    }
                    """)
                .after(new FromResilience4j(true));

        assertThat(after.left())
                .anySatisfy(row -> assertThat(row)
                        .startsWith(SOURCE + " io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry: ")
                        .contains("line 4"));
    }

    @Test
    void circuitBreakerOfSpringRetryShouldKeepNothingByItsName() {
        Project after = moved(
                new FromSpringRetry(true),
                "import org.springframework.retry.annotation.CircuitBreaker;",
                "@CircuitBreaker public void call() {}\nClass<?> type() { return CircuitBreaker.class; }");

        assertThat(after.files().get("pom.xml")).doesNotContain("spring-retry");
        assertThat(after.left()).anySatisfy(row -> assertThat(row).contains("in line 5. The name means"));
    }
}
