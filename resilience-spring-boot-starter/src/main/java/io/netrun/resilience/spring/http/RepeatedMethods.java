package io.netrun.resilience.spring.http;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;

/**
 * The methods of requests that may be sent more than once. Immutable.
 *
 * @param methods some methods
 * @param others whether all others are meant, and not these
 */
record RepeatedMethods(Set<HttpMethod> methods, boolean others) {

    /** All methods that are not known to be unsafe to repeat, whatever standard defines them. */
    static final RepeatedMethods DEFAULT = new RepeatedMethods(Set.of(HttpMethod.POST, HttpMethod.PATCH), true);

    static final RepeatedMethods ALL = new RepeatedMethods(Set.of(), true);

    static final RepeatedMethods NONE = new RepeatedMethods(Set.of(), false);

    /** The idempotent ones among the methods in use; of other methods, it is not known. */
    private static final Set<HttpMethod> IDEMPOTENT = Stream.of(
                    "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY", "PROPFIND", "REPORT", "SEARCH")
            .map(HttpMethod::valueOf)
            .collect(Collectors.toUnmodifiableSet());

    /** A method is a token: RFC 9110, sections 9.1 and 5.6.2. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~\\w-]+");

    /** Methods that look like misspelled ones of HTTP itself, but are registered by other standards. */
    private static final Set<String> REGISTERED = Set.of(
            "ACL",
            "BIND",
            "CHECKIN",
            "CHECKOUT",
            "COPY",
            "LABEL",
            "LINK",
            "LOCK",
            "MERGE",
            "MKCOL",
            "MOVE",
            "PRI",
            "PROPFIND",
            "PROPPATCH",
            "PURGE",
            "QUERY",
            "REBIND",
            "REPORT",
            "SEARCH",
            "UNBIND",
            "UNLINK",
            "UNLOCK",
            "UPDATE");

    boolean contains(HttpMethod method) {
        return methods.contains(method) != others;
    }

    /** Those of these methods that are idempotent. */
    RepeatedMethods idempotent() {
        return new RepeatedMethods(
                IDEMPOTENT.stream().filter(this::contains).collect(Collectors.toUnmodifiableSet()), false);
    }

    /** Whether it can be a method. */
    static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    static boolean isRegistered(String method) {
        return REGISTERED.contains(method.toUpperCase(Locale.ROOT));
    }
}
