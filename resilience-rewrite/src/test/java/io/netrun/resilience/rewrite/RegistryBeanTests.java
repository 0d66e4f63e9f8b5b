package io.netrun.resilience.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Beans of the application that are registries, which were there instead of those with the configuration. */
class RegistryBeanTests {

    private static final String YAML = "src/main/resources/application.yaml";

    private static String bean(String pattern, String type, String annotation, String body) {
        return "import io.github.resilience4j." + pattern + "." + type
                + "Registry;\nimport org.springframework.context.annotation.Bean;\n\nclass Settings {\n    "
                + annotation + "\n    " + type + "Registry registry() {\n        return " + body + ";\n    }\n}\n";
    }

    private static List<String> left(Project project, String what) {
        return project.after(new FromResilience4j(false)).left().stream()
                .filter(row -> row.contains("Settings.java " + what + ": "))
                .toList();
    }

    private static Project with(String bean, String section) {
        return new Project()
                .with("src/main/java/Settings.java", bean)
                .with(YAML, "resilience4j:\n  " + section + ":\n    instances:\n      a:\n        base-config: b\n");
    }

    @ParameterizedTest
    @CsvSource({
        "circuitbreaker, CircuitBreaker, circuitbreaker, circuit-breaker",
        "circuitbreaker, CircuitBreaker, circuit-breaker, circuit-breaker",
        "retry, Retry, retry, retry",
        "ratelimiter, RateLimiter, ratelimiter, rate-limiter",
        "timelimiter, TimeLimiter, timelimiter, timeout",
        "bulkhead, ThreadPoolBulkhead, thread-pool-bulkhead, bulkhead",
    })
    void settingsWithoutAnEffectShouldBeLeft(String pattern, String type, String section, String here) {
        assertThat(left(with(bean(pattern, type, "@Bean", type + "Registry.ofDefaults()"), section), "@Bean registry"))
                .singleElement()
                .asString()
                .contains("had no effect on its instances; here, those of resilience." + here + " have one")
                .endsWith("Remove the settings that are not meant.");
    }

    @Test
    void configurationOfTheBeanShouldBeLeft() {
        assertThat(left(with(bean("retry", "Retry", "@Bean", "RetryRegistry.of(own())"), "retry"), "@Bean registry"))
                .singleElement()
                .asString()
                .endsWith("set it as resilience.retry.defaults.");
    }

    @Test
    void configurationOfAnnotatedInstancesShouldBeLeft() {
        String calls = "import io.github.resilience4j.retry.annotation.Retry;\n\nclass Calls {\n"
                + "    @Retry(name = \"audit\")\n    public void call() {}\n}\n";
        Project project = new Project()
                .with("src/main/java/Settings.java", bean("retry", "Retry", "@Bean", "RetryRegistry.of(own())"))
                .with("src/main/java/Calls.java", calls);

        assertThat(left(project, "@Bean registry"))
                .singleElement()
                .asString()
                .contains("Annotations have the name audit, too.")
                .endsWith("set it as resilience.retry.defaults.");
    }

    @Test
    void settingsOfAnotherPatternShouldNotBeLeft() {
        assertThat(left(
                        with(bean("retry", "Retry", "@Bean", "RetryRegistry.ofDefaults()"), "circuitbreaker"),
                        "@Bean registry"))
                .isEmpty();
    }

    @Test
    void settingsOfAnotherApplicationShouldNotBeLeft() {
        Project project = new Project()
                .with("one/src/main/java/Settings.java", bean("retry", "Retry", "@Bean", "RetryRegistry.ofDefaults()"))
                .with("two/" + YAML, "resilience4j:\n  retry:\n    instances:\n      a:\n        max-attempts: 2\n");

        assertThat(left(project, "@Bean registry")).isEmpty();
    }

