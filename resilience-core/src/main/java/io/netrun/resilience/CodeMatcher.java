package io.netrun.resilience;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Selects failures by a code that they carry.
 *
 * @param kind what carries the code
 * @param code the code as text, or the beginning that all codes of a class share
 */
record CodeMatcher(Kind kind, String code) implements FailureMatcher {

    /** What carries a code. The names are the prefixes in configuration. */
    enum Kind {
        HTTP,
        SQL,
        GRPC
    }

    private static final Pattern STATUS = Pattern.compile("[1-5](\\d\\d|xx)");
    private static final Pattern SQL_STATE = Pattern.compile("[0-9A-Z]{2}([0-9A-Z]{3})?");
    private static final Set<String> GRPC_CODES = Set.of(
            "OK",
            "CANCELLED",
            "UNKNOWN",
            "INVALID_ARGUMENT",
            "DEADLINE_EXCEEDED",
            "NOT_FOUND",
            "ALREADY_EXISTS",
            "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED",
            "FAILED_PRECONDITION",
            "ABORTED",
            "OUT_OF_RANGE",
            "UNIMPLEMENTED",
            "INTERNAL",
            "UNAVAILABLE",
            "DATA_LOSS",
            "UNAUTHENTICATED");

    static CodeMatcher of(String text) {
        int colon = text.indexOf(':');
        String kind = colon < 0 ? "" : text.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        String code = text.substring(colon + 1).strip();
        return switch (kind) {
            case "http" -> http(text, code.toLowerCase(Locale.ROOT));
            case "sql" -> sql(text, code.toUpperCase(Locale.ROOT));
            case "grpc" -> grpc(text, code.toUpperCase(Locale.ROOT).replace('-', '_'));
            default ->
                throw new IllegalArgumentException(
                        "'" + text + "' selects no failure: must be http:, sql: or grpc: with a code, such as http:5xx,"
                                + " sql:40001 or grpc:UNAVAILABLE");
        };
    }

    private static CodeMatcher http(String text, String status) {
        if (!STATUS.matcher(status).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no HTTP status: must be between 100 and 599, or a class from 1xx to 5xx");
        }
        return new CodeMatcher(Kind.HTTP, status.endsWith("xx") ? status.substring(0, 1) : status);
    }

    private static CodeMatcher sql(String text, String state) {
        if (!SQL_STATE.matcher(state).matches()) {
            throw new IllegalArgumentException("'" + text
                    + "' is no SQL state: must have five characters, such as 40001, or two for a class, such as 08");
        }
        return new CodeMatcher(Kind.SQL, state);
    }

    private static CodeMatcher grpc(String text, String code) {
        if (!GRPC_CODES.contains(code)) {
            throw new IllegalArgumentException("'" + text
                    + "' is no gRPC status code: must be one such as UNAVAILABLE, DEADLINE_EXCEEDED or ABORTED");
        }
        return new CodeMatcher(Kind.GRPC, code);
    }

    @Override
    public boolean matches(Throwable failure) {
        return switch (kind) {
            case HTTP -> hasStatus(HttpFailure.statusOf(failure).orElse(0));
            case SQL -> SqlFailure.hasState(failure, code);
            case GRPC -> code.equals(GrpcFailure.codeOf(failure));
        };
    }

    private boolean hasStatus(int status) {
        int expected = Integer.parseInt(code);
        return status == expected || status / 100 == expected;
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + ":" + code
                + (kind == Kind.HTTP && code.length() == 1 ? "xx" : "");
    }
}
