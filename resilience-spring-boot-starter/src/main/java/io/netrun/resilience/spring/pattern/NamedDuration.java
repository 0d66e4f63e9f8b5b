package io.netrun.resilience.spring.pattern;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A duration that follows from an instance's settings.
 *
 * @param what display name, such as {@code max-wait}
 */
public record NamedDuration(String what, Duration duration) {

    /** A time in a message: {@code 2s}, {@code 1500ms}, {@code 15.06s}. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1_000 != 0 && Math.abs(millis) < 10_000
                ? millis + "ms"
                : BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString() + "s";
    }

    /** Empty if the setting is not set. */
    static Stream<NamedDuration> of(String what, @Nullable Duration duration) {
        return Optional.ofNullable(duration).map(set -> new NamedDuration(what, set)).stream();
    }
}
