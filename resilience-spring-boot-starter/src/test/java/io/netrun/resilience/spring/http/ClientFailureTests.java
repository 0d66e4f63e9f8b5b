package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.FailureMatcher;
import io.netrun.resilience.HttpFailure;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.UnknownHttpStatusCodeException;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import org.springframework.web.server.ResponseStatusException;

/** The core reads status and {@code Retry-After} of Spring's exceptions by the names of their methods. */
class ClientFailureTests {

    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

    static Stream<Arguments> failures() {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, "30");
        Duration asked = Duration.ofSeconds(30);
        byte[] none = new byte[0];
        return Stream.of(
                Arguments.of(
                        HttpClientErrorException.create(
                                HttpStatus.TOO_MANY_REQUESTS, "", headers, none, StandardCharsets.UTF_8),
                        "http:429",
                        asked),
                Arguments.of(new HttpServerErrorException(HttpStatus.BAD_GATEWAY), "http:502", null),
                Arguments.of(
                        new UnknownHttpStatusCodeException(599, "", headers, none, StandardCharsets.UTF_8),
                        "http:599",
                        asked),
                Arguments.of(
                        WebClientResponseException.create(503, "", headers, none, StandardCharsets.UTF_8),
                        "http:503",
                        asked),
                Arguments.of(new ResponseStatusException(HttpStatus.CONFLICT), "http:409", null),
                Arguments.of(new ErrorResponseException(HttpStatus.GONE), "http:410", null),
                Arguments.of(FailingStatusException.of("GET host", 504, headers, () -> {}), "http:504", null));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void exceptionOfAClientShouldHaveItsStatusAndHint(Throwable failure, String code, @Nullable Duration hint) {
        assertThat(FailureMatcher.of(code).matches(failure)).isTrue();
        assertThat(FailureMatcher.of(code.substring(0, 6) + "xx").matches(failure))
                .isTrue();
        assertThat(FailureMatcher.of("http:418").matches(failure)).isFalse();
        assertThat(HttpFailure.retryAfterOf(failure, NOW).orElse(null)).isEqualTo(hint);
    }

    @Test
    void exceptionWithoutAResponseShouldHaveNoStatus() {
        ResourceAccessException failure = new ResourceAccessException("no answer");
        assertThat(HttpFailure.statusOf(failure)).isEmpty();
        assertThat(HttpFailure.retryAfterOf(failure, NOW)).isEmpty();
        assertThat(FailureMatcher.of("sql:08").matches(new IllegalStateException(new SQLException("", "08001"))))
                .isTrue();
    }
}
