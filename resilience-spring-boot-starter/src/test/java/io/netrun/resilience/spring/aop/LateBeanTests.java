package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.target.SingletonTargetSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.beans.factory.support.AbstractAutowireCapableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.PriorityOrdered;

/** What is listed, and logged, of beans that are created after the start, and that may be created again. */
@ExtendWith(OutputCaptureExtension.class)
class LateBeanTests {

    private static final String REPLACED =
            "annotated methods (other, send) run unprotected, because bean 'late' was replaced by another object";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    private final ApplicationContextRunner byInterfaces =
            runner.withPropertyValues("spring.aop.proxy-target-class=false");

    /** How a bean can be created after the start. */
    enum Lateness implements BeanDefinitionCustomizer {
        LAZY,
        PROTOTYPE,
        THREAD;

        @Override
        public void customize(BeanDefinition definition) {
            if (this == LAZY) {
                definition.setLazyInit(true);
            } else {
                definition.setScope(name().toLowerCase(Locale.ROOT));
            }
        }
    }

    private static <T> ApplicationContextRunner with(
            ApplicationContextRunner runner, String name, Class<T> type, BeanDefinitionCustomizer definition) {
        return runner.withInitializer(context -> {
            context.getBeanFactory().registerScope("thread", new SimpleThreadScope());
            ((GenericApplicationContext) context).registerBean(name, type, definition);
        });
    }

    private ApplicationContextRunner late(Class<?> type, Lateness lateness) {
        return with(runner, "late", type, lateness);
    }

