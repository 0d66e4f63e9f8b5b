package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.spy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.aop.AttemptObserver;
import io.netrun.resilience.spring.observation.AttemptObservationConvention;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Tests replace beans by mocks and spies. */
class MockedBeansTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceEndpointAutoConfiguration.class,
                    ResilienceMetricsAutoConfiguration.class))
            .withPropertyValues("management.endpoints.web.exposure.include=*");

    @ParameterizedTest
    @ValueSource(strings = {"resilienceRegistry", "registryOfTheApplication"})
    void mockOfTheRegistryShouldBeRejectedWithTheRemedy(String name) {
        runner.withBean(Client.class)
                .withInitializer(
                        context -> context.getBeanFactory().registerSingleton(name, mock(ResilienceRegistry.class)))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("as a mock does")
                        .hasMessageContaining("@MockitoSpyBean"));
    }

    @Test
    void mockShouldBeRejectedWhereACallNeedsItFirst() {
        runner.withBean(Client.class)
                .withBean(ResilienceRegistry.class, () -> mock(ResilienceRegistry.class))
                .withBean(Caller.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ResilienceConfigurationException.class));
    }

    @Test
    void spyOfTheRegistryShouldProtect() {
        runner.withBean(Client.class)
                .withBean(Spying.class)
                .withPropertyValues("resilience.circuit-breaker.instances.client.failure-threshold=7")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
                    assertThat(Mockito.mockingDetails(registry).isSpy()).isTrue();
                    assertThat(context.getBean(Client.class).call()).isEqualTo("ok");
                    assertThat(registry.find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "client")
                                    .orElseThrow()
                                    .config()
                                    .failureThreshold())
                            .isEqualTo(7);
                });
    }

    @Test
    void mockThatDelegatesShouldProtect() {
        runner.withBean(Client.class)
                .withBean(
                        ResilienceRegistry.class,
                        () -> mock(ResilienceRegistry.class, delegatesTo(ResilienceRegistry.create())))
                .run(context -> assertThat(context.getBean(Client.class).call()).isEqualTo("ok"));
    }

    @Test
    void mockOfTheTickerShouldBeRejectedWithTheRemedy() {
        runner.withBean(Client.class)
                .withBean(Ticker.class, () -> mock(Ticker.class))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("The bean of type Ticker has no time")
                        .hasMessageContaining("now() returns null")
                        .hasMessageContaining("ManualTicker"));
    }

    @Test
    void mockOfTheTickerOfAnOwnRegistryShouldBeRejected() {
        runner.withBean(Client.class)
                .withBean(ResilienceRegistry.class, () -> ResilienceRegistry.create(mock(Ticker.class)))
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("The ticker of the bean of type ResilienceRegistry has no time"));
    }

    @Test
    void spyOfTheTickerShouldProtect() {
        runner.withBean(Client.class)
                .withBean(Ticker.class, () -> mock(Ticker.class, delegatesTo(Ticker.system())))
                .run(context -> assertThat(context.getBean(Client.class).call()).isEqualTo("ok"));
    }

    @Test
    void mockOfObservationsShouldNotMatter() {
        runner.withConfiguration(AutoConfigurations.of(ResilienceObservationAutoConfiguration.class))
                .withPropertyValues("resilience.observations.enabled=true")
                .withBean(Client.class)
                .withBean(ObservationRegistry.class, () -> mock(ObservationRegistry.class))
                .withBean(AttemptObservationConvention.class, () -> mock(AttemptObservationConvention.class))
                .run(context -> {
                    assertThat(context).hasSingleBean(AttemptObserver.class);
                    assertThat(context.getBean(Client.class).call()).isEqualTo("ok");
                });
    }

    @Test
    void mockOfMetersShouldNotMatter() {
        runner.withBean(Client.class)
                .withBean(MeterRegistry.class, () -> mock(MeterRegistry.class))
                .run(context -> assertThat(context.getBean(Client.class).call()).isEqualTo("ok"));
    }

    @Test
    void mockOfACustomizerShouldNotMatter() {
        runner.withBean(Client.class)
                .withBean(ConfigCustomizer.class, () -> mock(ConfigCustomizer.class))
                .run(context -> assertThat(context.getBean(Client.class).call()).isEqualTo("ok"));
    }

    /** As {@code @MockitoSpyBean} does. */
    static class Spying implements BeanPostProcessor {

        @Override
        public Object postProcessBeforeInitialization(Object bean, String name) {
            return bean instanceof ResilienceRegistry registry ? spy(registry) : bean;
        }
    }

    static class Caller {

        Caller(Client client) {
            assertThat(catchThrowable(client::call)).isNotNull(); // it is unprotected
        }
    }

    static class Client {

        private int calls;

        @Retry(baseDelay = "1ms")
        @CircuitBreaker(name = "client")
        public String call() {
            if (++calls == 1) {
                throw new IllegalStateException("not yet");
            }
            return "ok";
        }
    }
}
