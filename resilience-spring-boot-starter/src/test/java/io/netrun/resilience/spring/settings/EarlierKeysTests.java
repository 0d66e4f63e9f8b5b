package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Keys that something other than their family has created: their settings do not depend on what asks first. */
@ExtendWith(OutputCaptureExtension.class)
class EarlierKeysTests {

    private static final io.netrun.resilience.PolicyType<
                    io.netrun.resilience.circuitbreaker.CircuitBreaker, CircuitBreakerConfig>
            TYPE = io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE;
    private static final PatternDescriptor<?, CircuitBreakerConfig> BREAKERS = PatternDescriptors.of(TYPE);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withPropertyValues("resilience.circuit-breaker.instances.tenant.failure-threshold=2");

    static class Client {

        @CircuitBreaker(name = "tenant:acme", successThreshold = 7)
        public void call() {
            // Only its annotation matters.
        }
    }

    static class WrongClient {

        @CircuitBreaker(name = "tenant:acme", successThreshold = 0)
        public void call() {
            // Only its annotation matters.
        }
    }

    static class Tenants {

        private final KeyedPolicies<io.netrun.resilience.circuitbreaker.CircuitBreaker> family;

        Tenants(ResilienceRegistry registry) {
            family = tenants(registry);
        }
    }

    static class UnknownTenants {

        UnknownTenants(ResilienceRegistry registry) {
            registry.keyed(TYPE, "tenant", 10, key -> {
                throw new IllegalStateException("no tenant " + key);
            });
        }
    }

    private static KeyedPolicies<io.netrun.resilience.circuitbreaker.CircuitBreaker> tenants(
            ResilienceRegistry registry) {
        return registry.keyed(
                TYPE,
                "tenant",
                10,
                key -> CircuitBreakerConfig.builder()
                        .openDuration(Duration.ofSeconds(key.length()))
                        .build());
    }

