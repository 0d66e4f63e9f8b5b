package io.netrun.resilience.spring.actuate;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.util.StringUtils;

/**
 * Where the endpoints are. Asked with each request of the application, so that the beans behind it are looked up once.
 * If that fails, no request is taken for one to an endpoint, and the next one looks again.
 */
public final class EndpointPaths {

    private static final Logger log = LoggerFactory.getLogger(EndpointPaths.class);

    private static final EndpointId JSON = EndpointId.of("resilience");
    private static final EndpointId PAGE = EndpointId.of("resilienceui");

    /** Keeps others from showing a page, or what is read from an endpoint, in a frame of their own. */
    static final List<HeaderField> HEADERS = List.of(
            new HeaderField("Content-Security-Policy", "frame-ancestors 'none'"),
            new HeaderField("X-Frame-Options", "DENY"),
            new HeaderField("X-Content-Type-Options", "nosniff"));

    private static final Pattern SEGMENT_PARAMETERS = Pattern.compile(";[^/]*");

    private final Supplier<@Nullable PathMappedEndpoints> endpoints;

    private volatile @Nullable Roots roots;

    /** Whether it was logged that the lookup failed. Racy: it may be logged again. */
    private boolean logged;

    /**
     * The paths of an application.
     *
     * @param endpoints asked when the first request comes, since all endpoints are made with it; null where there are
     *     none
     */
    public EndpointPaths(Supplier<@Nullable PathMappedEndpoints> endpoints) {
        this.endpoints = endpoints;
    }

    /** Whether a request is for one of the endpoints. */
    boolean isOurs(String path) {
        Roots known = roots();
        String decoded = decoded(path);
        return known.json.isAbove(decoded) || known.page.isAbove(decoded);
    }

    /** Whether a request is for the endpoint that takes changes. */
    boolean isJson(String path) {
        return roots().json.isAbove(decoded(path));
    }

    /** Whether a request is for the overview, whose answer may be the same as the last one. */
    boolean isOverview(String path) {
        Root json = roots().json;
        return json.path != null && decoded(path).endsWith(json.below + ResilienceEndpoint.OVERVIEW);
    }

    /** The path by which Spring finds the endpoint: without parameters of its segments, and decoded. */
    private static String decoded(String path) {
        if (path.indexOf('%') < 0 && path.indexOf(';') < 0) {
            return path;
        }
        try {
            return StringUtils.uriDecode(SEGMENT_PARAMETERS.matcher(path).replaceAll(""), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return path;
        }
    }

    private Roots roots() {
        Roots known = roots;
        return known == null ? lookUp() : known;
    }

    /** Without a lock: requests that arrive together may look up the same beans. */
    private Roots lookUp() {
        try {
            PathMappedEndpoints found = endpoints.get();
            Roots known = found == null ? Roots.NONE : new Roots(Root.of(found, JSON), Root.of(found, PAGE));
            roots = known;
            return known;
        } catch (RuntimeException | LinkageError failed) {
            if (!logged) {
                logged = true;
                log.warn(
                        "The paths of the endpoints could not be looked up. Until a lookup succeeds, requests to them are"
                                + " not filtered: responses lack the security headers, and query parameters are not"
                                + " checked",
                        failed);
            }
            return Roots.NONE;
        }
    }

    /** A field of the header, which each answer of an endpoint gets. */
    record HeaderField(String name, String value) {}

    private record Roots(Root json, Root page) {

        private static final Roots NONE = new Roots(new Root(null), new Root(null));
    }

    private static final class Root {

        final @Nullable String path;

        /** The beginning of all paths below it. */
        final String below;

        Root(@Nullable String path) {
            this.path = path;
            this.below = path + "/";
        }

        static Root of(PathMappedEndpoints endpoints, EndpointId id) {
            return new Root(endpoints.getPath(id));
        }

        boolean isAbove(String requested) {
            return path != null && (requested.endsWith(path) || requested.contains(below));
        }
    }
}
