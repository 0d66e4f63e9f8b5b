package io.netrun.resilience.spring.actuate;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;

/**
 * Where the endpoints are.
 *
 * @param endpoints asked when the first request comes, since all endpoints are made with it; null where there are none
 */
public record EndpointPaths(Supplier<@Nullable PathMappedEndpoints> endpoints) {

    private static final EndpointId JSON = EndpointId.of("resilience");
    private static final EndpointId PAGE = EndpointId.of("resilienceui");

    /** Keeps others from showing a page, or what is read from an endpoint, in a frame of their own. */
    static final List<String[]> HEADERS = List.of(
            new String[] {"Content-Security-Policy", "frame-ancestors 'none'"},
            new String[] {"X-Frame-Options", "DENY"},
            new String[] {"X-Content-Type-Options", "nosniff"});

    /** Whether a request is for one of the endpoints. */
    boolean isOurs(String path) {
        return isBelow(path, JSON) || isBelow(path, PAGE);
    }

    /** Whether a request is for the endpoint that takes changes. */
    boolean isJson(String path) {
        return isBelow(path, JSON);
    }

    /** Whether a request is for the overview, whose answer may be the same as the last one. */
    boolean isOverview(String path) {
        PathMappedEndpoints known = endpoints.get();
        String root = known == null ? null : known.getPath(JSON);
        return root != null && path.endsWith(root + "/" + ResilienceEndpoint.OVERVIEW);
    }

    private boolean isBelow(String path, EndpointId id) {
        PathMappedEndpoints known = endpoints.get();
        String root = known == null ? null : known.getPath(id);
        return root != null && (path.endsWith(root) || path.contains(root + "/"));
    }
}
