package io.netrun.resilience.spring.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.autoconfigure.ResilienceObservationAutoConfiguration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;

/** Observations that fail: calls go on, since an application must not depend on being watched. */
@ExtendWith(OutputCaptureExtension.class)
class FailingObservationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class, ResilienceObservationAutoConfiguration.class))
            .withBean(Client.class)
            .withPropertyValues("resilience.observations.enabled=true");

    /** What fails. */
    enum Step {
        START,
        SCOPE_OPENED,
        SCOPE_CLOSED,
        ERROR,
        STOP
    }

    private record Failing(Step step) implements ObservationHandler<Observation.Context> {

        private void fail(Step reached) {
            if (step == reached) {
                throw new IllegalStateException("the handler fails");
            }
        }

        @Override
        public void onStart(Observation.Context context) {
            fail(Step.START);
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            fail(Step.SCOPE_OPENED);
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            fail(Step.SCOPE_CLOSED);
        }

        @Override
        public void onError(Observation.Context context) {
            fail(Step.ERROR);
        }

        @Override
        public void onStop(Observation.Context context) {
            fail(Step.STOP);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return true;
        }
    }

    private static void callAll(Client client) throws Exception {
        assertThat(client.plain()).isEqualTo("ok");
        assertThat(client.later().get(30, TimeUnit.SECONDS)).isEqualTo("ok");
        assertThat(client.mono().block(Duration.ofSeconds(30))).isEqualTo("ok");
    }

    @ParameterizedTest
    @EnumSource
    void handlerThatThrowsShouldNotFailCalls(Step step) {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new Failing(step));
        runner.withBean(ObservationRegistry.class, () -> registry)
                .run(context -> callAll(context.getBean(Client.class)));
    }

    @ParameterizedTest
    @EnumSource
    void handlerThatThrowsShouldLeaveNothingCurrent(Step step) {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new Failing(step));
        runner.withBean(ObservationRegistry.class, () -> registry).run(context -> {
            context.getBean(Client.class).plain();
            assertThat(registry.getCurrentObservation()).isNull();
        });
    }

    @Test
    void conventionThatThrowsShouldNotFailCalls() {
        runner.withBean(ObservationRegistry.class, () -> {
                    ObservationRegistry registry = ObservationRegistry.create();
                    registry.observationConfig().observationHandler(new Failing(null));
                    return registry;
                })
                .withBean(AttemptObservationConvention.class, () -> new AttemptObservationConvention() {
                    @Override
                    public KeyValues getHighCardinalityKeyValues(AttemptContext context) {
                        throw new IllegalStateException("the convention fails");
                    }
                })
                .run(context -> callAll(context.getBean(Client.class)));
    }

    @Test
    void mockOfTheRegistryShouldNotFailCalls() {
        runner.withBean(ObservationRegistry.class, () -> mock(ObservationRegistry.class))
                .run(context -> callAll(context.getBean(Client.class)));
    }

    @Test
    void failuresShouldBeLoggedOnce(CapturedOutput output) {
        runner.withBean(ObservationRegistry.class, () -> mock(ObservationRegistry.class))
                .run(context -> callAll(context.getBean(Client.class)));
        assertThat(output.getAll().split("An attempt could not be observed", -1))
                .hasSize(2);
    }

    static class Client {

        private int calls;

        @Retry(baseDelay = "1ms")
        @Timeout(duration = "30s", thread = "caller")
        public String plain() {
            if (++calls % 2 == 1) {
                throw new IllegalStateException("attempt " + calls);
            }
            return "ok";
        }

        @Retry(baseDelay = "1ms")
        public CompletableFuture<String> later() {
            return ++calls % 2 == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("attempt " + calls))
                    : CompletableFuture.completedFuture("ok");
        }

        @Retry(baseDelay = "1ms")
        public Mono<String> mono() {
            return Mono.fromCallable(this::plain);
        }
    }
}
