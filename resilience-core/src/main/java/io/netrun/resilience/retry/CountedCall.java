package io.netrun.resilience.retry;

import io.netrun.resilience.CallFuture;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Decides who counts how a retried call ends, so that an attempt that fails while the call is stopped is not counted
 * beside the stop. A superclass of the call and not an object of its own, to spare its bytes.
 */
abstract sealed class CountedCall<T extends @Nullable Object> extends CallFuture<T> permits AsyncRetryCall {

    private static final VarHandle COUNTED;

    /** In place of what counts, once the call was stopped and that is counted. */
    private static final Object STOPPED = new Object();

    static {
        try {
            COUNTED = MethodHandles.lookup().findVarHandle(CountedCall.class, "counted", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * What counts how the call ends: nothing or the {@link FirstAttempt}, then the attempts, or {@link #STOPPED}. Each
     * is replaced atomically.
     */
    private volatile @Nullable Object counted;

    /** Begins with what counts a stop of the first attempt, if that has been registered. */
    final void countBy(@Nullable FirstAttempt begun) {
        counted = begun;
    }

    /** Has the attempts count how the call ends; false if it was stopped, which has been counted then. */
    final boolean tryCountBy(RetrySequence attempts) {
        Object before = counted;
        if (before == STOPPED || !COUNTED.compareAndSet(this, before, attempts)) {
            return false;
        }
        if (before instanceof FirstAttempt begun && !begun.tryEnd()) {
            attempts.tryEnd(); // the scope around has given the call up, and that is counted
        }
        return true;
    }

    /** The call was stopped from outside: counts that, unless it is counted. */
    final void countStop(Retry retry) {
        Object before = COUNTED.getAndSet(this, STOPPED);
        if (before instanceof RetrySequence attempts) {
            attempts.stopped();
        } else if (!(before instanceof FirstAttempt begun) || begun.tryEnd()) {
            retry.counts().cancelled.increment();
        }
    }

    /** The call ends by itself: nothing counts a stop of it any longer. */
    final void forgetCounted() {
        if (COUNTED.getAndSet(this, null) instanceof FirstAttempt begun) {
            begun.tryEnd();
        }
    }
}
