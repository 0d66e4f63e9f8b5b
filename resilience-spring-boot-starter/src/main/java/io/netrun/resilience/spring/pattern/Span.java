package io.netrun.resilience.spring.pattern;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A time that an instance's settings lead to.
 *
 * @param what for people, such as {@code max-wait}
 */
public record Span(String what, Duration duration) {

    /** None if the setting is not made. */
    static Stream<Span> of(String what, @Nullable Duration duration) {
        return Optional.ofNullable(duration).map(set -> new Span(what, set)).stream();
    }
}
