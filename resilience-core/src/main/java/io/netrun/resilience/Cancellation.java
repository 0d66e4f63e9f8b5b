package io.netrun.resilience;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a call that failed was cancelled. What counts is that it was stopped: its scope was stopped, or the
 * calling thread was interrupted. The type of the exception does not matter, so a
 * {@link java.util.concurrent.CancellationException} thrown by the protected code itself is a failure like any other.
 * The only exceptions that count as evidence are those by which the JDK reports an interrupt, because they come with a
 * cleared interrupt flag.
 *
 * @apiNote For authors of policies.
 */
public final class Cancellation {

    private Cancellation() {}

    /**
     * Returns whether a sync call was cancelled. Must be called on the thread that made the call, if no time limit gave
     * it up.
     */
    public static boolean ofSyncCall(Throwable failure, Deadline scope) {
        return isStopped(scope) || Thread.currentThread().isInterrupted() || reportsInterrupt(failure);
    }

    /** Returns whether an asynchronous call was cancelled, if no time limit gave it up. */
    public static boolean ofAsyncCall(Throwable failure, Deadline scope) {
        return isStopped(scope)
                || reportsInterrupt(failure)
                || ExceptionFilter.rootOf(failure) instanceof AttemptLostException;
    }

    private static boolean isStopped(Deadline scope) {
        return scope != Deadline.NONE && scope.isOver() && !scope.isExceeded();
    }

    /** Returns whether a failure, or one of its causes, is an exception by which the JDK reports an interrupt. */
    public static boolean reportsInterrupt(Throwable failure) {
        @Nullable Throwable t = failure;
        for (int depth = 0; t != null && depth < ExceptionFilter.MAX_DEPTH; depth++) {
            if (isInterrupt(t) || t instanceof ClosedByInterruptException || isInterruptedIo(t)) {
                return true;
            }
            t = ExceptionFilter.causeOf(t);
        }
        return false;
    }

    /**
     * Returns whether a failure reports an interrupt as {@link #reportsInterrupt} does, of the thread that threw it:
     * what is inside an exception of the JDK's futures happened on another one.
     */
    public static boolean reportsOwnInterrupt(Throwable failure) {
        @Nullable Throwable t = failure;
        for (int depth = 0; t != null && depth < ExceptionFilter.MAX_DEPTH; depth++) {
            if (ExceptionFilter.isEnvelope(t)) {
                return false;
            }
            t = ExceptionFilter.causeOf(t);
        }
        return reportsInterrupt(failure);
    }

    /** Returns whether a class of exceptions reports an interrupt. */
    static boolean isInterruptType(Class<?> type) {
        return InterruptedException.class.isAssignableFrom(type)
                || CallInterruptedException.class == type
                || ClosedByInterruptException.class == type
                || FileLockInterruptionException.class == type
                || InterruptedIOException.class == type;
    }

    private static boolean isInterrupt(Throwable failure) {
        return failure instanceof InterruptedException
                || failure instanceof CallInterruptedException
                || failure instanceof FileLockInterruptionException;
    }

    /** Subclasses of it, and the class itself in some HTTP clients, report an I/O timeout, which is a failure. */
    private static boolean isInterruptedIo(Throwable failure) {
        if (failure.getClass() != InterruptedIOException.class) {
            return false;
        }
        String message = FailureText.messageOf(failure);
        return message == null || !message.toLowerCase(Locale.ROOT).contains("time");
    }
}
