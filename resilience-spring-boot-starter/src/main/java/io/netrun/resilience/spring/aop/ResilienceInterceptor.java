package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.util.Optional;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;

/** Makes the call of a protected method through its pipeline. */
final class ResilienceInterceptor implements MethodInterceptor {

    private final Supplier<MethodPipelines> pipelines;
    private final Supplier<Optional<AttemptObserver>> observer;

    ResilienceInterceptor(Supplier<MethodPipelines> pipelines, Supplier<Optional<AttemptObserver>> observer) {
        this.pipelines = pipelines;
        this.observer = observer;
    }

    @Override
    @SuppressWarnings("NullAway") // what a method returns may be null, and passes through as it is
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        if (target instanceof SpringProxy && AdvisedProxies.isProtected(target)) {
            return invocation.proceed(); // a second auto-proxy creator has put a proxy around ours
        }
        Class<?> targetClass = target == null ? invocation.getMethod().getDeclaringClass() : target.getClass();
        MethodPipeline method = pipelines.get().of(invocation.getMethod(), targetClass);
        AttemptObserver watching = observer.get().orElse(null);
        return switch (method.returns()) {
            case PLAIN -> method.pipeline().call(new PlainCall(invocation, method, watched(method, watching)));
            case STAGE, FUTURE ->
                method.pipeline().callAsync(new FutureCall(invocation, method, watched(method, watching)));
            case REACTIVE, SUSPENDING -> ReactiveCall.of(invocation, method, watching);
        };
    }

    private static AttemptObserver.@Nullable Call watched(MethodPipeline method, @Nullable AttemptObserver watching) {
        return watching == null ? null : watching.callBegins(method.title());
    }
}
