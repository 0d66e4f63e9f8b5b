package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The status and the {@code Retry-After} header of exceptions in the forms that HTTP clients have. */
class HttpFailureTests {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

    /** Feign's form. */
    static class WithStatus extends RuntimeException {

        private final int status;

        WithStatus(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }

        public Map<String, Collection<String>> responseHeaders() {
            return Map.of("retry-after", List.of("30"), "empty", List.of());
        }
    }

    /** Spring's status, which is an interface. */
    public interface Status {

        int value();
    }

    /** Spring's headers, and okhttp's. */
    public record Headers(@Nullable String retryAfter) {

        public @Nullable String getFirst(String name) {
            return name.equals("Retry-After") ? retryAfter : null;
        }
    }

    /** Spring's form. */
    static class WithStatusCode extends RuntimeException {

        public Status getStatusCode() {
            return () -> 429;
        }

        public @Nullable Headers getResponseHeaders() {
            return new Headers("Wed, 25 Nov 2026 10:00:30 GMT");
        }
    }

    /** The response of JAX-RS and of the JDK's client. */
    public static class Response {

        public int getStatus() {
            return 503;
        }

        public Optional<String> firstValue(String name) {
            return name.equals("Retry-After") ? Optional.of("30") : Optional.empty();
        }

        public Response headers() {
            return this;
        }
    }

    /** JAX-RS's form. */
    static class WithResponse extends RuntimeException {

        public Response getResponse() {
            return new Response();
        }
    }

    /** A client without a response. */
    static class WithoutResponse extends RuntimeException {

        public @Nullable Status getStatusCode() {
            return null;
        }

        public @Nullable Headers getHeaders() {
            return null;
        }
    }

    /** Whose methods have other meanings. */
    static class Unrelated extends RuntimeException {

        public String getStatus() {
            return "503";
        }

        public long status() {
            return 503;
        }

        public void getStatusCode() {}

        public String getHeaders() {
            return "Retry-After: 30";
        }

