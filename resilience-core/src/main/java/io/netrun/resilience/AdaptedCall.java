package io.netrun.resilience;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The body of an asynchronous call that is not a {@link CompletionStage} by nature, such as a subscription to a
 * reactive stream. Adapters for such calls implement it. Its stages are followed like those of any other call; a stage
 * that may fail with a {@link java.util.concurrent.CompletionException} of its own implements
 * {@link ForeignStage.AsReported}.
 *
 * <p>This is a class and not an interface because every asynchronous call checks its body for this type. A failed check
 * against an interface searches the list of all interfaces of the body's class, which takes several nanoseconds.
 *
 * @apiNote For authors of policies.
 * @param <T> the result of the stage
 */
public abstract class AdaptedCall<T extends @Nullable Object>
        implements CheckedSupplier<CompletionStage<T>, RuntimeException>, SubstituteCall {

    /** Constructor for subclasses. */
    protected AdaptedCall() {}

    /**
     * Starts an attempt; by default {@link #get()}.
     *
     * @param scope the scope of this attempt, for calls that are made within it
     */
    public CompletionStage<T> start(Deadline scope) {
        return get();
    }

    /**
     * Returns whether the call can no longer be repeated or replaced: a part of the result has been delivered to the
     * caller, such as the first element of a stream, or the request body has been consumed.
     */
    public abstract boolean isCommitted();

    /**
     * Returns whether the caller has left, so that an attempt which is about to begin is not made. By default false. An
     * attempt that has begun subscribes to its source in any case, so that it counts as made.
     */
    public boolean isLeft() {
        return false;
    }

    /**
     * Returns whether a part of the result has been delivered to the caller, such as the first element of a stream. By
     * default false.
     */
    public boolean hasDelivered() {
        return false;
    }

    /**
     * Registers a callback for the delivery of the first part of the result to the caller. Must be called before the
     * attempt is started. By default the callback is never called.
     *
     * @param callback must be quick and must not throw
     */
    public void onDelivery(Runnable callback) {}

    /**
     * Returns whether the part of the result that {@linkplain #hasDelivered() has been delivered} came from an attempt
     * made in a scope or within it. Called where attempts run in parallel. By default false, because no attempt owns
     * the result.
     */
    public boolean isOwnedBy(Deadline scope) {
        return false;
    }

    /**
     * Claims the result for the attempt of a scope, which has ended without a failure. By default every claim succeeds.
     * After a successful claim no other attempt can deliver anything, until {@link #unclaim()}.
     *
     * @return false if the result, or the part of it that has been delivered, comes from another attempt
     */
    public boolean tryClaim(Deadline scope) {
        return true;
    }

    /**
     * Withdraws a {@linkplain #tryClaim claim} after the other attempts of the race have been stopped, so that further
     * ones can follow.
     */
    public void unclaim() {}

    /**
     * Returns whether the result of the stage is the whole result of the call, which may be kept and used again. By
     * default true; false for a stream.
     */
    public boolean hasWholeResult() {
        return true;
    }

    /** Converts what a fallback returned as a replacement for the result: a stage that ends as the call's own would. */
    public abstract CompletionStage<T> adapt(@Nullable Object replacement);

    /** Returns what the caller passed as the call, which is passed to fallbacks; by default this. */
    @Override
    public Object source() {
        return this;
    }

    /** Returns what the caller passed as the call, if that is not the body itself. */
    public static Object sourceOf(Object body) {
        return body instanceof SubstituteCall substitute ? substitute.source() : body;
    }

    /**
     * Takes a result that no caller receives any more; by default it is dropped. Must not throw.
     *
     * @return true if the policies' hooks for late results must not receive it either; by default false
     */
    public boolean discard(@Nullable Object result) {
        return false;
    }

    /**
     * Returns whether a part of a body's result {@linkplain #hasDelivered() has been delivered}. Predicates for results
     * do not judge such a call.
     */
    public static boolean hasDelivered(@Nullable Object body) {
        return body instanceof AdaptedCall<?> adapted && adapted.hasDelivered();
    }

    /** Returns whether the caller of a body {@linkplain #isLeft() has left}. */
    public static boolean isLeft(Object body) {
        return body instanceof AdaptedCall<?> adapted && adapted.isLeft();
    }

    /** Returns whether a body is {@linkplain #isCommitted() committed}. */
    public static boolean isCommitted(Object body) {
        return body instanceof AdaptedCall<?> adapted && adapted.isCommitted();
    }
}
