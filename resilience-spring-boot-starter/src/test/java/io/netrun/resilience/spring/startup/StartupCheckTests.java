package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.NestedExceptionUtils;

/** What startup reports besides invalid values: unused settings, and durations that do not fit together. */
@ExtendWith(OutputCaptureExtension.class)
class StartupCheckTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class Carrier {

        @Retry(name = "carrier")
        public String quote() {
            return "4.90";
        }
    }

    static class Sealed {

        @Retry
        public final String quote() {
            return "4.90";
        }
    }

    @Test
    void unusedSettingsThatLookMistypedShouldFailStartup() {
        runner.withBean(Carrier.class)
                .withPropertyValues("resilience.retry.instances.carier.max-attempts=9")
                .run(context -> assertThat(problems(context)).singleElement().satisfies(problem -> {
                    assertThat(problem.description()).contains("Retry 'carier'", "is not in use");
                    assertThat(problem.remedy()).contains("Did you mean 'carrier'");
                }));
    }

    @Test
    void unusedSettingsThatResembleNothingShouldBeLogged(CapturedOutput output) {
        runner.withBean(Carrier.class)
                .withPropertyValues("resilience.retry.instances.warehouse.max-attempts=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output).contains("Retry 'warehouse' has settings in the configuration");
                });
    }

    @Test
    void settingsOfAnInstanceForCodeShouldNotCountAsMistyped() {
        runner.withBean(Carrier.class)
                .withPropertyValues(
                        "resilience.retry.instances.carrier.max-attempts=9",
                        "resilience.retry.instances.carrier2.max-attempts=9")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void toleratedProblemsShouldBeLoggedAndTheApplicationRun(CapturedOutput output) {
        runner.withBean(Carrier.class)
                .withBean(Sealed.class)
                .withPropertyValues(
                        "resilience.validation=warn",
                        "resilience.retry.instances.carier.max-attempts=9",
                        "resilience.retry.defaults.max-atempts=9")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output)
                            .contains("Retry 'carier'", "unknown key 'max-atempts'", "Sealed.quote is annotated");
                });
    }

    @Test
    void fatalProblemsShouldFailStartupHoweverTolerant() {
        runner.withBean(Carrier.class)
                .withPropertyValues(
                        "resilience.validation=warn",
                        "resilience.retry.instances.carrier.max-attempts=0",
                        "resilience.retry.defaults.max-atempts=9")
                .run(context -> assertThat(problems(context)).hasSize(2));
    }

    static class Mismatched {

        @Timeout(name = "m", duration = "2s")
        @Bulkhead(name = "m", maxWait = "3s")
        @RateLimiter(name = "m", maxWait = "2500ms")
        @Retry(name = "m", maxAttempts = 3, baseDelay = "1s", maxDuration = "1m")
        @Hedge(name = "m", delay = "2s")
        @CircuitBreaker(name = "m", detection = "time-window", windowDuration = "3s")
        public String call() {
            return "ok";
        }
    }

    @Test
    void sumsThatDoNotFitShouldBeLoggedWithTheSum(CapturedOutput output) {
        runner.withBean(Mismatched.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output)
                    .contains(
                            "Mismatched.call(): the waits between 3 attempts of Retry 'm' can take 3s, but Timeout 'm'"
                                    + " around it gives up after 2s",
                            "max-duration of Retry 'm' can take 60s",
                            "max-wait of Bulkhead 'm' can take 3s",
                            "max-wait of RateLimiter 'm' can take 2500ms",
                            "delay of Hedge 'm' can take 2s",
                            "window-duration of CircuitBreaker 'm' is 3s, less than twice the 2s of Timeout 'm'");
        });
    }

    @Test
    void sumsOfWhatIsSwitchedOffShouldNotBeMentioned(CapturedOutput output) {
        runner.withBean(Mismatched.class)
                .withPropertyValues("resilience.timeout.instances.m.enabled=false")
                .run(context -> assertThat(output).doesNotContain("Mismatched"));
    }

    @Test
    void sumsThatFitShouldNotBeMentioned(CapturedOutput output) {
        runner.withBean(Mismatched.class)
                .withPropertyValues(
                        "resilience.timeout.instances.m.duration=61s",
                        "resilience.circuit-breaker.instances.m.window-duration=200s")
                .run(context -> assertThat(output).doesNotContain("Mismatched"));
    }

    private static List<Problem> problems(AssertableApplicationContext context) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
        assertThat(cause).isInstanceOf(ResilienceConfigurationException.class);
        return ((ResilienceConfigurationException) cause).problems();
    }
}
