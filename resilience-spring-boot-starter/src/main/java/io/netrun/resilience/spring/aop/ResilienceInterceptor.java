package io.netrun.resilience.spring.aop;

import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;

/** Makes the call of a protected method through its pipeline. */
final class ResilienceInterceptor implements MethodInterceptor {

    private final Supplier<MethodPipelines> pipelines;

    ResilienceInterceptor(Supplier<MethodPipelines> pipelines) {
        this.pipelines = pipelines;
    }

    @Override
    @SuppressWarnings("NullAway") // what a method returns may be null, and passes through as it is
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Class<?> targetClass = target == null ? invocation.getMethod().getDeclaringClass() : target.getClass();
        MethodPipeline method = pipelines.get().of(invocation.getMethod(), targetClass);
        return switch (method.returns()) {
            case PLAIN ->
                method.repeats()
                        ? method.pipeline().<@Nullable Object, Throwable>call(() -> proceedAnew(invocation))
                        : method.pipeline().<@Nullable Object, Throwable>call(invocation::proceed);
            case STAGE, FUTURE -> method.pipeline().callAsync(() -> start(invocation, method.repeats()));
        };
    }

    /** A second {@code proceed()} of one invocation would skip the advice further in, so every attempt has its own. */
    private static @Nullable Object proceedAnew(MethodInvocation invocation) throws Throwable {
        return invocation instanceof ProxyMethodInvocation proxied
                ? proxied.invocableClone(invocation.getArguments()).proceed()
                : invocation.proceed();
    }

    /** What the method throws instead of returning a future is the call's failure like any other. */
    @SuppressWarnings("unchecked") // the method's return type said so
    private static CompletionStage<Object> start(MethodInvocation invocation, boolean repeats) {
        Object started;
        try {
            started = repeats ? proceedAnew(invocation) : invocation.proceed();
        } catch (Throwable thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
        if (started == null) {
            return CompletableFuture.failedFuture(
                    new NullPointerException(invocation.getMethod() + " returned null instead of a future"));
        }
        return started instanceof CompletionStage<?>
                ? (CompletionStage<Object>) started
                : AwaitedFuture.of((Future<Object>) started);
    }
}
