package io.netrun.resilience;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of an asynchronous call that is not a {@link CompletionStage} by nature, such as a subscription to a reactive
 * stream. For those who adapt other kinds of asynchronous calls.
 *
 * @param <T> what the stage ends with
 */
public interface AdaptedCall<T extends @Nullable Object> extends Supplier<CompletionStage<T>> {

    /**
     * Whether a part of the result is with the caller already, as the first element of a stream is. From then on the call is
     * neither made again nor replaced by something else.
     */
    boolean hasBegun();

    /** What a fallback gives in the place of the result: a stage that ends as the call's own would. */
    CompletionStage<T> adapt(@Nullable Object replacement);

    /** What the caller gave as the call, which is what a fallback is shown; by default this. */
    default Object origin() {
        return this;
    }

    /** What the caller gave as the call, if that is not the body itself. */
    static Object origin(Object body) {
        return body instanceof AdaptedCall<?> adapted ? adapted.origin() : body;
    }

    /** Whether a body says that {@linkplain #hasBegun() a part of its result} is with the caller already. */
    static boolean hasBegun(Object body) {
        return body instanceof AdaptedCall<?> adapted && adapted.hasBegun();
    }
}
