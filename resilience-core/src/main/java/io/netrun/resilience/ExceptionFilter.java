package io.netrun.resilience;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Which failures a policy cares about, by class. A failure matches if it, or what an {@link ExecutionException} or
 * {@link CompletionException} wraps, is one of the exceptions and none of the ignored ones. A
 * {@link CallRejectedException} of another policy matches only if an exception of this library is named. Immutable.
 *
 * @param exceptions what matches, subclasses included; not empty
 * @param ignored what never matches, subclasses included
 */
public record ExceptionFilter(List<Class<? extends Throwable>> exceptions, List<Class<? extends Throwable>> ignored) {

    /** Deeper wrapping does not happen by intent, and a circle of causes must end somewhere. */
    private static final int MAX_DEPTH = 16;

    public ExceptionFilter {
        exceptions = List.copyOf(exceptions);
        ignored = List.copyOf(ignored);
        if (exceptions.isEmpty()) {
            throw new IllegalArgumentException(
                    "exceptions is empty: name at least one class, or leave it out for the default");
        }
    }

    /** Whether the policy cares about a failure. */
    public boolean matches(Throwable failure) {
        boolean match = false;
        int depth = 0;
        for (@Nullable Throwable t = failure; t != null && depth < MAX_DEPTH; t = wrapped(t), depth++) {
            if (contains(ignored, t)) {
                return false;
            }
            if (t instanceof CallRejectedException) {
                return isNamed(t);
            }
            match |= contains(exceptions, t);
        }
        return match;
    }

    /**
     * Whether a failure says that the call was stopped rather than that it failed: a cancelled future, or an interrupted
     * thread.
     */
    public static boolean isCancellation(Throwable failure) {
        Throwable root = rootOf(failure);
        return root instanceof CancellationException
                || root instanceof InterruptedException
                || root instanceof CallInterruptedException;
    }

    private boolean isNamed(Throwable rejection) {
        for (Class<? extends Throwable> type : exceptions) {
            if (ResilienceException.class.isAssignableFrom(type) && type.isInstance(rejection)) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(List<Class<? extends Throwable>> types, Throwable failure) {
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).isInstance(failure)) {
                return true;
            }
        }
        return false;
    }

    /** What was thrown, without the {@link ExecutionException} or {@link CompletionException} around it. */
    public static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        int depth = 0;
        for (@Nullable Throwable t = failure; t != null && depth < MAX_DEPTH; t = wrapped(t), depth++) {
            root = t;
        }
        return root;
    }

    /** Whether a failure is only what the JDK's futures put around what was thrown. */
    public static boolean isEnvelope(Throwable failure) {
        return failure instanceof ExecutionException || failure instanceof CompletionException;
    }

    private static @Nullable Throwable wrapped(Throwable failure) {
        return isEnvelope(failure) ? failure.getCause() : null;
    }
}
