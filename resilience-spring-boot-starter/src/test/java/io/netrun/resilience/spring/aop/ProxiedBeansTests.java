package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.ShopBeans;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import jakarta.annotation.PostConstruct;
import java.util.List;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.target.HotSwappableTargetSource;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.ApplicationObjectSupport;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.samples.Vets;
import org.springframework.web.shop.Prices;

/** Whether beans, and not only their classes, are protected: once each, and with a word where they are not. */
@ExtendWith(OutputCaptureExtension.class)
class ProxiedBeansTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    static class Notifier {

        private int calls;

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public int send() {
            throw new IllegalStateException("call " + ++calls);
        }

        public int calls() {
            return calls;
        }
    }

    private static int attempts(Notifier notifier) {
        assertThatThrownBy(notifier::send).isInstanceOf(RuntimeException.class);
        return notifier.calls();
    }

    private static List<Problem> problems(AssertableApplicationContext context) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure());
        assertThat(cause).isInstanceOf(ResilienceConfigurationException.class);
        return ((ResilienceConfigurationException) cause).problems();
    }

    private static List<String> listed(AssertableApplicationContext context) {
        return context.getBean(MethodPipelines.class).all().stream()
                .map(MethodPipeline::title)
                .toList();
    }

    private void assertStopped(ApplicationContextRunner application, String... texts) {
        application.run(context -> assertThat(problems(context))
                .singleElement()
                .satisfies(problem -> assertThat(problem.description() + ". " + problem.remedy())
                        .contains(texts)));
        application.withPropertyValues("resilience.validation=warn").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(listed(context)).isEmpty();
            assertThat(attempts(context.getBean(Notifier.class))).isEqualTo(1);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class WithBeanPostProcessor {

        @Bean
        Notifier notifier() {
            return new Notifier();
        }

        @Bean
        static Early early(Notifier notifier) {
            return new Early(notifier);
        }
    }

    /** Needs a bean before it can post-process others. */
    record Early(Notifier notifier) implements BeanPostProcessor, PriorityOrdered {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }
    }

    @Test
    void postProcessorsBeanShouldBeReportedAsUnprotected() {
        assertStopped(
                runner.withUserConfiguration(WithBeanPostProcessor.class),
                Notifier.class.getName() + ": annotated methods (send) run unprotected, because bean 'notifier' was"
                        + " created before beans are proxied",
                "ObjectProvider");
    }

    @Configuration(proxyBeanMethods = false)
    static class WithBeanFactoryPostProcessor {

        @Bean
        Notifier notifier() {
            return new Notifier();
        }

        @Bean
        static BeanFactoryPostProcessor postProcessor() {
            return factory -> factory.getBean(Notifier.class);
        }
    }

    @Test
    void factoryPostProcessorsBeanShouldBeReportedAsUnprotected() {
        assertStopped(
                runner.withUserConfiguration(WithBeanFactoryPostProcessor.class), "created before beans are proxied");
    }

    @Aspect
    static class NotifyingAspect extends Notifier {}

    @Test
    void aspectShouldBeReportedAsUnprotected() {
        assertStopped(runner.withBean(NotifyingAspect.class), "is an aspect, and aspects are not proxied");
    }

    @Configuration(proxyBeanMethods = false)
    static class WithSwap {

        @Bean
        Notifier notifier() {
            return new Notifier();
        }

        @Bean
        static BeanPostProcessor swap() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof Notifier ? new Notifier() : bean;
                }
            };
        }
    }

    @Test
    void beanReplacedAfterProxyingShouldBeReportedAsUnprotected() {
        assertStopped(runner.withUserConfiguration(WithSwap.class), "was replaced by another object");
    }

    interface Sender {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        int send();
    }

    static class PlainSender implements Sender {

        private int calls;

        @Override
        public int send() {
            if (++calls < 3) {
                throw new IllegalStateException("call " + calls);
            }
            return calls;
        }
    }

    record LoggingSender(Sender sender) implements Sender {

        @Override
        public int send() {
            return sender.send();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithWrapper {

        @Bean
        Sender sender() {
            return new PlainSender();
        }

        @Bean
        static BeanPostProcessor wrapper() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof Sender sender ? new LoggingSender(sender) : bean;
                }
            };
        }
    }

    @Test
    void proxyThatSomethingWrapsShouldCountAsProtected() {
        runner.withUserConfiguration(WithWrapper.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Sender.class)).isInstanceOf(LoggingSender.class);
            assertThat(context.getBean(Sender.class).send()).isEqualTo(3);
            assertThat(listed(context)).hasSize(1);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class WithSwappedTarget {

        @Bean
        Notifier target() {
            return new Notifier();
        }

        @Bean
        HotSwappableTargetSource source(Notifier target) {
            return new HotSwappableTargetSource(target);
        }

        @Bean
        ProxyFactoryBean stacked(HotSwappableTargetSource source) {
            ProxyFactoryBean proxy = new ProxyFactoryBean();
            proxy.setTargetSource(source);
            proxy.setProxyTargetClass(true);
            return proxy;
        }
    }

    @Test
    void beanBehindAProxyWithAChangingTargetShouldBeProtectedOnce() {
        runner.withUserConfiguration(WithSwappedTarget.class).run(context -> {
            assertThat(attempts((Notifier) context.getBean("stacked"))).isEqualTo(3);
            assertThat(attempts((Notifier) context.getBean("target"))).isEqualTo(6);
            Notifier plain = new Notifier();
            context.getBean(HotSwappableTargetSource.class).swap(plain);
            assertThat(attempts((Notifier) context.getBean("stacked"))).isEqualTo(3);
            assertThat(attempts((Notifier) context.getBean("target"))).isEqualTo(9);
        });
    }

    static class Relay extends Notifier {

        private final Notifier other;

        Relay(Notifier other) {
            this.other = other;
        }

        @Override
        public int send() {
            return other.send();
        }
    }

    static class Patient extends Notifier {

        @Override
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public int send() {
            return super.send();
        }
    }

    @Test
    void otherBeanThatAChangingTargetCallsShouldBeProtected() {
        runner.withUserConfiguration(WithSwappedTarget.class)
                .withBean("other", Patient.class)
                .run(context -> {
                    Notifier other = (Notifier) context.getBean("other");
                    Notifier stacked = (Notifier) context.getBean("stacked"); // its class is that of the first target
                    HotSwappableTargetSource source = context.getBean(HotSwappableTargetSource.class);
                    source.swap(new Relay(other));
                    catchThrowable(stacked::send);
                    assertThat(other.calls()).isEqualTo(3 * 2);
                    source.swap(other);
                    catchThrowable(stacked::send);
                    assertThat(other.calls()).isEqualTo(3 * 2 + 3);
                });
    }

    @Test
    void registeredObjectShouldBeReportedAndNotFailStartup(CapturedOutput output) {
        runner.withInitializer(context -> context.getBeanFactory().registerSingleton("ready", new Notifier()))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(listed(context)).isEmpty();
                    assertThat(output).contains("run unprotected, because bean 'ready' was registered as a finished");
                });
    }

    @Test
    void lazyBeanAndPrototypeShouldBeProtected(CapturedOutput output) {
        runner.withUserConfiguration(Late.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(attempts((Notifier) context.getBean("lazy"))).isEqualTo(3);
            assertThat(attempts((Notifier) context.getBean("prototype"))).isEqualTo(3);
            assertThat(attempts((Notifier) context.getBean("scoped"))).isEqualTo(3);
            assertThat(output).doesNotContain("unprotected");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Late {

        @Bean
        @Lazy
        Notifier lazy() {
            return new Notifier();
        }

        @Bean
        @Scope("prototype")
        Notifier prototype() {
            return new Notifier();
        }

        @Bean
        @Scope(value = "singleton", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Notifier scoped() {
            return new Notifier();
        }
    }

    @Test
    void lazyBeanThatGetsNoProxyShouldBeReported(CapturedOutput output) {
        runner.withBean(NotifyingAspect.class, NotifyingAspect::new, definition -> definition.setLazyInit(true))
                .run(context -> {
                    assertThat(attempts(context.getBean(Notifier.class))).isEqualTo(1);
                    assertThat(output).contains("run unprotected, because bean", "is an aspect");
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Circle {

        @Autowired
        private Circle self;

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public String call() {
            return "self";
        }
    }

    @Test
    void beanInACircleOfReferencesShouldCountAsProtected() {
        runner.withAllowCircularReferences(true)
                .withUserConfiguration(Circle.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(listed(context)).containsExactly(Circle.class.getName() + ".call()");
                });
    }

    @Test
    void classInAPackageOfSpringsShouldBeProtected() {
        runner.withBean(Vets.class)
                .run(context -> assertThat(context.getBean(Vets.class).vets()).isEqualTo(3));
        runner.withBean(Prices.class)
                .run(context ->
                        assertThat(context.getBean(Prices.class).price()).isEqualTo(3));
    }

    static class Connecting {

        @PostConstruct
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public void connect() {}
    }

    static class Initializing implements InitializingBean {

        @Override
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public void afterPropertiesSet() {}
    }

    static class Opening {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public void open() {}
    }

    @Test
    void callbackOfTheContextShouldBeReportedAsUnprotected() {
        for (Class<?> type : List.of(Connecting.class, Initializing.class)) {
            runner.withBean(type)
                    .run(context -> assertThat(problems(context))
                            .singleElement()
                            .satisfies(problem -> assertThat(problem.description())
                                    .contains("@Retry", "is called by the application context on the object itself")));
        }
        runner.withBean(
                        Opening.class,
                        Opening::new,
                        definition -> ((AbstractBeanDefinition) definition).setInitMethodName("open"))
                .run(context -> assertThat(problems(context)).hasSize(1));
    }

    interface Counted {

        int sealed();
    }

    static class SealedCounter implements Counted {

        private int calls;

        @Override
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public final int sealed() {
            if (++calls < 3) {
                throw new IllegalStateException("call " + calls);
            }
            return calls;
        }
    }

    @Test
    void finalMethodBehindAProxyOfInterfacesShouldBeProtected() {
        runner.withPropertyValues("spring.aop.proxy-target-class=false")
                .withBean(SealedCounter.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Counted.class).sealed()).isEqualTo(3);
                });
        runner.withBean(SealedCounter.class)
                .run(context -> assertThat(problems(context))
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.description())
                                .contains("SealedCounter.sealed is annotated with @Retry, but is final")));
    }

    static class HalfSealed implements Runnable {

        public int shown;
        private final String dependency = "there";

        @Retry
        public String call() {
            return dependency;
        }

        public final String sealed() {
            return dependency;
        }

        @Override
        public final void run() {}
    }

    @Test
    void finalMethodsAndPublicFieldsShouldBeReported(CapturedOutput output) {
        runner.withBean(HalfSealed.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).contains(HalfSealed.class.getName() + ": callers of run(), sealed(), shown reach");
        });
    }

    abstract static class Template implements InitializingBean {

        public String title = "title";
        private final List<String> steps = List.of("step");

        public final String whole() {
            return steps.get(0) + next();
        }

        final String near() {
            return steps.get(0);
        }

        protected final String forSubclasses() {
            return steps.get(0);
        }

        protected abstract String next();

        @Override
        public final void afterPropertiesSet() {}
    }

    static class Filled extends Template {

        @Retry
        public String call() {
            return "ok";
        }

        @Override
        protected String next() {
            return forSubclasses();
        }
    }

    @Retry
    static class FilledAtTheClass extends Template {

        public String call() {
            return "ok";
        }

        @Override
        protected String next() {
            return "next";
        }
    }

    abstract static class TemplateOfASubclass extends Template {

        @Retry
        @Override
        protected abstract String next();
    }

    static class FilledAtTheHook extends TemplateOfASubclass {

        @Override
        protected String next() {
            return "next";
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Filled.class, FilledAtTheClass.class, FilledAtTheHook.class})
    void membersOfASuperclassShouldBeReported(Class<?> type, CapturedOutput output) {
        runner.withBean(type).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).contains(type.getName() + ": callers of near(), title, whole() reach");
            Template bean = context.getBean(Template.class);
            assertThatThrownBy(bean::whole).as("what the warning is about").isInstanceOf(NullPointerException.class);
        });
    }

    static class OfAnotherPackage extends ShopBeans.SealedDepot {

        @Retry
        public String call() {
            return "ok";
        }
    }

    @Test
    void finalMethodOfAnotherPackageShouldBeReported(CapturedOutput output) {
        runner.withBean(OfAnotherPackage.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).contains(OfAnotherPackage.class.getName() + ": callers of stock() reach");
        });
    }

    static class OfSpring extends ApplicationObjectSupport {

        @Retry
        public String call() {
            return "ok";
        }
    }

    static class WithoutState extends StatelessTemplate {

        private int calls;

        @Retry
        public int call() {
            return ++calls;
        }

        @Override
        protected String next() {
            return "next" + calls;
        }
    }

    abstract static class StatelessTemplate {

        public final String whole() {
            return next();
        }

        protected abstract String next();
    }

    @ParameterizedTest
    @ValueSource(classes = {OfSpring.class, WithoutState.class})
    void membersThatNeedNoFieldsOrAreOfSpringShouldNotBeReported(Class<?> type, CapturedOutput output) {
        runner.withBean(type).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(output).doesNotContain("callers of");
        });
    }

    @Test
    void contextsShouldShareTheClassOfAProxy() {
        runner.withBean(Notifier.class)
                .run(first -> runner.withBean(Notifier.class)
                        .run(second -> assertThat(second.getBean(Notifier.class).getClass())
                                .isSameAs(first.getBean(Notifier.class).getClass())));
    }

    @Test
    void secondAutoProxyCreatorShouldNotMultiplyAttempts() {
        runner.withBean(DefaultAdvisorAutoProxyCreator.class)
                .withBean(Notifier.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(attempts(context.getBean(Notifier.class))).isEqualTo(3);
                });
    }

    @Test
    void secondAutoProxyCreatorOfClassesShouldNotMultiplyAttempts() {
        DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
        creator.setProxyTargetClass(true);
        runner.withBean("creator", DefaultAdvisorAutoProxyCreator.class, () -> creator)
                .withBean(Notifier.class)
                .withBean(PlainSender.class)
                .run(context -> {
                    assertThat(attempts(context.getBean(Notifier.class))).isEqualTo(3);
                    assertThat(context.getBean(PlainSender.class).send()).isEqualTo(3);
                });
    }
}
