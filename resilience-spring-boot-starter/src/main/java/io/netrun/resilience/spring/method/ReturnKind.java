package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.springframework.util.ClassUtils;

/** How a method says that it is done. */
public enum ReturnKind {
    /** By returning. */
    PLAIN,
    /** By completing the {@link CompletionStage} that it returned. */
    STAGE,
    /** By completing the {@link Future} that it returned, which can be waited for but does not call back. */
    FUTURE;

    static ReturnKind of(Method method) {
        Class<?> type = method.getReturnType();
        if (CompletionStage.class.isAssignableFrom(type)) {
            return STAGE;
        }
        return Future.class.isAssignableFrom(type) ? FUTURE : PLAIN;
    }

    /** Why a method can not be protected as what it returns; empty if it can. */
    static Optional<String> obstacle(Method method) {
        Class<?> type = method.getReturnType();
        if (of(method) != PLAIN && !type.isAssignableFrom(CompletableFuture.class)) {
            return Optional.of("returns " + type.getSimpleName()
                    + "; a protected asynchronous method returns CompletableFuture, CompletionStage or Future");
        }
        boolean reactive = isPublisher(type);
        boolean suspending = Arrays.stream(method.getParameterTypes())
                .anyMatch(each -> each.getName().equals("kotlin.coroutines.Continuation"));
        return reactive || suspending
                ? Optional.of("is reactive, which this version does not support: its call would end before it ran")
                : Optional.empty();
    }

    /** Asked by name, since the library may be absent; a type that implements it can not be loaded without it. */
    private static boolean isPublisher(Class<?> type) {
        try {
            return ClassUtils.forName("org.reactivestreams.Publisher", type.getClassLoader())
                    .isAssignableFrom(type);
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }
}
