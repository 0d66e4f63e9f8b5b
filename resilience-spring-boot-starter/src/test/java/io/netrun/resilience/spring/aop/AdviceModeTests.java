package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class AdviceModeTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void aspectjWithoutAWeaverShouldStopTheStartAndSayHow() {
        runner.withPropertyValues("resilience.advice-mode=aspectj")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasRootCauseInstanceOf(ResilienceConfigurationException.class)
                        .rootCause()
                        .hasMessageContaining("no weaver is active")
                        .hasMessageContaining("-javaagent:aspectjweaver.jar"));
    }

    /** Whatever reads the mode reads it alike, so that no spelling leaves beans with neither a proxy nor a weaver. */
    @ParameterizedTest
    @ValueSource(strings = {"ASPECTJ", "aspect-j", "AspectJ"})
    void everySpellingThatSpringBootTakesShouldMeanTheMode(String spelling) {
        runner.withPropertyValues("resilience.advice-mode=" + spelling)
                .run(context ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("no weaver is active"));
    }

    @Test
    void unknownModeShouldStopTheStart() {
        runner.withPropertyValues("resilience.advice-mode=magic")
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessageContaining("is 'magic', which cannot be read as one of proxy, aspectj"));
    }
}
