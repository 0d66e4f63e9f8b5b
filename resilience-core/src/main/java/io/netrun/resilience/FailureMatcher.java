package io.netrun.resilience;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects failures: by class, or by a code that a failure carries, such as an HTTP status. Two matchers are equal if
 * they select the same failures. The text of a matcher is what selects it in configuration: the name of a class, or a
 * kind and a code separated by a colon, which no class name contains. Immutable.
 *
 * <ul>
 *   <li>{@code http:503}, {@code http:5xx}: an HTTP status or a class of them; see {@link HttpFailure#statusOf}
 *   <li>{@code sql:40001}, {@code sql:08}: an SQL state or a class of them, of the failure or one of its causes,
 *       because data access libraries wrap the exception of the driver
 *   <li>{@code grpc:UNAVAILABLE}: the status code of a {@code StatusRuntimeException} or {@code StatusException}
 * </ul>
 */
public sealed interface FailureMatcher permits ClassMatcher, AbsentClass, CodeMatcher {

    /**
     * Returns whether a failure matches. The failure is not unwrapped. Never throws: a failure whose code cannot be
     * read does not match.
     */
    boolean matches(Throwable failure);

    /** Returns a matcher for the failures of a class, subclasses included. */
    static FailureMatcher of(Class<? extends Throwable> type) {
        return new ClassMatcher(type);
    }

    /**
     * Returns a matcher for the failures with a code.
     *
     * @param text a kind and a code, such as {@code http:5xx}, {@code sql:40001} or {@code grpc:UNAVAILABLE}; in any
     *     case
     * @throws IllegalArgumentException if the kind or the code is unknown; the message names the text and what is
     *     allowed
     */
    static FailureMatcher of(String text) {
        return CodeMatcher.of(text);
    }

    /** Returns matchers for the failures of each class. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    static List<FailureMatcher> ofEach(Class<? extends Throwable>... types) {
        return Arrays.stream(types).map(FailureMatcher::of).toList();
    }

    /**
     * Returns a matcher for a class that does not exist here, which matches no failure. For configuration that several
     * applications share.
     *
     * @param className the name of the class, not blank
     */
    static FailureMatcher absent(String className) {
        return new AbsentClass(className);
    }

    /** Returns the class whose failures match; null if they are selected by a code, or the class does not exist. */
    default @Nullable Class<? extends Throwable> type() {
        return null;
    }

    /** Returns whether this is for a class that does not exist here. */
    default boolean isAbsent() {
        return false;
    }

    /** Returns the text that selects the same failures in configuration, such as {@code http:5xx}. */
    @Override
    String toString();
}
