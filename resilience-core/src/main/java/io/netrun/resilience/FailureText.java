package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * What is kept of a failure for people to read: text, and not the exception with all that it refers to. For those who
 * write policies.
 */
public final class FailureText {

    private static final int MAX_LENGTH = 500;

    private FailureText() {}

    /** A failure's {@link Throwable#toString()}, or its class where that throws. */
    public static String textOf(Throwable failure) {
        try {
            return failure.toString();
        } catch (Throwable unreadable) {
            return failure.getClass().getName();
        }
    }

    /**
     * A failure's message, cut to 500 characters. Never throws: where the failure's own {@code getMessage()} does, that
     * is the text.
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
