package io.netrun.resilience.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceListenersAutoConfiguration;
import io.netrun.resilience.spring.listener.ListenerPauses;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.kafka.config.KafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.config.MethodKafkaListenerEndpoint;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.messaging.handler.annotation.support.DefaultMessageHandlerMethodFactory;

/** Containers of Kafka pause while a circuit is open. Time is advanced by hand, so that nothing resumes by itself. */
@ExtendWith(OutputCaptureExtension.class)
class KafkaPauseTests {

    private final ManualTicker ticker = new ManualTicker();

    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceListenersAutoConfiguration.class))
            .withBean("ticker", ManualTicker.class, () -> ticker)
            .withPropertyValues(
                    "resilience.circuit-breaker.instances.payments.open-duration=30s",
                    "resilience.circuit-breaker.instances.stock.open-duration=60s");

    private final ApplicationContextRunner runner = bare.withUserConfiguration(KafkaApplication.class)
            .withPropertyValues("resilience.listeners.orders.pause-while-open=payments");

    private static CircuitBreaker breaker(AssertableApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class).getOrCreate(CircuitBreaker.TYPE, name);
    }

    private static MessageListenerContainer container(AssertableApplicationContext context, String id) {
        return context.getBean(KafkaListenerEndpointRegistry.class).getListenerContainer(id);
    }

    private static void awaitPaused(MessageListenerContainer container) {
        await().until(container::isPauseRequested);
    }

    private static void awaitResumed(MessageListenerContainer container) {
        await().until(() -> !container.isPauseRequested());
    }

    /** Waits until what has been signalled so far has been compared: with a timer set, nothing is left to do. */
    private void settle(AssertableApplicationContext context) {
        CircuitBreaker other = breaker(context, "stock");
        other.open("a test");
        awaitPaused(container(context, "audit"));
        other.reset();
        awaitResumed(container(context, "audit"));
    }

    @Test
    void containerShouldPauseUntilTheTrialIsDue() {
        runner.run(context -> {
            CircuitBreaker payments = breaker(context, "payments");
            MessageListenerContainer orders = container(context, "orders");
            payments.open("a test");
            awaitPaused(orders);
            assertThat(orders.isRunning()).isTrue(); // it keeps its partitions
            assertThat(container(context, "audit").isPauseRequested()).isFalse();
            for (int second = 0; second < 29; second++) {
                ticker.advance(Duration.ofSeconds(1));
            }
            assertThat(orders.isPauseRequested()).isTrue();
            await().until(() -> {
                ticker.advance(Duration.ofMillis(100));
                return !orders.isPauseRequested();
            });
            assertThat(payments.state()).isEqualTo(CircuitBreaker.State.OPEN); // the next record is the trial
            assertThat(payments.isTrialDue()).isTrue();
        });
    }

    @Test
    void containerShouldPauseAgainWhenTheTrialFails() {
        runner.run(context -> {
            CircuitBreaker payments = breaker(context, "payments");
            MessageListenerContainer orders = container(context, "orders");
            payments.open("a test");
            awaitPaused(orders);
            payments.expireOpen();
            await().until(() -> {
                ticker.advance(Duration.ofSeconds(1));
                return !orders.isPauseRequested();
            });
            try {
                payments.run(() -> {
                    assertThat(payments.state()).isEqualTo(CircuitBreaker.State.HALF_OPEN);
                    throw new IllegalStateException("still down");
                });
            } catch (IllegalStateException stillDown) {
                assertThat(payments.state()).isEqualTo(CircuitBreaker.State.OPEN);
            }
            awaitPaused(orders);
            payments.reset();
            awaitResumed(orders);
        });
    }

    @Test
    void containerThatOthersPausedShouldStayPaused() {
        runner.withPropertyValues("resilience.listeners.audit.pause-while-open=stock")
                .run(context -> {
                    CircuitBreaker payments = breaker(context, "payments");
                    MessageListenerContainer orders = container(context, "orders");
                    orders.pause();
                    payments.open("a test");
                    settle(context);
                    payments.reset();
                    settle(context);
                    assertThat(orders.isPauseRequested()).isTrue();
                });
    }

    @Test
    void containerThatOthersResumedShouldGoOn(CapturedOutput output) {
        runner.run(context -> {
            CircuitBreaker payments = breaker(context, "payments");
            MessageListenerContainer orders = container(context, "orders");
            payments.open("a test");
            awaitPaused(orders);
            orders.resume();
            await().until(() -> {
                ticker.advance(Duration.ofMillis(100));
                return output.getOut().contains("was resumed by other code");
            });
            assertThat(orders.isPauseRequested()).isFalse();
            payments.reset();
            await().until(() -> {
                payments.open("again");
                boolean paused = orders.isPauseRequested();
                if (!paused) {
                    payments.reset();
                }
                return paused;
            });
        });
    }

    @Test
    void forcedCircuitShouldPauseUntilItsReset() {
        runner.run(context -> {
            CircuitBreaker payments = breaker(context, "payments");
            payments.forceOpen();
            awaitPaused(container(context, "orders"));
            ticker.advance(Duration.ofHours(1));
            assertThat(container(context, "orders").isPauseRequested()).isTrue();
            payments.setEnabled(false);
            awaitResumed(container(context, "orders"));
            payments.setEnabled(true);
            awaitPaused(container(context, "orders"));
            payments.reset();
            awaitResumed(container(context, "orders"));
        });
    }

    @Test
    void dryRunShouldNotPause() {
        runner.withPropertyValues("resilience.listeners.audit.pause-while-open=stock")
                .run(context -> {
                    CircuitBreaker payments = breaker(context, "payments");
                    payments.reconfigure(config ->
                            config.toBuilder().mode(PolicyMode.OBSERVE).build());
                    payments.open("a test");
                    settle(context);
                    assertThat(container(context, "orders").isPauseRequested()).isFalse();
                    payments.reconfigure(config ->
                            config.toBuilder().mode(PolicyMode.ENFORCE).build());
                });
    }

    @Test
    void anyOfSeveralCircuitsShouldPause() {
        runner.withPropertyValues("resilience.listeners.orders.pause-while-open=payments,stock")
                .run(context -> {
                    MessageListenerContainer orders = container(context, "orders");
                    breaker(context, "payments").forceOpen();
                    awaitPaused(orders);
                    breaker(context, "stock").forceOpen();
                    breaker(context, "payments").reset();
                    ticker.advance(Duration.ofSeconds(2));
                    assertThat(orders.isPauseRequested()).isTrue();
                    breaker(context, "stock").reset();
                    awaitResumed(orders);
                });
    }

    @Test
    void containerThatRegistersLateShouldPause(CapturedOutput output) {
        runner.withPropertyValues("resilience.listeners.late.pause-while-open=payments")
                .run(context -> {
                    assertThat(output)
                            .contains("resilience.listeners[late] names a listener container that does not exist."
                                    + " Known are [audit, orders]");
                    breaker(context, "payments").forceOpen();
                    awaitPaused(container(context, "orders"));
                    register(context, "late");
                    await().until(() -> {
                        ticker.advance(Duration.ofSeconds(1));
                        return container(context, "late").isPauseRequested();
                    });
                });
    }

    private static void register(AssertableApplicationContext context, String id) throws NoSuchMethodException {
        MethodKafkaListenerEndpoint<String, String> endpoint = new MethodKafkaListenerEndpoint<>();
        endpoint.setId(id);
        endpoint.setGroupId(id);
        endpoint.setTopics(id);
        endpoint.setBean(context.getBean(KafkaApplication.Listeners.class));
        endpoint.setMethod(KafkaApplication.Listeners.class.getDeclaredMethod("onAudit", String.class));
        endpoint.setMessageHandlerMethodFactory(handlers());
        KafkaListenerContainerFactory<?> factory = context.getBean(KafkaListenerContainerFactory.class);
        context.getBean(KafkaListenerEndpointRegistry.class).registerListenerContainer(endpoint, factory, true);
    }

    private static DefaultMessageHandlerMethodFactory handlers() {
        DefaultMessageHandlerMethodFactory factory = new DefaultMessageHandlerMethodFactory();
        factory.afterPropertiesSet();
        return factory;
    }

    @Test
    void circuitBreakerThatIsCreatedLateShouldPause(CapturedOutput output) {
        runner.withPropertyValues("resilience.listeners.audit.pause-while-open=later")
                .run(context -> {
                    assertThat(output).contains("names the circuit breaker 'later', which does not exist");
                    breaker(context, "later").forceOpen();
                    awaitPaused(container(context, "audit"));
                });
    }

    @Test
    void circuitThatIsOpenBeforeTheStartShouldPause() {
        runner.withBean(EarlyOpening.class).run(context -> awaitPaused(container(context, "orders")));
    }

    static class EarlyOpening {

        EarlyOpening(ResilienceRegistry registry) {
            registry.getOrCreate(CircuitBreaker.TYPE, "payments").forceOpen();
        }
    }

    @Test
    void restartOfTheContextShouldKeepWhatIsPaused() {
        runner.run(context -> {
            CircuitBreaker payments = breaker(context, "payments");
            payments.forceOpen();
            awaitPaused(container(context, "orders"));
            context.getSourceApplicationContext().stop();
            context.getSourceApplicationContext().start();
            ticker.advance(Duration.ofSeconds(1));
            awaitPaused(container(context, "orders"));
            payments.reset();
            awaitResumed(container(context, "orders"));
        });
    }

    @Test
    void circuitsThatChangeAfterTheStopShouldChangeNothing() {
        runner.run(context -> {
            CircuitBreaker payments = breaker(context, "payments");
            MessageListenerContainer orders = container(context, "orders");
            payments.forceOpen();
            awaitPaused(orders);
            context.getBean(ListenerPauses.class).stop();
            payments.reset();
            ticker.advance(Duration.ofSeconds(5));
            assertThat(orders.isPauseRequested()).isTrue();
            context.getBean(ListenerPauses.class).start();
            awaitResumed(orders);
        });
    }

    @Test
    void changedSettingsShouldApply() {
        runner.run(context -> {
            ListenerPauses pauses = context.getBean(ListenerPauses.class);
            breaker(context, "payments").forceOpen();
            awaitPaused(container(context, "orders"));
            TestPropertyValues.of("resilience.listeners.orders.pause-while-open=stock")
                    .applyTo(context.getSourceApplicationContext());
            pauses.rebind(Set.of("resilience.listeners.orders.pause-while-open"));
            awaitResumed(container(context, "orders"));
            breaker(context, "stock").forceOpen();
            awaitPaused(container(context, "orders"));
        });
    }

    @Test
    void containerThatIsABeanShouldPause() {
        runner.withBean("mine", ConcurrentMessageListenerContainer.class, KafkaPauseTests::ownContainer)
                .withPropertyValues("resilience.listeners.mine.pause-while-open=stock")
                .run(context -> {
                    MessageListenerContainer mine = context.getBean("mine", MessageListenerContainer.class);
                    breaker(context, "stock").forceOpen();
                    awaitPaused(mine);
                    breaker(context, "stock").reset();
                    awaitResumed(mine);
                });
    }

    private static ConcurrentMessageListenerContainer<String, String> ownContainer() {
        ConcurrentMessageListenerContainer<String, String> container =
                new KafkaApplication().kafkaListenerContainerFactory().createContainer("mine");
        container.getContainerProperties().setGroupId("mine");
        container.setupMessageListener((MessageListener<String, String>) message -> {});
        return container;
    }

    @Test
    void wrongSettingsShouldStopTheStart() {
        bare.withUserConfiguration(KafkaApplication.class)
                .withPropertyValues("resilience.listeners.orders.pause-while-opened=payments")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("unknown key 'pause-while-opened' in 'resilience.listeners[orders]'"));
        bare.withUserConfiguration(KafkaApplication.class)
                .withPropertyValues("resilience.listeners.orders=payments")
                .run(context ->
                        assertThat(context.getStartupFailure()).hasMessageContaining("'pause-while-open: payments'"));
    }

    @Test
    void emptySectionsShouldBeIgnored() {
        bare.withUserConfiguration(KafkaApplication.class)
                .withPropertyValues("resilience.listeners=")
                .run(context -> assertThat(context).hasNotFailed());
        bare.withUserConfiguration(KafkaApplication.class)
                .withPropertyValues("resilience.listeners=orders")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("'resilience.listeners' has a value, but takes settings"));
    }

    @Test
    void absentBrokersShouldBeReported(CapturedOutput output) {
        bare.withClassLoader(new FilteredClassLoader("org.springframework.kafka", "org.springframework.amqp"))
                .withPropertyValues("resilience.listeners.orders.pause-while-open=payments")
                .run(context -> assertThat(output)
                        .contains("resilience.listeners has settings, but the class path has no listener containers"));
        bare.withClassLoader(new FilteredClassLoader("org.springframework.kafka", "org.springframework.amqp"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ListenerPauses.class));
        runner.withPropertyValues("resilience.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(ListenerPauses.class));
    }
}
