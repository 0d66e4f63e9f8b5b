package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/** Tells reactive return types from others. Needs none of the libraries that it tells of. */
final class ReactiveTypes {

    /** The beginnings of the names of types with which a call has not ended when it returns. */
    private static final List<String> ASYNCHRONOUS = List.of(
            "org.reactivestreams.",
            "java.util.concurrent.Flow$",
            "io.reactivex.",
            "io.smallrye.mutiny.",
            "io.vertx.core.Future",
            "kotlinx.coroutines.",
            "org.springframework.web.context.request.async.");

    /** Types of which only the methods do the work, which are called when the call has long returned. */
    private static final List<String> DEFERRED = List.of(
            "java.util.concurrent.Callable",
            "org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody",
            "org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter");

    /** Types whose elements may be fetched when the call has long returned. */
    private static final List<String> LAZY = List.of(
            "java.util.stream.BaseStream", "java.util.Iterator", "java.util.Spliterator", "kotlin.sequences.Sequence");

    private ReactiveTypes() {}

    /** Whether what a method returns does its work after the call, when it is asked to. */
    static boolean isDeferred(@Nullable Class<?> type) {
        return is(type, DEFERRED);
    }

    /** Whether the elements of what a method returns may be fetched after the call. */
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
     * What turns the method's returned value into Reactor's types and back; null if it is not known to be reactive. For
     * a suspending function, that of the flow that it returns, if it does.
     */
    static @Nullable ReactiveAdapter adapter(Method method) {
        return ReactiveAdapterRegistry.getSharedInstance()
                .getAdapter(SuspendingFunctions.returned(method, method.getDeclaringClass())
                        .resolve());
    }

    /** Asked by name, since the libraries may be absent. */
    static boolean isAsynchronous(@Nullable Class<?> type) {
        return type != null
                && (ASYNCHRONOUS.stream().anyMatch(type.getName()::startsWith)
                        || isAsynchronous(type.getSuperclass())
                        || Stream.of(type.getInterfaces()).anyMatch(ReactiveTypes::isAsynchronous));
    }
}
