package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.hedge.HedgeConfig;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceThreadAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.timeout.Timeout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Whatever is wrong is reported beside everything else that is, at once. */
class AllProblemsTests {

    private static final String WITNESS = "resilience.retry.defaults.max-attempts=none";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceThreadAutoConfiguration.class))
            .withPropertyValues(WITNESS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resilience.order=retry,nothing",
                "resilience.advice-mode=weaving",
                "resilience.validation=lax",
                "resilience.propagate-mdc=perhaps"
            })
    void wrongSettingOfTheApplicationShouldHideNoOther(String property) {
        String name = property.substring(0, property.indexOf('='));
        runner.withPropertyValues(property)
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(problem ->
                                problem.contains(name) && problem.contains("(\"" + name + "\" from property source"))
                        .anyMatch(problem -> problem.contains("max-attempts")));
    }

    @Test
    void nameThatIsNoneShouldHideNoOtherProblem() {
        runner.withBean(Named.class)
                .withPropertyValues("resilience.timeout.instances[a\u0007b].duration=1s", "blank=")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(problem -> problem.contains("Named.blank") && problem.contains("name is ''"))
                        .anyMatch(problem -> problem.contains("Named.control") && problem.contains("name is 'a?b'"))
                        .anyMatch(problem -> problem.contains("Named.endless") && problem.contains("name is 'xxx"))
                        .anyMatch(problem -> problem.contains("Timeout") && problem.contains("name is 'a?b'"))
                        .anyMatch(problem -> problem.contains("max-attempts")));
    }

    @Test
    void customizerThatFailsShouldHideNoOtherProblem() {
        runner.withPropertyValues(
                        "resilience.bulkhead.instances.one.max-concurrent=1",
                        "resilience.hedge.instances.two.delay=1s",
                        "resilience.rate-limiter.instances.three.limit=1")
                .withBean(
                        "throwing",
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(BulkheadConfig.class, (name, config) -> {
                            throw new IllegalStateException("no luck");
                        }))
                .withBean(
                        "forgetful",
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(HedgeConfig.class, (name, config) -> null))
                .withPropertyValues("resilience.circuit-breaker.instances.four.open-duration=1s")
                .withBean(
                        "outdated",
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(CircuitBreakerConfig.class, (name, config) -> {
                            throw new NoSuchMethodError("toBuilder");
                        }))
                .withBean(
                        "bad",
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(
                                RateLimiterConfig.class,
                                (name, config) -> config.toBuilder().limit(0).build()))
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(problem -> problem.startsWith("Bulkhead 'one': the ConfigCustomizer")
                                && problem.contains("AllProblemsTests")
                                && problem.contains("no luck"))
                        .anyMatch(problem -> problem.startsWith("CircuitBreaker 'four': the ConfigCustomizer")
                                && problem.contains("NoSuchMethodError: toBuilder"))
                        .anyMatch(problem -> problem.startsWith("Hedge 'two'") && problem.contains("returned null"))
                        .anyMatch(
                                problem -> problem.startsWith("RateLimiter 'three'") && problem.contains("limit is 0"))
                        .anyMatch(problem -> problem.contains("max-attempts")));
    }

    @Test
    void fatalErrorOfACustomizerShouldBeThrownAsItIs() {
        runner.withPropertyValues("resilience.bulkhead.instances.one.max-concurrent=1")
                .withBean(
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(BulkheadConfig.class, (name, config) -> {
                            throw new OutOfMemoryError("no space");
                        }))
                .run(context -> assertThat(context.getStartupFailure()).hasRootCauseInstanceOf(OutOfMemoryError.class));
    }

    @Test
    void scalarWhereASectionShouldBeShouldBeReported() {
        runner.withPropertyValues("resilience=yes", "resilience.timeout=yes")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(problem -> problem.contains("'resilience' has a value, but takes settings"))
                        .anyMatch(problem -> problem.contains("'resilience.timeout' has a value, but takes settings")));
    }

    @Test
    void placeholderThatStandsForNothingShouldBeReported() {
        runner.withPropertyValues(
                        "resilience.bulkhead.instances.one.max-concurrent=${nope}",
                        "resilience.timeout.instances.two.message=Sorry ${nope}")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(
                                problem -> problem.contains("max-concurrent") && problem.contains("cannot be resolved"))
                        .anyMatch(problem -> problem.contains("message") && problem.contains("cannot be resolved")));
    }

    @Test
    void listForANumberShouldBeReportedAsOne() {
        runner.withPropertyValues(
                        "resilience.bulkhead.instances.one.max-concurrent[0]=3",
                        "resilience.bulkhead.instances.one.max-concurrent[1]=4")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .anyMatch(problem -> problem.contains("is the list '3,4', but takes a single value")));
    }

    @Test
    void sectionOfAttemptTimeoutsShouldLeadToTimeouts() {
        runner.withPropertyValues("resilience.attempt-timeout.instances.one.duration=1s")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("Write it under 'resilience.timeout'"));
    }

    @Test
    void customizerOfTheStarterShouldCountAsTheDefault() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ResilienceAutoConfiguration.class, ResilienceThreadAutoConfiguration.class))
                .withPropertyValues("resilience.timeout.instances.one.duration=1s")
                .run(context -> {
                    InstanceFactory instances = context.getBean(InstanceFactory.class);
                    Timeout one = context.getBean(io.netrun.resilience.ResilienceRegistry.class)
                            .find(Timeout.TYPE, "one")
                            .orElseThrow();
                    assertThat(instances
                                    .effectiveSettings()
                                    .origin(PatternDescriptors.of(Timeout.TYPE), one, "requiresCallerThread"))
                            .isEqualTo("default");
                });
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

    static class Named {

        @Retry(name = "${blank}")
        public void blank() {
            // Never called.
        }

        @Retry(name = "a\u0007b")
        public void control() {
            // Never called.
        }

        @Retry(
                name =
                        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                + "x")
        public void endless() {
            // Never called.
        }
    }
}
