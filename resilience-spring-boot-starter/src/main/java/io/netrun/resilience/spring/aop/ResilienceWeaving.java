package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipelines;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.aspectj.lang.Aspects;
import org.aspectj.lang.NoAspectBoundException;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** An application whose annotated methods are woven: while it runs, the aspect uses its settings. */
public final class ResilienceWeaving implements DisposableBean, SmartInitializingSingleton, BeanFactoryAware {

    private static final Object STARTS_AND_ENDS = new Object();

    /** In the order of their start. An array, of which no iterator has to be made for a call; replaced as a whole. */
    private static volatile ResilienceWeaving[] applications = {};

    private final Supplier<MethodPipelines> pipelines;
    private final ResilienceInterceptor interceptor;
    private final ResilienceAspect aspect;
    private volatile @Nullable BeanFactory beans;

    /**
     * Begins.
     *
     * @param pipelines resolved with each call, and not before the first
     * @param observer resolved with each call; empty if attempts are not observed
     * @throws NoAspectBoundException if no weaver is active
     */
    public ResilienceWeaving(Supplier<MethodPipelines> pipelines, Supplier<Optional<AttemptObserver>> observer) {
        this.pipelines = pipelines;
        this.interceptor = new ResilienceInterceptor(pipelines, observer);
        this.aspect = Aspects.aspectOf(ResilienceAspect.class);
        synchronized (STARTS_AND_ENDS) {
            replace(Stream.concat(Stream.of(applications), Stream.of(this)));
        }
    }

    @Override
    public void setBeanFactory(BeanFactory factory) {
        beans = factory;
    }

    @Override
    public void afterSingletonsInstantiated() {
        interceptor.prepare();
    }

    @Nullable
    Object invoke(ProceedingJoinPoint call) throws Throwable {
        Object bean = call.getThis();
        if (bean instanceof SpringProxy) {
            return call.proceed(); // a generated class, which is woven too, calls the bean itself
        }
        if (SuperCalls.isOne(((MethodSignature) call.getSignature()).getMethod(), bean.getClass())) {
            return call.proceed();
        }
        ResilienceWeaving application = ofBean(bean);
        return application == null ? call.proceed() : application.interceptor.invoke(new JoinPointInvocation(call));
    }

    /**
     * The application of a bean; null if its calls are not woven there. For an object that is no bean, the latest that
     * had beans of the class when it was checked, or else the one that was started last.
     */
    private @Nullable ResilienceWeaving ofBean(Object bean) {
        ResilienceWeaving[] all = applications;
        if (all.length == 1 && WovenBeans.areAllOf(all[0].beans)) {
            return all[0]; // what is no bean is protected by it, too
        }
        BeanFactory owner = WovenBeans.ownerOf(bean);
        if (owner != null) {
            for (ResilienceWeaving application : all) {
                if (application.beans == owner) {
                    return application;
                }
            }
            return null;
        }
        if (all.length == 1) {
            return this;
        }
        ResilienceWeaving latest = null;
        for (ResilienceWeaving application : all) {
            if (application.pipelines.get().has(bean.getClass())) {
                latest = application;
            }
        }
        return latest == null ? this : latest;
    }

    /** Ends the weaving; an application that was started earlier and still runs takes over. */
    @Override
    public void destroy() {
        synchronized (STARTS_AND_ENDS) {
            replace(Stream.of(applications).filter(application -> application != this));
        }
    }

    private void replace(Stream<ResilienceWeaving> by) {
        ResilienceWeaving[] all = by.toArray(ResilienceWeaving[]::new);
        setAll(all);
        aspect.follow(all.length == 0 ? null : all[all.length - 1]);
    }

    private static void setAll(ResilienceWeaving[] all) {
        applications = all;
    }
}
