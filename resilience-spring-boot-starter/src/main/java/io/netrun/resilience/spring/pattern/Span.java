package io.netrun.resilience.spring.pattern;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * A time that an instance's settings lead to.
 *
 * @param what for people, such as {@code max-wait}
 */
public record Span(String what, Duration duration) {

    /** A time for people: {@code 2s}, {@code 1500ms}. */
    public static String text(Duration duration) {
        return DurationStyle.SIMPLE.print(
                duration, duration.toMillis() % 1_000 == 0 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS);
    }

    /** None if the setting is not made. */
    static Stream<Span> of(String what, @Nullable Duration duration) {
        return Optional.ofNullable(duration).map(set -> new Span(what, set)).stream();
    }
}
