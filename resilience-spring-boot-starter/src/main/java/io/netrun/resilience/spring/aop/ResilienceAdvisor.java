package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.method.Proxying;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.aopalliance.aop.Advice;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.MethodMatcher;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcher;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.SmartInitializingSingleton;
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
                () -> ProxyClasses.areSubclasses(beans),
                SingletonSupplier.of(() -> MethodPipelines.readsForeignAnnotations(beans)));
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
            return MethodPipelines.isCandidate(type)
                    && !AdvisedProxies.isProtectedClass(type)
                    && ProxyClasses.obstacle(type, subclasses.getAsBoolean()) == Proxying.UNKNOWN;
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
