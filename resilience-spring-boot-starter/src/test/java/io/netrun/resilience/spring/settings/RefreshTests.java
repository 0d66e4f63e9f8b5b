package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.ShopBeans.PaymentClient;
import io.netrun.resilience.spring.actuate.InstanceHealth;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceHttpClientsAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;

/** A configuration that changes while the application runs, as Spring Cloud publishes it. */
@ExtendWith(OutputCaptureExtension.class)
class RefreshTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withBean(PaymentClient.class);

    @Test
    void changeShouldReachTheLivingInstanceWhichKeepsWhatItCounts() {
        runner.run(context -> {
            CircuitBreaker breaker = breaker(context);
            breaker.acquirePermit().onFailure(new IllegalStateException());
            change(context, "resilience.circuit-breaker.instances.payments.failure-threshold", "7");
            assertThat(breaker(context)).isSameAs(breaker);
            assertThat(breaker.config().failureThreshold()).isEqualTo(7);
            assertThat(breaker.metrics().failureCount()).isEqualTo(1);
        });
    }

    @Test
    void changeShouldLoseNoRunningCall() {
        runner.run(context -> {
            Bulkhead bulkhead = context.getBean(ResilienceRegistry.class)
                    .find(Bulkhead.TYPE, "payments")
                    .orElseThrow();
            CompletableFuture<String> running = new CompletableFuture<>();
            bulkhead.callAsync(() -> running);
            change(context, "resilience.bulkhead.instances.payments.max-concurrent", "1");
            assertThat(bulkhead.metrics().maxConcurrent()).isEqualTo(1);
            assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
            running.complete("done");
            assertThat(bulkhead.metrics().asyncActive()).isZero();
        });
    }

    @Test
    void changeOfEnabledShouldSwitchTheProtectionOffAndOn() {
        runner.run(context -> {
            change(context, "resilience.circuit-breaker.instances.payments.enabled", "false");
            assertThat(breaker(context).isEnabled()).isFalse();
            change(context, "resilience.circuit-breaker.instances.payments.enabled", "true");
            assertThat(breaker(context).isEnabled()).isTrue();
        });
    }

    @Test
    void changeShouldSwitchOnWhatWasSwitchedOffAtTheStart() {
        runner.withPropertyValues("resilience.circuit-breaker.instances.payments.enabled=false")
                .run(context -> {
                    assertThat(breaker(context).isEnabled()).isFalse();
                    change(context, "resilience.circuit-breaker.instances.payments.enabled", "true");
                    assertThat(breaker(context).isEnabled()).isTrue();
                });
    }

    @Test
    void wrongChangeShouldBeReportedAndChangeNothing(CapturedOutput output) {
        runner.run(context -> {
            CircuitBreakerConfig before = breaker(context).config();
            TestPropertyValues.of("resilience.circuit-breaker.instances.payments.success-threshold=9")
                    .applyTo(context);
            change(context, "resilience.circuit-breaker.instances.payments.failure-threshold", "0");
            assertThat(breaker(context).config()).isEqualTo(before);
            assertThat(output).contains("failureThreshold is 0: must be at least 1");
        });
    }

    @Test
    void instanceAfterAWrongChangeShouldHaveTheSettingsInForce() {
        runner.withPropertyValues("resilience.bulkhead.instances.later.max-queue=5")
                .withPropertyValues("resilience.bulkhead.defaults.max-concurrent=7")
                .run(context -> {
                    TestPropertyValues.of(
                                    "resilience.bulkhead.instances.later.max-queue=6",
                                    "resilience.bulkhead.instances.added.max-queue=6",
                                    "resilience.bulkhead.defaults.max-concurrent=8")
                            .applyTo(context);
                    change(context, "resilience.circuit-breaker.instances.payments.failure-threshold", "0");
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    Bulkhead later = registry.getOrCreate(Bulkhead.TYPE, "later");
                    Bulkhead added = registry.getOrCreate(Bulkhead.TYPE, "added");
                    assertThat(later.config().maxQueue()).isEqualTo(5);
                    assertThat(later.config().maxConcurrent()).isEqualTo(7);
                    assertThat(added.config().maxQueue()).isNotEqualTo(6);
                    change(context, "resilience.circuit-breaker.instances.payments.failure-threshold", "4");
                    assertThat(later.config().maxQueue()).isEqualTo(6);
                    assertThat(added.config().maxQueue()).isEqualTo(6);
                    assertThat(added.config().maxConcurrent()).isEqualTo(8);
                });
    }

    @Test
    void unrelatedChangeShouldLeaveAnOperatorsChange() {
        runner.withPropertyValues("resilience.bulkhead.instances.reports.max-queue=5")
                .run(context -> {
                    Bulkhead reports = context.getBean(ResilienceRegistry.class)
                            .find(Bulkhead.TYPE, "reports")
                            .orElseThrow();
                    new RuntimeSettings(context.getBean(InstanceFactory.class))
                            .change(PatternDescriptors.of(Bulkhead.TYPE), reports, "maxConcurrent=1");
                    change(context, "resilience.bulkhead.instances.payments.max-concurrent", "9");
                    assertThat(reports.config().maxConcurrent()).isEqualTo(1);
                    change(context, "resilience.bulkhead.instances.reports.max-queue", "6");
                    assertThat(reports.config().maxQueue()).isEqualTo(6);
                    assertThat(reports.config().maxConcurrent()).isEqualTo(1);
                });
    }

    @Test
    void changeOfTheSameKeyShouldEndAnOperatorsChange(CapturedOutput output) {
        runner.withPropertyValues("resilience.bulkhead.instances.reports.max-concurrent=5")
                .run(context -> {
                    Bulkhead reports = context.getBean(ResilienceRegistry.class)
                            .find(Bulkhead.TYPE, "reports")
                            .orElseThrow();
                    new RuntimeSettings(context.getBean(InstanceFactory.class))
                            .change(PatternDescriptors.of(Bulkhead.TYPE), reports, "maxConcurrent=1, maxQueue=3");
                    change(context, "resilience.bulkhead.instances.reports.max-concurrent", "6");
                    assertThat(reports.config().maxConcurrent()).isEqualTo(6);
                    assertThat(reports.config().maxQueue()).isEqualTo(3);
                    assertThat(output)
                            .contains("Bulkhead 'reports' applied the changed configuration: [maxConcurrent]")
                            .contains("Bulkhead 'reports' keeps an operator's changes: [maxQueue]");
                });
    }

    @Test
    void changeThatKeepsAnOperatorsSwitchShouldNameIt(CapturedOutput output) {
        runner.withPropertyValues("resilience.bulkhead.instances.reports.max-concurrent=5")
                .run(context -> {
                    Bulkhead reports = context.getBean(ResilienceRegistry.class)
                            .find(Bulkhead.TYPE, "reports")
                            .orElseThrow();
                    new RuntimeSettings(context.getBean(InstanceFactory.class))
                            .change(PatternDescriptors.of(Bulkhead.TYPE), reports, "enabled=false");
                    change(context, "resilience.bulkhead.instances.reports.max-concurrent", "6");
                    assertThat(reports.isEnabled()).isFalse();
                    assertThat(output).contains("Bulkhead 'reports' keeps an operator's changes: [enabled]");
                });
    }

    @Test
    void changeShouldLeaveWhatAnOperatorHasSwitchedOff() {
        runner.run(context -> {
            CircuitBreaker breaker = breaker(context);
            new RuntimeSettings(context.getBean(InstanceFactory.class))
                    .change(PatternDescriptors.of(CircuitBreaker.TYPE), breaker, "enabled=false");
            change(context, "resilience.circuit-breaker.instances.payments.failure-threshold", "7");
            assertThat(breaker.isEnabled()).isFalse();
            assertThat(breaker.config().failureThreshold()).isEqualTo(7);
        });
    }

    @Test
    void configurationShouldWinWhereAnOperatorsChangeDoesNotAgree(CapturedOutput output) {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            io.netrun.resilience.retry.Retry retry =
                    registry.getOrCreate(io.netrun.resilience.retry.Retry.TYPE, "prices");
            new RuntimeSettings(context.getBean(InstanceFactory.class))
                    .change(PatternDescriptors.of(io.netrun.resilience.retry.Retry.TYPE), retry, "baseDelay=20s");
            change(context, "resilience.retry.instances.prices.max-delay", "10s");
            assertThat(retry.config().maxDelay()).isEqualTo(java.time.Duration.ofSeconds(10));
            assertThat(retry.config().baseDelay()).isEqualTo(java.time.Duration.ofSeconds(1));
            assertThat(output).contains("drops an operator's changes of");
        });
    }

    @Test
    void keyInAnotherWritingShouldBeFollowed() {
        runner.withPropertyValues("resilience.circuitBreaker.instances.payments.failureThreshold=11")
                .run(context -> {
                    assertThat(breaker(context).config().failureThreshold()).isEqualTo(11);
                    change(context, "resilience.circuitBreaker.instances.payments.failureThreshold", "22");
                    assertThat(breaker(context).config().failureThreshold()).isEqualTo(22);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"java.io.IOException,,", "java.lang.String", "int", "java.lang.Exception[]", "com.shop.Gone"})
    void listThatHasMoreThanExceptionsShouldBeRejected(String exceptions, CapturedOutput output) {
        runner.run(context -> {
            CircuitBreakerConfig before = breaker(context).config();
            change(context, "resilience.circuit-breaker.instances.payments.exceptions", exceptions);
            assertThat(breaker(context).config()).isEqualTo(before);
            assertThat(output)
                    .contains(
                            "The changed resilience configuration is not followed",
                            "resilience.circuit-breaker.instances.payments.exceptions");
            change(context, "resilience.circuit-breaker.instances.payments.exceptions", "java.io.IOException");
            assertThat(breaker(context).config()).isNotEqualTo(before);
        });
    }

    @Test
    void mistypedKeyInAChangeShouldBeReported(CapturedOutput output) {
        runner.run(context -> {
            change(context, "resilience.circuit-breaker.instances.payments.failure-treshold", "22");
            assertThat(output).contains("is not followed").contains("unknown key 'failure-treshold'");
        });
    }

    @Test
    void rejectedChangeShouldNotChangeTheHealth(CapturedOutput output) {
        runner.withPropertyValues("resilience.circuit-breaker.instances.payments.health=details")
                .run(context -> {
                    InstanceHealth health = new InstanceHealth(
                            context.getBean(ResilienceRegistry.class),
                            context.getBean(InstanceFactory.class),
                            Optional::empty);
                    change(context, "resilience.circuit-breaker.instances.payments.health", "detials");
                    assertThat(output).contains("is 'detials', which cannot be read as one of");
                    assertThat(health.check().details()).containsKey("circuitBreakers");
                    change(context, "resilience.circuit-breaker.instances.payments.health", "none");
                    assertThat(health.check().details()).isEmpty();
                });
    }

    @Test
    void changeOfAPlaceholderShouldBeFollowed() {
        runner.withPropertyValues(
                        "resilience.circuit-breaker.instances.payments.failure-threshold=${shop.threshold}",
                        "shop.threshold=7")
                .run(context -> {
                    change(context, "shop.threshold", "8");
                    assertThat(breaker(context).config().failureThreshold()).isEqualTo(8);
                });
    }

    @Test
    void rejectedChangeOfAClientShouldNotChangeInstances(CapturedOutput output) {
        runner.withConfiguration(AutoConfigurations.of(ResilienceHttpClientsAutoConfiguration.class))
                .withPropertyValues("resilience.http-clients.prices.circuit-breaker=payments")
                .run(context -> {
                    int threshold = breaker(context).config().failureThreshold();
                    TestPropertyValues.of(
                                    "resilience.circuit-breaker.instances.payments.failure-threshold=17",
                                    "resilience.http-clients.prices.circuit-braeker=payments")
                            .applyTo(context);
                    context.publishEvent(new EnvironmentChangeEvent(
                            context,
                            Set.of(
                                    "resilience.circuit-breaker.instances.payments.failure-threshold",
                                    "resilience.http-clients.prices.circuit-braeker")));
                    assertThat(output).contains("configuration is not followed", "circuit-braeker");
                    assertThat(breaker(context).config().failureThreshold()).isEqualTo(threshold);
                });
    }

    @Test
    void applicationWithoutSpringCloudShouldStart() {
        runner.withClassLoader(new FilteredClassLoader(EnvironmentChangeEvent.class))
                .run(context -> assertThat(context).hasNotFailed());
    }

    private static CircuitBreaker breaker(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class)
                .find(CircuitBreaker.TYPE, "payments")
                .orElseThrow();
    }

    private static void change(AssertableApplicationContext context, String key, String value) {
        TestPropertyValues.of(key + "=" + value).applyTo(context);
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(key)));
    }
}
