package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/** Recognizes reactive and other deferred return types. Requires none of their libraries. */
final class ReactiveTypes {

    /** Name prefixes of types with which a call has not ended when it returns. */
    private static final List<String> ASYNCHRONOUS = List.of(
            "org.reactivestreams.",
            "java.util.concurrent.Flow$",
            "io.reactivex.",
            "io.smallrye.mutiny.",
            "io.vertx.core.Future",
            "kotlinx.coroutines.",
            "org.springframework.web.context.request.async.");

    /** Types that do the work in their methods, which are called after the call has returned. */
    private static final List<String> DEFERRED = List.of(
            "java.util.concurrent.Callable",
            "org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody",
            "org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter");

    /** Types whose elements may be fetched after the call has returned. */
    private static final List<String> LAZY = List.of(
            "java.util.stream.BaseStream", "java.util.Iterator", "java.util.Spliterator", "kotlin.sequences.Sequence");

    /** Packages of types that are no more than their values. */
    private static final Set<String> VALUES = Set.of("java.lang", "java.math", "java.time", "java.util");

    private ReactiveTypes() {}

    /** Whether a returned type does its work on demand, after the call. */
    static boolean isDeferred(@Nullable Class<?> type) {
        return is(type, DEFERRED);
    }

    /** Whether the elements of a returned type may be fetched after the call. */
    static boolean isLazy(@Nullable Class<?> type) {
        return is(type, LAZY);
    }

    private static boolean is(@Nullable Class<?> type, List<String> names) {
        return type != null
                && (names.contains(type.getName())
                        || is(type.getSuperclass(), names)
                        || Stream.of(type.getInterfaces()).anyMatch(each -> is(each, names)));
    }

    /**
     * The adapter that converts a method's returned value to Reactor's types and back; null if the type is not known to
     * be reactive. For a suspending function, the adapter of the flow that it returns, if any.
     */
    static @Nullable ReactiveAdapter adapter(Method method) {
        Class<?> returned =
                SuspendingFunctions.returned(method, method.getDeclaringClass()).resolve();
        return returned == null || isValue(returned)
                ? null
                : ReactiveAdapterRegistry.getSharedInstance().getAdapter(returned);
    }

    /**
     * Whether no library could make a type reactive. The registry is asked only about others, since its creation loads
     * hundreds of classes of Reactor.
     */
    private static boolean isValue(Class<?> type) {
        return type.isPrimitive() || type.isArray() || VALUES.contains(type.getPackageName());
    }

    /** Compared by name, since the libraries may be absent. */
    static boolean isAsynchronous(@Nullable Class<?> type) {
        return type != null
                && (ASYNCHRONOUS.stream().anyMatch(type.getName()::startsWith)
                        || isAsynchronous(type.getSuperclass())
                        || Stream.of(type.getInterfaces()).anyMatch(ReactiveTypes::isAsynchronous));
    }
}
