package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Code that asks for an instance before the beans that have the annotations are there. */
class EarlyAnnotationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
            .withBean(Early.class)
            .withBean("later", Later.class);

    @Test
    void constructorShouldSeeTheSettingsOfAnnotations() {
        runner.run(context -> {
            Early early = context.getBean(Early.class);
            assertThat(early.attemptsConfigured).isEqualTo(7);
            assertThat(early.attemptsMade).isEqualTo(7);
        });
    }

    @Test
    void constructorShouldSeeTheSettingsOfLazyBeans() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class))
                .withBean(Early.class)
                .withBean("lazily", Later.class, Later::new, definition -> definition.setLazyInit(true))
                .run(context -> assertThat(context.getBean(Early.class).attemptsConfigured)
                        .isEqualTo(7));
    }

    @Test
    void configurationShouldWinForConstructorsToo() {
        runner.withPropertyValues("resilience.retry.instances.later.max-attempts=2")
                .run(context ->
                        assertThat(context.getBean(Early.class).attemptsMade).isEqualTo(2));
    }

    @Test
    void wrongAnnotationShouldBeReportedByTheCheck() {
        runner.withPropertyValues("attempts=none")
                .withBean(Wrong.class)
                .run(context -> assertThat(context.getStartupFailure()).hasMessageContaining("placeholder"));
    }

    static class Early {

        private final int attemptsConfigured;
        private int attemptsMade;

        Early(ResilienceRegistry registry) {
            io.netrun.resilience.retry.Retry retry =
                    registry.getOrCreate(io.netrun.resilience.retry.Retry.TYPE, "later");
            attemptsConfigured = retry.config().maxAttempts();
            try {
                retry.run(() -> {
                    attemptsMade++;
                    throw new IllegalStateException();
                });
            } catch (RuntimeException expected) {
                assertThat(expected).hasRootCauseInstanceOf(IllegalStateException.class);
            }
        }
    }

    static class Later {

        @Retry(name = "later", maxAttempts = 7, baseDelay = "0s")
        public void call() {
            throw new IllegalStateException();
        }
    }

    static class Wrong {

        @Retry(name = "${nowhere}", maxAttempts = 2)
        public void call() {
            throw new IllegalStateException();
        }
    }
}
