package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;

/** How a method signals completion. */
public enum ReturnKind {
    /** By returning. */
    PLAIN,
    /** By completing the {@link CompletionStage} that it returned. */
    STAGE,
    /** By completing the {@link Future} that it returned, which can be awaited but has no callbacks. */
    FUTURE,
    /** By ending a subscription to what it returned. */
    REACTIVE,
    /** By resuming its coroutine, or by ending a subscription to the flow that it returned. */
    SUSPENDING;

    static ReturnKind of(Method method, @Nullable ReactiveAdapter adapter) {
        if (SuspendingFunctions.isSuspending(method)) {
            return SUSPENDING;
        }
        Class<?> type = method.getReturnType();
        if (CompletionStage.class.isAssignableFrom(type)) {
            return STAGE;
        }
        if (Future.class.isAssignableFrom(type)) {
            return FUTURE;
        }
        return adapter == null ? PLAIN : REACTIVE;
    }
}