    @Test
    void instancesOfAnotherApplicationShouldNotBeNamed() {
        String calls = "import io.github.resilience4j.retry.annotation.Retry;\n\nclass Calls {\n"
                + "    @Retry(name = \"%s\")\n    public void call() {}\n}\n";
        String code = "import io.github.resilience4j.retry.RetryRegistry;\n\nclass Asking {\n"
                + "    Object all(RetryRegistry registry) {\n        return registry.getAllRetries();\n    }\n}\n";
        List<String> left = new Project()
                .with("one/src/main/java/Asking.java", code)
                .with("one/src/main/java/Calls.java", calls.formatted("own"))
                .with("two/src/main/java/Calls.java", calls.formatted("other"))
                .after(new FromResilience4j(false))
                .left();

        assertThat(left)
                .anyMatch(row -> row.contains("Annotations have the name own, too."))
                .noneMatch(row -> row.contains("other"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@Deprecated"})
    void registryThatIsNoBeanShouldNotBeLeft(String annotation) {
        Project project = with(bean("retry", "Retry", annotation, "RetryRegistry.ofDefaults()"), "retry");

        assertThat(left(project, "@Bean registry")).isEmpty();
        assertThat(left(project, "RetryRegistry.ofDefaults()"))
                .singleElement()
                .asString()
                .endsWith("Write ResilienceRegistry.create().");
    }

    @Test
    void beanShouldBecomeTheRegistryOfTheStarter() {
        assertThat(left(
                        with(bean("retry", "Retry", "@Bean", "RetryRegistry.ofDefaults()"), "retry"),
                        "RetryRegistry.ofDefaults()"))
                .singleElement()
                .asString()
                .endsWith("Remove the bean, and inject ResilienceRegistry where it is used: the starter has one for all"
                        + " patterns, with the settings of the configuration.");
    }

    @Test
    void beanWithAConfigurationShouldBecomeDefaults() {
        assertThat(left(
                        with(bean("retry", "Retry", "@Bean", "RetryRegistry.of(own())"), "retry"),
                        "RetryRegistry.of(own())"))
                .singleElement()
                .asString()
                .endsWith("Set there, as resilience.retry.defaults, what own() sets.");
    }

    private static List<String> leftBeside(String type, String kind) {
        return leftBeside(type, kind, "@Bean registry");
    }

    private static List<String> leftBeside(String type, String kind, String what) {
        Project project = new Project()
                .with("src/main/java/Settings.java", bean("bulkhead", type, "@Bean", type + "Registry.of(own())"))
                .with("src/main/java/Calls.java", """
                    import io.github.resilience4j.bulkhead.annotation.Bulkhead;
                    import java.util.concurrent.CompletableFuture;

                    class Calls {
                        @Bulkhead(name = "a", type = Bulkhead.Type.%s)
                        public CompletableFuture<String> call() {
                            return null;
                        }
                    }
                    """.formatted(kind));
        return left(project, what);
    }

    @ParameterizedTest
    @CsvSource({"ThreadPoolBulkhead, SEMAPHORE", "Bulkhead, THREADPOOL"})
    void bulkheadsOfTheOtherKindShouldNotBeNamed(String type, String kind) {
        assertThat(leftBeside(type, kind)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ThreadPoolBulkhead, THREADPOOL, under resilience.bulkhead.instances for each of its bulkheads",
        "Bulkhead, SEMAPHORE, resilience.bulkhead.defaults."
    })
    void bulkheadsOfTheSameKindShouldBeNamed(String type, String kind, String remedy) {
        assertThat(leftBeside(type, kind)).singleElement().asString().contains("Annotations have the name a", remedy);
    }

    @ParameterizedTest
    @CsvSource({
        "ThreadPoolBulkhead, SEMAPHORE, under resilience.bulkhead.instances for each of its bulkheads",
        "Bulkhead, THREADPOOL, under resilience.bulkhead.instances for each of its bulkheads",
        "Bulkhead, SEMAPHORE, 'as resilience.bulkhead.defaults, what own() sets.'"
    })
    void configurationShouldNotBeWrittenForTheOtherKind(String type, String kind, String remedy) {
        assertThat(leftBeside(type, kind, type + "Registry.of(own())"))
                .singleElement()
                .asString()
                .contains("Set there, " + remedy);
    }
}
