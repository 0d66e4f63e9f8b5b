package io.netrun.resilience.spring.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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
    void finalClassShouldNotBeListedWithWarn() {
        runner.withBean(FinalClass.class)
                .withPropertyValues("resilience.validation=warn")
                .run(context ->
                        assertThat(context.getBean(MethodPipelines.class).all()).isEmpty());
    }

    @Test
    void finalClassBehindInterfacesShouldBeProtected() {
        runner.withBean(FinalClass.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> assertThat(context.getBean(Sender.class).send()).isEqualTo("sent"));
    }

    private void assertProblem(Class<?> bean, Supplier<?> instance, boolean subclasses, String problem, String remedy) {
        runner.withInitializer(context -> registerAs(bean, instance, (GenericApplicationContext) context))
                .withPropertyValues("spring.aop.proxy-target-class=" + subclasses)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOfSatisfying(
                                ResilienceConfigurationException.class,
                                failure -> assertThat(failure.problems())
                                        .singleElement()
                                        .satisfies(found -> {
                                            assertThat(found.description()).contains(problem);
                                            assertThat(found.remedy()).contains(remedy);
                                        })));
    }

    private static <T> void registerAs(Class<T> type, Supplier<?> instance, GenericApplicationContext context) {
        context.registerBean(type, () -> type.cast(instance.get()));
    }

    @Test
    void sealedClassShouldBeAProblem() {
        String remedy = "Make the class neither sealed nor final, or use interface proxies";
        assertProblem(SealedClass.class, SealedClass::new, true, "is of a sealed class", remedy);
        assertProblem(SealedClass.class, SealedClass::new, false, "is of a sealed class", remedy);
    }

    @Test
    void sealedInterfaceBehindInterfacesShouldBeAProblem() {
        assertProblem(
                SealedSender.class,
                SendingInSilence::new,
                false,
                "has a sealed interface, which an interface proxy cannot implement",
                "Make the interface non-sealed");
        runner.withBean(SendingInSilence.class)
                .run(context ->
                        assertThat(context.getBean(SealedSender.class).send()).isEqualTo("sent"));
    }

    @Test
    void privateConstructorsShouldBeAProblem() {
        assertProblem(
                Made.class,
                Made::make,
                true,
                "is of a class whose constructors are all private",
                "Make a constructor package-private");
    }

    @ParameterizedTest
    @EnumSource(Senders.class)
    void constantOfAnEnumBehindInterfacesShouldBeProtected(Senders constant) {
        runner.withBean(Sender.class, () -> constant)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    assertThat(context.getBean(Sender.class).send()).isEqualTo("sent");
                    assertThat(context.getBean(MethodPipelines.class).all()).hasSize(1);
                });
    }

    @Test
    void finalClassThatInheritsItsInterfaceShouldBeProtected() {
        runner.withBean(FinalHeir.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    assertThat(context.getBean(Sender.class).send()).isEqualTo("sent");
                    assertThat(context.getBean(MethodPipelines.class).all()).hasSize(1);
                });
    }

    /** Spring makes no proxy of interfaces that only it calls. */
    @Test
    void finalClassWithoutAnInterfaceOfItsOwnShouldBeAProblem() {
        String remedy = "and an interface that has the annotated methods";
        assertProblem(Closing.class, () -> new Closing(1), false, "is of a final class", remedy);
        assertProblem(FinalClass.class, FinalClass::new, true, "is of a final class", remedy);
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

    static sealed class SealedClass permits SealedHeir {

        @Retry
        public String send() {
            return "sent";
        }
    }

    static final class SealedHeir extends SealedClass {}

    sealed interface SealedSender permits SendingInSilence {

        String send();
    }

    static non-sealed class SendingInSilence implements SealedSender {

        @Retry
        @Override
        public String send() {
            return "sent";
        }
    }

    static class Made {

        private Made() {}

        static Made make() {
            return new Made();
        }

        @Retry
        public String send() {
            return "sent";
        }
    }

    enum Senders implements Sender {
        PLAIN,
        WITH_A_BODY {
            @Override
            public String send() {
                return "sent";
            }
        };

        @Retry
        @Override
        public String send() {
            return "sent";
        }
    }

    static class Base implements Sender {

        @Override
        public String send() {
            return "sent";
        }
    }

    static final class FinalHeir extends Base {

        @Retry
        @Override
        public String send() {
            return super.send();
        }
    }

    record Closing(int number) implements AutoCloseable {

        @Retry
        public String send() {
            return "sent";
        }

        @Override
        public void close() {}
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
