package io.netrun.resilience;

import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call that failed was cancelled. What decides is the fact that somebody stopped it: its scope was stopped,
 * or the calling thread was interrupted. What the call throws then does not matter, and what it throws otherwise does
 * not make it cancelled: a {@link java.util.concurrent.CancellationException} of the protected code's own is a failure
 * like others. Only the exceptions by which the JDK reports an interrupt, which clears the thread's flag, are taken for
 * the fact itself. For authors of policies.
 */
public final class Cancellation {

    private Cancellation() {}

    /** Whether a sync call was cancelled; to be asked on the thread that made it, where no time limit gave it up. */
    public static boolean ofSyncCall(Throwable failure, Deadline scope) {
        return isStopped(scope) || Thread.currentThread().isInterrupted() || reportsInterrupt(failure);
    }

    /** Whether an asynchronous call was cancelled, where no time limit gave it up. */
    public static boolean ofAsyncCall(Throwable failure, Deadline scope) {
        Throwable root = ExceptionFilter.rootOf(failure);
        return isStopped(scope) || isInterrupt(root) || root instanceof AttemptLostException;
    }

    private static boolean isStopped(Deadline scope) {
        return scope != Deadline.NONE && scope.isOver() && !scope.isExceeded();
    }

    /** Whether a failure is, or was caused by, an exception by which the JDK reports an interrupt. */
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

    /** Whether a class of exceptions is one by which an interrupt is reported. */
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
