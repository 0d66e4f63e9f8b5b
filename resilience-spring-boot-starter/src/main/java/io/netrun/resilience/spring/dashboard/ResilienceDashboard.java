package io.netrun.resilience.spring.dashboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;
import org.springframework.util.StringUtils;

/**
 * {@code /actuator/resilienceui}: a page over the JSON of {@code /actuator/resilience}, with its scripts and its style.
 * It only hands out files; what the page does to an instance goes to the other endpoint, with the access that has been
 * given to that. Immutable.
 */
@WebEndpoint(id = "resilienceui")
public final class ResilienceDashboard {

    private static final MimeType HTML = new MimeType("text", "html", StandardCharsets.UTF_8);
    private static final MimeType CSS = new MimeType("text", "css", StandardCharsets.UTF_8);
    private static final MimeType SCRIPT = new MimeType("text", "javascript", StandardCharsets.UTF_8);

    /** No other name is looked for, so that none leads out of the package. */
    private static final Map<String, MimeType> FILES = Map.ofEntries(
            Map.entry("tokens.css", CSS),
            Map.entry("style.css", CSS),
            Map.entry("app.js", SCRIPT),
            Map.entry("source.js", SCRIPT),
            Map.entry("state.js", SCRIPT),
            Map.entry("words.js", SCRIPT),
            Map.entry("view.js", SCRIPT),
            Map.entry("panel.js", SCRIPT),
            Map.entry("timeline.js", SCRIPT),
            Map.entry("actions.js", SCRIPT),
            Map.entry("element.js", SCRIPT),
            Map.entry("uPlot.esm.js", SCRIPT),
            Map.entry("uPlot.min.css", CSS),
            Map.entry("icon.svg", new MimeType("image", "svg+xml")));

    private final Resource page;
    private final Resource pageOfUser;

    /**
     * A page that finds its files and the JSON by relative addresses, wherever the endpoints are mounted.
     *
     * @param path where this endpoint is below the base path, such as {@code resilienceui}
     * @param jsonPath where the JSON is below the base path, such as {@code resilience}
     * @param writable whether the JSON's endpoint takes writes, and so whether the page offers them
     * @param patterns the patterns, in the order to show them
     */
    public ResilienceDashboard(String path, String jsonPath, boolean writable, List<DashboardPattern> patterns) {
        String[] segments = StringUtils.tokenizeToStringArray(path, "/");
        String metas = patterns.stream().map(ResilienceDashboard::meta).collect(Collectors.joining("\n"));
        String html = read("index.html")
                .replace("{{files}}", encoded(segments[segments.length - 1]))
                .replace("{{json}}", "../".repeat(segments.length - 1) + encoded(jsonPath))
                .replace("{{writable}}", String.valueOf(writable))
                .replace("{{patterns}}", metas);
        page = withUser(html, false);
        pageOfUser = withUser(html, true);
    }

    private static Resource withUser(String html, boolean known) {
        return new ByteArrayResource(
                html.replace("{{principal}}", String.valueOf(known)).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The page.
     *
     * @param security who asks; without a principal, the page asks for a name with each change
     */
    @ReadOperation(produces = "text/html")
    public WebEndpointResponse<Resource> page(SecurityContext security) {
        return new WebEndpointResponse<>(security.getPrincipal() == null ? page : pageOfUser, HTML);
    }

    /** A script or style of the page; 404 for any other name. */
    @ReadOperation(produces = {"text/javascript", "text/css", "image/svg+xml"})
    public WebEndpointResponse<Resource> file(@Selector String name) {
        MimeType type = FILES.get(name);
        return type == null
                ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                : new WebEndpointResponse<>(new ClassPathResource(name, ResilienceDashboard.class), type);
    }

    private static String meta(DashboardPattern pattern) {
        return "<meta name=\"resilience-pattern\" content=\"%s %s %s\" data-label=\"%s\" data-calls=\"%s\">"
                .formatted(
                        pattern.key(),
                        pattern.section(),
                        String.join(" ", pattern.actions()),
                        pattern.callsLabel(),
                        String.join(" ", pattern.callCounts()));
    }

    private static String encoded(String path) {
        return Arrays.stream(StringUtils.tokenizeToStringArray(path, "/"))
                .map(segment ->
                        URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    private static String read(String name) {
        try {
            return new ClassPathResource(name, ResilienceDashboard.class).getContentAsString(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
