package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.circuitbreaker.InitialState;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceRefreshAutoConfiguration;
import io.netrun.resilience.spring.metrics.ResilienceMeters;
import io.netrun.resilience.spring.pattern.KeyedMeters;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationContext;

/** The settings {@code ramp-up-duration}, {@code ramp-up-initial-rate} and {@code initial-state}. */
class CircuitSettingTests {

    private static final String SHOP = "resilience.circuit-breaker.instances.shop.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceRefreshAutoConfiguration.class))
            .withBean(Shop.class);

    static class Shop {

        @CircuitBreaker(name = "annotated", rampUpDuration = "30s", rampUpInitialRate = 5, initialState = "disabled")
        public String annotated() {
            return "called";
        }

        @CircuitBreaker(name = "shop")
        public String call() {
            return "called";
        }
    }

    @Test
    void annotationShouldSetRampUpAndInitialState() {
        runner.run(context -> {
            var annotated = circuit(context, "annotated");
            assertThat(annotated.config().rampUpDuration()).isEqualTo(Duration.ofSeconds(30));
            assertThat(annotated.config().rampUpInitialRate()).isEqualTo(5);
            assertThat(annotated.state()).isEqualTo(State.DISABLED);
            assertThat(circuit(context, "shop").state()).isEqualTo(State.CLOSED);
        });
    }

    @Test
    void configurationShouldSetRampUpAndInitialState() {
        runner.withPropertyValues(
                        SHOP + "ramp-up-duration=1m",
                        SHOP + "ramp-up-initial-rate=20",
                        SHOP + "initial-state=forced-open")
                .run(context -> {
                    var shop = circuit(context, "shop");
                    assertThat(shop.config().rampUpDuration()).isEqualTo(Duration.ofMinutes(1));
                    assertThat(shop.config().rampUpInitialRate()).isEqualTo(20);
                    assertThat(shop.state()).isEqualTo(State.FORCED_OPEN);
                });
    }

    @Test
    void refreshShouldNotUndoWhatAnOperatorDid() {
        runner.withPropertyValues(SHOP + "initial-state=forced-open").run(context -> {
            var shop = circuit(context, "shop");
            shop.reset();
            refresh(context, SHOP + "initial-state=disabled");
            assertThat(shop.config().initialState()).isEqualTo(InitialState.DISABLED);
            assertThat(shop.state()).isEqualTo(State.CLOSED);
            shop.forceOpen();
            refresh(context, SHOP + "failure-threshold=9");
            assertThat(shop.config().failureThreshold()).isEqualTo(9);
            assertThat(shop.state()).isEqualTo(State.FORCED_OPEN);
        });
    }

    @Test
    void refreshShouldNotTouchAnInitialState() {
        runner.withPropertyValues(SHOP + "initial-state=disabled").run(context -> {
            refresh(context, SHOP + "initial-state=closed");
            assertThat(circuit(context, "shop").state()).isEqualTo(State.DISABLED);
        });
    }

    @Test
    void wrongValuesShouldStopTheStart() {
        runner.withPropertyValues(SHOP + "ramp-up-initial-rate=0")
                .run(
                        context -> assertThat(problems(context.getStartupFailure()))
                                .contains(
                                        "CircuitBreaker 'shop': rampUpInitialRate is 0.0: must be a percentage above 0, at most 100"));
        runner.withPropertyValues(SHOP + "ramp-up-duration=-1s")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .contains("rampUpDuration is PT-1S: must be zero or positive"));
        runner.withPropertyValues(SHOP + "initial-state=half-open")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .contains("initial-state")
                        .contains("half-open")
                        .contains("forced-open"));
    }

    @Test
    void meterShouldShowTheRateOfTheRampUp() {
        runner.withPropertyValues(SHOP + "ramp-up-duration=1h", SHOP + "success-threshold=1")
                .run(context -> {
                    SimpleMeterRegistry meters = new SimpleMeterRegistry();
                    new ResilienceMeters(context.getBean(ResilienceRegistry.class), KeyedMeters.FAMILY).bindTo(meters);
                    var gauge = meters.get("resilience.circuitbreaker.rampup.rate")
                            .tags("name", "shop")
                            .gauge();
                    assertThat(gauge.value()).isEqualTo(100);
                    circuit(context, "shop").halfOpen();
                    circuit(context, "shop").run(() -> {});
                    assertThat(gauge.value()).isBetween(10.0, 20.0);
                });
    }

    private static String problems(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof ResilienceConfigurationException)) {
            cause = cause.getCause();
        }
        return String.valueOf(cause == null ? failure : cause);
    }

    private static void refresh(ApplicationContext context, String pair) {
        TestPropertyValues.of(pair).applyTo((org.springframework.context.ConfigurableApplicationContext) context);
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of(pair.substring(0, pair.indexOf('=')))));
    }

    private static io.netrun.resilience.circuitbreaker.CircuitBreaker circuit(ApplicationContext context, String name) {
        return context.getBean(ResilienceRegistry.class)
                .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, name)
                .orElseThrow();
    }
}
