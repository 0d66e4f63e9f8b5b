package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipelines;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.util.function.SingletonSupplier;

/**
 * Applies the interceptor to every method with one of the annotations. It is placed outside of transactions, so that
 * every attempt of a retry has a transaction of its own and a timeout covers the commit.
 */
public final class ResilienceAdvisor extends AbstractPointcutAdvisor
        implements BeanFactoryAware, SmartInitializingSingleton {

    /** Outside of advice with the lowest precedence, which Spring's transactions and caching have by default. */
    public static final int ORDER = Ordered.LOWEST_PRECEDENCE - 100;

    /** Where Spring has the setting, up to version 6 and from 7 on. */
    private static final List<String> PROXY_CONFIGURATIONS = List.of(
            AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME,
            "org.springframework.aop.framework.autoproxy.defaultProxyConfig");

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut;
    private final transient ResilienceInterceptor advice;
    private transient @Nullable BeanFactory beans;

    /**
     * The one advisor.
     *
     * @param pipelines resolved with each call, and not before the first or the end of the start
     * @param observer resolved with each call; empty if attempts are not observed
     */
    public ResilienceAdvisor(Supplier<MethodPipelines> pipelines, Supplier<Optional<AttemptObserver>> observer) {
        this.pointcut = new AnnotatedMethods(
                this::makesSubclasses, SingletonSupplier.of(() -> MethodPipelines.readsForeignAnnotations(beans)));
        this.advice = new ResilienceInterceptor(pipelines, observer);
        setOrder(ORDER);
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        beans = factory;
    }

    @Override
    public void afterSingletonsInstantiated() {
        advice.prepare();
    }

    /** Whether beans with interfaces are proxied by subclasses too. */
    private boolean makesSubclasses() {
        return PROXY_CONFIGURATIONS.stream().anyMatch(this::asksForSubclasses);
    }

    private boolean asksForSubclasses(String name) {
        return beans instanceof ConfigurableListableBeanFactory factory
                && factory.containsBeanDefinition(name)
                && Boolean.TRUE.equals(
                        factory.getBeanDefinition(name).getPropertyValues().get("proxyTargetClass"));
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    @Override
    public Advice getAdvice() {
        return advice;
    }

    /**
     * Equal wherever it is used. Spring keeps the class of a proxy for as long as its advice is the same, so that the
     * contexts of a virtual machine share one.
     */
    private static final class AnnotatedMethods extends StaticMethodMatcher implements Pointcut, ClassFilter {

        private final BooleanSupplier subclasses;
        private final SingletonSupplier<Boolean> foreign;

        AnnotatedMethods(BooleanSupplier subclasses, SingletonSupplier<Boolean> foreign) {
            this.subclasses = subclasses;
            this.foreign = foreign;
        }

        @Override
        public boolean matches(Class<?> type) {
            return MethodPipelines.isCandidate(type) && !AdvisedProxies.isProtectedClass(type) && !isFinal(type);
        }

        /** The attempt to make a subclass would stop the start, with nothing but a message of the class generator. */
        private boolean isFinal(Class<?> type) {
            return Modifier.isFinal(type.getModifiers())
                    && !Proxy.isProxyClass(type)
                    && !type.isHidden()
                    && (subclasses.getAsBoolean() || type.getInterfaces().length == 0);
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            return MethodPipelines.isProtected(method, targetClass, foreign.obtain());
        }

        @Override
        public ClassFilter getClassFilter() {
            return this;
        }

        @Override
        public MethodMatcher getMethodMatcher() {
            return this;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof AnnotatedMethods same && foreign.obtain().equals(same.foreign.obtain());
        }

        @Override
        public int hashCode() {
            return AnnotatedMethods.class.hashCode();
        }

        @Override
        public String toString() {
            return AnnotatedMethods.class.getName();
        }
    }
}
