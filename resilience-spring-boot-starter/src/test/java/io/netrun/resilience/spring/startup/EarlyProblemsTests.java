package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.timeout.Timeout;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Code that asks for an instance in a constructor, of an application with more than one thing wrong. */
class EarlyProblemsTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.order=retry,nothing",
                    "resilience.timeout.instances.stock.duration=soon",
                    "resilience.bulkhead.instances.orders.max-concurrent=0",
                    "resilience.circuit-breaker.defaults.failure-rate-threshold=150",
                    "resilience.circuit-breaker.instances.one.failure-threshold=3",
                    "resilience.circuit-breaker.instances.two.failure-threshold=3",
                    "resilience.retry.instances.x.max-atempts=3",
                    "resilience.retry.instances.carier.max-attempts=3");

    @Test
    void constructorShouldGetTheProblemsOfAllSettings() {
        runner.withBean(Asking.class, () -> new Asking(Timeout.TYPE, "stock"))
                .withBean(Annotated.class)
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .satisfies(all -> assertThat(all.get(0)).contains("duration", "is 'soon'"))
                        .anyMatch(problem -> problem.contains("resilience.order"))
                        .anyMatch(problem -> problem.startsWith("Bulkhead 'orders': maxConcurrent is 0"))
                        .anyMatch(problem -> problem.contains("unknown key 'max-atempts'"))
                        .anyMatch(problem -> problem.startsWith("Retry 'carier' has settings"))
                        .anyMatch(problem -> problem.startsWith("Retry 'annotated': maxAttempts is -2"))
                        .anyMatch(problem -> problem.startsWith("Defaults of CircuitBreaker: failureRateThreshold"))
                        .doesNotHaveDuplicates()
                        .hasSize(7));
    }

    @Test
    void listShouldBeTheSameWhereNobodyAsksEarly() {
        AtomicReference<List<String>> early = new AtomicReference<>();
        runner.withBean(Asking.class, () -> new Asking(CircuitBreaker.TYPE, "one"))
                .withBean(Annotated.class)
                .run(context -> early.set(problems(context.getStartupFailure())));
        runner.withBean(Annotated.class)
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .containsExactlyInAnyOrderElementsOf(early.get()));
    }

    @Test
    void constructorThatGoesOnShouldNotHideProblems() {
        runner.withBean(Forgiving.class)
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(problem -> problem.contains("is 'soon'"))
                        .anyMatch(problem -> problem.contains("resilience.order")));
    }

    @Test
    void failureAfterTheStartShouldBeAboutItsInstanceAlone() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                .withPropertyValues("resilience.validation=warn", "resilience.retry.instances.x.max-atempts=3")
                .withBean(
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(
                                BulkheadConfig.class,
                                (name, config) ->
                                        config.toBuilder().maxConcurrent(0).build()))
                .run(context -> assertThat(problems(failure(
                                () -> context.getBean(ResilienceRegistry.class).getOrCreate(Bulkhead.TYPE, "later"))))
                        .singleElement()
                        .asString()
                        .contains("maxConcurrent is 0"));
    }

    private static Throwable failure(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failure) {
            return failure;
        }
        throw new AssertionError("should have failed");
    }

    private static List<String> problems(Throwable failure) {
        Throwable root = failure;
        while (!(root instanceof ResilienceConfigurationException) && root.getCause() != null) {
            root = root.getCause();
        }
        assertThat(root).isInstanceOf(ResilienceConfigurationException.class);
        return ((ResilienceConfigurationException) root)
                .problems().stream().map(Problem::description).toList();
    }

    /** Asks when the registry is there. */
    static final class Asking {

        private final PolicyType<?, ?> type;
        private final String name;

        Asking(PolicyType<?, ?> type, String name) {
            this.type = type;
            this.name = name;
        }

        @Autowired
        void ask(ResilienceRegistry registry) {
            registry.getOrCreate(type, name);
        }
    }

    static class Forgiving {

        Forgiving(ResilienceRegistry registry) {
            assertThat(failure(() -> registry.getOrCreate(Timeout.TYPE, "stock")))
                    .isNotNull();
        }
    }

    static class Annotated {

        @Retry(name = "annotated", maxAttempts = -2)
        public void call() {
            // Only its annotation matters.
        }

        @Retry(name = "carrier")
        public void named() {
            // Only its annotation matters.
        }
    }
}
