package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * Converts failures to text for logs, snapshots and events, so that nothing retains the exception and the objects it
 * refers to.
 *
 * @apiNote For authors of policies.
 */
public final class FailureText {

    private static final int MAX_LENGTH = 500;

    private FailureText() {}

    /** Returns a failure's {@link Throwable#toString()}, or its class name if that throws. */
    public static String textOf(Throwable failure) {
        try {
            return failure.toString();
        } catch (Throwable unreadable) {
            return failure.getClass().getName();
        }
    }

    /**
     * Returns a failure's message, cut to 500 characters. Never throws: if the failure's own {@code getMessage()} does,
     * a note about that is returned.
     *
     * @return null if the failure has none
     */
    public static @Nullable String messageOf(Throwable failure) {
        String message;
        try {
            message = failure.getMessage();
        } catch (Throwable thrown) {
            return "(getMessage() threw " + thrown.getClass().getName() + ")";
        }
        if (message == null || message.length() <= MAX_LENGTH) {
            return message;
        }
        int end = Character.isHighSurrogate(message.charAt(MAX_LENGTH - 1)) ? MAX_LENGTH - 1 : MAX_LENGTH;
        return message.substring(0, end);
    }
}
