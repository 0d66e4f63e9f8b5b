package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Reads Kotlin's suspending functions as they were written. Compiled, each returns an object and takes a continuation,
 * last, whose type argument is what it really returns. Needs none of Kotlin's libraries.
 */
final class SuspendingFunctions {

    private static final String CONTINUATION = "kotlin.coroutines.Continuation";
    private static final String FLOW = "kotlinx.coroutines.flow.Flow";
    private static final String UNIT = "kotlin.Unit";

    private SuspendingFunctions() {}

    /** Whether Spring's proxies take the method for one. */
    static boolean isSuspending(Method method) {
        return KotlinDetector.isSuspendingFunction(method);
    }

    /** Whether a method takes a continuation, which Java code may do as well. */
    static boolean takesContinuation(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .anyMatch(type -> type.getName().equals(CONTINUATION));
    }

    static boolean isFlow(Class<?> type) {
        return type.getName().equals(FLOW);
    }

    /** What the method takes, without the continuation. */
    static Class<?>[] parameters(Method method) {
        Class<?>[] types = method.getParameterTypes();
        return isSuspending(method) ? Arrays.copyOf(types, types.length - 1) : types;
    }

    /** What the method returns, as a class's. Nothing is void. */
    static ResolvableType returned(Method method, Class<?> owner) {
        if (!isSuspending(method)) {
            return ResolvableType.forMethodReturnType(method, owner);
        }
        ResolvableType result = ResolvableType.forMethodParameter(method, method.getParameterCount() - 1, owner)
                .getGeneric();
        if (result.getType() instanceof WildcardType wildcard && wildcard.getLowerBounds().length > 0) {
            result = ResolvableType.forType(wildcard.getLowerBounds()[0], ResolvableType.forClass(owner));
        }
        return result.toClass().getName().equals(UNIT) ? ResolvableType.forClass(void.class) : result;
    }

    /** The library without which Spring's proxies can not call such a function; null if none is missing. */
    static @Nullable String missingLibrary(@Nullable ClassLoader application) {
        if (!ClassUtils.isPresent("reactor.core.publisher.Mono", application)) {
            return "io.projectreactor:reactor-core";
        }
        if (!ClassUtils.isPresent("kotlinx.coroutines.reactor.MonoKt", application)) {
            return "org.jetbrains.kotlinx:kotlinx-coroutines-reactor";
        }
        return ClassUtils.isPresent("kotlin.reflect.full.KClasses", application)
                ? null
                : "org.jetbrains.kotlin:kotlin-reflect";
    }
}
