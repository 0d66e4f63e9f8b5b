package io.netrun.resilience.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceListenersAutoConfiguration;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.RabbitListenerEndpointRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Containers of RabbitMQ are stopped while a circuit is open, and started again. */
class RabbitPauseTests {

    private final ManualTicker ticker = new ManualTicker();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceListenersAutoConfiguration.class))
            .withBean("ticker", ManualTicker.class, () -> ticker)
            .withUserConfiguration(RabbitApplication.class)
            .withPropertyValues(
                    "resilience.circuit-breaker.instances.payments.open-duration=30s",
                    "resilience.listeners.orders.pause-while-open=payments",
                    "resilience.listeners.manual.pause-while-open=payments");

    private static CircuitBreaker payments(AssertableApplicationContext context) {
        return context.getBean(ResilienceRegistry.class).getOrCreate(CircuitBreaker.TYPE, "payments");
    }

    /** Not by the registry's own look-up, whose return type differs between the lines of Spring AMQP. */
    private static AbstractMessageListenerContainer container(AssertableApplicationContext context, String id) {
        for (Object each : context.getBean(RabbitListenerEndpointRegistry.class).getListenerContainers()) {
            if (each instanceof AbstractMessageListenerContainer container && id.equals(container.getListenerId())) {
                return container;
            }
        }
        throw new IllegalArgumentException(id);
    }

    @Test
    void containerShouldStopUntilTheTrialIsDue() {
        runner.run(context -> {
            AbstractMessageListenerContainer orders = container(context, "orders");
            assertThat(orders.isRunning()).isTrue();
            payments(context).open("a test");
            await().until(() -> !orders.isRunning());
            ticker.advance(Duration.ofSeconds(29));
            assertThat(orders.isRunning()).isFalse();
            await().until(() -> {
                ticker.advance(Duration.ofMillis(100));
                return orders.isRunning();
            });
            assertThat(payments(context).isTrialDue()).isTrue();
        });
    }

    @Test
    void containerThatNobodyStartedShouldStayStopped() {
        runner.run(context -> {
            payments(context).forceOpen();
            await().until(() -> !container(context, "orders").isRunning());
            payments(context).reset();
            await().until(() -> container(context, "orders").isRunning());
            assertThat(container(context, "manual").isRunning()).isFalse();
        });
    }

    @Test
    void restartOfTheContextShouldStopItAgain() {
        runner.run(context -> {
            payments(context).forceOpen();
            await().until(() -> !container(context, "orders").isRunning());
            context.getSourceApplicationContext().stop();
            context.getSourceApplicationContext().start();
            await().until(() -> {
                ticker.advance(Duration.ofSeconds(1));
                return !container(context, "orders").isRunning();
            });
            payments(context).reset();
            await().until(() -> container(context, "orders").isRunning());
        });
    }

    @Test
    void containerShouldNotStartAfterTheApplicationHasStopped() {
        runner.run(context -> {
            AbstractMessageListenerContainer orders = container(context, "orders");
            payments(context).forceOpen();
            await().until(() -> !orders.isRunning());
            CircuitBreaker payments = payments(context);
            context.getSourceApplicationContext().stop();
            payments.reset();
            ticker.advance(Duration.ofSeconds(5));
            assertThat(orders.isRunning()).isFalse();
        });
    }
}