    private static ResilienceRegistry registry(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class);
    }

    private static void hasAll(CircuitBreakerConfig config) {
        assertThat(config.failureThreshold()).as("section of the family").isEqualTo(2);
        assertThat(config.openDuration()).as("code of the family").hasSeconds("acme".length());
    }

    @Test
    void annotatedKeyShouldFollowItsLaterFamily(CapturedOutput output) {
        runner.withBean(Client.class).run(context -> {
            ResilienceRegistry registry = registry(context);
            assertThat(registry.find(TYPE, "tenant")).isPresent();
            KeyedPolicies<?> family = tenants(registry);
            CircuitBreakerConfig acme =
                    registry.find(TYPE, "tenant:acme").orElseThrow().config();
            hasAll(acme);
            assertThat(acme.successThreshold()).as("annotation").isEqualTo(7);
            assertThat(registry.all()).extracting(Policy::name).containsExactly("tenant:acme");
            assertThat(family.get("acme"))
                    .isSameAs(registry.find(TYPE, "tenant:acme").orElseThrow());
            assertThat(output)
                    .containsOnlyOnce(
                            "'tenant:acme' applied the settings of its family: [failureThreshold," + " openDuration]");
        });
    }

    @Test
    void annotatedKeyOfAnEarlierFamilyShouldHaveTheSame() {
        runner.withBean(Tenants.class).withBean(Client.class).run(context -> {
            CircuitBreakerConfig acme =
                    registry(context).find(TYPE, "tenant:acme").orElseThrow().config();
            hasAll(acme);
            assertThat(acme.successThreshold()).isEqualTo(7);
        });
    }

    @Test
    void requestedKeyShouldFollowItsFamilyInEitherOrder() {
        runner.run(context -> {
            io.netrun.resilience.circuitbreaker.CircuitBreaker before =
                    registry(context).getOrCreate(TYPE, "tenant:acme");
            tenants(registry(context));
            hasAll(before.config());
        });
        runner.run(context -> {
            tenants(registry(context));
            hasAll(registry(context).getOrCreate(TYPE, "tenant:acme").config());
        });
    }

    @Test
    void refreshOfSomethingElseShouldNotChangeAnEarlierKey(CapturedOutput output) {
        runner.withBean(Client.class).run(context -> {
            tenants(registry(context));
            context.getBean(InstanceFactory.class).rebind(true, List.of());
            assertThat(output).doesNotContain("applied the changed configuration");
        });
    }

    @Test
    void keyWithAConfigurationOfItsOwnShouldKeepIt() {
        runner.run(context -> {
            io.netrun.resilience.circuitbreaker.CircuitBreaker own = registry(context)
                    .getOrCreate(
                            TYPE,
                            "tenant:acme",
                            CircuitBreakerConfig.builder()
                                    .openDuration(Duration.ofSeconds(9))
                                    .build());
            tenants(registry(context));
            assertThat(own.config().openDuration()).hasSeconds(9);
            assertThat(own.config().failureThreshold()).isEqualTo(2);
        });
    }

    @Test
    void operatorsChangeOfAnEarlierKeyShouldStay() {
        runner.run(context -> {
            io.netrun.resilience.circuitbreaker.CircuitBreaker acme =
                    registry(context).getOrCreate(TYPE, "tenant:acme");
            new RuntimeSettings(context.getBean(InstanceFactory.class))
                    .change(PatternDescriptors.of(TYPE), acme, "successThreshold=9");
            tenants(registry(context));
            hasAll(acme.config());
            assertThat(acme.config().successThreshold()).isEqualTo(9);
            assertThat(context.getBean(InstanceFactory.class)
                            .effectiveSettings()
                            .origin(BREAKERS, acme, "successThreshold"))
                    .isEqualTo(ValueWithOrigin.OPERATOR);
        });
    }

    @Test
    void familyWhoseSectionDoesNotApplyShouldLeaveTheAnnotation(CapturedOutput output) {
        runner.withBean(Client.class).run(context -> {
            registry(context)
                    .keyed(
                            TYPE,
                            "tenant",
                            CircuitBreakerConfig.builder()
                                    .detection(Detection.TIME_WINDOW)
                                    .windowDuration(Duration.ofSeconds(10))
                                    .build(),
                            10);
            CircuitBreakerConfig acme =
                    registry(context).find(TYPE, "tenant:acme").orElseThrow().config();
            assertThat(acme.detection()).isEqualTo(Detection.TIME_WINDOW);
            assertThat(acme.successThreshold()).isEqualTo(7);
            context.getBean(InstanceFactory.class).rebind(true, List.of());
            assertThat(output).containsOnlyOnce("keep their settings from code");
        });
    }

    @Test
    void wrongAnnotationOfAKeyShouldStopTheStart() {
        for (Function<ApplicationContextRunner, ApplicationContextRunner> with :
                List.<Function<ApplicationContextRunner, ApplicationContextRunner>>of(
                        plain -> plain, plain -> plain.withBean(Tenants.class))) {
            with.apply(runner)
                    .withBean(WrongClient.class)
                    .run(context -> assertThat(context).getFailure().hasMessageContaining("successThreshold is 0"));
        }
    }

    @Test
    void familyWithoutAConfigurationForAKeyShouldStopTheStart() {
        runner.withBean(UnknownTenants.class)
                .withBean(Client.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("the function that configures the family 'tenant' failed")
                        .hasMessageContaining("no tenant acme"));
    }

    @Test
    void keyOfAnOwnRegistryShouldFollowItsFamily() {
        runner.withBean(ResilienceRegistry.class, ResilienceRegistry::create)
                .withBean(Client.class)
                .run(context -> {
                    tenants(registry(context));
                    hasAll(registry(context)
                            .find(TYPE, "tenant:acme")
                            .orElseThrow()
                            .config());
                    assertThat(registry(context).find(TYPE, "tenant")).isEmpty();
                });
    }
}
