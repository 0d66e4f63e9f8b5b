package io.netrun.resilience.spring.actuate;

import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/** A request to the endpoint without the {@link QueryParameters} that would replace path and body. */
final class ReactiveParameters extends ServerHttpRequestDecorator {

    private final MultiValueMap<String, String> parameters;

    private ReactiveParameters(ServerHttpRequest request, @Nullable String reported) {
        super(request);
        this.parameters = new LinkedMultiValueMap<>(request.getQueryParams());
        parameters.keySet().removeAll(QueryParameters.ARGUMENTS);
        if (reported != null) {
            parameters.add(QueryParameters.UNKNOWN, reported);
        }
    }

    /** Returns the request as the endpoint may see it; the same if nothing is to be hidden. */
    static ServerHttpRequest hide(ServerHttpRequest request) {
        QueryParameters hidden = QueryParameters.of(
                request.getMethod().name(), request.getQueryParams().keySet());
        return hidden == null ? request : new ReactiveParameters(request, hidden.reported());
    }

    @Override
    public MultiValueMap<String, String> getQueryParams() {
        return parameters;
    }
}