    private static ApplicationContextRunner replacing(ApplicationContextRunner runner, UnaryOperator<Object> other) {
        return runner.withBean(BeanPostProcessor.class, () -> new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return name.endsWith("late") && bean instanceof Sender ? other.apply(bean) : bean;
            }
        });
    }

    private static int attempts(Object bean) {
        return attempts((Sender) bean);
    }

    private static int attempts(Sender bean) {
        Client.calls = 0;
        try {
            bean.send();
        } catch (RuntimeException expected) {
            assertThat(expected).isNotNull();
        }
        return Client.calls;
    }

    private static List<String> listed(BeanFactory context) {
        return context.getBean(MethodPipelines.class).all().stream()
                .map(method -> method.title().substring(method.title().lastIndexOf('$') + 1))
                .toList();
    }

    /** Asserts that what is listed is what is intercepted. */
    private static void assertSent(BeanFactory context, int attempts, String... listed) {
        assertThat(attempts(context.getBean("late"))).isEqualTo(attempts);
        assertThat(listed(context)).containsExactly(listed);
    }

    @ParameterizedTest
    @EnumSource
    void finalClassShouldNotBeListed(Lateness lateness, CapturedOutput output) {
        late(FinalClient.class, lateness).run(context -> {
            assertSent(context, 1);
            assertThat(output)
                    .containsOnlyOnce("FinalClient: annotated methods (send) run unprotected, because bean 'late' is"
                            + " of a final class");
        });
    }

    @ParameterizedTest
    @EnumSource
    void otherObjectOfTheClassShouldNotBeListed(Lateness lateness, CapturedOutput output) {
        replacing(late(Client.class, lateness), bean -> new Client()).run(context -> {
            assertSent(context, 1);
            assertThat(output).containsOnlyOnce(REPLACED);
        });
    }

    @ParameterizedTest
    @EnumSource
    void objectOfAnotherClassShouldNotBeListed(Lateness lateness, CapturedOutput output) {
        replacing(late(Client.class, lateness), bean -> new Other()).run(context -> {
            assertSent(context, 1);
            assertThat(output).containsOnlyOnce(REPLACED);
        });
    }

    @Test
    void objectOfASubclassShouldNotBeListed(CapturedOutput output) {
        replacing(late(Client.class, Lateness.LAZY), bean -> new Client() {}).run(context -> {
            assertSent(context, 1);
            assertThat(output).containsOnlyOnce(REPLACED);
        });
    }

    @Test
    void proxyOfTheBareBeanShouldNotBeListed(CapturedOutput output) {
        replacing(late(Client.class, Lateness.LAZY), bean -> {
                    ProxyFactory own = new ProxyFactory(AopProxyUtils.getSingletonTarget(bean));
                    own.setProxyTargetClass(true);
                    return own.getProxy();
                })
                .run(context -> {
                    assertSent(context, 1);
                    assertThat(output).containsOnlyOnce(REPLACED);
                });
    }

    @Test
    void eagerBeanReplacedByAnotherClassShouldBeAProblem() {
        replacing(runner.withBean("late", Client.class), bean -> new Other())
                .run(context -> assertThat(context.getStartupFailure()).hasMessageContaining(REPLACED));
    }

    @ParameterizedTest
    @EnumSource
    void wrapperShouldBeListed(Lateness lateness, CapturedOutput output) {
        replacing(late(Client.class, lateness), bean -> wrapper((Sender) bean)).run(context -> {
            assertSent(context, 3, "Client.other()", "Client.send()");
            assertThat(output).doesNotContain("unprotected");
        });
    }

    /** A lambda behind a proxy: the bean is in none of its own fields. */
    private static Object wrapper(Sender delegate) {
        Supplier<Sender> held = () -> delegate;
        return Proxy.newProxyInstance(
                Sender.class.getClassLoader(), new Class<?>[] {Sender.class}, (proxy, method, arguments) -> {
                    held.get().send();
                    return null;
                });
    }

    @Test
    void wrapperThatAsksTheFactoryShouldBeListed(CapturedOutput output) {
        Map<Object, Object> kept = new ConcurrentHashMap<>();
        replacing(late(Client.class, Lateness.LAZY), bean -> {
                    kept.put("proxy", bean);
                    return new Asking(() -> kept.get("proxy"));
                })
                .run(context -> {
                    assertSent(context, 3, "Client.other()", "Client.send()");
                    assertThat(output).doesNotContain("unprotected");
                });
    }

    record Asking(ObjectFactory<Object> factory) implements Sender {

        @Override
        public void send() {
            ((Sender) factory.getObject()).send();
        }
    }

    @Test
    void latestPrototypeShouldDecide(CapturedOutput output) {
        Deque<Boolean> replace = new ArrayDeque<>(List.of(true, false, true, false));
        replacing(late(Client.class, Lateness.PROTOTYPE), bean -> replace.remove() ? new Client() : bean)
                .run(context -> {
                    assertSent(context, 1);
                    assertSent(context, 3, "Client.other()", "Client.send()");
                    assertSent(context, 1);
                    assertSent(context, 3, "Client.other()", "Client.send()");
                    assertThat(output).containsOnlyOnce(REPLACED);
                });
    }

    @Test
    void latestClassOfAPrototypeShouldBeListed() {
        Deque<Client> made = new ArrayDeque<>(List.of(new Client(), new Subclient(), new Client()));
        runner.withBean("late", Client.class, made::remove, Lateness.PROTOTYPE).run(context -> {
            assertSent(context, 3, "Client.other()", "Client.send()");
            assertSent(context, 3, "Subclient.other()", "Subclient.send()");
            assertSent(context, 3, "Client.other()", "Client.send()");
        });
    }

    @Test
    void classBehindADeclaredInterfaceShouldBeListedAlone() {
        runner.withBean("late", Annotated.class, Implementation::new, Lateness.LAZY)
                .run(context -> {
                    assertThat(listed(context)).containsExactly("Annotated.send()");
                    assertSent(context, 3, "Implementation.send()");
                });
    }

    @Test
    void protectedBeanShouldKeepTheMethodsOfItsClassListed(CapturedOutput output) {
        replacing(late(Client.class, Lateness.LAZY).withBean("other", Client.class), bean -> new Client())
                .run(context -> {
                    assertSent(context, 1, "Client.other()", "Client.send()");
                    assertThat(output).containsOnlyOnce(REPLACED);
                    assertThat(context.getBean(MethodPipelines.class).sharingBeans())
                            .isEmpty();
                });
    }

    @Test
    void objectHandedOverInPlaceOfALazyBeanShouldNotBeListed() {
        late(Client.class, Lateness.LAZY).run(context -> {
            beans(context).registerSingleton("late", new Client());
            assertSent(context, 1);
        });
    }

    @Test
    void postProcessorAddedAfterTheStartShouldBeSeen(CapturedOutput output) {
        late(Client.class, Lateness.PROTOTYPE).run(context -> {
            assertSent(context, 3, "Client.other()", "Client.send()");
            beans(context).addBeanPostProcessor(new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return new Client();
                }
            });
            assertSent(context, 1);
            assertThat(output).containsOnlyOnce(REPLACED);
        });
    }

    private ApplicationContextRunner prototypes(Object... objects) {
        Deque<Object> made = new ArrayDeque<>(List.of(objects));
        return runner.withBean("late", Object.class, made::remove, Lateness.PROTOTYPE);
    }

    private static String unprotected(Class<?> type) {
        return type.getName() + ": annotated methods (";
    }

    private static final String BY_NAME = "since a former object of another class got no proxy";

    @Test
    void reasonShouldBelongToTheClassOfItsObject(CapturedOutput output) {
        prototypes(new FinalClient(), new Client(), new FinalClient(), new Client())
                .run(context -> {
                    for (int i = 0; i < 4; i++) {
                        Object late = context.getBean("late");
                        assertThat(listed(context).isEmpty()).isEqualTo(attempts(late) == 1);
                    }
                    assertThat(output)
                            .containsOnlyOnce("bean 'late' is of a final class")
                            .containsOnlyOnce(unprotected(FinalClient.class));
                });
    }

    /** Spring 6 remembers it by the name of the bean. */
    @Test
    void classAfterOneWithoutAProxyShouldHaveThatReason(CapturedOutput output) {
        prototypes(new Other(), new Client(), new Client()).run(context -> {
            context.getBean("late");
            boolean leftOut = attempts(context.getBean("late")) == 1;
            context.getBean("late");
            assertThat(listed(context).isEmpty()).isEqualTo(leftOut);
            assertThat(output.getOut().split(BY_NAME, -1)).hasSize(leftOut ? 2 : 1);
            assertThat(output.getOut().split("unprotected", -1)).hasSize(leftOut ? 2 : 1);
        });
    }

    @Test
    void reasonOfANeverProxiedClassShouldBeItsOwn(CapturedOutput output) {
        prototypes(new Other(), new Infrastructure(), new Infrastructure()).run(context -> {
            context.getBean("late");
            context.getBean("late");
            assertSent(context, 1);
            assertThat(output)
                    .containsOnlyOnce("bean 'late' was skipped when beans were proxied")
                    .doesNotContain(BY_NAME);
        });
    }

    @Test
    void reasonOfAnEarlyObjectShouldBelongToItsClass(CapturedOutput output) {
        prototypes(new FinalClient(), new Client())
                .withUserConfiguration(Early.class)
                .withPropertyValues("resilience.validation=warn")
                .run(context -> {
                    assertSent(context, 3, "Client.other()", "Client.send()");
                    assertThat(output)
                            .containsOnlyOnce(unprotected(FinalClient.class))
                            .doesNotContain(unprotected(Client.class));
                });
    }

    @Test
    void reasonsOfAllClassesBeforeTheStartShouldBeProblems() {
        prototypes(new FinalClient(), new Client(), new Client())
                .withUserConfiguration(Early.class)
                .withInitializer(context -> ((GenericApplicationContext) context)
                        .registerBean(
                                "user",
                                Object.class,
                                () -> context.getBeanFactory().getBean("late")))
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining(unprotected(FinalClient.class))
                        .hasMessageContaining("bean 'late' was created before beans are proxied"));
    }

    @Test
    void earlyAndFinalObjectsShouldEachHaveTheirReason(CapturedOutput output) {
        prototypes(new Client(), new FinalClient(), new Subclient())
                .withUserConfiguration(Early.class)
                .withPropertyValues("resilience.validation=warn")
                .run(context -> {
                    context.getBean("late");
                    boolean leftOut = attempts(context.getBean("late")) == 1;
                    assertThat(output)
                            .containsOnlyOnce(unprotected(Client.class))
                            .containsOnlyOnce("bean 'late' was created before beans are proxied")
                            .containsOnlyOnce(unprotected(FinalClient.class))
                            .containsOnlyOnce("bean 'late' is of a final class");
                    assertThat(output.getOut().contains(unprotected(Subclient.class)))
                            .isEqualTo(leftOut);
                });
    }

    @Test
    void membersOfEachClassOfAPrototypeShouldBeReported(CapturedOutput output) {
        prototypes(new Client(), new PublicField(), new Client(), new PublicField())
                .run(context -> {
                    for (int i = 0; i < 4; i++) {
                        context.getBean("late");
                    }
                    assertThat(output).containsOnlyOnce("PublicField: callers of field");
                });
    }

    static class PublicField extends Client {

        public String field = "value";
    }

    /** No post-processor sees the beans of a synthetic definition. */
    @ParameterizedTest
    @EnumSource
    void syntheticDefinitionShouldBeTheReason(Lateness lateness, CapturedOutput output) {
        with(runner, "late", Client.class, definition -> {
                    lateness.customize(definition);
                    ((AbstractBeanDefinition) definition).setSynthetic(true);
                })
                .withPropertyValues("resilience.validation=warn")
                .run(context -> {
                    assertThat(listed(context)).isEmpty();
                    assertSent(context, 1);
                    assertThat(output).containsOnlyOnce("because bean 'late' has a synthetic definition");
                });
    }

    @Test
    void eagerBeanOfASyntheticDefinitionShouldBeAProblem() {
        with(runner, "late", Client.class, definition -> ((AbstractBeanDefinition) definition).setSynthetic(true))
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("because bean 'late' has a synthetic definition"));
    }

    @Test
    void objectHandedOverForASyntheticDefinitionShouldBeAllowed(CapturedOutput output) {
        with(runner, "late", Client.class, definition -> ((AbstractBeanDefinition) definition).setSynthetic(true))
                .withInitializer(context -> context.getBeanFactory().registerSingleton("late", new Client()))
                .run(context -> {
                    assertSent(context, 1);
                    assertThat(output).containsOnlyOnce("bean 'late' was registered as a finished object");
                });
    }

    private static ConfigurableListableBeanFactory beans(ApplicationContext context) {
        return ((ConfigurableApplicationContext) context).getBeanFactory();
    }

    @Test
    void earlyPrototypeShouldBeAProblemThoughLaterOnesAreNot() {
        late(Client.class, Lateness.PROTOTYPE)
                .withUserConfiguration(Early.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("because bean 'late' was created before beans are proxied"));
    }

    @Configuration(proxyBeanMethods = false)
    static class Early {

        @Bean
        static BeanFactoryPostProcessor asking() {
            return factory -> factory.getBean("late");
        }
    }

    @Test
    void beanReplacedBeforeItsInitializationShouldNotBeListed(CapturedOutput output) {
        late(Client.class, Lateness.PROTOTYPE)
                .withBean(BeanPostProcessor.class, () -> new BeanPostProcessor() {
                    @Override
                    public Object postProcessBeforeInitialization(Object bean, String name) {
                        return bean instanceof Client ? new Other() : bean;
                    }
                })
                .run(context -> {
                    assertSent(context, 1);
                    assertThat(output)
                            .containsOnlyOnce("run unprotected, because bean 'late' was hidden behind another object");
                });
    }

    @ParameterizedTest
    @EnumSource
    void methodInNoInterfaceShouldNotBeListed(Lateness lateness, CapturedOutput output) {
        with(byInterfaces, "late", Client.class, lateness).run(context -> {
            assertSent(context, 3, "Client.send()");
            assertThat(output).containsOnlyOnce("Client.other is annotated with @Retry, but is in no interface");
        });
    }

    @Test
    void methodInNoInterfaceOfAMadeBeanShouldNotBeListed(CapturedOutput output) {
        byInterfaces
                .withBean("late", Sender.class, Client::new, Lateness.PROTOTYPE)
                .run(context -> {
                    assertSent(context, 3, "Client.send()");
                    assertSent(context, 3, "Client.send()");
                    assertThat(output)
                            .containsOnlyOnce("Client.other is annotated with @Retry, but is in no interface");
                });
    }

    @Test
    void finalMethodOfALazyBeanBehindInterfacesShouldBeProtected(CapturedOutput output) {
        with(byInterfaces, "late", FinalMethod.class, Lateness.LAZY).run(context -> {
            assertSent(context, 3, "FinalMethod.send()");
            assertThat(output).doesNotContain("unprotected");
        });
    }

    @Test
    void methodBehindAnOuterProxyOfInterfacesShouldNotBeListed(CapturedOutput output) {
        replacing(
                        late(Client.class, Lateness.LAZY),
                        bean -> new ProxyFactory(Sender.class, new SingletonTargetSource(bean)).getProxy())
                .run(context -> {
                    assertSent(context, 3, "Client.send()");
                    assertThat(output)
                            .containsOnlyOnce("Client.other is annotated with @Retry, but is in no interface");
                });
    }

    @Test
    void methodThatOneOfTwoBeansReachesShouldBeListed(CapturedOutput output) {
        ApplicationContextRunner both = with(
                byInterfaces,
                "byClass",
                Client.class,
                definition -> definition.setAttribute(AutoProxyUtils.PRESERVE_TARGET_CLASS_ATTRIBUTE, true));
        with(both, "late", Client.class, Lateness.LAZY).run(context -> {
            assertSent(context, 3, "Client.other()", "Client.send()");
            assertThat(output)
                    .containsOnlyOnce("Client.other of bean 'late' is annotated with @Retry, but is in no interface");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class Scoped {

        @Bean
        @Scope(value = "prototype", proxyMode = ScopedProxyMode.INTERFACES)
        Client late() {
            return new Client();
        }
    }

    @Test
    void methodBehindAScopedProxyOfInterfacesShouldNotBeListed(CapturedOutput output) {
        runner.withUserConfiguration(Scoped.class).run(context -> {
            assertSent(context, 3, "Client.send()");
            assertThat(output).containsOnlyOnce("Client.other is annotated with @Retry, but is in no interface");
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedByClass {

        @Bean
        @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
        Client late() {
            return new Client();
        }
    }

    @Test
    void beanReplacedBehindItsScopedProxyShouldNotBeListed(CapturedOutput output) {
        ApplicationContextRunner swapped = runner.withBean(BeanPostProcessor.class, () -> new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return name.equals("scopedTarget.late") && bean instanceof Client ? new Client() : bean;
            }
        });
        swapped.withUserConfiguration(ScopedByClass.class).run(context -> {
            assertSent(context, 1);
            assertThat(output).containsOnlyOnce(REPLACED);
        });
    }

    static class Factory implements FactoryBean<Sender> {

        private final Supplier<Sender> making;
        private final @Nullable Class<?> type;

        Factory(Supplier<Sender> making, @Nullable Class<?> type) {
            this.making = making;
            this.type = type;
        }

        @Override
        public Sender getObject() {
            return making.get();
        }

        @Override
        public @Nullable Class<?> getObjectType() {
            return type;
        }

        @Override
        public boolean isSingleton() {
            return false;
        }
    }

    @Test
    void finalProductOfAFactoryShouldNotBeListed(CapturedOutput output) {
        runner.withBean("late", Factory.class, () -> new Factory(FinalClient::new, null))
                .run(context -> {
                    assertSent(context, 1);
                    assertThat(output).containsOnlyOnce("because bean 'late' is of a final class");
                });
    }

    @Test
    void replacedProductOfAFactoryShouldNotBeListed(CapturedOutput output) {
        replacing(
                        runner.withBean("late", Factory.class, () -> new Factory(Client::new, Client.class)),
                        bean -> new Client())
                .run(context -> {
                    assertSent(context, 1);
                    assertThat(output).containsOnlyOnce(REPLACED);
                });
    }

    @Test
    void methodOfAProductInNoInterfaceShouldNotBeListed(CapturedOutput output) {
        byInterfaces
                .withBean("late", Factory.class, () -> new Factory(Client::new, Sender.class))
                .run(context -> {
                    assertSent(context, 3, "Client.send()");
                    assertThat(output)
                            .containsOnlyOnce("Client.other is annotated with @Retry, but is in no interface");
                });
    }

    @Test
    void beanOfAChildContextShouldNotBeListedThere(CapturedOutput output) {
        with(runner, "late", Client.class, Lateness.LAZY)
                .run(parent -> replacing(
                                with(runner.withParent(parent), "late", Client.class, Lateness.LAZY),
                                bean -> new Client())
                        .run(child -> {
                            assertSent(child, 1);
                            assertSent(parent, 3, "Client.other()", "Client.send()");
                            assertThat(output).containsOnlyOnce(REPLACED);
                        }));
    }

    @Test
    void unreachableMethodOfAChildShouldBeReported(CapturedOutput output) {
        byInterfaces.run(parent -> with(byInterfaces.withParent(parent), "late", Client.class, Lateness.PROTOTYPE)
                .run(child -> {
                    assertSent(child, 3, "Client.send()");
                    assertThat(output)
                            .containsOnlyOnce("Client.other is annotated with @Retry, but is in no interface");
                }));
    }

    static class Infrastructure extends Client implements AopInfrastructureBean {}

    @Test
    void beanThatSpringNeverProxiesShouldNotBeListed(CapturedOutput output) {
        late(Infrastructure.class, Lateness.LAZY).run(context -> {
            assertSent(context, 1);
            assertThat(output).containsOnlyOnce("bean 'late' was skipped when beans were proxied");
        });
    }

    static class InCircle {

        @Autowired
        private @Nullable Companion companion;

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public void send() {
            Client.fail();
        }
    }

    static class Companion {

        @Autowired
        private @Nullable InCircle other;
    }

    private ApplicationContextRunner circle(UnaryOperator<Object> early) {
        ApplicationContextRunner allowed = runner.withInitializer(
                        context -> ((AbstractAutowireCapableBeanFactory) context.getBeanFactory())
                                .setAllowCircularReferences(true))
                .withBean(
                        SmartInstantiationAwareBeanPostProcessor.class,
                        () -> new SmartInstantiationAwareBeanPostProcessor() {
                            @Override
                            public Object getEarlyBeanReference(Object bean, String name) {
                                return bean instanceof InCircle ? early.apply(bean) : bean;
                            }
                        });
        return with(with(allowed, "late", InCircle.class, Lateness.LAZY), "companion", Companion.class, Lateness.LAZY);
    }

    @Test
    void lazyBeanInACircleShouldBeListed(CapturedOutput output) {
        circle(bean -> bean).run(context -> {
            context.getBean("late");
            assertThat(listed(context)).containsExactly("InCircle.send()");
            assertThat(output).doesNotContain("unprotected");
        });
    }

    @Test
    void beanReplacedInACircleShouldNotBeListed() {
        circle(bean -> new InCircle()).run(context -> {
            context.getBean("late");
            assertThat(listed(context)).isEmpty();
        });
    }

    @Test
    void lambdaShouldBeListedOnce() {
        runner.withBean("late", Annotated.class, () -> Client::fail, Lateness.LAZY)
                .run(context -> assertSent(context, 3, "Annotated.send()"));
    }

    @Test
    void refreshedBeanShouldFollowItsLatestObject(CapturedOutput output) {
        Deque<Boolean> replace = new ArrayDeque<>(List.of(true, false));
        runner.withConfiguration(AutoConfigurations.of(RefreshAutoConfiguration.class))
                .withUserConfiguration(Refreshed.class)
                .withBean(BeanPostProcessor.class, () -> new BeanPostProcessor() {
                    @Override
                    public Object postProcessAfterInitialization(Object bean, String name) {
                        return name.equals("scopedTarget.late") && replace.remove() ? new Client() : bean;
                    }
                })
                .run(context -> {
                    assertSent(context, 1);
                    context.getBean(org.springframework.cloud.context.scope.refresh.RefreshScope.class)
                            .refreshAll();
                    assertSent(context, 3, "Client.other()", "Client.send()");
                    assertThat(output).containsOnlyOnce(REPLACED);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Refreshed {

        @Bean
        @RefreshScope
        Client late() {
            return new Client();
        }
    }

    static class Hiding implements BeanPostProcessor, PriorityOrdered {

        @Override
        public int getOrder() {
            return HIGHEST_PRECEDENCE;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof Sender sender
                    ? Proxy.newProxyInstance(
                            Sender.class.getClassLoader(),
                            new Class<?>[] {bean instanceof Annotated ? Annotated.class : Sender.class},
                            (proxy, method, arguments) -> {
                                sender.send();
                                return null;
                            })
                    : bean;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithHiding {

        @Bean
        static Hiding hiding() {
            return new Hiding();
        }
    }

    @ParameterizedTest
    @EnumSource
    void classHiddenBehindInterfacesShouldNotBeListed(Lateness lateness, CapturedOutput output) {
        late(Client.class, lateness).withUserConfiguration(WithHiding.class).run(context -> {
            assertSent(context, 1);
            assertThat(output)
                    .containsOnlyOnce("run unprotected, because bean 'late' was hidden behind another object");
        });
    }

    @ParameterizedTest
    @EnumSource
    void annotationsHiddenBehindInterfacesShouldBeReported(Lateness lateness, CapturedOutput output) {
        late(WithMore.class, lateness).withUserConfiguration(WithHiding.class).run(context -> {
            assertSent(context, 3, "Annotated.send()");
            assertThat(output).containsOnlyOnce("WithMore: the annotations of methods (more) have no effect");
        });
    }

    static class WithMore extends Implementation {

        @Retry
        public void more() {
            // Only its annotation matters.
        }
    }

    /** From Spring 7 on, a child has the kind of proxies that its parent has. */
    @Test
    void listOfAChildShouldBeThatOfItsCreatedBean() {
        runner.run(parent -> with(byInterfaces.withParent(parent), "late", Client.class, Lateness.LAZY)
                .run(child -> {
                    List<String> before = listed(child);
                    child.getBean("late");
                    assertThat(listed(child)).isEqualTo(before);
                }));
    }

    @Test
    void finalClassOfAChildShouldNotEndTheStart() {
        runner.run(parent -> byInterfaces
                .withParent(parent)
                .withBean("late", FinalClient.class)
                .withPropertyValues("resilience.validation=warn")
                .run(child -> {
                    assertThat(child).hasNotFailed();
                    boolean isListed = !listed(child).isEmpty();
                    assertThat(attempts(child.getBean("late"))).isEqualTo(isListed ? 3 : 1);
                }));
    }

    static class Holder {

        private @Nullable Sender held;

        public @Nullable Sender getHeld() {
            return held;
        }

        public void setHeld(Sender held) {
            this.held = held;
        }
    }

    private ApplicationContextRunner inner(Class<?> type) {
        return runner.withInitializer(context -> ((GenericApplicationContext) context)
                .registerBeanDefinition(
                        "holder",
                        BeanDefinitionBuilder.genericBeanDefinition(Holder.class)
                                .setScope("prototype")
                                .addPropertyValue(
                                        "held",
                                        BeanDefinitionBuilder.genericBeanDefinition(type)
                                                .getBeanDefinition())
                                .getBeanDefinition()));
    }

    @Test
    void innerBeanOfAPrototypeShouldBeReportedOnce(CapturedOutput output) {
        inner(FinalClient.class).run(context -> {
            context.getBean("holder");
            context.getBean("holder");
            assertThat(listed(context)).isEmpty();
            assertThat(output).containsOnlyOnce("is of a final class");
        });
    }

    /** Nothing is kept of a single object. */
    @Test
    void statesShouldNotGrowWithObjects() {
        inner(Client.class)
                .withBean("late", Client.class, Client::new, Lateness.PROTOTYPE)
                .run(context -> {
                    Consumer<Integer> creation = round -> {
                        context.getBean("holder");
                        context.getBean("late");
                        context.getAutowireCapableBeanFactory().initializeBean(new Client(), "by hand " + round);
                    };
                    creation.accept(0);
                    int states = context.getBean(ProtectedBeans.class).created().size();
                    for (int i = 1; i <= 100; i++) {
                        creation.accept(i);
                    }
                    assertThat(context.getBean(ProtectedBeans.class).created()).hasSize(states);
                });
    }

    interface Sender {

        void send();
    }

    static class Client implements Sender {

        private static int calls;

        private static void fail() {
            calls++;
            throw new IllegalStateException("call " + calls);
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        @Override
        public void send() {
            fail();
        }

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public void other() {
            fail();
        }
    }

    static class Subclient extends Client {}

    static class Other implements Sender {

        @Override
        public void send() {
            Client.fail();
        }
    }

    static final class FinalClient implements Sender {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        @Override
        public void send() {
            Client.fail();
        }
    }

    static class FinalMethod implements Sender {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        @Override
        public final void send() {
            Client.fail();
        }
    }

    interface Annotated extends Sender {

        @Retry(maxAttempts = 3, baseDelay = "1ms")
        @Override
        void send();
    }

    static class Implementation implements Annotated {

        @Override
        public void send() {
            Client.fail();
        }
    }
}
