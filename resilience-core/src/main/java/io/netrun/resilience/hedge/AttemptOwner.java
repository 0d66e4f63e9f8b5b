package io.netrun.resilience.hedge;

import org.jspecify.annotations.Nullable;

/** Receives what an attempt does: its call, or once that has ended what is left to do for it. */
interface AttemptOwner<T extends @Nullable Object> {

    /** Receives the end of an attempt's future. */
    void ended(Attempt<T> attempt, T value, @Nullable Throwable failure);

    /** Records that no part of an attempt runs any longer. Idempotent. */
    void leave(Attempt<T> attempt);

    /** Takes the result of an attempt that has lost. */
    void discard(T result);

    /** Takes the result of an attempt whose future had ended without it, in the caller's context. */
    void discardLate(T result);

    /** Returns whether the result of an attempt that has lost is wanted. */
    boolean wantsLateResult();

    /** Ends the call with a failure raised by the hedge, unless it has ended. */
    void giveUp(Throwable failure);
}
