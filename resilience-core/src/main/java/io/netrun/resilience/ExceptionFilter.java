package io.netrun.resilience;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selects failures by matchers and, optionally, by a predicate. A failure matches if it matches one of the exceptions
 * and none of the ignored ones, and the predicate accepts it. Of an {@link ExecutionException},
 * {@link CompletionException} or {@link FailureWrapper}, the failure inside counts; the wrapper itself matches only if
 * a class of wrappers is named. A {@link CallRejectedException} of another policy matches only if the class of an
 * exception of this library is named. Immutable.
 *
 * @apiNote For authors of policies.
 */
public final class ExceptionFilter {

    private static final Logger log = LoggerFactory.getLogger(ExceptionFilter.class);

    /** Deeper wrapping does not occur on purpose, and a cycle of causes must not loop for ever. */
    static final int MAX_DEPTH = 16;

    private final Matchers exceptions;
    private final Matchers ignored;
    private final @Nullable Predicate<? super Throwable> condition;
    private final boolean causes;

    /**
     * Creates a filter.
     *
     * @param exceptions what matches; not empty
     * @param ignored what never matches
     * @param condition an additional condition for the failures that match, called with the unwrapped failure; null for
     *     none. If it throws, that is logged and the matchers alone decide
     * @param causes whether the causes of a failure are matched like the failure itself
     * @throws InvalidSettingException if {@code exceptions} is empty
     */
    public ExceptionFilter(
            List<FailureMatcher> exceptions,
            List<FailureMatcher> ignored,
            @Nullable Predicate<? super Throwable> condition,
            boolean causes) {
        this.exceptions = Matchers.of(exceptions);
        this.ignored = Matchers.of(ignored);
        this.condition = condition;
        this.causes = causes;
    }

    /**
     * Returns an immutable copy of the matchers of a setting.
     *
     * @throws InvalidSettingException if there are none
     */
    public static List<FailureMatcher> requireSome(List<FailureMatcher> exceptions) {
        if (exceptions.isEmpty()) {
            throw new InvalidSettingException(
                    "exceptions", "exceptions is empty: name at least one class, or omit the setting for the default");
        }
        return List.copyOf(exceptions);
    }

    /** Returns whether a failure matches. */
    public boolean matches(Throwable failure) {
        boolean match = false;
        int depth = 0;
        for (@Nullable Throwable t = failure;
                t != null && depth < MAX_DEPTH;
                t = causes ? causeOf(t) : inside(t), depth++) {
            boolean wrapper = isLookedThrough(t, depth);
            if (wrapper ? ignored.nameWrapper(t) : ignored.match(t)) {
                return false;
            }
            if (t instanceof CallRejectedException) {
                match = isNamed(t);
                break;
            }
            match |= wrapper ? exceptions.nameWrapper(t) : exceptions.match(t);
        }
        return match && (condition == null || fulfils(condition, rootOf(failure)));
    }

