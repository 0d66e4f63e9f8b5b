package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Exceptions that other libraries throw, in settings of instances. */
@ExtendWith(OutputCaptureExtension.class)
class ForeignExceptionTests {

    private static final String WARNING = "which no policy of this library throws";
    private static final String OURS = "io.netrun.resilience.timeout.TimeoutExceededException";

    private final ApplicationContextRunner unlimited =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    private final ApplicationContextRunner runner =
            unlimited.withPropertyValues("resilience.timeout.instances.limit.duration=1s");

    @ParameterizedTest
    @ValueSource(strings = {"retry.instances.x.exceptions", "circuit-breaker.instances.x.ignore-exceptions"})
    void timeoutExceptionOfTheJdkShouldBeAWarning(String key, CapturedOutput output) {
        runner.withPropertyValues("resilience." + key + "=java.io.IOException,java.util.concurrent.TimeoutException")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(lines(output))
                            .singleElement()
                            .asString()
                            .contains(key.replace(".x.", "[x]."), "Use " + OURS);
                });
    }

    @Test
    void timeoutExceptionOfTheApplicationShouldBeNoWarning(CapturedOutput output) {
        unlimited
                .withPropertyValues("resilience.retry.instances.x.exceptions=java.util.concurrent.TimeoutException")
                .run(context -> assertThat(lines(output)).isEmpty());
    }

    @Test
    void defaultOfManyInstancesShouldBeOneWarning(CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.retry.defaults.exceptions=java.util.concurrent.TimeoutException",
                        "resilience.retry.instances.x.max-attempts=2",
                        "resilience.retry.instances.y.max-attempts=2")
                .run(context -> assertThat(lines(output)).hasSize(1));
    }

    @Test
    void annotationShouldBeNamedInTheWarning(CapturedOutput output) {
        runner.withBean(Annotated.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(lines(output))
                    .singleElement()
                    .asString()
                    .contains("Retry 'x': exceptions (annotation)", "java.util.concurrent.TimeoutException");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {OURS, "java.lang.Exception", "io.netrun.resilience.ResilienceException"})
    void listWithBothExceptionsShouldBeNoWarning(String other, CapturedOutput output) {
        runner.withPropertyValues(
                        "resilience.retry.instances.x.exceptions=" + other + ",java.util.concurrent.TimeoutException")
                .run(context -> assertThat(lines(output)).isEmpty());
    }

    @Test
    void missingClassShouldLeadToTheOneThatReplacesIt() {
        runner.withPropertyValues("resilience.retry.instances.x.exceptions="
                        + "io.github.resilience4j.circuitbreaker.CallNotPermittedException")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("io.netrun.resilience.circuitbreaker.CircuitOpenException"));
    }

    static List<String> exceptions() {
        return ForeignNames.exceptions();
    }

    @ParameterizedTest
    @MethodSource("exceptions")
    void exceptionThatReplacesAnotherShouldExist(String foreign) throws ClassNotFoundException {
        assertThat(Class.forName(ForeignNames.exception(foreign).orElseThrow())).isAssignableTo(Throwable.class);
    }

    private static List<String> lines(CapturedOutput output) {
        return output.getOut().lines().filter(line -> line.contains(WARNING)).toList();
    }

    static class Annotated {

        @Retry(name = "x", exceptions = TimeoutException.class)
        @CircuitBreaker(name = "x")
        public void call() {
            // Only its annotations matter.
        }
    }
}
