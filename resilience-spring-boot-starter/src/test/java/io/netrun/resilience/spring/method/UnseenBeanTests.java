package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Lookup;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

/** Beans whose classes no definition names, and classes that Spring generates or cannot generate. */
@ExtendWith(OutputCaptureExtension.class)
class UnseenBeanTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    @Test
    void finalMethodOfAnInnerBeanShouldBeAProblem() {
        runner.withInitializer(context -> ((GenericApplicationContext) context)
                        .registerBeanDefinition(
                                "holder",
                                BeanDefinitionBuilder.genericBeanDefinition(Holder.class)
                                        .addPropertyValue(
                                                "held",
                                                BeanDefinitionBuilder.genericBeanDefinition(FinalMethod.class)
                                                        .getBeanDefinition())
                                        .getBeanDefinition()))
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("FinalMethod.send is annotated with @Retry, but is final"));
    }

    @Test
    void finalMethodOfAFactorysProductShouldBeAProblem() {
        runner.withBean("factory", Factory.class)
                .withBean(Asking.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("FinalMethod.send is annotated with @Retry, but is final"));
    }

    @Test
    void recordShouldBeAProblemBesideOthers() {
        runner.withBean("priced", Priced.class, () -> new Priced(1))
                .withBean(FinalClass.class)
                .withPropertyValues("resilience.retry.defaults.max-attempts=none")
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOf(ResilienceConfigurationException.class)
                        .hasMessageContaining("Priced: annotated methods (price) run unprotected, because bean 'priced'"
                                + " is of a final class")
                        .hasMessageContaining("FinalClass: annotated methods (send) run unprotected")
                        .hasMessageContaining("max-attempts"));
    }

    @Test
    void finalClassShouldRunUnprotectedWithWarn(CapturedOutput output) {
        runner.withBean(FinalClass.class)
                .withPropertyValues("resilience.validation=warn")
                .run(context -> {
                    assertThat(context.getBean(FinalClass.class).send()).isEqualTo("sent");
                    assertThat(output).contains("is of a final class");
                });
    }

    @Test
    void finalClassBehindInterfacesShouldBeProtected() {
        runner.withBean(FinalClass.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> assertThat(context.getBean(Sender.class).send()).isEqualTo("sent"));
    }

    @Test
    void configurationWithAnAnnotatedMethodShouldWarnOfNothing(CapturedOutput output) {
        runner.withUserConfiguration(Mixed.class).run(context -> {
            assertThat(context.getBean(Mixed.class).send()).isEqualTo("sent");
            assertThat(output).doesNotContain("callers of");
        });
    }

    @Test
    void beanWithALookupShouldWarnOfNothing(CapturedOutput output) {
        runner.withBean("text", String.class, () -> "text")
                .withBean(Looking.class)
                .run(context -> {
                    assertThat(context.getBean(Looking.class).send()).isEqualTo("text");
                    assertThat(output).doesNotContain("callers of");
                });
    }

    static class FinalMethod {

        @Retry
        public final String send() {
            return "sent";
        }
    }

    static class Holder {

        private @Nullable FinalMethod held;

        public @Nullable FinalMethod getHeld() {
            return held;
        }

        public void setHeld(FinalMethod held) {
            this.held = held;
        }
    }

    static class Factory implements FactoryBean<FinalMethod> {

        @Override
        public FinalMethod getObject() {
            return new FinalMethod();
        }

        @Override
        public @Nullable Class<?> getObjectType() {
            return null;
        }
    }

    static class Asking {

        Asking(org.springframework.beans.factory.BeanFactory beans) {
            beans.getBean("factory");
        }
    }

    record Priced(int cents) {

        @Retry
        public int price() {
            return cents;
        }
    }

    interface Sender {

        String send();
    }

    static final class FinalClass implements Sender {

        private int attempts;

        @Retry(baseDelay = "1ms")
        @Override
        public String send() {
            attempts++;
            return "sent";
        }
    }

    @Configuration
    static class Mixed {

        private int attempts;

        @Bean
        StringBuilder builder() {
            return new StringBuilder();
        }

        @Retry
        public String send() {
            attempts++;
            return "sent";
        }
    }

    abstract static class Looking {

        private int attempts;

        @Lookup("text")
        abstract String text();

        @Retry
        public String send() {
            attempts++;
            return text();
        }
    }
}
