package io.netrun.resilience;

import java.time.Duration;
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

    /** A duration as people write it: {@code 250ms}, {@code 5s}, {@code 1m30s}. */
    protected static String text(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return duration.toNanos() % 1_000_000 == 0
                    ? duration.toMillis() + "ms"
                    : duration.toNanos() / 1_000_000.0 + "ms";
        }
        return duration.toString().substring(2).replaceFirst("^T", "").toLowerCase(java.util.Locale.ROOT);
    }
}
