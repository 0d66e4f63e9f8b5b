package io.netrun.resilience.spring.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.RetryAfter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

/** What a response's {@code Retry-After} is taken to say. */
class RetryAfterTests {

    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-25T10:00:00Z"), ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0                             | PT0S
                    120                           | PT2M
                    99999999999999999999          | PT8760H
                    Wed, 25 Nov 2026 10:00:30 GMT | PT30S
                    Wed, 25 Nov 2026 09:59:00 GMT | PT0S
                    Wed, 25 Nov 2099 10:00:00 GMT | PT8760H
                    """)
    void hintShouldBeReadFromSecondsAndDates(String written, Duration expected) {
        assertThat(FailingStatusException.hint(503, headers(written), NOW)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "1.5", "Wed, 99 Nov 2026"})
    void unreadableHintShouldBeNone(String written) {
        assertThat(FailingStatusException.hint(503, headers(written), NOW)).isNull();
    }

    @Test
    void dateShouldBeReckonedByTheServersClock() {
        HttpHeaders headers = headers("Wed, 25 Nov 2026 12:00:30 GMT");
        headers.set(HttpHeaders.DATE, "Wed, 25 Nov 2026 12:00:00 GMT");
        assertThat(FailingStatusException.hint(503, headers, NOW)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void limitWithoutFurtherRequestsShouldBeAHint() {
        HttpHeaders headers = new HttpHeaders();
        headers.set("X-RateLimit-Remaining", "0");
        headers.set("X-RateLimit-Reset", "30");

        assertThat(FailingStatusException.hint(429, headers, NOW)).isEqualTo(Duration.ofSeconds(30));
        assertThat(FailingStatusException.hint(500, headers, NOW)).isNull();
    }

    @Test
    void failureShouldBeAHintOnlyWhereTheResponseGivesOne() {
        assertThat(FailingStatusException.of("GET host", 503, new HttpHeaders(), () -> {}))
                .isNotInstanceOf(RetryAfter.class)
                .hasMessage("GET host was answered with status 503")
                .extracting(FailingStatusException::status)
                .isEqualTo(503);
        assertThat(FailingStatusException.of("GET host", 503, headers("2"), () -> {}))
                .isInstanceOfSatisfying(
                        RetryAfter.class, hint -> assertThat(hint.retryAfter()).contains(Duration.ofSeconds(2)));
    }

    private static HttpHeaders headers(String retryAfter) {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, retryAfter);
        return headers;
    }
}
