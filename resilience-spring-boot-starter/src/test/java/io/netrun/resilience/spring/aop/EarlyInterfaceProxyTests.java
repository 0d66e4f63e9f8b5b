package io.netrun.resilience.spring.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/**
 * Beans around which another post-processor has made a proxy of their interfaces, before the protection can be put
 * around them.
 */
class EarlyInterfaceProxyTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, ResilienceAutoConfiguration.class));

    interface Orders {

        String order(int number);

        int calls();
    }

    static class Shop implements Orders {

        private final AtomicInteger calls = new AtomicInteger();

        @Override
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @Fallback(method = "instead")
        public String order(int number) {
            calls.incrementAndGet();
            throw new IllegalStateException("order " + number);
        }

        String instead(int number) {
            return "instead of " + number;
        }

        @Override
        public int calls() {
            return calls.get();
        }
    }

    static final class FinalShop extends Shop {}

    /** The annotation of the interface is seen in its proxy; the one of the class is not. */
    interface Deliveries {

        @Retry(maxAttempts = 2, baseDelay = "1ms")
        String deliver();

        String collect();

        int calls();
    }

    /** Counts the calls of methods that fail. */
    static class Counted {

        private final AtomicInteger calls = new AtomicInteger();

        String failing(String message) {
            calls.incrementAndGet();
            throw new IllegalStateException(message);
        }

        public int calls() {
            return calls.get();
        }
    }

    static class Depot extends Counted implements Deliveries {

        @Override
        public String deliver() {
            return failing("no van");
        }

        @Override
        @Retry(maxAttempts = 3, baseDelay = "1ms")
        public String collect() {
            return failing("closed");
        }
    }

    static class Delegate implements Deliveries {

        private final Deliveries inner;

        Delegate(Deliveries inner) {
            this.inner = inner;
        }

        @Override
        public String deliver() {
            return inner.deliver();
        }

        @Override
        public String collect() {
            return inner.collect();
        }

        @Override
        public int calls() {
            return inner.calls();
        }
    }

    /** How a post-processor of an application may hide a bean. */
    enum Kind {
        ADVISED,
        NESTED,
        FROZEN,
        OPAQUE,
        PLAIN,
        /** An object that the application has written. */
        DELEGATE;

        private Object around(Object bean, AtomicInteger passed) {
            if (this == DELEGATE) {
                return new Delegate((Deliveries) bean);
            }
            if (this == PLAIN) {
                return Proxy.newProxyInstance(
                        bean.getClass().getClassLoader(), interfacesOf(bean), (proxy, method, arguments) -> {
                            passed.incrementAndGet();
                            try {
                                return method.invoke(bean, arguments);
                            } catch (InvocationTargetException failed) {
                                throw failed.getCause();
                            }
                        });
            }
            Object proxy = factory(bean, passed).getProxy(bean.getClass().getClassLoader());
            return this == NESTED ? factory(proxy, passed).getProxy() : proxy;
        }

        private ProxyFactory factory(Object bean, AtomicInteger passed) {
            ProxyFactory factory = new ProxyFactory(bean);
            factory.setProxyTargetClass(false);
            factory.addAdvice((MethodInterceptor) invocation -> {
                passed.incrementAndGet();
                return invocation.proceed();
            });
            factory.setFrozen(this == FROZEN);
            factory.setOpaque(this == OPAQUE);
            return factory;
        }

        private static Class<?>[] interfacesOf(Object bean) {
            return bean instanceof Orders
                    ? new Class<?>[] {Orders.class}
                    : bean.getClass().getInterfaces();
        }
    }

    /** Runs before the auto-proxy creator. */
    record Hiding(Kind kind, AtomicInteger passed) implements BeanPostProcessor, PriorityOrdered {

        Hiding(Kind kind) {
            this(kind, new AtomicInteger());
        }

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public Object postProcessAfterInitialization(Object bean, String name) {
            return bean instanceof Orders || bean instanceof Deliveries ? kind.around(bean, passed) : bean;
        }
    }

    private ApplicationContextRunner hidden(Kind kind) {
        return runner.withBean("hiding", Hiding.class, () -> new Hiding(kind));
    }

    private static void assertProtected(Orders orders) {
        assertThat(Proxy.isProxyClass(orders.getClass())).isTrue();
        assertThat(orders.order(7)).isEqualTo("instead of 7");
        assertThat(orders.calls()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(classes = {Shop.class, FinalShop.class})
    void proxyShouldBeGivenTheProtection(Class<? extends Orders> type) {
        hidden(Kind.ADVISED)
                .withBean("shop", Orders.class, () -> type == Shop.class ? new Shop() : new FinalShop())
                .run(context -> {
                    assertProtected(context.getBean(Orders.class));
                    assertThat(context.getBean(Hiding.class).passed())
                            .as("each attempt, and the call of calls()")
                            .hasValue(3);
                });
    }

    @Test
    void registeredClassShouldBeProtected() {
        hidden(Kind.ADVISED).withBean(Shop.class).run(context -> assertProtected(context.getBean(Orders.class)));
    }

    @Test
    void proxyAroundAProxyShouldBeProtected() {
        hidden(Kind.NESTED)
                .withBean("shop", Orders.class, Shop::new)
                .run(context -> assertProtected(context.getBean(Orders.class)));
    }

    @Test
    void proxyMadeByTheApplicationShouldBeProtected() {
        runner.withBean("shop", Orders.class, () -> {
                    ProxyFactory factory = new ProxyFactory(new Shop());
                    factory.setProxyTargetClass(false);
                    return (Orders) factory.getProxy();
                })
                .run(context -> assertProtected(context.getBean(Orders.class)));
    }

    @Test
    void annotationsOfClassAndInterfaceShouldBothCount() {
        hidden(Kind.ADVISED).withBean("depot", Deliveries.class, Depot::new).run(context -> {
            Deliveries deliveries = context.getBean(Deliveries.class);
            assertThatThrownBy(deliveries::deliver).isInstanceOf(RuntimeException.class);
            assertThat(deliveries.calls()).isEqualTo(2);
            assertThatThrownBy(deliveries::collect).isInstanceOf(RuntimeException.class);
            assertThat(deliveries.calls()).isEqualTo(5);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"FROZEN", "OPAQUE", "PLAIN"})
    void startShouldTellOfABeanThatCannotBeReached(Kind kind) {
        ApplicationContextRunner application = hidden(kind).withBean("shop", Orders.class, Shop::new);
        application.run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
                .isInstanceOfSatisfying(
                        ResilienceConfigurationException.class,
                        stopped -> assertThat(stopped.problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.description())
                                        .contains("(order) run unprotected, because bean 'shop' was hidden"))));
        application.withPropertyValues("resilience.validation=warn").run(context -> {
            Orders orders = context.getBean(Orders.class);
            assertThatThrownBy(() -> orders.order(7)).isInstanceOf(IllegalStateException.class);
            assertThat(orders.calls()).isEqualTo(1);
        });
    }

    /** The proxy is around the object that hides the bean, and knows the annotations of the interface. */
    @ParameterizedTest
    @ValueSource(strings = {"FROZEN", "OPAQUE", "PLAIN", "DELEGATE"})
    void startShouldTellOfHiddenAnnotationsBesideSeenOnes(Kind kind) {
        ApplicationContextRunner application = hidden(kind).withBean("depot", Deliveries.class, Depot::new);
        application.run(context -> assertThat(NestedExceptionUtils.getMostSpecificCause(context.getStartupFailure()))
                .isInstanceOfSatisfying(
                        ResilienceConfigurationException.class,
                        stopped -> assertThat(stopped.problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.description())
                                        .startsWith(Depot.class.getName())
                                        .contains("(collect) have no effect, because bean 'depot' was hidden")
                                        .endsWith((kind == Kind.DELEGATE ? Delegate.class : Deliveries.class).getName()
                                                + " only"))));
        application.withPropertyValues("resilience.validation=warn").run(context -> {
            Deliveries deliveries = context.getBean(Deliveries.class);
            assertThatThrownBy(deliveries::collect).isInstanceOf(IllegalStateException.class);
            assertThat(deliveries.calls()).isEqualTo(1);
            assertThatThrownBy(deliveries::deliver).isInstanceOf(RuntimeException.class);
            assertThat(deliveries.calls()).isEqualTo(3);
        });
    }

    static class Branch extends Counted implements Deliveries {

        @Override
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public String deliver() {
            return failing("no van");
        }

        @Override
        public String collect() {
            return "";
        }
    }

    /** Nothing is lost: what counts at the interface is that of the class. */
    @ParameterizedTest
    @ValueSource(strings = {"FROZEN", "OPAQUE", "PLAIN", "DELEGATE"})
    void annotationsThatTheInterfaceHasTooShouldCount(Kind kind) {
        hidden(kind).withBean("branch", Deliveries.class, Branch::new).run(context -> {
            Deliveries deliveries = context.getBean(Deliveries.class);
            assertThatThrownBy(deliveries::deliver).isInstanceOf(RuntimeException.class);
            assertThat(deliveries.calls()).isEqualTo(2);
        });
    }

    interface Mails {

        @Async
        CompletableFuture<String> send();

        void post();

        int calls();
    }

    static class Mailer implements Mails {

        private final AtomicInteger calls = new AtomicInteger();
        private final CountDownLatch posted = new CountDownLatch(2);

        @Override
        @Async
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        @CircuitBreaker(failureThreshold = 5)
        public CompletableFuture<String> send() {
            calls.incrementAndGet();
            throw new IllegalStateException(Thread.currentThread().getName());
        }

        @Override
        @Async
        @Retry(maxAttempts = 2, baseDelay = "1ms")
        public void post() {
            calls.incrementAndGet();
            posted.countDown();
            throw new IllegalStateException("lost in the post");
        }

        @Override
        public int calls() {
            return calls.get();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync(order = Ordered.HIGHEST_PRECEDENCE, proxyTargetClass = false)
    static class AsyncFirst {

        @Bean
        Mails mails() {
            return new Mailer();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync(order = Ordered.HIGHEST_PRECEDENCE, proxyTargetClass = true)
    static class AsyncClassFirst {

        @Bean
        Mailer mails() {
            return new Mailer();
        }
    }

    /** With Spring 7, proxies of classes are the default of all post-processors. */
    private ApplicationContextRunner asyncFirst(boolean byClass) {
        return runner.withUserConfiguration(byClass ? AsyncClassFirst.class : AsyncFirst.class)
                .withPropertyValues("spring.aop.proxy-target-class=" + byClass);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void asyncProxyShouldBeGivenTheProtection(boolean byClass) {
        asyncFirst(byClass).run(context -> {
            Mails mails = context.getBean(Mails.class);
            assertThat(Proxy.isProxyClass(mails.getClass())).isEqualTo(!byClass);
            CompletableFuture<String> sent = mails.send();
            assertThatThrownBy(sent::join)
                    .isInstanceOf(CompletionException.class)
                    .rootCause()
                    .message()
                    .isNotEqualTo(Thread.currentThread().getName());
            assertThat(mails.calls()).isEqualTo(2);
        });
    }

    /** Around the asynchronous execution, the call would have ended with its start. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void asyncMethodWithoutAResultShouldBeRetried(boolean byClass) {
        asyncFirst(byClass).run(context -> {
            Mails mails = context.getBean(Mails.class);
            mails.post();
            Mailer target = (Mailer) AopProxyUtils.getSingletonTarget(innermost(mails));
            assertThat(target.posted.await(30, TimeUnit.SECONDS)).isTrue();
        });
    }

    private static Object innermost(Object proxy) {
        Object inner = AopProxyUtils.getSingletonTarget(proxy);
        return inner instanceof Advised ? innermost(inner) : proxy;
    }
}
