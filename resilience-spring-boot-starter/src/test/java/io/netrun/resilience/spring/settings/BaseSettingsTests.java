package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.pattern.HealthRole;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Named groups of settings that instances build on. */
@ExtendWith(OutputCaptureExtension.class)
class BaseSettingsTests {

    private static final String BASE = "resilience.retry.bases.slow-services.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceHttpClientsAutoConfiguration.class,
                    ResilienceRefreshAutoConfiguration.class))
            .withBean(Client.class);

    static class Client {

        @Retry(name = "payments", maxAttempts = 2, baseDelay = "50ms")
        public void call() {
            // Only its annotation matters.
        }
    }

    @Test
    void instanceShouldHaveTheSettingsOfItsBase() {
        runner.withPropertyValues(
                        "resilience.retry.instances.payments.base=slow-services",
                        "resilience.retry.instances.payments.max-delay=9s",
                        BASE + "max-attempts=7",
                        BASE + "max-delay=20s",
                        "resilience.retry.defaults.max-attempts=4",
                        "resilience.retry.defaults.backoff-multiplier=3")
                .run(context -> {
                    RetryConfig config = payments(context);
                    assertThat(config.maxDelay()).isEqualTo(Duration.ofSeconds(9)); // its own
                    assertThat(config.maxAttempts()).isEqualTo(7); // its base, not the annotation or the defaults
                    assertThat(config.baseDelay()).isEqualTo(Duration.ofMillis(50)); // the annotation
                    assertThat(config.backoffMultiplier()).isEqualTo(3); // the defaults
                    assertThat(origin(context, "maxAttempts"))
                            .startsWith("resilience.retry.bases[slow-services].max-attempts");
                    assertThat(origin(context, "baseDelay")).isEqualTo("annotation");
                });
    }

    @Test
    void baseShouldBuildOnAnotherBase() {
        runner.withPropertyValues(
                        "resilience.retry.instances.payments.base=slow-services",
                        BASE + "base=services",
                        BASE + "max-attempts=7",
                        "resilience.retry.bases.services.max-attempts=3",
                        "resilience.retry.bases.services.base-delay=5s")
                .run(context -> {
                    assertThat(payments(context).maxAttempts()).isEqualTo(7);
                    assertThat(payments(context).baseDelay()).isEqualTo(Duration.ofSeconds(5));
                });
    }

    @Test
    void unknownBaseShouldFailStartupWithASuggestion() {
        runner.withPropertyValues("resilience.retry.instances.payments.base=slow-service", BASE + "max-attempts=7")
                .run(context -> assertThat(problems(context)).singleElement().satisfies(problem -> {
                    assertThat(problem.description())
                            .startsWith("resilience.retry.instances[payments].base")
                            .endsWith("is 'slow-service', which is not under 'resilience.retry.bases'");
                    assertThat(problem.remedy()).isEqualTo("Did you mean 'slow-services'? Known there: slow-services");
                }));
    }

    @Test
    void baseWithoutAnyBasesShouldFailStartup() {
        runner.withPropertyValues("resilience.timeout.instances.other.base=slow")
                .run(context -> assertThat(problems(context))
                        .singleElement()
                        .extracting(Problem::remedy)
                        .isEqualTo("Write its settings under 'resilience.timeout.bases.slow'"));
    }

    @Test
    void basesThatBuildOnEachOtherShouldFailStartup() {
        runner.withPropertyValues(
                        "resilience.retry.instances.payments.base=a",
                        "resilience.retry.bases.a.base=b",
                        "resilience.retry.bases.b.base=a")
                .run(context -> assertThat(problems(context))
                        .anySatisfy(problem -> assertThat(problem.description())
                                .endsWith("is 'a', which builds on itself: a -> b -> a")));
    }

    @Test
    void wrongValueInABaseShouldBeReportedOnce() {
        runner.withPropertyValues(
                        "resilience.retry.instances.payments.base=slow-services",
                        "resilience.retry.instances.orders.base=slow-services",
                        BASE + "max-attempts=0",
                        BASE + "max-attemps=2")
                .run(context -> assertThat(problems(context))
                        .extracting(Problem::description)
                        .satisfiesExactlyInAnyOrder(
                                wrong -> assertThat(wrong)
                                        .isEqualTo("A base of Retry: maxAttempts is 0: must be at least 1"),
                                unknown -> assertThat(unknown)
                                        .startsWith("The configuration has an unknown key 'max-attemps'")));
    }

    @Test
    void baseThatNothingUsesShouldBeAWarning(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.retry.instances.payments.base=slow-services",
                        BASE + "base=services",
                        "resilience.retry.bases.services.max-attempts=3",
                        "resilience.retry.bases.fast.max-attempts=3")
                .run(context -> assertThat(output.getOut().lines().filter(line -> line.contains("The base '")))
                        .singleElement()
                        .asString()
                        .contains(
                                "WARN", "The base 'fast' of Retry (", "is not in use: no instance has 'base: fast'."));
    }

    @Test
    void optionsShouldComeFromTheBase() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.payments.base=services",
                        "resilience.circuit-breaker.bases.services.enabled=false",
                        "resilience.circuit-breaker.bases.services.health=status")
                .run(context -> {
                    assertThat(context.getBean(ResilienceRegistry.class)
                                    .find(CircuitBreaker.TYPE, "payments")
                                    .orElseThrow()
                                    .isEnabled())
                            .isFalse();
                    assertThat(context.getBean(InstanceFactory.class)
                                    .effectiveSettings()
                                    .health(PatternDescriptors.of(CircuitBreaker.TYPE), "payments"))
                            .isEqualTo(HealthRole.STATUS);
                });
    }

    @Test
    void keysOfAFamilyShouldHaveTheSettingsOfItsBase() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.tenants.base=services",
                        "resilience.circuit-breaker.bases.services.failure-threshold=9")
                .run(context -> {
                    CircuitBreaker tenant = context.getBean(ResilienceRegistry.class)
                            .keyed(CircuitBreaker.TYPE, "tenants", CircuitBreakerConfig.defaults(), 10)
                            .get("acme");
                    assertThat(tenant.config().failureThreshold()).isEqualTo(9);
                });
    }

    @Test
    void instanceOfAnHttpClientShouldHaveTheSettingsOfItsBase() {
        runner.withPropertyValues(
                        "resilience.http-clients.shop.timeout=shop",
                        "resilience.timeout.instances.shop.base=services",
                        "resilience.timeout.bases.services.duration=9s")
                .run(context -> assertThat(context.getBean(ResilienceRegistry.class)
                                .find(Timeout.TYPE, "shop")
                                .orElseThrow()
                                .config()
                                .duration())
                        .isEqualTo(Duration.ofSeconds(9)));
    }

    @Test
    void refreshShouldFollowTheBase() {
        runner.withPropertyValues("resilience.retry.instances.payments.base=slow-services", BASE + "max-attempts=7")
                .run(context -> {
                    change(context, Map.of(BASE + "max-attempts", "8"));
                    assertThat(payments(context).maxAttempts()).isEqualTo(8);
                    change(
                            context,
                            Map.of(
                                    "resilience.retry.instances.payments.base", "other",
                                    "resilience.retry.bases.other.max-attempts", "5"));
                    assertThat(payments(context).maxAttempts()).isEqualTo(5);
                });
    }

    @Test
    void refreshWithAnUnknownBaseShouldChangeNothing(CapturedOutput output) {
        runner.withPropertyValues("resilience.retry.instances.payments.base=slow-services", BASE + "max-attempts=7")
                .run(context -> {
                    change(context, Map.of("resilience.retry.instances.payments.base", "unknown"));
                    assertThat(payments(context).maxAttempts()).isEqualTo(7);
                    assertThat(output).contains("is 'unknown', which is not under 'resilience.retry.bases'");
                });
    }

    @Test
    void environmentVariablesShouldSetBases() {
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "systemEnvironment",
                                Map.of(
                                        "RESILIENCE_RETRY_INSTANCES_PAYMENTS_BASE", "slow",
                                        "RESILIENCE_RETRY_BASES_SLOW_MAXATTEMPTS", "6"))))
                .run(context -> assertThat(payments(context).maxAttempts()).isEqualTo(6));
    }

    @Test
    void defaultsShouldHaveNoBase() {
        runner.withPropertyValues("resilience.retry.defaults.base=slow-services", BASE + "max-attempts=7")
                .run(context -> assertThat(problems(context))
                        .singleElement()
                        .extracting(Problem::description)
                        .asString()
                        .startsWith("The configuration has an unknown key 'base'"));
    }

    private static RetryConfig payments(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.retry.Retry.TYPE, "payments")
                .orElseThrow()
                .config();
    }

    private static String origin(AssertableApplicationContext context, String setting) {
        return context.getBean(InstanceFactory.class)
                .effectiveSettings()
                .origin(
                        PatternDescriptors.of(io.netrun.resilience.retry.Retry.TYPE),
                        context.getBean(ResilienceRegistry.class)
                                .find(io.netrun.resilience.retry.Retry.TYPE, "payments")
                                .orElseThrow(),
                        setting);
    }

    private static List<Problem> problems(AssertableApplicationContext context) {
        return ((ResilienceConfigurationException) context.getStartupFailure()).problems();
    }

    private static void change(AssertableApplicationContext context, Map<String, String> changed) {
        TestPropertyValues.of(changed).applyTo(context);
        Set<String> keys = new HashSet<>(changed.keySet());
        context.publishEvent(new EnvironmentChangeEvent(context, keys));
    }
}
