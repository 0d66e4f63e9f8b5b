package io.netrun.resilience;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The base class of exceptions that policies raise themselves. Exceptions of the protected call pass through unchanged.
 * Every message starts with the kind and the name of the instance.
 */
public abstract class ResilienceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String name;

    /**
     * Creates an exception of a pattern.
     *
     * @param name the name of the instance
     * @param message the whole message, or null if {@link #getMessage()} is overridden
     * @param cause the underlying failure, if there is one
     * @param withStackTrace whether to record where it was thrown, which is too expensive for most rejections
     */
    protected ResilienceException(
            String name, @Nullable String message, @Nullable Throwable cause, boolean withStackTrace) {
        super(message, cause, true, withStackTrace);
        this.name = name;
    }

    /** Returns the name of the instance that threw this exception. */
    public final String name() {
        return name;
    }

    /** Returns a readable duration, to the millisecond: {@code 250ms}, {@code 5s}, {@code 1m30s}. */
    protected static String text(Duration duration) {
        long millis = (Require.nanos(duration) + 500_000) / 1_000_000;
        if (millis == 0) {
            return duration.isZero() ? "0ms" : "less than 1ms";
        }
        return millis < 1_000
                ? millis + "ms"
                : Duration.ofMillis(millis).toString().substring(2).toLowerCase(Locale.ROOT);
    }
}
