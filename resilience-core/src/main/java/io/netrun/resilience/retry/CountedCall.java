package io.netrun.resilience.retry;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Decides what counts the outcome of a retried call, so that an attempt that fails while the call is being stopped is
 * not counted in addition to the stop. A superclass of the call and not an object of its own, to save its bytes.
 */
abstract sealed class CountedCall<T extends @Nullable Object> extends FurtherAttempts<T> permits AsyncRetryCall {

    private static final VarHandle OUTCOME_OWNER = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "outcomeOwner", VarHandle.class, CountedCall.class, Object.class);

    /** Replaces the counting object once the call was stopped and that is counted. */
    private static final Object STOPPED = new Object();

    /**
     * The object that counts the outcome of the call: null or the {@link FirstAttempt}, then the attempts, or
     * {@link #STOPPED}. Each is replaced atomically.
     */
    private volatile @Nullable Object outcomeOwner;

    /** Sets what counts a stop of the first attempt, if that has been registered. */
    final void setOutcomeOwner(@Nullable FirstAttempt begun) {
        outcomeOwner = begun;
    }

    /**
     * Lets the attempts count the outcome of the call. Returns false if the call was stopped, which has been counted.
     */
    final boolean tryTransferOutcome(RetrySequence attempts) {
        Object before = outcomeOwner;
        if (before instanceof FirstAttempt begun) {
            attempts.continues(begun);
        }
        return before != STOPPED && OUTCOME_OWNER.compareAndSet(this, before, attempts);
    }

    /** Counts that the call was stopped from outside, unless it is counted already. */
    final void countStop(Retry retry) {
        Object before = OUTCOME_OWNER.getAndSet(this, STOPPED);
        if (before instanceof RetrySequence attempts) {
            attempts.stopped();
        } else if (!(before instanceof FirstAttempt begun)) {
            retry.counts().cancelled.increment();
        } else if (begun.tryBeginEnd()) {
            begun.settleStopped();
        }
    }

    /** Returns the part of the call that was registered before its first attempt; null if there is none. */
    final @Nullable FirstAttempt firstAttempt() {
        return outcomeOwner instanceof FirstAttempt begun ? begun : null;
    }

    /** Ends the counting of stops: the call ends by itself. */
    final void clearOutcomeOwner() {
        Object before = OUTCOME_OWNER.getAndSet(this, null);
        if (before instanceof RetrySequence attempts) {
            attempts.forget();
        } else if (before instanceof FirstAttempt begun) {
            begun.tryEnd();
        }
    }
}
