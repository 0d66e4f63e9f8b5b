package io.netrun.resilience.spring.actuate;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request to the endpoint without the {@link QueryParameters} that would replace path and body. */
final class ServletParameters extends HttpServletRequestWrapper {

    private final Map<String, String[]> parameters;
    private final String query;

    private ServletParameters(HttpServletRequest request, String query, QueryParameters hidden) {
        super(request);
        String reported = hidden.reported();
        this.query = hidden.without(query);
        Map<String, String[]> seen = new LinkedHashMap<>(request.getParameterMap());
        seen.keySet().removeAll(QueryParameters.ARGUMENTS);
        if (reported != null) {
            seen.put(QueryParameters.UNKNOWN, new String[] {reported});
        }
        this.parameters = Collections.unmodifiableMap(seen);
    }

    /** Returns the request as the endpoint may see it; the same if nothing is to be hidden. */
    static HttpServletRequest hide(HttpServletRequest request) {
        String query = request.getQueryString();
        if (query == null) {
            return request;
        }
        QueryParameters hidden = QueryParameters.of(
                request.getMethod(), request.getParameterMap().keySet());
        return hidden == null ? request : new ServletParameters(request, query, hidden);
    }

    /** Jersey reads the parameters from it. */
    @Override
    public String getQueryString() {
        return query;
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        return parameters;
    }

    @Override
    public @Nullable String getParameter(String name) {
        String[] values = parameters.get(name);
        return values == null ? null : values[0];
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        return parameters.get(name);
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(parameters.keySet());
    }
}
