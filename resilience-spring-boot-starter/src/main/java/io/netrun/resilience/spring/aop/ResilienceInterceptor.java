package io.netrun.resilience.spring.aop;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.method.PolicyKeyException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.Pointcuts;

/** Executes the call of a protected method through its pipeline. */
final class ResilienceInterceptor implements MethodInterceptor {

    /** By name, since the class is in an optional library. */
    static final String ASYNC = "org.springframework.aop.interceptor.AsyncExecutionInterceptor";

    private final Supplier<MethodPipelines> pipelines;
    private final Supplier<Optional<AttemptObserver>> observer;

    /** Advice that returns to the caller before the resilience advice runs, such as {@code @Async}. */
    private final List<Pointcut> asyncOutside;

    ResilienceInterceptor(Supplier<MethodPipelines> pipelines, Supplier<Optional<AttemptObserver>> observer) {
        this(pipelines, observer, List.of());
    }

    private ResilienceInterceptor(
            Supplier<MethodPipelines> pipelines,
            Supplier<Optional<AttemptObserver>> observer,
            List<Pointcut> asyncOutside) {
        this.pipelines = pipelines;
        this.observer = observer;
        this.asyncOutside = asyncOutside;
    }

    /**
     * Where {@code @Async} is outside of the resilience advice, the body of a method that returns a future runs on the
     * executor's thread and blocks no caller. The advice of such a proxy covers what the body does before it returns
     * its future.
     */
    static void awaitFuturesOfAsyncMethods(Advised proxy) {
        int protection = AdvisedProxies.indexOfProtection(proxy);
        Advisor[] advisors = proxy.getAdvisors();
        List<Pointcut> around = Stream.of(advisors)
                .limit(Math.max(0, protection))
                .filter(advisor -> AdvisedProxies.isAdvice(advisor, ASYNC))
                .map(advisor -> advisor instanceof PointcutAdvisor some ? some.getPointcut() : Pointcut.TRUE)
                .toList();
        if (!around.isEmpty()) {
            ResilienceInterceptor present = (ResilienceInterceptor) advisors[protection].getAdvice();
            ResilienceInterceptor aware = new ResilienceInterceptor(present.pipelines, present.observer, around);
            proxy.removeAdvisor(protection);
            proxy.addAdvisor(
                    protection,
                    new DefaultPointcutAdvisor(((PointcutAdvisor) advisors[protection]).getPointcut(), aware));
        }
    }

    /** Looks up what calls need, so that a first call after the end of the application needs no bean. */
    void prepare() {
        Objects.requireNonNull(pipelines.get(), "pipelines");
        Objects.requireNonNull(observer.get(), "observer");
    }

    @Override
    @SuppressWarnings("NullAway") // a return value may be null and is passed through
    public @Nullable Object invoke(MethodInvocation called) throws Throwable {
        if (StackedInvocation.tryPass(called)) {
            return called.proceed();
        }
        MethodInvocation invocation = called;
        Object target = invocation.getThis();
        if (target instanceof SpringProxy) {
            if (AdvisedProxies.isProtected(target)) {
                return invocation.proceed(); // a second auto-proxy creator has wrapped our proxy
            }
            Advised changing = AdvisedProxies.withChangingTarget(target);
            if (changing != null) {
                invocation = StackedInvocation.mark(called, changing);
            }
        }
        Class<?> targetClass = target == null ? invocation.getMethod().getDeclaringClass() : target.getClass();
        MethodPipelines known = pipelines.get();
        MethodPipeline method = known.of(invocation.getMethod(), targetClass);
        AttemptObserver watching = observer.get().orElse(null);
        boolean stays = !known.isMdcCarried();
        boolean before = !stays || ContextPropagation.carryMdcOfThread(false);
        try {
            return switch (method.returns()) {
                case PLAIN ->
                    pipelineOf(method, invocation).call(new PlainCall(invocation, method, observed(method, watching)));
                case STAGE, FUTURE -> {
                    Pipeline pipeline;
                    try {
                        pipeline = pipelineOf(method, invocation);
                    } catch (PolicyKeyException noKey) {
                        yield CompletableFuture.failedFuture(noKey);
                    }
                    AttemptObserver.Call observed = observed(method, watching);
                    yield isOnThreadOfItsOwn(invocation, targetClass)
                            ? AwaitedCall.ended(pipeline.call(new AwaitedCall(invocation, method, observed)))
                            : pipeline.callAsync(new FutureCall(invocation, method, observed));
                }
                case REACTIVE, SUSPENDING -> ReactiveCall.of(invocation, method, watching, stays);
            };
        } finally {
            if (stays) {
                ContextPropagation.carryMdcOfThread(before);
            }
        }
    }

    /** The arguments of a woven call are a copy, which calls without a key need not make. */
    private static Pipeline pipelineOf(MethodPipeline method, MethodInvocation invocation) {
        return method.keys() == null ? method.pipeline() : method.pipeline(invocation.getArguments());
    }

    private boolean isOnThreadOfItsOwn(MethodInvocation invocation, Class<?> targetClass) {
        for (Pointcut async : asyncOutside) {
            if (Pointcuts.matches(async, invocation.getMethod(), targetClass, invocation.getArguments())) {
                return true;
            }
        }
        return false;
    }

    private static AttemptObserver.@Nullable Call observed(MethodPipeline method, @Nullable AttemptObserver watching) {
        return watching == null ? null : watching.callBegins(method.title());
    }
}
