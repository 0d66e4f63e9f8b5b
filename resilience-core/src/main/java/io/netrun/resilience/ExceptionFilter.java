package io.netrun.resilience;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selects failures by class and, optionally, by a predicate. A failure matches if it, or the failure wrapped by an
 * {@link ExecutionException}, {@link CompletionException} or {@link FailureWrapper}, is one of the exceptions and none
 * of the ignored ones, and the predicate accepts the unwrapped failure. A {@link CallRejectedException} of another
 * policy matches only if an exception of this library is named. Immutable.
 *
 * @apiNote For authors of policies.
 * @param exceptions what matches, subclasses included; not empty
 * @param ignored what never matches, subclasses included
 * @param condition an additional condition for failures of these classes, called with the unwrapped failure; null for
 *     none. If it throws, that is logged and the classes alone decide
 */
public record ExceptionFilter(
        List<Class<? extends Throwable>> exceptions,
        List<Class<? extends Throwable>> ignored,
        @Nullable Predicate<? super Throwable> condition) {

    private static final Logger log = LoggerFactory.getLogger(ExceptionFilter.class);

    /** Deeper wrapping does not occur on purpose, and a cycle of causes must not loop for ever. */
    static final int MAX_DEPTH = 16;

    public ExceptionFilter {
        exceptions = List.copyOf(exceptions);
        ignored = List.copyOf(ignored);
        if (exceptions.isEmpty()) {
            throw new InvalidSettingException(
                    "exceptions", "exceptions is empty: name at least one class, or omit the setting for the default");
        }
    }

    /** Creates a filter by class alone. */
    public ExceptionFilter(List<Class<? extends Throwable>> exceptions, List<Class<? extends Throwable>> ignored) {
        this(exceptions, ignored, null);
    }

    /** Returns whether a failure matches. */
    public boolean matches(Throwable failure) {
        boolean match = false;
        Throwable root = failure;
        int depth = 0;
        for (@Nullable Throwable t = failure; t != null && depth < MAX_DEPTH; t = wrapped(t), depth++) {
            if (contains(ignored, t)) {
                return false;
            }
            if (t instanceof CallRejectedException) {
                return isNamed(t);
            }
            match |= contains(exceptions, t);
            root = t;
        }
        return match && fulfils(root);
    }

    /**
     * Returns whether the exceptions name the very type by which a failure reports an interrupt, so that it counts
     * nevertheless.
     */
    public boolean namesInterrupt(Throwable failure) {
        int depth = 0;
        for (@Nullable Throwable t = failure; t != null && depth < MAX_DEPTH; t = wrapped(t), depth++) {
            for (Class<? extends Throwable> type : exceptions) {
                if (type.isInstance(t) && Cancellation.isInterruptType(type)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean fulfils(Throwable root) {
        if (condition == null) {
            return true;
        }
        try {
            return condition.test(root);
        } catch (Throwable thrown) {
            SafeLog.error(log, "The failure predicate failed; the exception classes alone decide", thrown);
            return true;
        }
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

    /**
     * Returns the original failure, without the wrappers of JDK futures and the {@link FailureWrapper}s of this
     * library.
     */
    public static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        int depth = 0;
        for (@Nullable Throwable t = failure; t != null && depth < MAX_DEPTH; t = wrapped(t), depth++) {
            root = t;
        }
        return root;
    }

    /** Returns a failure without the wrappers of JDK futures; a {@link FailureWrapper} is kept. */
    public static Throwable withoutEnvelope(Throwable failure) {
        Throwable inside = failure;
        for (int depth = 0; depth < MAX_DEPTH && isEnvelope(inside); depth++) {
            Throwable cause = causeOf(inside);
            if (cause == null) {
                return inside;
            }
            inside = cause;
        }
        return inside;
    }

    /**
     * Returns what a stage failed with: dependent stages wrap it in a {@link CompletionException}, which adds nothing
     * of its own. Any other failure is returned as it is, an {@link ExecutionException} included.
     */
    public static Throwable ofStage(Throwable failure) {
        Throwable cause = failure.getClass() == CompletionException.class ? failure.getCause() : null;
        return cause != null ? cause : failure;
    }

    /** Returns whether a list contains a failure; by identity, because {@code equals} is foreign code. */
    public static boolean isAmong(List<Throwable> failures, Throwable failure) {
        for (Throwable each : failures) {
            if (each == failure) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether a failure is only the wrapper that JDK futures add. */
    public static boolean isEnvelope(Throwable failure) {
        return failure instanceof ExecutionException || failure instanceof CompletionException;
    }

    private static @Nullable Throwable wrapped(Throwable failure) {
        return isEnvelope(failure) || failure instanceof FailureWrapper ? causeOf(failure) : null;
    }

    /** Returns a failure's cause; null if its own {@code getCause()} throws. */
    static @Nullable Throwable causeOf(Throwable failure) {
        try {
            return failure.getCause();
        } catch (Throwable unreadable) {
            return null;
        }
    }
}
