package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.util.ClassUtils;

/** Requests to the endpoint over HTTP, by every spelling of its path that a server lets through. */
class EndpointRequestPathTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** On Spring Boot 4, it and the one of Netty exclude each other. */
    private static final String OF_TOMCAT = "org.springframework.boot.tomcat.autoconfigure.actuate.web.server"
            + ".TomcatReactiveManagementContextAutoConfiguration";

    /** Where the endpoint is. */
    private enum Layout {
        DEFAULT("/actuator/resilience"),
        BASE_PATH("/manage/it/resilience", "management.endpoints.web.base-path=/manage/it"),
        ROOT("/resilience", "management.endpoints.web.base-path=/", "management.server.port=0"),
        OTHER_PATH("/actuator/ops/guards", "management.endpoints.web.path-mapping.resilience=ops/guards"),
        CONTEXT_PATH(
                "/shop/actuator/resilience", "server.servlet.context-path=/shop", "spring.webflux.base-path=/shop"),
        MANAGEMENT_PORT("/own/actuator/resilience", "management.server.port=0", "management.server.base-path=/own");

        final String path;
        final String[] properties;

        Layout(String path, String... properties) {
            this.path = path;
            this.properties = properties;
        }
    }

    static Stream<Arguments> applications() {
        return Stream.of(WebApplicationType.SERVLET, WebApplicationType.REACTIVE)
                .flatMap(kind -> Stream.of(Layout.values()).map(layout -> Arguments.of(kind, layout)));
    }

    private static ConfigurableApplicationContext start(WebApplicationType kind, Layout layout) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                .web(kind)
                .initializers(created -> useNettyIfReactive(kind, (GenericApplicationContext) created))
                .properties(layout.properties)
                .properties("spring.autoconfigure.exclude=" + (kind == WebApplicationType.REACTIVE ? OF_TOMCAT : ""))
                .properties(
                        "server.port=0",
                        "server.netty.max-keep-alive-requests=1", // it may not read on behind a body that nobody reads
                        "spring.main.banner-mode=off",
                        "management.endpoints.web.exposure.include=resilience",
                        "management.endpoint.resilience.access=unrestricted")
                .run();
        ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
        for (String name : List.of("reports", "other")) {
            registry.register(Bulkhead.of(name, config -> config.maxConcurrent(10)));
        }
        return context;
    }

    /** Tomcat is on the class path too, and would serve both kinds. Spring Boot 3 and 4 have it in other packages. */
    private static void useNettyIfReactive(WebApplicationType kind, GenericApplicationContext context) {
        if (kind == WebApplicationType.REACTIVE) {
            Stream.of("web.embedded.netty", "reactor.netty")
                    .map(each -> "org.springframework.boot." + each + ".NettyReactiveWebServerFactory")
                    .filter(name -> ClassUtils.isPresent(name, null))
                    .forEach(name -> context.registerBean(ClassUtils.resolveClassName(name, null)));
        }
    }

    private static String server(ConfigurableApplicationContext context, Layout layout) {
        String port = Stream.of(layout.properties).anyMatch("management.server.port=0"::equals)
                ? "local.management.port"
                : "local.server.port";
        return "http://localhost:" + context.getEnvironment().getProperty(port);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> change(String uri) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(uri))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"settings\": {\"maxConcurrent\": 3}}")));
    }

    /** A path to the instance with the same meaning to a server, or to one that is careless. */
    private static List<String> spellings(String endpoint) {
        String last = endpoint.substring(endpoint.lastIndexOf('/') + 1);
        String parent = endpoint.substring(0, endpoint.lastIndexOf('/'));
        String encoded = "%" + Integer.toHexString(last.charAt(0)) + last.substring(1);
        String instance = "/bulkhead/reports";
        List<String> paths = new ArrayList<>(List.of(
                endpoint + instance,
                endpoint + "/%62ulkhead/%72eports",
                endpoint + ";x=y/bulkhead;name=other/reports;z",
                endpoint + instance + "/",
                endpoint + instance + "//",
                endpoint + "//bulkhead/reports",
                endpoint + "/bulkhead//reports",
                endpoint + "/./bulkhead/reports",
                endpoint + "/%2e/bulkhead/reports",
                endpoint + "/bulkhead/other/../reports",
                endpoint + "/bulkhead/other/%2e%2e/reports",
                endpoint + "/bulkhead/other/..;/reports",
                endpoint + "%2Fbulkhead%2Freports",
                endpoint + "/bulkhead%2Freports",
                parent + "/" + encoded + instance,
                parent + "/" + encoded + ";a=b;c" + instance,
                parent + "/" + encoded.replace("%", "%25") + instance,
                parent + "//" + last + instance,
                "/" + endpoint + instance,
                parent + "/x/../" + last + instance,
                parent + "/x/%2e%2e/" + encoded + instance,
                parent + "/x/..;/" + last + instance,
                parent + "/%2E%2E" + endpoint + instance,
                endpoint.toUpperCase(Locale.ROOT) + instance));
        if (!parent.isEmpty()) {
            paths.add(parent + "%2F" + last + instance);
        }
        return paths;
    }

    @ParameterizedTest
    @MethodSource("applications")
    void changeWithAQueryShouldBeRejectedOnAnyPath(WebApplicationType kind, Layout layout) throws Exception {
        try (ConfigurableApplicationContext context = start(kind, layout)) {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            Map<String, Integer> changed = new TreeMap<>();
            for (String path : spellings(layout.path)) {
                for (String query : List.of("name=other", "%6eame=other", "scope=fleet&x=1")) {
                    HttpResponse<String> answer = change(server(context, layout) + path + "?" + query);
                    if (answer.statusCode() < 400 || registry.all().stream().anyMatch(each -> is(each, 3))) {
                        changed.put(path + "?" + query, answer.statusCode());
                    }
                }
            }
            assertThat(changed).isEmpty();
            assertThat(change(server(context, layout) + layout.path + "/bulkhead/reports?name=other")
                            .body())
                    .contains("The request has a query parameter 'name'");
        }
    }

    private static boolean is(io.netrun.resilience.Policy policy, int maxConcurrent) {
        return policy instanceof Bulkhead bulkhead && bulkhead.config().maxConcurrent() == maxConcurrent;
    }

    @ParameterizedTest
    @MethodSource("applications")
    void anyNameShouldLeadToItsInstance(WebApplicationType kind, Layout layout) throws Exception {
        try (ConfigurableApplicationContext context = start(kind, layout)) {
            ResilienceRegistry registry = context.getBean(ResilienceRegistry.class);
            List<String> names = new ArrayList<>(List.of(
                    "100%", "two words", "größe", "a;b=c", "a+b", "a?b", "a#b", "%2e%2e", "a&name=other", "[x]", "…"));
            if (kind == WebApplicationType.REACTIVE) {
                names.add("orders/eu"); // Tomcat rejects it
            }
            Map<String, String> wrong = new TreeMap<>();
            for (String name : names) {
                Bulkhead bulkhead = Bulkhead.of(name, config -> config.maxConcurrent(10));
                registry.register(bulkhead);
                String uri = server(context, layout) + layout.path + "/bulkhead/"
                        + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
                HttpResponse<String> changed = change(uri);
                if (changed.statusCode() != 200 || !is(bulkhead, 3)) {
                    wrong.put(name, changed.statusCode() + " " + changed.body());
                }
                HttpResponse<String> shown = send(HttpRequest.newBuilder(URI.create(uri)));
                if (shown.statusCode() != 200 || !shown.headers().map().containsKey("x-frame-options")) {
                    wrong.put(
                            "GET " + name,
                            shown.statusCode() + " " + shown.headers().map());
                }
            }
            assertThat(wrong).isEmpty();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}
}
