package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

    @Test
    void namedBeansInTheBackgroundShouldBeUsed() {
        named.withUserConfiguration(Named.class).run(context -> {
            assertThat(context).hasNotFailed();
            Naming naming = context.getBean(Naming.class);
            assertThat(naming.timed()).startsWith("pool-");
            assertThat(naming.replaced()).isEqualTo("archived");
        });
    }

    @Test
    void namedBeanShouldBeCreatedBeforeACallInTheBackground() {
        named.withUserConfiguration(CallingInTheBackground.class, NamedLater.class)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("depends-on 'pool'"));
    }

    @Test
    void customizerInTheBackgroundShouldCount() {
        runner.withUserConfiguration(Customizing.class).run(context -> {
            context.getBean(Target.class).call();
            assertThat(context.getBean(ResilienceRegistry.class)
                            .find(io.netrun.resilience.circuitbreaker.CircuitBreaker.TYPE, "target")
                            .orElseThrow()
                            .config()
                            .halfOpenMaxCalls())
                    .isEqualTo(9);
        });
    }

    /** Released when the bean in the background has made its call. */
    private static final CountDownLatch CALLED = new CountDownLatch(1);

    private final ApplicationContextRunner named = runner.withPropertyValues(
            "resilience.timeout.instances.named.executor=pool", "resilience.timeout.instances.named.thread=worker");

    /** The thread of a call. */
    record Called(String thread) {}

    static class Naming {

        @Timeout(name = "named")
        public String timed() {
            return Thread.currentThread().getName();
        }

        @Fallback(bean = "archive", method = "read")
        public String replaced() {
            throw new IllegalStateException("down");
        }
    }

    static class Archive {

        public String read() {
            return "archived";
        }
    }

    private static ThreadPoolTaskExecutor daemons() {
        ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
        executor.setDaemon(true);
        return executor;
    }

    @Configuration(proxyBeanMethods = false)
    static class Named extends Executor {

        @Bean
        Naming naming() {
            return new Naming();
        }

        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND)
        ThreadPoolTaskExecutor pool() {
            return daemons();
        }

        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND)
        Archive archive() {
            return new Archive();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CallingInTheBackground extends Executor {

        @Bean
        Naming naming() {
            return new Naming();
        }

        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND)
        @DependsOn("naming")
        Called called(Naming naming) {
            try {
                return new Called(naming.timed());
            } finally {
                CALLED.countDown();
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class NamedLater {

        @Bean
        ThreadPoolTaskExecutor pool() throws InterruptedException {
            assertThat(CALLED.await(30, TimeUnit.SECONDS)).isTrue();
            return daemons();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Customizing extends Executor {

        @Bean
        Target target() {
            return new Target();
        }

        @Bean(bootstrap = Bean.Bootstrap.BACKGROUND)
        ConfigCustomizer<?> trials() {
            return ConfigCustomizer.of(
                    CircuitBreakerConfig.class,
                    (name, config) -> config.toBuilder().halfOpenMaxCalls(9).build());
        }
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
