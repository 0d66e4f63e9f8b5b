package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.event.ApplicationEvents;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ConfigurableApplicationContext;

/** A method goes through the instance that the registry has now, which is the one that is shown and operated. */
@ExtendWith(OutputCaptureExtension.class)
class ReplacedInstanceTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withPropertyValues("resilience.circuit-breaker.instances.payments.failure-threshold=3")
            .withBean(Payments.class);

    @Test
    void methodShouldGoThroughTheReplacementOfItsInstance() {
        runner.run(context -> {
            Payments payments = context.getBean(Payments.class);
            assertThat(payments.pay()).isEqualTo("paid");
            CircuitBreaker replacement = CircuitBreaker.of("payments");
            context.getBean(ResilienceRegistry.class).register(replacement);
            replacement.forceOpen();
            assertThatThrownBy(payments::pay).isInstanceOf(CircuitOpenException.class);
            replacement.reset();
            assertThat(payments.pay()).isEqualTo("paid");
            assertThat(context.getBean(MethodPipelines.class).all())
                    .singleElement()
                    .satisfies(
                            method -> assertThat(method.pipeline().policies()).containsExactly(replacement));
        });
    }

    @Test
    void methodWhoseInstanceWasRemovedShouldGetANewOne() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            Payments payments = context.getBean(Payments.class);
            CircuitBreaker former =
                    registry.remove(CircuitBreaker.TYPE, "payments").orElseThrow();
            former.forceOpen();
            assertThat(payments.pay()).isEqualTo("paid");
            assertThat(registry.find(CircuitBreaker.TYPE, "payments")).hasValueSatisfying(present -> {
                assertThat(present).isNotSameAs(former);
                assertThat(present.config().failureThreshold()).isEqualTo(3);
                assertThat(present.metrics().totalSucceeded()).isEqualTo(1);
            });
        });
    }

    @Test
    void methodShouldStayListedWhenItsInstanceIsReplacedOrRemoved() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            MethodPipelines pipelines = context.getBean(MethodPipelines.class);
            CircuitBreaker replacement = CircuitBreaker.of("payments");
            registry.register(replacement);
            assertThat(pipelines.all())
                    .singleElement()
                    .satisfies(
                            method -> assertThat(method.pipeline().policies()).containsExactly(replacement));

            registry.remove(CircuitBreaker.TYPE, "payments");

            assertThat(pipelines.all())
                    .singleElement()
                    .satisfies(method -> assertThat(method.pipeline().policies())
                            .singleElement()
                            .isSameAs(registry.find(CircuitBreaker.TYPE, "payments")
                                    .orElseThrow()));
        });
    }

    @Test
    void methodShouldRecoverFromSettingsThatWereWrongMeanwhile(CapturedOutput output) {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            Payments payments = context.getBean(Payments.class);
            ConfigurableApplicationContext source = context.getSourceApplicationContext();
            TestPropertyValues.of("resilience.circuit-breaker.instances.payments.failure-threshold=0")
                    .applyTo(source);
            registry.remove(CircuitBreaker.TYPE, "payments");
            assertThat(payments.pay()).isEqualTo("paid");
            assertThat(payments.pay()).isEqualTo("paid");
            assertThat(output.toString().split("Calls are not protected by it", -1))
                    .hasSize(2);
            assertThat(registry.find(CircuitBreaker.TYPE, "payments")).isEmpty();

            TestPropertyValues.of("resilience.circuit-breaker.instances.payments.failure-threshold=4")
                    .applyTo(source);

            assertThat(payments.pay()).isEqualTo("paid");
            assertThat(registry.find(CircuitBreaker.TYPE, "payments"))
                    .hasValueSatisfying(present ->
                            assertThat(present.metrics().totalSucceeded()).isEqualTo(1));
        });
    }

    @Test
    void instancesThatWereReplacedShouldNotBeKept() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            for (int i = 0; i < 100; i++) {
                registry.register(CircuitBreaker.of("payments"));
                assertThat(context.getBean(Payments.class).pay()).isEqualTo("paid");
            }
            assertThat(context.getBean(MethodPipelines.class).all()).hasSize(1);
            assertThat(context.getBean(Payments.class).calls()).isEqualTo(100);
        });
    }

    @Test
    void instancesThatWereReplacedShouldBeCollected() {
        runner.run(context -> {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            List<WeakReference<CircuitBreaker>> former = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                CircuitBreaker breaker = CircuitBreaker.of("payments");
                registry.register(breaker);
                assertThat(context.getBean(Payments.class).pay()).isEqualTo("paid");
                breaker.forceOpen(); // an event that is kept
                former.add(new WeakReference<>(breaker));
            }
            registry.register(CircuitBreaker.of("payments"));
            assertThat(context.getBean(Payments.class).pay()).isEqualTo("paid");
            await().until(() -> {
                System.gc();
                return former.stream().allMatch(breaker -> breaker.get() == null);
            });
            assertThat(context.getBean(ApplicationEvents.class))
                    .extracting("followed", InstanceOfAssertFactories.COLLECTION)
                    .hasSize(registry.all().size());
        });
    }

    static class Payments {

        private final AtomicInteger calls = new AtomicInteger();

        @io.netrun.resilience.annotation.CircuitBreaker(name = "payments")
        public String pay() {
            calls.incrementAndGet();
            return "paid";
        }

        public int calls() {
            return calls.get();
        }
    }
}
