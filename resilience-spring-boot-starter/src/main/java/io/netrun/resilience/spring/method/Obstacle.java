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
 * Why a method cannot be protected.
 *
 * @param reason continues the sentence "the method is annotated, but"
 * @param remedy the remedy other than removing the annotation
 */
record Obstacle(String reason, String remedy) {

    /**
     * Returns the obstacle to protecting a method; null if there is none.
     *
     * @param method the method
     * @param kind how it signals completion
     * @param adapter the adapter of its return type, if that is reactive
     * @param application the class loader of the application's libraries
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
                    "takes a Continuation without being a suspending function, and its call would end before it runs",
                    "Write it in Kotlin, or return a Mono or a CompletableFuture");
        }
        return switch (kind) {
            case STAGE, FUTURE -> ofFuture(method, type);
            case REACTIVE -> adapter == null ? null : ofReactive(type, adapter, application);
            case PLAIN, SUSPENDING -> ReactiveTypes.isAsynchronous(type) ? ofUnknown(type, application) : ofLater(type);
        };
    }

    /** The call, with its timeout, permits and attempts, would end before the work is done. */
    private static @Nullable Obstacle ofLater(Class<?> type) {
        if (ReactiveTypes.isDeferred(type)) {
            return new Obstacle(
                    "returns " + type.getSimpleName() + ", and its call would end before the work is done",
                    "Annotate the method that does the work, in another bean, or return a CompletableFuture");
        }
        return ReactiveTypes.isLazy(type)
                ? new Obstacle(
                        "returns " + type.getSimpleName() + ", and its call would end before the elements are fetched",
                        "Return a List or a Flux")
                : null;
    }

    private static @Nullable Obstacle ofFuture(Method method, Class<?> type) {
        if (method.getGenericReturnType() instanceof TypeVariable<?> variable) {
            return new Obstacle(
                    "returns the type variable " + variable.getName()
                            + ", any future that its caller wants, which a protected call cannot return",
                    "Return CompletableFuture, CompletionStage or Future");
        }
        return type.isAssignableFrom(CompletableFuture.class)
                ? null
                : new Obstacle(
                        "returns " + type.getSimpleName() + ", which a protected call cannot return",
                        "Return CompletableFuture, CompletionStage or Future");
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
                        "returns " + type.getSimpleName() + ", which a protected call cannot return",
                        "Return " + known.getSimpleName());
    }

    private static Obstacle ofUnknown(Class<?> type, @Nullable ClassLoader application) {
        return isReactorMissing(application)
                ? withoutReactor(type)
                : new Obstacle(
                        "returns " + type.getSimpleName()
                                + ", an asynchronous type that is not supported: its call would end before it runs",
                        "Return a CompletableFuture or a type that Spring's ReactiveAdapterRegistry knows");
    }

    /** A suspending function is complete when it returns, so a returned future or publisher would not be awaited. */
    private static @Nullable Obstacle ofSuspending(Class<?> type, @Nullable ClassLoader application) {
        String missing = SuspendingFunctions.missingLibrary(application);
        if (missing != null) {
            return new Obstacle(
                    "is a suspending function, and " + missing.substring(missing.indexOf(':') + 1)
                            + ", which is required to protect it, is missing",
                    "Add the library " + missing);
        }
        return !SuspendingFunctions.isFlow(type)
                        && (Future.class.isAssignableFrom(type)
                                || CompletionStage.class.isAssignableFrom(type)
                                || ReactiveTypes.isAsynchronous(type))
                ? new Obstacle(
                        "is a suspending function that returns " + type.getSimpleName()
                                + ", and its call would end before that did",
                        "Return the value or a Flow, or make the function non-suspending")
                : null;
    }

    private static Obstacle withoutReactor(Class<?> type) {
        return new Obstacle(
                "returns " + type.getSimpleName() + ", and Reactor, which is required to protect it, is missing",
                "Add the library io.projectreactor:reactor-core");
    }

    private static boolean isReactorMissing(@Nullable ClassLoader application) {
        return !ClassUtils.isPresent("reactor.core.publisher.Mono", application);
    }
}