        public static int statusCode() {
            return 503;
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new WithStatus(503), 503, Duration.ofSeconds(30)),
                Arguments.of(new WithStatus(503) {}, 503, Duration.ofSeconds(30)),
                Arguments.of(new WithStatusCode(), 429, Duration.ofSeconds(30)),
                Arguments.of(new WithResponse(), 503, Duration.ofSeconds(30)),
                Arguments.of(new WithoutResponse(), 0, null),
                Arguments.of(new Unrelated(), 0, null),
                Arguments.of(new FailureMatcherTests.Hostile(), 0, null),
                Arguments.of(new WithStatus(7), 0, Duration.ofSeconds(30)),
                Arguments.of(new IOException(), 0, null));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void statusShouldBeReadByTheNameOfTheMethod(Throwable failure, int status, @Nullable Duration hint) {
        assertThat(HttpFailure.statusOf(failure).orElse(0)).isEqualTo(status);
        assertThat(HttpFailure.retryAfterOf(failure, NOW)).isEqualTo(Optional.ofNullable(hint));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0                                | PT0S
                    120                              | PT2M
                    99999999999999999999             | PT8760H
                    Wed, 25 Nov 2026 10:00:30 GMT    | PT30S
                    Wed, 25 Nov 2026 09:59:00 GMT    | PT0S
                    Wed, 25 Nov 2099 10:00:00 GMT    | PT8760H
                    Wednesday, 25-Nov-26 10:00:30 GMT| PT30S
                    Wed Nov 25 10:00:30 2026         | PT30S
                    """)
    void delayShouldBeReadFromSecondsAndDates(String written, Duration expected) {
        assertThat(HttpFailure.delay(written, null, NOW)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "1.5", "Wed, 99 Nov 2026"})
    void unreadableDelayShouldBeNone(String written) {
        assertThat(HttpFailure.delay(written, null, NOW)).isNull();
    }

    @Test
    void dateShouldBeComparedWithTheServersClock() {
        String at = "Wed, 25 Nov 2026 12:00:30 GMT";
        assertThat(HttpFailure.delay(at, "Wed, 25 Nov 2026 12:00:00 GMT", NOW)).isEqualTo(Duration.ofSeconds(30));
        assertThat(HttpFailure.delay(at, "now", NOW)).isEqualTo(Duration.ofSeconds(7230));
    }

    /** A response with a status, whose headers are written one after the other. */
    static class WithHeaders extends RuntimeException {

        private final int status;
        private final Map<String, String> headers;

        WithHeaders(int status, String headers) {
            this.status = status;
            this.headers = Stream.of(headers.split("\\|"))
                    .map(each -> each.split(": ", 2))
                    .collect(Collectors.toMap(each -> each[0].strip(), each -> each[1].strip()));
        }

        public int status() {
            return status;
        }

        public Map<String, String> headers() {
            return headers;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', textBlock = """
            429 ! Retry-After: 7 | RateLimit-Remaining: 0 | RateLimit-Reset: 30     ! PT7S
            429 ! RateLimit-Remaining: 0 | RateLimit-Reset: 30                      ! PT30S
            503 ! x-ratelimit-remaining: 0 | x-ratelimit-reset: 30                  ! PT30S
            429 ! X-Rate-Limit-Remaining: 0 | X-Rate-Limit-Reset: 30                ! PT30S
            429 ! X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1795600830          ! PT30S
            429 ! X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1795600830000       ! PT30S
            429 ! X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1795600000          ! PT0S
            429 ! RateLimit: "minute";r=0;t=30, "day";r=5;t=3600                    ! PT30S
            429 ! RateLimit: "minute";r=0;t=30, "day";r=0;t=3600                    ! PT1H
            429 ! RateLimit: "minute";r=0                                           !
            429 ! RateLimit: "minute";r=10;t=30                                     !
            429 ! RateLimit-Remaining: 1 | RateLimit-Reset: 30                      !
            429 ! RateLimit-Remaining: 0                                            !
            429 ! RateLimit-Reset: 30                                               !
            429 ! RateLimit-Remaining: 0 | RateLimit-Reset: soon                    !
            500 ! RateLimit-Remaining: 0 | RateLimit-Reset: 30                      !
            """)
    void delayShouldBeReadFromTheFieldsOfALimit(int status, String headers, @Nullable Duration expected) {
        Instant now = Instant.ofEpochSecond(1795600800);

        assertThat(HttpFailure.retryAfterOf(new WithHeaders(status, headers), now))
                .isEqualTo(Optional.ofNullable(expected));
    }

    @Test
    void momentOfAResetShouldBeComparedWithTheServersClock() {
        String headers = "X-RateLimit-Remaining: 0 | X-RateLimit-Reset: 1795600830"
                + " | Date: "
                + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.ofEpochSecond(1795600800).atZone(ZoneOffset.UTC));

        assertThat(HttpFailure.retryAfterOf(new WithHeaders(429, headers), NOW)).contains(Duration.ofSeconds(30));
    }

    /** A failure of the user's own. */
    static class Asking extends RuntimeException implements RetryAfter {

        @Override
        public Optional<Duration> retryAfter() {
            return Optional.of(Duration.ofSeconds(30));
        }
    }

    static class AskingBadly extends RuntimeException implements RetryAfter {

        @Override
        public Optional<Duration> retryAfter() {
            throw new IllegalStateException("cannot say");
        }
    }

    static Stream<Arguments> askingFailures() {
        Throwable asking = new WithHeaders(429, "Retry-After: 30");
        Optional<Duration> half = Optional.of(Duration.ofSeconds(30));
        return Stream.of(
                Arguments.of(asking, half),
                Arguments.of(new CompletionException(asking), half),
                Arguments.of(new WithHeaders(503, "Retry-After: 30"), half),
                Arguments.of(new Asking(), half),
                Arguments.of(exhausted(asking), half),
                Arguments.of(rejected(), Optional.empty()),
                Arguments.of(new AskingBadly(), Optional.empty()),
                Arguments.of(new WithHeaders(500, "Retry-After: 30"), Optional.empty()),
                Arguments.of(new WithHeaders(429, "Other: 30"), Optional.empty()),
                Arguments.of(new IllegalStateException(asking), Optional.empty()),
                Arguments.of(new IOException(), Optional.empty()));
    }

    private static Throwable exhausted(Throwable failure) {
        Retry retry = Retry.of("test", c -> c.maxAttempts(1));
        return catchThrowable(() -> retry.call(() -> {
            throw failure;
        }));
    }

    private static Throwable rejected() {
        RateLimiter limiter = RateLimiter.of("test", c -> c.limit(1).period(Duration.ofHours(1)));
        limiter.acquirePermit();
        return catchThrowable(limiter::acquirePermit);
    }

    @ParameterizedTest
    @MethodSource("askingFailures")
    void pauseShouldBeReadFromWhatTheDependencyAnswered(Throwable failure, Optional<Duration> expected) {
        assertThat(HttpFailure.pauseOf(failure, NOW)).isEqualTo(expected);
    }
}
