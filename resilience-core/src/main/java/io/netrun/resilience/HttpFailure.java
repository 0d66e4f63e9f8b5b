package io.netrun.resilience;

import java.lang.reflect.Method;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Reads the HTTP status and the {@code Retry-After} header of the exceptions of HTTP clients, without depending on any
 * of them: Spring's {@code RestClientResponseException}, {@code WebClientResponseException} and {@code ErrorResponse},
 * Feign, Retrofit, JAX-RS, Micronaut and others. It calls their public methods by name ({@code getStatusCode},
 * {@code statusCode}, {@code status}, {@code getStatus}; {@code getResponse}, {@code response};
 * {@code getResponseHeaders}, {@code getHeaders}, {@code responseHeaders}, {@code headers}), so that an exception of
 * your own with such a method is read, too.
 */
public final class HttpFailure {

    private static final String RETRY_AFTER = "Retry-After";
    private static final String DATE = "Date";

    /** Longer than any reasonable header value, and short enough not to overflow in calculations. */
    private static final Duration LONGEST = Duration.ofDays(365);

    private static final int MAX_DIGITS = 9;

    private static final List<List<String>> STATUS_METHODS = List.of(
            List.of("getStatusCode", "statusCode", "status", "getStatus", "getResponse", "response"),
            List.of("value", "getValue", "getStatusCode", "statusCode", "getStatus", "status", "getCode", "code"),
            List.of("value", "getValue"));

    private static final List<String> HEADERS_METHODS =
            List.of("getResponseHeaders", "getHeaders", "responseHeaders", "headers");
    private static final List<String> RESPONSE_METHODS = List.of("getResponse", "response");
    private static final List<String> LOOKUP_METHODS =
            List.of("getHeaderString", "getFirst", "firstValue", "getFirstHeaderStringValue", "get");

