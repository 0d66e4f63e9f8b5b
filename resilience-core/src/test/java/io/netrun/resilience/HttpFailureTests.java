package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
}
