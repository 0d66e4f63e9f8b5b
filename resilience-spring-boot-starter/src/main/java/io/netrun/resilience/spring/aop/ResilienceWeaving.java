package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.settings.Problem;
import io.netrun.resilience.spring.settings.ResilienceConfigurationException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.aspectj.lang.Aspects;
import org.aspectj.lang.NoAspectBoundException;
import org.aspectj.lang.ProceedingJoinPoint;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;

/** An application whose annotated methods are woven: from its start to its end, the aspect goes by its settings. */
public final class ResilienceWeaving implements DisposableBean {

    /** In the order of their start. */
    private static final CopyOnWriteArrayList<ResilienceWeaving> APPLICATIONS = new CopyOnWriteArrayList<>();

    private final ResilienceInterceptor interceptor;
    private final ResilienceAspect aspect;

    /**
     * Begins.
     *
     * @param pipelines asked when the first protected method is called, and not before
     * @throws ResilienceConfigurationException if no weaver is at work
     */
    public ResilienceWeaving(Supplier<MethodPipelines> pipelines) {
        this.interceptor = new ResilienceInterceptor(pipelines);
        this.aspect = aspect();
        synchronized (APPLICATIONS) {
            APPLICATIONS.add(this);
            aspect.follow(this);
        }
    }

    private static ResilienceAspect aspect() {
        try {
            return Aspects.aspectOf(ResilienceAspect.class);
        } catch (NoAspectBoundException unwoven) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    "resilience.advice-mode is 'aspectj', but no weaver is at work: annotated methods would run unprotected",
                    "Start the JVM with -javaagent:aspectjweaver.jar, weave at build time, or leave resilience.advice-mode"
                            + " at 'proxy'")));
        }
    }

    @Nullable
    Object invoke(ProceedingJoinPoint call) throws Throwable {
        return interceptor.invoke(new JoinPointInvocation(call));
    }

    /** Ends; an application that was started before and still runs takes over. */
    @Override
    public void destroy() {
        synchronized (APPLICATIONS) {
            APPLICATIONS.remove(this);
            aspect.follow(APPLICATIONS.isEmpty() ? null : APPLICATIONS.get(APPLICATIONS.size() - 1));
        }
    }
}
