package io.netrun.resilience;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The root of what policies throw on their own account. What the protected call throws passes through unchanged. Every
 * message starts with the kind and the name of the instance.
 */
public abstract class ResilienceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String name;

    /**
     * For the exceptions of patterns.
     *
     * @param name of the instance
     * @param message the whole message, or null where {@link #getMessage()} is overridden
     * @param cause the failure behind it, if there is one
     * @param withStackTrace whether to record where it was thrown, which costs more than most rejections should
     */
    protected ResilienceException(
            String name, @Nullable String message, @Nullable Throwable cause, boolean withStackTrace) {
        super(message, cause, true, withStackTrace);
        this.name = name;
    }

    /** The name of the instance that threw it. */
    public final String name() {
        return name;
    }

    /** A duration as people write it, to the millisecond: {@code 250ms}, {@code 5s}, {@code 1m30s}. */
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
