package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures are selected by class, or by a code that they carry. */
class FailureMatcherTests {

    @ParameterizedTest
    @CsvSource({
        "http:503, 503, true",
        "http:503, 504, false",
        "http:5xx, 500, true",
        "http:5xx, 599, true",
        "http:5xx, 499, false",
        "HTTP: 4XX, 429, true",
        "http:429, 42, false",
        "http:5xx, 5, false"
    })
    void httpMatcherShouldMatchAStatusOrAClassOfThem(String text, int status, boolean matches) {
        assertThat(FailureMatcher.of(text).matches(new HttpFailureTests.WithStatus(status)))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({"sql:40001, true", "sql:40, true", "sql:4000F, false", "sql:08, false", "SQL:40p01, false"})
    void sqlMatcherShouldMatchAStateOrAClassOfThem(String text, boolean matches) {
        assertThat(FailureMatcher.of(text).matches(new SQLException("deadlock", "40001")))
                .isEqualTo(matches);
    }

    @Test
    void sqlMatcherShouldLookAtCausesAndAtTheNextExceptions() {
        SQLException deadlock = new SQLException("deadlock", "40001");
        BatchUpdateException batch = new BatchUpdateException("batch", "S1000", new int[0]);
        batch.setNextException(deadlock);
        FailureMatcher matcher = FailureMatcher.of("sql:40001");
        assertThat(List.of(
                        new IllegalStateException(deadlock),
                        new IllegalStateException(new IOException(deadlock)),
                        batch))
                .allMatch(matcher::matches);
        assertThat(matcher.matches(new SQLException("no state"))).isFalse();
        assertThat(matcher.matches(new IOException())).isFalse();
    }

    /** Like R2DBC's and Hibernate's, which are no {@link SQLException}s. */
    static class OwnSqlException extends RuntimeException {

        public String getSqlState() {
            return "08006";
        }
    }

    @Test
    void sqlMatcherShouldReadStatesByTheNameOfTheMethod() {
        assertThat(FailureMatcher.of("sql:08").matches(new IllegalStateException(new OwnSqlException())))
                .isTrue();
    }

    /** In the form of gRPC's exceptions. */
    static class StatusRuntimeException extends RuntimeException {

        /** A status. */
        public record Status(Code code) {

            public Code getCode() {
                return code;
            }
        }

        /** Some codes. */
        public enum Code {
            UNAVAILABLE,
            DEADLINE_EXCEEDED
        }

        private final transient Status status;

        StatusRuntimeException(Code code) {
            this.status = new Status(code);
        }

        public Status getStatus() {
            return status;
        }
    }

    @Test
    void grpcMatcherShouldMatchTheStatusCode() {
        Exception failure = new StatusRuntimeException(StatusRuntimeException.Code.DEADLINE_EXCEEDED);
        assertThat(FailureMatcher.of("grpc:deadline-exceeded").matches(failure)).isTrue();
        assertThat(FailureMatcher.of("grpc:DEADLINE_EXCEEDED").matches(failure)).isTrue();
        assertThat(FailureMatcher.of("grpc:UNAVAILABLE").matches(failure)).isFalse();
        assertThat(FailureMatcher.of("grpc:UNAVAILABLE").matches(new IOException()))
                .isFalse();
        assertThat(FailureMatcher.of("http:5xx").matches(failure)).isFalse();
    }

    @Test
    void classMatcherShouldMatchSubclasses() {
        assertThat(FailureMatcher.of(IOException.class).matches(new FileNotFoundException()))
                .isTrue();
        assertThat(FailureMatcher.of(IOException.class).matches(new SQLException()))
                .isFalse();
        assertThat(FailureMatcher.absent("com.shop.Sold").matches(new IOException()))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "htp:500 | must be http:, sql: or grpc: with a code, such as http:5xx",
                "java.io.IOException | must be http:, sql: or grpc: with a code, such as http:5xx",
                "http: | is no HTTP status: must be between 100 and 599, or a class from 1xx to 5xx",
                "http:6xx | is no HTTP status",
                "http:99 | is no HTTP status",
                "http:50x | is no HTTP status",
                "sql:4 | is no SQL state: must have five characters, such as 40001, or two for a class, such as 08",
                "sql:400011 | is no SQL state",
                "grpc:DOWN | is no gRPC status code: must be one such as UNAVAILABLE",
            })
    void textWithoutACodeShouldBeRejectedWithWhatIsAllowed(String text, String message) {
        assertThatThrownBy(() -> FailureMatcher.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "'")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http:5xx", "http:429", "sql:08", "sql:40P01", "grpc:UNAVAILABLE"})
    void textShouldSelectTheSameFailuresAgain(String text) {
        assertThat(FailureMatcher.of(text)).hasToString(text).isEqualTo(FailureMatcher.of(text));
        assertThat(FailureMatcher.of(IOException.class))
                .hasToString("java.io.IOException")
                .isEqualTo(FailureMatcher.of(IOException.class));
    }

    /** Everything that a matcher reads throws. */
    static class Hostile extends SQLException {

        public int getStatusCode() {
            throw new IllegalStateException("status");
        }

        public Object getHeaders() {
            throw new IllegalStateException("headers");
        }

        @Override
        public String getSQLState() {
            throw new AssertionError("state");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("cause");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http:5xx", "sql:08", "grpc:UNAVAILABLE"})
    void failureWhoseCodeCannotBeReadShouldNotMatch(String text) {
        assertThat(FailureMatcher.of(text).matches(new Hostile())).isFalse();
    }

    @Test
    void cycleOfCausesShouldEnd() {
        Exception one = new Exception();
        one.initCause(new Exception(one));
        assertThat(FailureMatcher.of("sql:08").matches(one)).isFalse();
        assertThat(ExceptionFilter.matches(FailureMatcher.of(IOException.class), one, true))
                .isFalse();
    }
}
