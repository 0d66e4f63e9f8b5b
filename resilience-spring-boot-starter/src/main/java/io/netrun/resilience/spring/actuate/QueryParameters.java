package io.netrun.resilience.spring.actuate;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The query of a request to the endpoint. Actuator takes a query parameter for the argument of the same name, before
 * the path and the body: a request for one instance would change another. So parameters with the names of arguments are
 * hidden from it; the endpoint rejects a change that has one.
 *
 * @param argument the name of the first such parameter
 * @param change whether the request may change something
 */
record QueryParameters(String argument, boolean change) {

    /** Precedes the name of a parameter where the endpoint expects the first unknown member of the body. */
    static final String MARK = "?";

    /** The argument that names the first unknown member of the body. */
    static final String UNKNOWN = "unknown";

    /** The parameters of the endpoint's operations. */
    static final Set<String> ARGUMENTS =
            Set.of("pattern", "name", "action", "settings", "scope", "reason", "operator", UNKNOWN);

    /** Returns what is to be hidden; null if there is nothing. */
    static @Nullable QueryParameters of(String method, Set<String> names) {
        Set<String> arguments = new TreeSet<>(names);
        arguments.retainAll(ARGUMENTS);
        return arguments.isEmpty()
                ? null
                : new QueryParameters(arguments.iterator().next(), "POST".equals(method));
    }

    /** What the endpoint gets as {@link #UNKNOWN}; null for nothing. */
    @Nullable
    String reported() {
        return change ? MARK + argument : null;
    }

    /**
     * Returns a query without the parameters that are to be hidden, and with the one that is reported. A parameter
     * whose name cannot be decoded is hidden, too.
     *
     * @param query the query as it was sent, encoded
     */
    String without(String query) {
        StringJoiner kept = new StringJoiner("&");
        for (String parameter : query.split("&", -1)) {
            if (!isHidden(parameter.split("=", 2)[0])) {
                kept.add(parameter);
            }
        }
        String reported = reported();
        if (reported != null) {
            kept.add(UNKNOWN + "=" + URLEncoder.encode(reported, StandardCharsets.UTF_8));
        }
        return kept.toString();
    }

    private static boolean isHidden(String encoded) {
        try {
            return ARGUMENTS.contains(URLDecoder.decode(encoded, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            return true;
        }
    }
}
