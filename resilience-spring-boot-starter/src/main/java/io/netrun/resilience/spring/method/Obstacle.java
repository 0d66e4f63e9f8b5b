package io.netrun.resilience.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.TypeVariable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.util.ClassUtils;

/**
 * Why a method can not be protected as what it returns.
 *
 * @param reason goes on after "the method is annotated, but"
 * @param remedy what helps, other than taking the annotation away
 */
record Obstacle(String reason, String remedy) {

    /**
     * What stands in the way of a method.
     *
     * @param adapter for what it returns, if that is reactive
     * @param application has the application's libraries
     */
    static @Nullable Obstacle of(
            Method method, ReturnKind kind, @Nullable ReactiveAdapter adapter, @Nullable ClassLoader application) {
        Class<?> type = method.getReturnType();
        if (kind == ReturnKind.SUSPENDING) {
            return ofSuspending(
                    SuspendingFunctions.returned(method, method.getDeclaringClass())
                            .toClass(),
                    application);
        }
        if (SuspendingFunctions.takesContinuation(method)) {
            return new Obstacle(
                    "takes a Continuation without being a suspending function, and its call would end before it ran",
                    "Write it in Kotlin, or let it return a Mono or a CompletableFuture");
        }
        return switch (kind) {
            case STAGE, FUTURE -> ofFuture(method, type);
            case REACTIVE -> adapter == null ? null : ofReactive(type, adapter, application);
            case PLAIN, SUSPENDING -> ReactiveTypes.isAsynchronous(type) ? ofUnknown(type, application) : ofLater(type);
        };
    }

    /** The call would be over, and its limit, its permits and its attempts with it, before the work is done. */
    private static @Nullable Obstacle ofLater(Class<?> type) {
        if (ReactiveTypes.isDeferred(type)) {
            return new Obstacle(
                    "returns " + type.getSimpleName() + ", and its call would end before the work is done",
                    "Annotate the method that does the work, in another bean, or let it return a CompletableFuture");
        }
        return ReactiveTypes.isLazy(type)
                ? new Obstacle(
                        "returns " + type.getSimpleName() + ", and its call would end before the elements are fetched",
                        "Let it return a List, or a Flux")
                : null;
    }

    private static @Nullable Obstacle ofFuture(Method method, Class<?> type) {
        if (method.getGenericReturnType() instanceof TypeVariable<?> variable) {
            return new Obstacle(
                    "returns " + variable.getName()
                            + ", any future that its caller wants, which a protected call can not be given back as",
                    "Let it return CompletableFuture, CompletionStage or Future");
        }
        return type.isAssignableFrom(CompletableFuture.class)
                ? null
                : new Obstacle(
                        "returns " + type.getSimpleName() + ", which a protected call can not be given back as",
                        "Let it return CompletableFuture, CompletionStage or Future");
    }

    private static @Nullable Obstacle ofReactive(
            Class<?> type, ReactiveAdapter adapter, @Nullable ClassLoader application) {
        if (isReactorMissing(application)) {
            return withoutReactor(type);
        }
        Class<?> known = adapter.getReactiveType();
        return type.isAssignableFrom(known)
                ? null
                : new Obstacle(
                        "returns " + type.getSimpleName() + ", which a protected call can not be given back as",
                        "Let it return " + known.getSimpleName());
    }

    private static Obstacle ofUnknown(Class<?> type, @Nullable ClassLoader application) {
        return isReactorMissing(application)
                ? withoutReactor(type)
                : new Obstacle(
                        "returns " + type.getSimpleName()
                                + ", which is asynchronous in a way that is not supported: its"
                                + " call would end before it ran",
                        "Let it return a CompletableFuture or a type that Spring's ReactiveAdapterRegistry knows");
    }

    /** What such a function returns, it returns when it is done: something that is yet to be done is not waited for. */
    private static @Nullable Obstacle ofSuspending(Class<?> type, @Nullable ClassLoader application) {
        String missing = SuspendingFunctions.missingLibrary(application);
        if (missing != null) {
            return new Obstacle(
                    "is a suspending function, which takes " + missing.substring(missing.indexOf(':') + 1)
                            + " to protect, and that is missing",
                    "Add the library " + missing);
        }
        return !SuspendingFunctions.isFlow(type)
                        && (Future.class.isAssignableFrom(type)
                                || CompletionStage.class.isAssignableFrom(type)
                                || ReactiveTypes.isAsynchronous(type))
                ? new Obstacle(
                        "is a suspending function that returns " + type.getSimpleName()
                                + ", and its call would end before that did",
                        "Let it return the value or a Flow, or let it not be suspending")
                : null;
    }

    private static Obstacle withoutReactor(Class<?> type) {
        return new Obstacle(
                "returns " + type.getSimpleName() + ", which takes Reactor to protect, and Reactor is missing",
                "Add the library io.projectreactor:reactor-core");
    }

    private static boolean isReactorMissing(@Nullable ClassLoader application) {
        return !ClassUtils.isPresent("reactor.core.publisher.Mono", application);
    }
}
