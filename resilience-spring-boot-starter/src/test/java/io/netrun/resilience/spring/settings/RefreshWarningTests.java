package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.RandomValuePropertySource;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;

/** What a refresh of the configuration reports besides wrong values of instances. */
@ExtendWith(OutputCaptureExtension.class)
class RefreshWarningTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withInitializer(context -> RandomValuePropertySource.addToEnvironment(context.getEnvironment()))
            .withBean(PaymentClient.class);

    @ParameterizedTest
    @CsvSource(
            delimiter = '=',
            value = {
                "enabled=false",
                "order=retry,bulkhead",
                "advice-mode=aspectj",
                "validation=warn",
                "observations.enabled=true",
                "propagate-mdc=no",
                "metrics.keyed=key"
            })
    void settingOfTheStartShouldTakeEffectAtTheNext(String key, String value, CapturedOutput output) {
        runner.run(context -> {
            change(context, "resilience." + key + "=" + value);
            change(context, "unrelated=x");
            assertThat(output)
                    .containsOnlyOnce("A change of resilience." + key + " takes effect at the next start.")
                    .doesNotContain("is not followed");
        });
    }

    @Test
    void settingsOfTheStartShouldBeReportedInOneLine(CapturedOutput output) {
        runner.run(context -> {
            change(context, "resilience.enabled=off", "resilience.order=retry,bulkhead");
            assertThat(output).containsOnlyOnce("A change of resilience.enabled, resilience.order takes effect");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled=yes", "order=timeout,retry", "validation=STRICT", "metrics.keyed=family"})
    void settingThatChangesNothingShouldNotBeReported(String setting, CapturedOutput output) {
        runner.run(context -> {
            change(context, "resilience." + setting);
            assertThat(output).doesNotContain("takes effect at the next start", "is not followed");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"enabled=maybe", "order=nope", "advice-mode=weaving", "metrics.keyed=all"})
    void wrongSettingOfTheStartShouldBeRejectedWithAll(String setting, CapturedOutput output) {
        runner.run(context -> {
            CircuitBreaker breaker = breaker(context);
            int threshold = breaker.config().failureThreshold();
            change(
                    context,
                    "resilience." + setting,
                    "resilience.circuit-breaker.instances.payments.failure-threshold=" + (threshold + 1),
                    "resilience.bulkhead.instances.payments.max-concurrent=0");
            assertThat(output)
                    .contains("is not followed")
                    .contains("resilience." + setting.substring(0, setting.indexOf('=')) + " (")
                    .contains("maxConcurrent is 0");
            assertThat(breaker.config().failureThreshold()).isEqualTo(threshold);
        });
    }

    @Test
    void wrongValueOfANewInstanceShouldRejectTheRefresh(CapturedOutput output) {
        runner.run(context -> {
            change(context, "resilience.circuit-breaker.instances.later.failure-threshold=many");
            assertThat(output).contains("is not followed", "is 'many', which cannot be read as a whole number");
        });
    }

    @Test
    void misspelledNameShouldBeRejectedAsAtTheStart(CapturedOutput output) {
        runner.run(context -> {
            change(context, "resilience.circuit-breaker.instances.paymnets.failure-threshold=7");
            assertThat(output)
                    .contains("is not followed")
                    .contains("CircuitBreaker 'paymnets' has settings in the configuration")
                    .contains("Did you mean 'payments'");
        });
    }

    @Test
    void misspelledNameShouldBeAWarningWhereProblemsAre(CapturedOutput output) {
        runner.withPropertyValues("resilience.validation=warn").run(context -> {
            change(
                    context,
                    "resilience.circuit-breaker.instances.paymnets.failure-threshold=7",
                    "resilience.bulkhead.instances.payments.max-concurrent=77");
            assertThat(output).doesNotContain("is not followed").contains("Did you mean 'payments'");
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(Bulkhead.TYPE, "payments")
                            .orElseThrow()
                            .config()
                            .maxConcurrent())
                    .isEqualTo(77);
        });
    }

    @Test
    void unusedSectionShouldBeReportedOnce(CapturedOutput output) {
        runner.withPropertyValues("resilience.circuit-breaker.instances.atStart.failure-threshold=6")
                .run(context -> {
                    change(context, "resilience.circuit-breaker.instances.warehouse.failure-threshold=7");
                    change(context, "unrelated=x");
                    change(context, "resilience.circuit-breaker.instances.atStart.failure-threshold=7");
                    assertThat(output)
                            .containsOnlyOnce("CircuitBreaker 'warehouse' has settings in the configuration")
                            .containsOnlyOnce("CircuitBreaker 'atStart' has settings in the configuration")
                            .doesNotContain("is not followed");
                });
    }

    @Test
    void nameLikeThatOfAnUnusedSectionShouldBeNoMistake(CapturedOutput output) {
        runner.withPropertyValues("resilience.circuit-breaker.instances.warehouse.failure-threshold=6")
                .run(context -> {
                    TestPropertyValues.of("resilience.circuit-breaker.instances.warehouze.failure-threshold=6")
                            .applyTo(context);
                    change(context, "unrelated=x");
                    assertThat(output).doesNotContain("is not followed").contains("'warehouze' has settings");
                });
    }

    @Test
    void orderOfExceptionsShouldBeNoChange(CapturedOutput output) {
        runner.withPropertyValues(exceptions(IOException.class, Error.class)).run(context -> {
            change(context, exceptions(Error.class, IOException.class));
            assertThat(output).doesNotContain("applied the changed configuration");
        });
    }

    private static String exceptions(Class<?>... classes) {
        return "resilience.retry.instances.x.exceptions="
                + Arrays.stream(classes).map(Class::getName).collect(Collectors.joining(","));
    }

    @ParameterizedTest
    @ValueSource(strings = {"${random.int[1000,900000]}ms", "${nested}ms"})
    void randomValueShouldStayUntilItsTextChanges(String text) {
        runner.withPropertyValues(
                        "nested=${random.int[1000,900000]}",
                        "resilience.retry.instances.x.max-delay=1h",
                        "resilience.retry.instances.x.base-delay=" + text)
                .run(context -> {
                    Retry retry = context.getBean(ResilienceRegistry.class).getOrCreate(Retry.TYPE, "x");
                    Object drawn = retry.config().baseDelay();
                    change(context, "unrelated=x");
                    assertThat(retry.config().baseDelay()).isEqualTo(drawn);
                    new RuntimeSettings(context.getBean(InstanceFactory.class))
                            .change(PatternDescriptors.of(Retry.TYPE), retry, "baseDelay=77ms");
                    change(context, "resilience.retry.instances.x.max-attempts=9");
                    assertThat(retry.config().baseDelay()).hasMillis(77);
                    change(context, "resilience.retry.instances.x.base-delay=8s");
                    assertThat(retry.config().baseDelay()).hasSeconds(8);
                });
    }

    @Test
    void randomValueOfAnAnnotationShouldStay() {
        runner.withBean(Random.class).run(context -> {
            Retry retry = context.getBean(ResilienceRegistry.class)
                    .find(Retry.TYPE, "random")
                    .orElseThrow();
            Object drawn = retry.config().baseDelay();
            change(context, "unrelated=x");
            assertThat(retry.config().baseDelay()).isEqualTo(drawn);
        });
    }

    @Test
    void randomValuesOfTwoSettingsShouldDiffer() {
        runner.withPropertyValues(
                        "resilience.timeout.instances.x.message=${random.uuid} ${random.uuid}",
                        "resilience.timeout.instances.y.message=${random.uuid} ${random.uuid}")
                .run(context -> {
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    Set<String> words = registry.all(io.netrun.resilience.timeout.Timeout.TYPE).stream()
                            .filter(timeout -> timeout.name().length() == 1)
                            .flatMap(timeout ->
                                    Arrays.stream(timeout.config().message().split(" ")))
                            .collect(Collectors.toSet());
                    assertThat(words).hasSize(4);
                });
    }

    static class Random {

        @io.netrun.resilience.annotation.Retry(
                name = "random",
                baseDelay = "${random.int[1000,900000]}ms",
                maxDelay = "1h")
        public void call() {
            // Only its annotation matters.
        }
    }

    private static CircuitBreaker breaker(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(CircuitBreaker.TYPE, "payments")
                .orElseThrow();
    }

    private static void change(AssertableApplicationContext context, String... properties) {
        TestPropertyValues.of(properties).applyTo(context);
        context.publishEvent(new EnvironmentChangeEvent(
                context,
                Arrays.stream(properties)
                        .map(property -> property.substring(0, property.indexOf('=')))
                        .collect(Collectors.toSet())));
    }
}
