package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.BorrowedAspect;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.OnExhausted;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.actuate.ResilienceEndpoint;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceEndpointAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;

/** Settings of resilience4j that count without being rewritten: {@code resilience.compatibility}. */
@ExtendWith(OutputCaptureExtension.class)
class CompatibilityTests {

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class));

    private final ApplicationContextRunner runner = plain.withPropertyValues("resilience.compatibility=resilience4j");

    @Test
    void settingsOfAnInstanceShouldCount() {
        runner.withPropertyValues(
                        "resilience4j.circuitbreaker.instances.backendA.slidingWindowSize=20",
                        "resilience4j.circuitbreaker.instances.backendA.minimum-number-of-calls=5",
                        "resilience4j.circuitbreaker.instances.backendA.wait-duration-in-open-state=1500")
                .run(context -> {
                    CircuitBreakerConfig config =
                            get(context, CircuitBreaker.TYPE, "backendA").config();
                    assertThat(config.detection()).isEqualTo(Detection.COUNT_WINDOW);
                    assertThat(config.windowSize()).isEqualTo(20);
                    assertThat(config.minimumCalls()).isEqualTo(5);
                    assertThat(config.openDuration()).isEqualTo(Duration.ofMillis(1500));
                });
    }

    /** What resilience4j 2.4 has in its registry for the same settings. */
    @Test
    void baseOfABaseShouldCount() {
        runner.withPropertyValues(
                        "resilience4j.circuitbreaker.configs.default.wait-duration-in-open-state=5s",
                        "resilience4j.circuitbreaker.configs.default.minimum-number-of-calls=5",
                        "resilience4j.circuitbreaker.configs.shared.base-config=default",
                        "resilience4j.circuitbreaker.configs.shared.sliding-window-size=10",
                        "resilience4j.circuitbreaker.configs.alone.sliding-window-size=20",
                        "resilience4j.circuitbreaker.instances.a.base-config=shared",
                        "resilience4j.circuitbreaker.instances.b.base-config=alone")
                .run(context -> {
                    CircuitBreakerConfig a =
                            get(context, CircuitBreaker.TYPE, "a").config();
                    assertThat(a.openDuration()).isEqualTo(Duration.ofSeconds(5));
                    assertThat(a.minimumCalls()).isEqualTo(5);
                    assertThat(a.windowSize()).isEqualTo(10);
                    CircuitBreakerConfig b =
                            get(context, CircuitBreaker.TYPE, "b").config();
                    assertThat(b.openDuration()).isEqualTo(Duration.ofSeconds(60));
                    assertThat(b.minimumCalls()).isEqualTo(20);
                });
    }

    /** There, it is about results alone, and none is judged without a predicate. */
    @Test
    void exhaustedRetryShouldWrapOnlyWithAPredicate() {
        runner.withPropertyValues(
                        "resilience4j.retry.configs.default.fail-after-max-attempts=true",
                        "resilience4j.retry.instances.plain.max-attempts=2",
                        "resilience4j.retry.instances.own.fail-after-max-attempts=true",
                        "resilience4j.retry.instances.judged.result-predicate=" + Empty.class.getName())
                .run(context -> {
                    assertThat(get(context, Retry.TYPE, "plain").config().onExhausted())
                            .isEqualTo(OnExhausted.RETHROW);
                    assertThat(get(context, Retry.TYPE, "own").config().onExhausted())
                            .isEqualTo(OnExhausted.RETHROW);
                    assertThat(get(context, Retry.TYPE, "judged").config().onExhausted())
                            .isEqualTo(OnExhausted.WRAP);
                });
    }

    /** A result that is not accepted. */
    static final class Empty implements Predicate<Object> {
        @Override
        public boolean test(Object result) {
            return "".equals(result);
        }
    }

    @Test
    void baseThatLeadsBackShouldStopTheStart() {
        runner.withPropertyValues(
                        "resilience4j.retry.configs.x.base-config=y",
                        "resilience4j.retry.configs.y.base-config=x",
                        "resilience4j.retry.instances.a.base-config=x")
                .run(context -> assertThat(context).getFailure().hasMessageContaining("has itself as its base"));
    }

    @Test
    void defaultsOfResilience4jShouldCount() {
        runner.run(context -> {
            RetryConfig retry = created(context, Retry.TYPE).config();
            assertThat(retry.baseDelay()).isEqualTo(Duration.ofMillis(500));
            assertThat(retry.onExhausted()).isEqualTo(OnExhausted.RETHROW);
            CircuitBreakerConfig breaker = created(context, CircuitBreaker.TYPE).config();
            assertThat(breaker.minimumCalls()).isEqualTo(100);
            assertThat(breaker.slowCallDuration()).isEqualTo(Duration.ofMinutes(1));
            BulkheadConfig bulkhead = created(context, Bulkhead.TYPE).config();
            assertThat(bulkhead.maxConcurrent()).isEqualTo(25);
            assertThat(bulkhead.maxQueue()).isZero();
            assertThat(created(context, Timeout.TYPE).config().duration()).isEqualTo(Duration.ofSeconds(1));
            assertThat(created(context, RateLimiter.TYPE).config().maxWait()).isEqualTo(Duration.ofSeconds(5));
        });
    }

    @Test
    void sharedConfigurationsShouldReachTheirInstances() {
        runner.withPropertyValues(
                        "resilience4j.retry.configs.default.maxAttempts=7",
                        "resilience4j.retry.configs.patient.wait-duration=2s",
                        "resilience4j.retry.instances.stock.base-config=patient")
                .run(context -> {
                    RetryConfig stock = get(context, Retry.TYPE, "stock").config();
                    assertThat(stock.maxAttempts()).isEqualTo(7);
                    assertThat(stock.baseDelay()).isEqualTo(Duration.ofSeconds(2));
                    assertThat(created(context, Retry.TYPE).config().maxAttempts())
                            .isEqualTo(7);
                });
    }

    @Test
    void environmentVariablesShouldWinOverFiles() {
        runner.withPropertyValues("resilience4j.retry.instances.backendA.max-attempts=4")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new SystemEnvironmentPropertySource(
                                "systemEnvironment",
                                Map.of(
                                        "RESILIENCE4J_RETRY_INSTANCES_BACKENDA_MAXATTEMPTS", "6",
                                        "RESILIENCE4J_THREADPOOLBULKHEAD_INSTANCES_MAIL_QUEUE_CAPACITY", "9"))))
                .run(context -> {
                    assertThat(get(context, Retry.TYPE, "backendA").config().maxAttempts())
                            .isEqualTo(6);
                    assertThat(get(context, Bulkhead.TYPE, "mail-pool").config().maxQueue())
                            .isEqualTo(9);
                });
    }

    @Test
    void poolShouldHaveAThreadForEachProcessor() {
        runner.withPropertyValues("resilience4j.thread-pool-bulkhead.instances.mail.queue-capacity=3")
                .run(context -> {
                    BulkheadConfig mail =
                            get(context, Bulkhead.TYPE, "mail-pool").config();
                    assertThat(mail.maxConcurrent())
                            .isEqualTo(Runtime.getRuntime().availableProcessors());
                    assertThat(mail.maxQueue()).isEqualTo(3);
                });
    }

    @Test
    void defaultsOfPoolsShouldBeThoseOfPoolsWithASection() {
        runner.withPropertyValues(
                        "resilience4j.thread-pool-bulkhead.configs.default.queue-capacity=3",
                        "resilience4j.thread-pool-bulkhead.instances.mail.max-thread-pool-size=2")
                .run(context -> {
                    BulkheadConfig mail =
                            get(context, Bulkhead.TYPE, "mail-pool").config();
                    assertThat(mail.maxConcurrent()).isEqualTo(2);
                    assertThat(mail.maxQueue()).isEqualTo(3);
                });
    }

    @Test
    void listsAndPlaceholdersShouldBeRead() {
        runner.withPropertyValues(
                        "wait=250",
                        "resilience4j.retry.instances.a.wait-duration=${wait}",
                        "resilience4j.retry.instances.a.retry-exceptions[0]=java.io.IOException",
                        "resilience4j.retry.instances.a.retry-exceptions[1]=java.util.concurrent.TimeoutException")
                .run(context -> {
                    RetryConfig config = get(context, Retry.TYPE, "a").config();
                    assertThat(config.baseDelay()).isEqualTo(Duration.ofMillis(250));
                    assertThat(config.exceptions().toString())
                            .contains(
                                    "java.io.IOException",
                                    "java.util.concurrent.TimeoutException",
                                    "io.netrun.resilience.timeout.TimeoutExceededException");
                });
    }

    @Test
    void predicatesShouldBeTheCodeOfTheSettings() {
        runner.withPropertyValues(
                        "resilience4j.retry.instances.a.retryExceptionPredicate=" + Refused.class.getName(),
                        "resilience4j.circuitbreaker.instances.a.recordResultPredicate=" + Refused.class.getName())
                .run(context -> {
                    RetryConfig config = get(context, Retry.TYPE, "a").config();
                    assertThat(config.failure().test(new IllegalStateException("declined")))
                            .isTrue();
                    assertThat(config.failure().test(new IllegalStateException("other")))
                            .isFalse();
                    assertThat(get(context, CircuitBreaker.TYPE, "a").config().failureResult())
                            .isNotNull();
                });
    }

    @Test
    void predicateBesideAListShouldStopTheStart() {
        runner.withPropertyValues(
                        "resilience4j.retry.instances.a.retry-exception-predicate=" + Refused.class.getName(),
                        "resilience4j.retry.instances.a.retry-exceptions=java.io.IOException")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("resilience4j.retry.instances.a.retry-exception-predicate")
                        .hasMessageContaining("One of it and retry-exceptions is enough there"));
    }

    @Test
    void settingsOfThisLibraryShouldWin() {
        runner.withPropertyValues(
                        "resilience.retry.instances.a.max-attempts=2",
                        "resilience4j.retry.instances.a.max-attempts=9",
                        "resilience4j.retry.instances.a.wait-duration=70ms")
                .run(context -> {
                    RetryConfig config = get(context, Retry.TYPE, "a").config();
                    assertThat(config.maxAttempts()).isEqualTo(2);
                    assertThat(config.baseDelay()).isEqualTo(Duration.ofMillis(70));
                });
    }

    @Test
    void originShouldBeTheKeyOfResilience4j() {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put(
                "resilience4j.retry.instances.a.maxAttempts",
                OriginTrackedValue.of(
                        "4",
                        new TextResourceOrigin(
                                new ClassPathResource("application.yml"), new TextResourceOrigin.Location(6, 4))));
        runner.withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new OriginTrackedMapPropertySource("f", file)))
                .run(context -> {
                    Retry retry = get(context, Retry.TYPE, "a");
                    EffectiveSettings settings =
                            context.getBean(InstanceFactory.class).effectiveSettings();
                    assertThat(settings.origin(PatternDescriptors.of(Retry.TYPE), retry, "maxAttempts"))
                            .contains(
                                    "resilience4j.retry.instances.a.maxAttempts",
                                    "class path resource [application.yml]",
                                    "7:5");
                    assertThat(settings.origin(PatternDescriptors.of(Retry.TYPE), retry, "baseDelay"))
                            .contains("default of resilience4j");
                });
    }

    @Test
    void orderShouldBeThatOfTheAspects() {
        runner.run(context -> assertThat(PipelineOrder.of(context.getEnvironment()))
                .extracting(PipelineSlot::key)
                .containsSubsequence("retry", "circuit-breaker", "rate-limiter", "timeout", "bulkhead"));
        runner.withPropertyValues(
                        "resilience4j.retry.retry-aspect-order=2",
                        "resilience4j.circuitbreaker.circuitBreakerAspectOrder=1")
                .run(context -> assertThat(PipelineOrder.of(context.getEnvironment()))
                        .extracting(PipelineSlot::key)
                        .containsSubsequence("circuit-breaker", "retry", "rate-limiter"));
    }

    @Test
    void changeOfASettingShouldBeFollowed() {
        runner.withPropertyValues("resilience4j.retry.instances.a.max-attempts=4")
                .run(context -> {
                    Retry retry = get(context, Retry.TYPE, "a");
                    TestPropertyValues.of("resilience4j.retry.instances.a.max-attempts=5")
                            .applyTo(context);
                    context.publishEvent(
                            new EnvironmentChangeEvent(context, Set.of("resilience4j.retry.instances.a.max-attempts")));
                    assertThat(get(context, Retry.TYPE, "a")).isSameAs(retry);
                    assertThat(retry.config().maxAttempts()).isEqualTo(5);
                });
    }

    @Test
    void translationShouldBeToldAtTheStart(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience4j.retry.instances.a.max-attempts=4",
                        "resilience4j.retry.instances.a.event-consumer-buffer-size=10")
                .run(context -> assertThat(output.getAll())
                        .contains(
                                "resilience4j.retry.instances.a.max-attempts ->"
                                        + " resilience.retry.instances[a].max-attempts = 4",
                                "Without effect:",
                                "resilience4j.retry.instances.a.event-consumer-buffer-size: The last 20 events",
                                "CircuitOpenException for CallNotPermittedException")
                        .doesNotContain("which have no effect here"));
    }

    @Test
    void endpointShouldShowTheTranslation() {
        runner.withConfiguration(AutoConfigurations.of(ResilienceEndpointAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*",
                        "resilience4j.retry.instances.a.max-attempts=4",
                        "resilience4j.retry.instances.a.event-consumer-buffer-size=10")
                .run(context -> assertThat(context.getBean(ResilienceEndpoint.class)
                                .all()
                                .get("compatibility")
                                .toString())
                        .contains(
                                "library=resilience4j",
                                "there=resilience4j.retry.instances.a.max-attempts",
                                "here=resilience.retry.instances[a].max-attempts",
                                "key=resilience4j.retry.instances.a.event-consumer-buffer-size"));
    }

    @Test
    void settingThatWouldChangeProtectionShouldStopTheStart() {
        runner.withPropertyValues("resilience4j.circuitbreaker.instances.a.initial-state=METRICS_ONLY")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("resilience4j.circuitbreaker.instances.a.initial-state")
                        .hasMessageContaining("has no counterpart")
                        .hasMessageContaining("The value METRICS_ONLY has no counterpart"));
    }

    @Test
    void excludedAutoConfigurationShouldStopTheStart() {
        runner.withPropertyValues("spring.autoconfigure.exclude=com.shop.Other,"
                        + "io.github.resilience4j.springboot3.retry.autoconfigure.RetryAutoConfiguration")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("retry.autoconfigure.RetryAutoConfiguration has no counterpart")
                        .hasMessageContaining("set resilience.retry.defaults.enabled to false"));
    }

    @Test
    void excludedMetersShouldNotStopTheStart() {
        runner.withPropertyValues("spring.autoconfigure.exclude[0]="
                        + "io.github.resilience4j.springboot3.retry.autoconfigure.RetryMetricsAutoConfiguration")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void unknownSettingShouldStopTheStart() {
        runner.withPropertyValues("resilience4j.retry.instances.a.max-atempts=4")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("resilience4j.retry.instances.a.max-atempts")
                        .hasMessageContaining("no such setting"));
    }

    @Test
    void activeResilience4jShouldStopTheStart() {
        runner.withBean("retryAspect", BorrowedAspect.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("'retryAspect': calls would be protected twice")
                        .hasMessageContaining("Remove the dependency resilience4j-spring-boot3"));
        plain.withBean("retryAspect", BorrowedAspect.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void wovenAdviceShouldStopTheStart() {
        runner.withPropertyValues("resilience.advice-mode=aspectj")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void settingsShouldHaveNoEffectWithoutIt(CapturedOutput output) {
        plain.withPropertyValues("resilience4j.retry.instances.a.max-attempts=9")
                .run(context -> {
                    assertThat(context.getBean(ResilienceRegistry.class).find(Retry.TYPE, "a"))
                            .isEmpty();
                    assertThat(created(context, Retry.TYPE).config().baseDelay())
                            .isEqualTo(Duration.ofSeconds(1));
                    assertThat(output.getAll()).contains("set resilience.compatibility to 'resilience4j'");
                });
    }

    /** Code of an application. */
    static final class Refused implements Predicate<Object> {

        @Override
        public boolean test(Object failure) {
            return String.valueOf(failure).contains("declined");
        }
    }

    private static <P extends Policy, C extends Record> P get(
            AssertableApplicationContext context, PolicyType<P, C> type, String name) {
        return context.getBean(ResilienceRegistry.class).find(type, name).orElseThrow();
    }

    private static <P extends Policy, C extends Record> P created(
            AssertableApplicationContext context, PolicyType<P, C> type) {
        return context.getBean(ResilienceRegistry.class).getOrCreate(type, "fresh");
    }
}
