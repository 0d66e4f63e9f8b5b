package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.common.retry.configuration.RetryConfigCustomizer;
import io.github.resilience4j.core.registry.RegistryEventConsumer;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

/** Customizers and consumers of resilience4j for names that instances of this library have. */
@ExtendWith(OutputCaptureExtension.class)
class ForeignCustomizersTests {

    private static final String CUSTOMIZER = "Bean 'auditRetry' is a RetryConfigCustomizer of resilience4j for 'audit',"
            + " and has no effect on the retry 'audit' of this library";

    private static final String CONSUMER = "Bean 'retries' is a RegistryEventConsumer of resilience4j, which gets no"
            + " instances of this library: retry 'audit'.";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withBean(Calls.class);

    @Test
    void customizerOfAnAnnotatedInstanceShouldBeReported(CapturedOutput output) {
        runner.withUserConfiguration(Customizing.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output.getAll()).contains(CUSTOMIZER + ". Replace it by a ConfigCustomizer bean");
        });
    }

    @Test
    void customizerShouldStopACompatibleStart() {
        runner.withUserConfiguration(Customizing.class)
                .withPropertyValues("resilience.compatibility=resilience4j")
                .run(context -> assertThat(context).getFailure().hasMessageContaining(CUSTOMIZER));
    }

    @Test
    void customizerOfAnotherInstanceShouldNotBeReported(CapturedOutput output) {
        runner.withUserConfiguration(CustomizingAnother.class)
                .run(context -> assertThat(output.getAll()).doesNotContain("RetryConfigCustomizer"));
    }

    @Test
    void customizerThatFailsShouldNotStopTheStart(CapturedOutput output) {
        runner.withUserConfiguration(Failing.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output.getAll()).doesNotContain("RetryConfigCustomizer of");
        });
    }

    @Test
    void consumerOfAPatternInUseShouldBeReported(CapturedOutput output) {
        runner.withUserConfiguration(Consuming.class)
                .run(context -> assertThat(output.getAll()).contains(CONSUMER));
    }

    @Test
    void consumerOfUnknownTypeShouldBeReportedForAllPatterns(CapturedOutput output) {
        runner.withUserConfiguration(ConsumingAll.class)
                .run(context -> assertThat(output.getAll()).contains("circuit-breaker 'open'; retry 'audit'."));
    }

    static class Calls {
        @Retry(name = "audit")
        public void audit() {}

        @CircuitBreaker(name = "open")
        public void open() {}
    }

    static class Customizing {
        @Bean
        RetryConfigCustomizer auditRetry() {
            return () -> "audit";
        }
    }

    static class CustomizingAnother {
        @Bean
        RetryConfigCustomizer auditRetry() {
            return () -> "another";
        }
    }

    static class Failing {
        @Bean
        RetryConfigCustomizer auditRetry() {
            return () -> {
                throw new IllegalStateException("no name");
            };
        }
    }

    static class Consuming {
        @Bean
        RegistryEventConsumer<io.github.resilience4j.retry.Retry> retries() {
            return new RegistryEventConsumer<>() {};
        }
    }

    static class ConsumingAll {
        @Bean
        @SuppressWarnings("rawtypes")
        RegistryEventConsumer all() {
            return new RegistryEventConsumer<Object>() {};
        }
    }
}