    private static final ClassValue<List<Method>> STATUS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            return NamedMethods.toNumber(type, STATUS_METHODS);
        }
    };

    private static final ClassValue<List<Method>> HEADERS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            return headersOf(type);
        }
    };

    /** RFC 850 and asctime, the obsolete forms that a recipient has to accept (RFC 9110, 5.6.7). */
    private static final List<DateTimeFormatter> DATES = List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            new DateTimeFormatterBuilder()
                    .appendPattern("EEEE, dd-MMM-")
                    .appendValueReduced(ChronoField.YEAR, 2, 2, 1970)
                    .appendPattern(" HH:mm:ss 'GMT'")
                    .toFormatter(Locale.US)
                    .withZone(ZoneOffset.UTC),
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US).withZone(ZoneOffset.UTC));

    private HttpFailure() {}

    /**
     * Returns the HTTP status that a failure carries, from 100 to 599; empty if it carries none. Causes are not looked
     * at. Never throws.
     */
    public static OptionalInt statusOf(Throwable failure) {
        Object value = failure;
        List<Method> methods = STATUS.get(failure.getClass());
        for (int i = 0; i < methods.size() && value != null; i++) {
            value = NamedMethods.call(methods.get(i), value);
        }
        return value instanceof Integer status && status >= 100 && status <= 599
                ? OptionalInt.of(status)
                : OptionalInt.empty();
    }

    /**
     * Returns the delay that the {@code Retry-After} header of the response behind a failure asks for; empty if it has
     * none, or one that cannot be read. Causes are not looked at. Never throws.
     *
     * @param now the present time, which a date is compared with unless the response has a {@code Date}
     */
    public static Optional<Duration> retryAfterOf(Throwable failure, Instant now) {
        List<Method> methods = HEADERS.get(failure.getClass());
        if (methods.isEmpty()) {
            return Optional.empty();
        }
        String written = header(failure, methods, RETRY_AFTER);
        return written == null
                ? Optional.empty()
                : Optional.ofNullable(delay(written, header(failure, methods, DATE), now));
    }

    /**
     * Returns whether failures of this class can have the headers of a response, so that {@link #retryAfterOf} may
     * return a delay for some of them.
     */
    public static boolean hasHeaders(Throwable failure) {
        return !HEADERS.get(failure.getClass()).isEmpty();
    }

    /**
     * Returns the delay that a {@code Retry-After} header asks for, given in seconds or as a date: from zero, for a
     * date in the past, to 365 days. Null if it is neither.
     *
     * @param retryAfter the value of the header
     * @param date the value of the response's own {@code Date}, with which a date is compared because the clocks of
     *     client and server may differ; null for none
     * @param now the present time, for a response without a readable {@code Date}
     */
    public static @Nullable Duration delay(String retryAfter, @Nullable String date, Instant now) {
        String text = retryAfter.strip();
        if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return text.length() > MAX_DIGITS ? LONGEST : shorter(Duration.ofSeconds(Long.parseLong(text)), LONGEST);
        }
        Instant at = instant(text);
        if (at == null) {
            return null;
        }
        Instant sent = date == null ? null : instant(date.strip());
        Duration until = Duration.between(sent == null ? now : sent, at);
        return until.isNegative() ? Duration.ZERO : shorter(until, LONGEST);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static @Nullable Instant instant(String text) {
        for (DateTimeFormatter format : DATES) {
            try {
                return format.parse(text, Instant::from);
            } catch (DateTimeException | ArithmeticException otherForm) {
                // The next form may fit.
            }
        }
        return null;
    }

    /** The methods that lead to a header: to the headers or the response, then the one that takes a name, if any. */
    private static List<Method> headersOf(Class<?> type) {
        for (String name : HEADERS_METHODS) {
            List<Method> found = withLookup(NamedMethods.find(type, name));
            if (!found.isEmpty()) {
                return found;
            }
        }
        for (String name : RESPONSE_METHODS) {
            Method response = NamedMethods.find(type, name);
            if (response != null && isObject(response.getReturnType())) {
                List<Method> found = withLookup(response);
                if (!found.isEmpty()) {
                    return found;
                }
                for (String headers : HEADERS_METHODS) {
                    List<Method> further = withLookup(NamedMethods.find(response.getReturnType(), headers));
                    if (!further.isEmpty()) {
                        return NamedMethods.following(response, further);
                    }
                }
            }
        }
        return List.of();
    }

    private static boolean isObject(Class<?> type) {
        return !type.isPrimitive() && type != String.class;
    }

    private static List<Method> withLookup(@Nullable Method headers) {
        if (headers == null || !isObject(headers.getReturnType())) {
            return List.of();
        }
        for (String name : LOOKUP_METHODS) {
            Method lookup = NamedMethods.find(headers.getReturnType(), name, String.class);
            if (lookup != null
                    && (lookup.getReturnType() == String.class || lookup.getReturnType() == Optional.class)) {
                return List.of(headers, lookup);
            }
        }
        return Map.class.isAssignableFrom(headers.getReturnType()) ? List.of(headers) : List.of();
    }

    private static @Nullable String header(Throwable failure, List<Method> methods, String name) {
        Object value = failure;
        for (int i = 0; i < methods.size() && value != null; i++) {
            Method method = methods.get(i);
            value = method.getParameterCount() == 0
                    ? NamedMethods.call(method, value)
                    : NamedMethods.call(method, value, name);
        }
        try {
            return textOf(value, name);
        } catch (Throwable unreadable) {
            return null; // an own kind of map or collection
        }
    }

    private static @Nullable String textOf(@Nullable Object value, String name) {
        if (value instanceof Optional<?> optional) {
            return textOf(optional.orElse(null), name);
        }
        if (value instanceof Map<?, ?> headers) {
            for (Map.Entry<?, ?> header : headers.entrySet()) {
                if (name.equalsIgnoreCase(String.valueOf(header.getKey()))) {
                    return textOf(header.getValue(), name);
                }
            }
            return null;
        }
        if (value instanceof Iterable<?> values) {
            return values.iterator().hasNext() ? textOf(values.iterator().next(), name) : null;
        }
        return value instanceof String text ? text : null;
    }
}
