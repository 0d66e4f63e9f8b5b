package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.pattern.Pattern;
import io.netrun.resilience.spring.pattern.Patterns;
import io.netrun.resilience.spring.settings.Instances;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * {@code /actuator/resilience}: all instances, those of a pattern, or one, with state and counts; the chain of every
 * protected method; and what an operator can do. It never creates an instance.
 */
@WebEndpoint(id = "resilience", defaultAccess = Access.READ_ONLY)
public final class ResilienceEndpoint {

    private final ResilienceRegistry registry;
    private final MethodPipelines pipelines;
    private final Instances instances;

    public ResilienceEndpoint(ResilienceRegistry registry, MethodPipelines pipelines, Instances instances) {
        this.registry = registry;
        this.pipelines = pipelines;
        this.instances = instances;
    }

    /** Everything, a section per pattern, and the protected methods. */
    @ReadOperation
    public Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        Patterns.all().forEach(pattern -> all.put(pattern.section(), section(pattern)));
        Map<String, Object> methods = new LinkedHashMap<>();
        pipelines.all().forEach(method -> methods.put(method.title(), chain(method)));
        all.put("methods", methods);
        return all;
    }

    /** The instances of a pattern. */
    @ReadOperation
    public WebEndpointResponse<Map<String, Object>> ofPattern(@Selector String pattern) {
        return Patterns.byKey(pattern)
                .map(known -> new WebEndpointResponse<>(section(known)))
                .orElseGet(() -> unknownPattern(pattern));
    }

    /** One instance, with its settings and who said them. */
    @ReadOperation
    public WebEndpointResponse<Map<String, Object>> instance(@Selector String pattern, @Selector String name) {
        return Patterns.byKey(pattern)
                .map(known -> registry.find(known.type(), name)
                        .map(policy -> new WebEndpointResponse<>(detail(known, policy)))
                        .orElseGet(() -> unknownInstance(known, name)))
                .orElseGet(() -> unknownPattern(pattern));
    }

    /** Does something to an instance, and answers how it is then. */
    @WriteOperation
    public WebEndpointResponse<Map<String, Object>> act(
            @Selector String pattern,
            @Selector String name,
            @org.springframework.lang.Nullable @Nullable String action) {
        return Patterns.byKey(pattern).map(known -> act(known, name, action)).orElseGet(() -> unknownPattern(pattern));
    }

    private <P extends Policy> WebEndpointResponse<Map<String, Object>> act(
            Pattern<P, ?> pattern, String name, @Nullable String action) {
        Optional<P> policy = registry.find(pattern.type(), name);
        if (policy.isEmpty()) {
            return unknownInstance(pattern, name);
        }
        Consumer<P> known = action == null ? null : pattern.actions().get(action);
        if (known == null) {
            return refused(
                    WebEndpointResponse.STATUS_BAD_REQUEST,
                    action == null ? "The body has no \"action\"" : "Unknown action '" + action + "'",
                    pattern.actions().isEmpty()
                            ? "There is nothing to be done to a " + pattern.key()
                            : "Known actions: "
                                    + String.join(", ", pattern.actions().keySet()));
        }
        known.accept(policy.get());
        return new WebEndpointResponse<>(detail(pattern, policy.get()));
    }

    private Map<String, Object> section(Pattern<?, ?> pattern) {
        Map<String, Object> section = new LinkedHashMap<>();
        registry.all(pattern.type()).forEach(policy -> section.put(policy.name(), JsonView.of(policy.metrics())));
        return section;
    }

    private Map<String, Object> detail(Pattern<?, ?> pattern, Policy policy) {
        Map<String, Object> detail = new LinkedHashMap<>(JsonView.of(policy.metrics()));
        Map<String, String> origins = instances
                .settings(pattern, policy.name())
                .<Map<String, String>>map(settings -> settings.origins())
                .orElse(Map.of());
        Map<String, Object> settings = new LinkedHashMap<>();
        JsonView.of(policy.config()).forEach((key, value) -> {
            Map<String, @Nullable Object> setting = new LinkedHashMap<>();
            setting.put("value", value);
            setting.put("origin", origins.getOrDefault(key, "code"));
            settings.put(key, setting);
        });
        detail.put("settings", settings);
        return detail;
    }

    private static List<Map<String, String>> chain(MethodPipeline method) {
        Pipeline pipeline = method.pipeline();
        return pipeline.policies().stream().map(ResilienceEndpoint::link).toList();
    }

    private static Map<String, String> link(Policy policy) {
        Map<String, String> link = new LinkedHashMap<>();
        link.put("pattern", policy.type().key());
        link.put("name", policy.name());
        return link;
    }

    private static WebEndpointResponse<Map<String, Object>> unknownPattern(String pattern) {
        return refused(
                WebEndpointResponse.STATUS_NOT_FOUND,
                "Unknown pattern '" + pattern + "'",
                "Known patterns: "
                        + String.join(
                                ", ", Patterns.all().stream().map(Pattern::key).toList()));
    }

    private static WebEndpointResponse<Map<String, Object>> unknownInstance(Pattern<?, ?> pattern, String name) {
        return refused(
                WebEndpointResponse.STATUS_NOT_FOUND,
                "There is no " + pattern.key() + " named '" + name + "'",
                "GET the pattern for the names that there are");
    }

    private static WebEndpointResponse<Map<String, Object>> refused(int status, String error, String remedy) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error);
        body.put("remedy", remedy);
        return new WebEndpointResponse<>(body, status);
    }
}
