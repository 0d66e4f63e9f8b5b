package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** Beans that are created on another thread, such as those that fill a cache at the start. */
class BackgroundBeansTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ResilienceAutoConfiguration.class,
                    ResilienceEndpointAutoConfiguration.class,
                    ResilienceMetricsAutoConfiguration.class))
            .withPropertyValues("resilience.circuit-breaker.instances.target.failure-threshold=7");

    @Test
    void beanInTheBackgroundShouldCallAProtectedOneWhileItIsCreated() {
        runner.withUserConfiguration(Background.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Warm.class).value).isEqualTo("value");
            var circuit = context.getBean(ResilienceRegistry.class)
                    .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "target")
                    .orElseThrow();
            assertThat(circuit.metrics().totalSucceeded()).isEqualTo(1);
            assertThat(circuit.config().failureThreshold()).isEqualTo(7);
            assertThat(circuit.config().halfOpenMaxCalls()).isEqualTo(9);
        });
    }

    @Test
    void codeInTheBackgroundShouldGetConfiguredInstances() {
        runner.withUserConfiguration(InCode.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Integer.class)).isEqualTo(7);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Executor {

        @Bean
        ThreadPoolTaskExecutor bootstrapExecutor() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setDaemon(true);
            return executor;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Background extends Executor {

        @Bean
        Target target() {
            return new Target();
        }

        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND)
        @DependsOn("target")
        Warm warm(Target target) {
            return new Warm(target);
        }

        @Bean
        ConfigCustomizer<?> trials() {
            return ConfigCustomizer.of(
                    CircuitBreakerConfig.class,
                    (name, config) -> config.toBuilder().halfOpenMaxCalls(9).build());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InCode extends Executor {

        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND)
        Integer threshold(ResilienceRegistry registry) {
            return registry.getOrCreate(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "target")
                    .config()
                    .failureThreshold();
        }
    }

    static class Target {

        @CircuitBreaker(name = "target")
        @Retry
        @Timeout(duration = "1s")
        public String call() {
            return "value";
        }
    }

    static class Warm {

        final String value;

        Warm(Target target) {
            this.value = target.call();
        }
    }
}
