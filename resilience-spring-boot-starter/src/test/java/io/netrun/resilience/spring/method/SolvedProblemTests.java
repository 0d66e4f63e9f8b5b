package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.settings.ConfigCustomizer;
import io.netrun.resilience.spring.settings.InstanceFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

/** A bean that is created late with a problem is protected from the moment at which the problem is solved. */
@ExtendWith(OutputCaptureExtension.class)
class SolvedProblemTests {

    private static final AtomicInteger calls = new AtomicInteger();
    private static final AtomicBoolean broken = new AtomicBoolean();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
            .withUserConfiguration(Beans.class);

    @BeforeEach
    void repair() {
        broken.set(false);
    }

    @Test
    void lateBeansShouldBeProtectedOnceARefreshMendsThem(CapturedOutput output) {
        runner.run(context -> {
            Api prototype = context.getBean("prototype", Api.class);
            Api lazy = context.getBean("lazy", Api.class);
            for (int again = 0; again < 3; again++) {
                assertThat(attempts(prototype)).isEqualTo(1);
                assertThat(attempts(lazy)).isEqualTo(1);
            }
            assertThat(output).containsOnlyOnce("maxAttempts is 0");
            refresh(context, "other.max-attempts", "4");
            assertThat(attempts(lazy)).isEqualTo(1);
            refresh(context, "wrong.max-attempts", "3");
            assertThat(attempts(prototype)).isEqualTo(3);
            assertThat(attempts(lazy)).isEqualTo(3);
            assertThat(attempts(context.getBean("prototype", Api.class))).isEqualTo(3);
            assertThat(context.getBean(MethodPipelines.class).all()).hasSize(1);
            refresh(context, "wrong.max-attempts", "4");
            assertThat(attempts(lazy)).isEqualTo(4);
            assertThat(output).containsOnlyOnce("maxAttempts is 0");
        });
    }

    @Test
    void lateBeanShouldBeProtectedOnceItsCustomizerWorks(CapturedOutput output) {
        runner.run(context -> {
            broken.set(true);
            Api customized = context.getBean("customized", Api.class);
            assertThat(attempts(customized)).isEqualTo(1);
            assertThat(attempts(customized)).isEqualTo(1);
            assertThat(output).containsOnlyOnce("the customizer is broken");
            broken.set(false);
            assertThat(attempts(customized)).isEqualTo(2);
        });
    }

    @Test
    void mistakeInTheCodeShouldStayLeftOut(CapturedOutput output) {
        runner.run(context -> {
            Api both = context.getBean("both", Api.class);
            assertThat(attempts(both)).isEqualTo(1);
            refresh(context, "both.max-attempts", "3");
            assertThat(attempts(both)).isEqualTo(3);
            MethodPipelines pipelines = context.getBean(MethodPipelines.class);
            assertThat(pipelines.all().get(0))
                    .as("not built anew")
                    .isSameAs(pipelines.all().get(0));
            assertThat(output)
                    .containsOnlyOnce("maxAttempts is -1")
                    .containsOnlyOnce("@Fallback finds no method named 'missing'");
        });
    }

    private static int attempts(Api api) {
        calls.set(0);
        assertThatThrownBy(api::call).isInstanceOf(RuntimeException.class);
        return calls.get();
    }

    private static void refresh(ApplicationContext context, String key, String value) {
        TestPropertyValues.of("resilience.retry.instances." + key + "=" + value)
                .applyTo((ConfigurableApplicationContext) context);
        context.getBean(InstanceFactory.class).rebind(true, List.of());
    }

    interface Api {

        void call();
    }

    static class Wrong implements Api {

        @Override
        @Retry(name = "wrong", maxAttempts = 0, baseDelay = "1ms")
        public void call() {
            calls.incrementAndGet();
            throw new IllegalStateException("every attempt fails");
        }
    }

    static class Customized implements Api {

        @Override
        @Retry(name = "customized", baseDelay = "1ms")
        public void call() {
            calls.incrementAndGet();
            throw new IllegalStateException("every attempt fails");
        }
    }

    static class Both implements Api {

        @Override
        @Retry(name = "both", maxAttempts = -1, baseDelay = "1ms")
        @Fallback(method = "missing")
        public void call() {
            calls.incrementAndGet();
            throw new IllegalStateException("every attempt fails");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        @Scope("prototype")
        Api prototype() {
            return new Wrong();
        }

        @Bean
        @Lazy
        Api lazy() {
            return new Wrong();
        }

        @Bean
        @Lazy
        Api customized() {
            return new Customized();
        }

        @Bean
        @Lazy
        Api both() {
            return new Both();
        }

        @Bean
        ConfigCustomizer<RetryConfig> customizer() {
            return ConfigCustomizer.of(RetryConfig.class, (name, config) -> {
                if (!name.equals("customized")) {
                    return config;
                }
                if (broken.get()) {
                    throw new IllegalStateException("the customizer is broken");
                }
                return config.toBuilder().maxAttempts(2).build();
            });
        }
    }
}
