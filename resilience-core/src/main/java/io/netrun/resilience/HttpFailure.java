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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the HTTP status, the {@code Retry-After} header and the {@code RateLimit} fields of the exceptions of HTTP
 * clients, without depending on any of them: Spring's {@code RestClientResponseException},
 * {@code WebClientResponseException} and {@code ErrorResponse}, Feign, Retrofit, JAX-RS, Micronaut and others. It calls
 * their public methods by name ({@code getStatusCode}, {@code statusCode}, {@code status}, {@code getStatus};
 * {@code getResponse}, {@code response}; {@code getResponseHeaders}, {@code getHeaders}, {@code responseHeaders},
 * {@code headers}), so that an exception of your own with such a method is read, too.
 */
public final class HttpFailure {

    private static final String RETRY_AFTER = "Retry-After";
    private static final String DATE = "Date";
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVICE_UNAVAILABLE = 503;

    /** The beginnings of the names of the fields that say how many requests are left, and for how long. */
    private static final List<String> RATE_LIMITS = List.of("RateLimit", "X-RateLimit", "X-Rate-Limit");

    /** An item of the structured field of draft-ietf-httpapi-ratelimit-headers: no request left, for some seconds. */
    private static final Pattern NONE_LEFT = Pattern.compile("\\br *= *0+ *(?:;|$)");

    private static final Pattern LEFT_FOR = Pattern.compile("\\bt *= *([0-9]+) *(?:;|$)");

    /** A number of at least as many digits is no number of seconds, but a moment in Unix time. */
    private static final int UNIX_DIGITS = 10;

    private static final int UNIX_MILLIS_DIGITS = 13;

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
     * Returns the delay that the response behind a failure asks for by its {@code Retry-After} header, or else, with
     * status 429 or 503, by its {@code RateLimit} fields; see {@link #retryAfter}. Empty if it has none, or one that
     * cannot be read. Causes are not looked at. Never throws.
     *
     * @param now the present time, which a date is compared with unless the response has a {@code Date}
     */
    public static Optional<Duration> retryAfterOf(Throwable failure, Instant now) {
        List<Method> methods = HEADERS.get(failure.getClass());
        if (methods.isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(
                retryAfter(() -> statusOf(failure).orElse(0), name -> header(failure, methods, name), now));
    }

    /**
     * Returns the delay that a response asks for: by {@code Retry-After}, in seconds or as a date, or else, with status
     * 429 or 503, by the fields of a limit that leaves no further request. These are {@code RateLimit-Remaining} with
     * {@code RateLimit-Reset}, the same with {@code X-} before them, or {@code RateLimit} with its parameters {@code r}
     * and {@code t}. A reset is a number of seconds, or a moment in Unix time. Null if it asks for none.
     *
     * @param status the status of the response
     * @param headers returns the first value of a header by its name, whatever its case; null for none
     * @param now the present time, for a moment in a response without a readable {@code Date}
     */
    public static @Nullable Duration retryAfter(int status, Function<String, @Nullable String> headers, Instant now) {
        return retryAfter(() -> status, headers, now);
    }

    private static @Nullable Duration retryAfter(
            IntSupplier status, Function<String, @Nullable String> headers, Instant now) {
        String written = headers.apply(RETRY_AFTER);
        Duration delay = written == null ? null : delay(written, headers.apply(DATE), now);
        return delay != null || !asksForLess(status.getAsInt()) ? delay : untilReset(headers, now);
    }

    private static boolean asksForLess(int status) {
        return status == TOO_MANY_REQUESTS || status == SERVICE_UNAVAILABLE;
    }

    /** The longest time for which a limit leaves no request; null if none does. */
    private static @Nullable Duration untilReset(Function<String, @Nullable String> headers, Instant now) {
        Duration longest = null;
        for (String limit : RATE_LIMITS) {
            if (isZero(headers.apply(limit + "-Remaining"))) {
                longest = longer(longest, reset(headers.apply(limit + "-Reset"), headers, now));
            }
        }
        String structured = headers.apply(RATE_LIMITS.get(0));
        if (structured != null) {
            for (String item : structured.split(",", -1)) {
                Matcher seconds = LEFT_FOR.matcher(item);
                if (NONE_LEFT.matcher(item).find() && seconds.find()) {
                    longest = longer(longest, reset(seconds.group(1), headers, now));
                }
            }
        }
        return longest;
    }

    private static boolean isZero(@Nullable String remaining) {
        return remaining != null
                && !remaining.isBlank()
                && remaining.strip().chars().allMatch(c -> c == '0');
    }

    private static @Nullable Duration reset(
            @Nullable String written, Function<String, @Nullable String> headers, Instant now) {
        if (written == null) {
            return null;
        }
        String text = written.strip();
        boolean isMoment = text.length() >= UNIX_DIGITS && text.length() <= UNIX_MILLIS_DIGITS;
        if (!isMoment || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return delay(text, headers.apply(DATE), now);
        }
        long number = Long.parseLong(text);
        Instant at = text.length() == UNIX_MILLIS_DIGITS ? Instant.ofEpochMilli(number) : Instant.ofEpochSecond(number);
        String date = headers.apply(DATE);
        return between(date == null ? null : instant(date.strip()), now, at);
    }

    private static @Nullable Duration longer(@Nullable Duration a, @Nullable Duration b) {
        return a == null || (b != null && b.compareTo(a) > 0) ? b : a;
    }

    /**
     * Returns the time for which the dependency behind a failure asks for no further call: the delay of a
     * {@link RetryAfter}, or of the response that the exception of an HTTP client carries if its status is 429 or 503.
     * Looks at the cause of an exception that a policy raises for the failures of a call. Empty if it asks for none, or
     * the failure is the rejection of a policy. Never throws.
     *
     * @param now the present time, see {@link #retryAfter}
     */
    public static Optional<Duration> pauseOf(Throwable failure, Instant now) {
        try {
            Throwable thrown = ExceptionFilter.behindPolicies(failure);
            if (thrown instanceof ResilienceException) {
                return Optional.empty();
            }
            OptionalInt status = statusOf(thrown);
            if (status.isPresent() && !asksForLess(status.getAsInt())) {
                return Optional.empty();
            }
            if (thrown instanceof RetryAfter hint) {
                return Objects.requireNonNullElse(hint.retryAfter(), Optional.empty()); // foreign code
            }
            return status.isPresent() ? retryAfterOf(thrown, now) : Optional.empty();
        } catch (Throwable unreadable) {
            return Optional.empty(); // foreign code, such as retryAfter()
        }
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
        return between(date == null ? null : instant(date.strip()), now, at);
    }

    private static Duration between(@Nullable Instant sent, Instant now, Instant at) {
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
