package io.netrun.resilience;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The body of an asynchronous call that is not a {@link CompletionStage} by nature, such as a subscription to a reactive
 * stream. For those who adapt other kinds of asynchronous calls.
 *
 * @param <T> what the stage ends with
 */
public interface AdaptedCall<T extends @Nullable Object> extends CheckedSupplier<CompletionStage<T>, RuntimeException> {

    /**
     * Makes an attempt; by default {@link #get()}.
     *
     * @param scope of this attempt, for what is made within it
     */
    default CompletionStage<T> start(Deadline scope) {
        return get();
    }

    /**
     * Whether the call can no longer be made again or replaced by something else: a part of the result is with the caller already,
     * as the first element of a stream is, or what the call sends has been used up.
     */
    boolean hasBegun();

    /** Whether a part of the result is with the caller already, as the first element of a stream is; by default never. */
    default boolean hasDelivered() {
        return false;
    }

    /**
     * Runs a callback when the first part of the result reaches the caller; by default never. To be called before the attempt is
     * made.
     *
     * @param callback must be quick and throw nothing
     */
    default void onDelivery(Runnable callback) {}

    /**
     * Whether the part of the result that {@linkplain #hasDelivered() is with the caller} came from an attempt made in a scope or
     * within it. Asked where attempts run beside each other; by default no attempt owns the result.
     */
    default boolean isOwnedBy(Deadline scope) {
        return false;
    }

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

    /** Whether the part of a body's result that is with the caller came from another attempt than the one of a scope. */
    static boolean isOwnedByAnother(Object body, Deadline scope) {
        return body instanceof AdaptedCall<?> adapted && adapted.hasDelivered() && !adapted.isOwnedBy(scope);
    }

    /** Takes a result that no caller gets any more; by default it is dropped. Must not throw. */
    default void discard(@Nullable Object result) {}

    /** Whether a body says that {@linkplain #hasBegun() a part of its result} is with the caller already. */
    static boolean hasBegun(Object body) {
        return body instanceof AdaptedCall<?> adapted && adapted.hasBegun();
    }
}
