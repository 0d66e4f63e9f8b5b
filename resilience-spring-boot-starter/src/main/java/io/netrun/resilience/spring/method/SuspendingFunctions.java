package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Reads Kotlin's suspending functions as they were declared. A compiled one returns {@code Object} and has a
 * continuation as its last parameter, whose type argument is the declared return type. Requires none of Kotlin's
 * libraries.
 */
final class SuspendingFunctions {

    private static final String CONTINUATION = "kotlin.coroutines.Continuation";
    private static final String FLOW = "kotlinx.coroutines.flow.Flow";
    private static final String UNIT = "kotlin.Unit";

    private SuspendingFunctions() {}

    /** Whether Spring's proxies treat the method as a suspending function. */
    static boolean isSuspending(Method method) {
        return KotlinDetector.isSuspendingFunction(method);
    }

    /** Whether a method takes a continuation, which Java methods may do, too. */
    static boolean takesContinuation(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .anyMatch(type -> type.getName().equals(CONTINUATION));
    }

    static boolean isFlow(Class<?> type) {
        return type.getName().equals(FLOW);
    }

    /** The parameter types without the continuation. */
    static Class<?>[] parameters(Method method) {
        Class<?>[] types = method.getParameterTypes();
        return isSuspending(method) ? Arrays.copyOf(types, types.length - 1) : types;
    }

    /** The declared return type, resolved in a class. {@code Unit} is void. */
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

    /** The missing library that Spring's proxies require to call a suspending function; null if none is missing. */
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
