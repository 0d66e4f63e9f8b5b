package io.netrun.resilience;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The body of an asynchronous call that is not a {@link CompletionStage} by nature, such as a subscription to a
 * reactive stream. Its stages are followed as those of others are; one that is to fail with a
 * {@link java.util.concurrent.CompletionException} implements {@link ForeignStage.AsReported}. For those who adapt
 * other kinds of asynchronous calls.
 *
 * @param <T> what the stage ends with
 */
public interface AdaptedCall<T extends @Nullable Object>
        extends CheckedSupplier<CompletionStage<T>, RuntimeException>, SubstituteCall {

    /**
     * Makes an attempt; by default {@link #get()}.
     *
     * @param scope of this attempt, for what is made within it
     */
    default CompletionStage<T> start(Deadline scope) {
        return get();
    }

    /**
     * Whether the call can no longer be made again or replaced by something else: a part of the result is with the
     * caller already, as the first element of a stream is, or what the call sends has been used up.
     */
    boolean isCommitted();

    /**
     * Whether a part of the result is with the caller already, as the first element of a stream is; by default never.
     */
    default boolean hasDelivered() {
        return false;
    }

    /**
     * Runs a callback when the first part of the result reaches the caller; by default never. To be called before the
     * attempt is made.
     *
     * @param callback must be quick and throw nothing
     */
    default void onDelivery(Runnable callback) {}

    /**
     * Whether the part of the result that {@linkplain #hasDelivered() is with the caller} came from an attempt made in
     * a scope or within it. Asked where attempts run beside each other; by default no attempt owns the result.
     */
    default boolean isOwnedBy(Deadline scope) {
        return false;
    }

    /**
     * Decides that a race of attempts is won by the one made in a scope, which has ended without a failure; by default
     * it may. From then on no other attempt can deliver anything, until {@link #unclaim()}.
     *
     * @return false if the result, or the part of it that is with the caller, comes from another attempt
     */
    default boolean tryClaim(Deadline scope) {
        return true;
    }

    /**
     * The other attempts of a race that was {@linkplain #tryClaim won} are stopped, so that further ones can follow.
     */
    default void unclaim() {}

    /** What a fallback gives in the place of the result: a stage that ends as the call's own would. */
    CompletionStage<T> adapt(@Nullable Object replacement);

    /** What the caller gave as the call, which is what a fallback is shown; by default this. */
    @Override
    default Object source() {
        return this;
    }

    /** What the caller gave as the call, if that is not the body itself. */
    static Object sourceOf(Object body) {
        return body instanceof SubstituteCall substitute ? substitute.source() : body;
    }

    /**
     * Takes a result that no caller gets any more; by default it is dropped. Must not throw.
     *
     * @return whether it is of no use to a policy's hooks for late results either; by default false
     */
    default boolean discard(@Nullable Object result) {
        return false;
    }

    /** Whether a body says that {@linkplain #isCommitted() a part of its result} is with the caller already. */
    static boolean isCommitted(Object body) {
        return body instanceof AdaptedCall<?> adapted && adapted.isCommitted();
    }
}
