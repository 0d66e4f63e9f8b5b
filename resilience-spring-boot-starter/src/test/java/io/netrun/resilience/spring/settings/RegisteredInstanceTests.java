package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** What is written for a name holds for an instance that code registers, whenever it does. */
class RegisteredInstanceTests {

    private static final PatternDescriptor<io.netrun.resilience.circuitbreaker.CircuitBreaker, CircuitBreakerConfig>
            BREAKERS = PatternDescriptors.of(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withPropertyValues(
                    "resilience.circuit-breaker.instances.fresh.failure-threshold=8",
                    "resilience.circuit-breaker.instances.off.enabled=false");

    @Test
    void registeredLaterShouldGoByTheConfiguration() {
        runner.run(context -> assertGoesByConfiguration(context, register(context, "fresh")));
    }

    @Test
    void registeredInAConstructorShouldGoByTheConfiguration() {
        runner.withBean(Early.class)
                .run(context -> assertGoesByConfiguration(context, context.getBean(Early.class).fresh));
    }

    @Test
    void registeredShouldBeSwitchedOffByTheConfiguration() {
        runner.run(context -> assertThat(register(context, "off").isEnabled()).isFalse());
        runner.withBean(Early.class)
                .run(context ->
                        assertThat(context.getBean(Early.class).off.isEnabled()).isFalse());
    }

    @Test
    void replacementShouldUseTheSettingsOfTheAnnotation() {
        runner.withBean(Annotated.class).run(context -> {
            context.getBean(Annotated.class).call();
            io.netrun.resilience.circuitbreaker.CircuitBreaker later = register(context, "annotated");
            assertThat(later.config().failureThreshold()).isEqualTo(6);
            assertThat(later.config().successThreshold()).isEqualTo(2);
            InstanceFactory instances = context.getBean(InstanceFactory.class);
            assertThat(instances.effectiveSettings().origin(BREAKERS, later, "failureThreshold"))
                    .isEqualTo("annotation");
            assertThat(instances.effectiveSettings().origin(BREAKERS, later, "successThreshold"))
                    .isEqualTo("code");
        });
    }

    private static void assertGoesByConfiguration(
            ApplicationContext context, io.netrun.resilience.circuitbreaker.CircuitBreaker fresh) {
        assertThat(fresh.config().failureThreshold()).isEqualTo(8);
        assertThat(fresh.config().successThreshold()).isEqualTo(2);
        InstanceFactory instances = context.getBean(InstanceFactory.class);
        assertThat(instances.effectiveSettings().origin(BREAKERS, fresh, "failureThreshold"))
                .contains("failure-threshold");
        assertThat(instances.effectiveSettings().origin(BREAKERS, fresh, "successThreshold"))
                .isEqualTo("code");
        assertThat(instances.effectiveSettings().origin(BREAKERS, fresh, "openDuration"))
                .isEqualTo("default");
    }

    private static io.netrun.resilience.circuitbreaker.CircuitBreaker register(
            ApplicationContext context, String name) {
        return register(context.getBean(ResilienceRegistry.class), name);
    }

    private static io.netrun.resilience.circuitbreaker.CircuitBreaker register(
            ResilienceRegistry registry, String name) {
        io.netrun.resilience.circuitbreaker.CircuitBreaker breaker =
                io.netrun.resilience.circuitbreaker.CircuitBreaker.of(
                        name, config -> config.failureThreshold(2).successThreshold(2));
        registry.register(breaker);
        return breaker;
    }

    static class Early {

        private final io.netrun.resilience.circuitbreaker.CircuitBreaker fresh;
        private final io.netrun.resilience.circuitbreaker.CircuitBreaker off;

        Early(ResilienceRegistry registry) {
            fresh = register(registry, "fresh");
            off = register(registry, "off");
        }
    }

    static class Annotated {

        @CircuitBreaker(name = "annotated", failureThreshold = 6)
        public void call() {
            // It only has to be called.
        }
    }
}
