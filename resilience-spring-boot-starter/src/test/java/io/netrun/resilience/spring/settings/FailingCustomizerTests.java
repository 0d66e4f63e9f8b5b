package io.netrun.resilience.spring.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A customizer that fails is a problem of the instance, with a remedy that fits the failure. */
class FailingCustomizerTests {

    private static final String RANGE = "Make the customizer return a configuration whose values are in range";
    private static final String CORRECT = "Correct the customizer: it is called for each instance of its pattern";

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        "maxAttempts is 0",
                        RANGE,
                        change(config -> config.toBuilder().maxAttempts(0).build())),
                Arguments.of("failed: java.lang.IllegalStateException: no such tenant", CORRECT, change(config -> {
                    throw new IllegalStateException("no such tenant");
                })),
                Arguments.of("failed: java.lang.IllegalArgumentException: no such tenant", CORRECT, change(config -> {
                    throw new IllegalArgumentException("no such tenant");
                })),
                Arguments.of("failed: java.lang.StackOverflowError", CORRECT, change(FailingCustomizerTests::endless)),
                Arguments.of("Unprintable", CORRECT, change(config -> {
                    throw new Unprintable();
                })),
                Arguments.of(
                        "failed: java.lang.NoSuchMethodError: gone",
                        "Compile it against the versions",
                        change(config -> {
                            throw new NoSuchMethodError("gone");
                        })),
                Arguments.of(
                        "returned null", "Return the given configuration to change nothing", change(config -> null)));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void remedyShouldFitTheFailure(String problem, String remedy, UnaryOperator<RetryConfig> change) {
        runner(change)
                .run(context ->
                        assertThat(message(context.getStartupFailure())).contains("Retry 'pay'", problem, remedy));
    }

    @Test
    void errorsOfTheVirtualMachineShouldPass() {
        assertThatThrownBy(() -> new Customizers(
                                () -> List.of(ConfigCustomizer.of(RetryConfig.class, (name, config) -> {
                                    throw new OutOfMemoryError("not the customizer's");
                                })))
                        .customize(
                                PatternDescriptors.of(io.netrun.resilience.retry.Retry.TYPE),
                                "pay",
                                RetryConfig.defaults()))
                .isInstanceOf(OutOfMemoryError.class);
    }

    private static ApplicationContextRunner runner(UnaryOperator<RetryConfig> change) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
                .withBean(
                        "customizer",
                        ConfigCustomizer.class,
                        () -> ConfigCustomizer.of(RetryConfig.class, (name, config) -> change.apply(config)))
                .withBean(Payments.class);
    }

    private static String message(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof ResilienceConfigurationException wrong) {
                return wrong.problems().toString();
            }
        }
        throw new AssertionError("should have failed with all problems", failure);
    }

    private static UnaryOperator<RetryConfig> change(UnaryOperator<RetryConfig> change) {
        return change;
    }

    @SuppressWarnings("InfiniteRecursion")
    private static RetryConfig endless(RetryConfig config) {
        return endless(config);
    }

    static final class Unprintable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException(Map.of("even", "this").toString());
        }
    }

    static class Payments {

        @Retry(name = "pay")
        public void pay() {
            // Only its annotation matters.
        }
    }
}