    /**
     * Returns whether a matcher matches a failure, or the failure that it wraps.
     *
     * @param causes whether the causes of the failure are matched like the failure itself
     */
    public static boolean matches(FailureMatcher matcher, Throwable failure, boolean causes) {
        int depth = 0;
        for (@Nullable Throwable t = failure;
                t != null && depth < MAX_DEPTH;
                t = causes ? causeOf(t) : inside(t), depth++) {
            boolean byName = matcher instanceof ClassMatcher && isLookedThrough(t, depth);
            if (byName ? namesWrapper(((ClassMatcher) matcher).type(), t) : matcher.matches(t)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether the exceptions name the very type by which a failure reports an interrupt, so that it counts
     * nevertheless.
     */
    public boolean namesInterrupt(Throwable failure) {
        int depth = 0;
        for (@Nullable Throwable t = failure;
                t != null && depth < MAX_DEPTH;
                t = causes ? causeOf(t) : inside(t), depth++) {
            for (Class<?> type : exceptions.types) {
                if (type.isInstance(t) && Cancellation.isInterruptType(type)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean fulfils(Predicate<? super Throwable> condition, Throwable root) {
        try {
            return condition.test(root);
        } catch (Throwable thrown) {
            SafeLog.error(log, "The failure predicate failed; the exception classes alone decide", thrown);
            return true;
        }
    }

    private boolean isNamed(Throwable rejection) {
        for (Class<?> type : exceptions.types) {
            if (ResilienceException.class.isAssignableFrom(type) && type.isInstance(rejection)) {
                return true;
            }
        }
        return false;
    }

    /** The matchers of a setting, with those of classes apart, because most failures are matched by them alone. */
    private static final class Matchers {

        private static final Matchers NONE = new Matchers(List.of());
        private static final Matchers OF_EVERY = new Matchers(List.of(FailureMatcher.of(Throwable.class)));

        private final Class<?>[] types;
        private final FailureMatcher @Nullable [] others;

        /** The instances of a large family share the matchers of the defaults. */
        static Matchers of(List<FailureMatcher> all) {
            if (all.isEmpty()) {
                return NONE;
            }
            // Not equals: the JDK's comparison of records would keep the class loader of this library.
            boolean everything =
                    all.size() == 1 && all.get(0) instanceof ClassMatcher matcher && matcher.type() == Throwable.class;
            return everything ? OF_EVERY : new Matchers(all);
        }

        private Matchers(List<FailureMatcher> all) {
            this.types = all.stream()
                    .filter(ClassMatcher.class::isInstance)
                    .map(matcher -> ((ClassMatcher) matcher).type())
                    .toArray(Class<?>[]::new);
            this.others = types.length == all.size()
                    ? null
                    : all.stream()
                            .filter(matcher -> !(matcher instanceof ClassMatcher))
                            .toArray(FailureMatcher[]::new);
        }

        boolean match(Throwable failure) {
            for (Class<?> type : types) {
                if (type.isInstance(failure)) {
                    return true;
                }
            }
            return others != null && anyMatches(others, failure);
        }

        /** Returns whether a wrapper is named as such; a class such as {@code Exception} means the failure inside. */
        boolean nameWrapper(Throwable wrapper) {
            for (Class<?> type : types) {
                if (namesWrapper(type, wrapper)) {
                    return true;
                }
            }
            return others != null && anyMatches(others, wrapper);
        }

        private static boolean anyMatches(FailureMatcher[] matchers, Throwable failure) {
            for (FailureMatcher matcher : matchers) {
                if (matcher.matches(failure)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * Returns the original failure, without the wrappers of JDK futures and the {@link FailureWrapper}s of this
     * library.
     */
    public static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        int depth = 0;
        for (@Nullable Throwable t = failure; t != null && depth < MAX_DEPTH; t = inside(t), depth++) {
            root = t;
        }
        return root;
    }

    /**
     * Returns the failure of a call behind the exceptions that policies raise for it, those that are no
     * {@link FailureWrapper} included: a rejection, or what none of the policies has made. An exception of a policy
     * without a cause is returned itself.
     */
    public static Throwable behindPolicies(Throwable failure) {
        Throwable inside = rootOf(failure);
        for (int depth = 0;
                depth < MAX_DEPTH
                        && inside instanceof ResilienceException
                        && !(inside instanceof CallRejectedException);
                depth++) {
            Throwable cause = causeOf(inside);
            if (cause == null) {
                return inside;
            }
            inside = rootOf(cause);
        }
        return inside;
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

    /** Returns whether a failure only wraps another one: it is an envelope of the JDK, or a {@link FailureWrapper}. */
    public static boolean isWrapper(Throwable failure) {
        return isEnvelope(failure) || failure instanceof FailureWrapper;
    }

    /**
     * Returns whether the failure inside counts, because there is one. The search ends at some depth: a wrapper without
     * an end to its causes counts as the failure itself.
     */
    private static boolean isLookedThrough(Throwable failure, int depth) {
        return depth < MAX_DEPTH - 1 && inside(failure) != null;
    }

    /**
     * Returns whether a class that a setting names means a wrapper itself, and not the failure inside: it is a class of
     * wrappers, or {@link ResilienceException}.
     */
    public static boolean namesWrapper(Class<?> type, Throwable wrapper) {
        return type.isInstance(wrapper)
                && (ResilienceException.class.isAssignableFrom(type)
                        || ExecutionException.class.isAssignableFrom(type)
                        || CompletionException.class.isAssignableFrom(type)
                        || FailureWrapper.class.isAssignableFrom(type));
    }

    /** Returns the failure that another one wraps; null if that is no {@linkplain #isWrapper wrapper}, or has none. */
    public static @Nullable Throwable inside(Throwable failure) {
        return isWrapper(failure) ? causeOf(failure) : null;
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
