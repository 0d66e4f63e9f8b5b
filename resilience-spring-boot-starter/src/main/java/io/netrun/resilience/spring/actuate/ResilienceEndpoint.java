package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.event.OperatorChange.Scope;
import io.netrun.resilience.spring.fleet.FleetChange;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.RuntimeSettings;
import io.netrun.resilience.spring.settings.TranslatedSettings;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * {@code /actuator/resilience}: all instances, those of a pattern, or one, with state and counts; the chain of every
 * protected method and HTTP client; and the actions that an operator can perform. Reading never creates an instance.
 */
@WebEndpoint(id = "resilience", defaultAccess = Access.READ_ONLY)
public final class ResilienceEndpoint {

    private static final Logger log = LoggerFactory.getLogger(ResilienceEndpoint.class);

    /** Instead of an action: settings are read, and not changed. */
    private static final String CHECK = "check";

    /** The settings of instances that can be shared with other processes. */
    private static final Set<String> FLEET_SETTINGS = Set.of("scope", "fleet");

    private static final int MAX_SHOWN = 100;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final String NODE = "node";
    private static final String FLEET = "fleet";

    /** No pattern has this key: see PatternDescriptorTests. Names of instances are a segment further on. */
    static final String OVERVIEW = "overview";

    private static final Map<String, Scope> SCOPES = scopes();

    private final ResilienceRegistry registry;
    private final Chains chains;
    private final InstanceFactory instances;
    private final Operators operators;
    private final Overview overview;
    private final Function<Policy, List<Map<String, @Nullable Object>>> recentEvents;

    /**
     * Over an application's instances.
     *
     * @param recentEvents the latest events of an instance, the latest first, each as its content by name
     */
    public ResilienceEndpoint(
            ResilienceRegistry registry,
            Chains chains,
            InstanceFactory instances,
            Operators operators,
            Overview overview,
            Function<Policy, List<Map<String, @Nullable Object>>> recentEvents) {
        this.registry = registry;
        this.chains = chains;
        this.instances = instances;
        this.operators = operators;
        this.overview = overview;
        this.recentEvents = recentEvents;
    }

    private static Map<String, Scope> scopes() {
        Map<String, Scope> scopes = new LinkedHashMap<>();
        scopes.put(NODE, Scope.NODE);
        scopes.put(FLEET, Scope.FLEET);
        return scopes;
    }

    /**
     * All instances, a section per pattern; the protected methods and clients; and the attempt times, where they are
     * recorded; and a summary of the fleet, if the process belongs to one.
     */
    @ReadOperation
    public Map<String, Object> all() {
        Map<String, Object> all = new LinkedHashMap<>();
        Collection<Policy> policies = registry.all(); // once, since it sorts them
        PatternDescriptors.all().forEach(pattern -> all.put(pattern.section(), section(pattern, policies)));
        chains.addTo(all);
        instances.written().translated().ifPresent(settings -> all.put("compatibility", compatibility(settings)));
        operators.fleet().ifPresent(fleet -> all.put(FLEET, fleet.summary()));
        return all;
    }

    private static Map<String, Object> compatibility(TranslatedSettings settings) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("library", "resilience4j");
        view.put(
                "translated", settings.translations().stream().map(JsonView::of).toList());
        view.put(
                "withoutEffect",
                settings.leftovers().stream()
                        .map(leftover -> Map.of("key", leftover.key(), "reason", leftover.reason()))
                        .toList());
        return view;
    }

    /**
     * The instances of a pattern; for {@code fleet}, what this node knows of the fleet; for {@code overview}, all names
     * in a compact form.
     */
    @ReadOperation
    public WebEndpointResponse<Map<String, Object>> ofPattern(@Selector String pattern) {
        if (pattern.equals(OVERVIEW)) {
            return new WebEndpointResponse<>(overview.all());
        }
        if (pattern.equals(FLEET)) {
            return fleet();
        }
        return PatternDescriptors.byKey(pattern)
                .map(known -> new WebEndpointResponse<>(section(known, registry.all())))
                .orElseGet(() -> unknownPattern(pattern));
    }

    private WebEndpointResponse<Map<String, Object>> fleet() {
        FleetOperations fleet = operators.fleet().orElse(null);
        return fleet == null
                ? failure(
                        WebEndpointResponse.STATUS_NOT_FOUND,
                        Operators.NO_FLEET.description(),
                        Operators.NO_FLEET.remedy())
                : new WebEndpointResponse<>(new LinkedHashMap<>(fleet.details()));
    }

    /**
     * One instance, with its settings and their origins; for {@code overview}, all instances of a name, with their
     * past.
     */
    @ReadOperation
    public WebEndpointResponse<Map<String, Object>> instance(@Selector String pattern, @Selector String name) {
        if (pattern.equals(OVERVIEW)) {
            return ofName(name);
        }
        return PatternDescriptors.byKey(pattern)
                .map(known -> registry.find(known.type(), name)
                        .map(policy -> new WebEndpointResponse<>(detail(known, policy)))
                        .orElseGet(() -> unknownInstance(known, name)))
                .orElseGet(() -> unknownPattern(pattern));
    }

    private WebEndpointResponse<Map<String, Object>> ofName(String name) {
        Map<String, Object> patterns = new LinkedHashMap<>();
        for (PatternDescriptor<?, ?> pattern : PatternDescriptors.all()) {
            registry.find(pattern.type(), name).ifPresent(policy -> {
                Map<String, Object> detail = detail(pattern, policy);
                detail.put(
                        "forms",
                        RuntimeSettings.forms(pattern, policy.config()).stream()
                                .map(JsonView::of)
                                .toList());
                detail.put("actions", List.copyOf(pattern.actions().keySet()));
                detail.putAll(overview.past(policy));
                Overview.budget(pattern, policy, detail);
                patterns.put(pattern.key(), detail);
            });
        }
        if (patterns.isEmpty()) {
            String nearest = SpellingSuggestion.to(
                    name, registry.all().stream().map(Policy::name).distinct().toList());
            return failure(
                    WebEndpointResponse.STATUS_NOT_FOUND,
                    "There is no instance named '" + shortened(name) + "'",
                    (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ")
                            + "GET the overview for the names that there are");
        }
        Map<String, Object> view = new LinkedHashMap<>(overview.ofName(name));
        view.put("patterns", patterns);
        return new WebEndpointResponse<>(view);
    }

    /**
     * Performs an action on an instance, or changes some of its settings, and returns its state afterwards. Actuator
     * passes the fields of a request body as text and does not support nested objects, so settings arrive as one text;
     * see {@link SettingsBody}. The action {@code check} with settings only reports what is wrong with them.
     *
     * @param settings such as {@code maxConcurrent=4, maxWait=2s}
     * @param scope {@code node}, or {@code fleet} for all nodes; null for this node
     * @param reason why, for the journal; null for none
     * @param operator who asks, where the request has no principal; null if that is not given
     * @param unknown a member of the body that is none of these; null for none
     * @param security who asks
     */
    @WriteOperation
    public WebEndpointResponse<Map<String, Object>> act(
            @Selector String pattern,
            @Selector String name,
            @org.springframework.lang.Nullable @Nullable String action,
            @org.springframework.lang.Nullable @Nullable String settings,
            @org.springframework.lang.Nullable @Nullable String scope,
            @org.springframework.lang.Nullable @Nullable String reason,
            @org.springframework.lang.Nullable @Nullable String operator,
            @org.springframework.lang.Nullable @Nullable String unknown,
            SecurityContext security) {
        if (!operators.areAllowed()) {
            return failure(
                    METHOD_NOT_ALLOWED,
                    "The endpoint is read-only",
                    "Set management.endpoint.resilience.access to unrestricted;"
                            + " access to all endpoints does not count");
        }
        if (unknown != null && unknown.startsWith(QueryParameters.MARK)) {
            return badRequest(
                    "The request has a query parameter '" + unknown.substring(QueryParameters.MARK.length()) + "'",
                    "The path names the pattern and the instance, and everything else is in the body");
        }
        if (unknown != null) {
            String nearest = SpellingSuggestion.to(unknown, SettingsBody.FIELDS);
            return badRequest(
                    "The body has an unknown member '" + shortened(unknown) + "'",
                    (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ") + "Known members: "
                            + String.join(", ", SettingsBody.FIELDS));
        }
        return PatternDescriptors.byKey(pattern)
                .map(known -> act(
                        known,
                        name,
                        new Change(
                                action,
                                settings,
                                scope,
                                Operators.reason(reason),
                                Operators.name(security.getPrincipal(), operator))))
                .orElseGet(() -> unknownPattern(pattern));
    }

    private <P extends Policy> WebEndpointResponse<Map<String, Object>> act(
            PatternDescriptor<P, ?> pattern, String name, Change change) {
        P policy = registry.find(pattern.type(), name).orElse(null);
        if (policy == null) {
            return unknownInstance(pattern, name);
        }
        String action = change.action;
        boolean checks = CHECK.equals(action) && change.settings != null;
        if (!checks && (action == null) == (change.settings == null)) {
            return badRequest(
                    "The body has to have either an \"action\" or \"settings\"", Operators.knownActions(pattern));
        }
        if (!checks && action != null && !pattern.actions().containsKey(action)) {
            return badRequest("Unknown action '" + shortened(action) + "'", Operators.knownActions(pattern));
        }
        Scope scope = SCOPES.get(change.scope == null ? NODE : change.scope);
        if (scope == null) {
            return badRequest(
                    "Unknown scope '" + shortened(String.valueOf(change.scope)) + "'",
                    "Known scopes: " + String.join(", ", SCOPES.keySet()));
        }
        FleetChange asked;
        try {
            asked = change.of(pattern, policy);
            if (checks) {
                operators.check(pattern, policy, asked);
                return new WebEndpointResponse<>(detail(pattern, policy));
            }
            operators.perform(pattern, policy, asked, scope, change.reason);
        } catch (ResilienceConfigurationException e) {
            return badRequest(e);
        }
        Map<String, Object> detail = detail(pattern, policy);
        withoutFleet(pattern, policy, asked).ifPresent(warning -> {
            log.warn("{}", warning);
            detail.put("warning", warning);
        });
        return new WebEndpointResponse<>(detail);
    }

    /** The warning that the start gives as well; empty if the change is not about the fleet, or there is one. */
    private Optional<String> withoutFleet(PatternDescriptor<?, ?> pattern, Policy policy, FleetChange asked) {
        return asked.settings().keySet().stream().noneMatch(FLEET_SETTINGS::contains)
                        || operators.fleet().isPresent()
                ? Optional.empty()
                : pattern.fleetSetting(policy)
                        .map(setting -> pattern.title() + " '" + policy.name() + "' (" + setting
                                + ") is set to be shared with other processes, but this process takes part in no"
                                + " fleet, so that it is that of this process alone. Add the dependency"
                                + " resilience-fleet and set resilience.fleet.enabled to true, or undo the change.");
    }

    private static String joined(ResilienceConfigurationException problems, Function<Problem, String> part) {
        return problems.problems().stream().map(part).distinct().collect(Collectors.joining("; "));
    }

    /** The instances of one pattern among all. */
    private static Map<String, Object> section(PatternDescriptor<?, ?> pattern, Collection<Policy> policies) {
        Class<? extends Policy> type = pattern.type().policyClass();
        Map<String, Object> section = new LinkedHashMap<>();
        for (Policy policy : policies) {
            if (type.isInstance(policy)) {
                section.put(policy.name(), summary(pattern, policy));
            }
        }
        return section;
    }

    private static Map<String, @Nullable Object> summary(PatternDescriptor<?, ?> pattern, Policy policy) {
        Map<String, @Nullable Object> summary = JsonView.of(policy.metrics());
        if (!policy.isEnabled()) {
            summary.put("enabled", false);
        }
        if (pattern.isObserving(policy)) {
            summary.put("mode", JsonView.plain(PolicyMode.OBSERVE));
        }
        return summary;
    }

    private Map<String, Object> detail(PatternDescriptor<?, ?> pattern, Policy policy) {
        Map<String, Object> detail = new LinkedHashMap<>(JsonView.of(policy.metrics()));
        Map<String, Object> settings = new LinkedHashMap<>();
        Map<String, String> capped = pattern.capped(policy);
        Map<String, @Nullable Object> values = JsonView.of(policy.config());
        values.forEach((key, value) -> {
            String inForce = capped.getOrDefault(key, key);
            Map<String, @Nullable Object> setting = new LinkedHashMap<>();
            setting.put("value", values.get(inForce));
            setting.put("origin", instances.effectiveSettings().origin(pattern, policy, inForce));
            settings.put(key, setting);
        });
        detail.put("enabled", policy.isEnabled());
        detail.put("settings", settings);
        List<String> users = List.copyOf(chains.users().of(policy));
        detail.put("usedBy", users);
        Map<String, Set<String>> beans = chains.sharingBeans(users);
        if (!beans.isEmpty()) {
            detail.put("beans", beans);
        }
        pattern.details(policy)
                .forEach((key, records) ->
                        detail.put(key, records.stream().map(JsonView::of).toList()));
        detail.put(
                "recentEvents",
                recentEvents.apply(policy).stream()
                        .map(ResilienceEndpoint::event)
                        .toList());
        return detail;
    }

    private static Map<String, @Nullable Object> event(Map<String, @Nullable Object> content) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        content.forEach((key, value) -> view.put(key, JsonView.plain(value)));
        return view;
    }

    private static WebEndpointResponse<Map<String, Object>> unknownPattern(String pattern) {
        return failure(
                WebEndpointResponse.STATUS_NOT_FOUND,
                "Unknown pattern '" + shortened(pattern) + "'",
                "Known patterns: "
                        + String.join(
                                ", ",
                                PatternDescriptors.all().stream()
                                        .map(PatternDescriptor::key)
                                        .toList()));
    }

    private <P extends Policy> WebEndpointResponse<Map<String, Object>> unknownInstance(
            PatternDescriptor<P, ?> pattern, String name) {
        String nearest = SpellingSuggestion.to(
                name, registry.all(pattern.type()).stream().map(Policy::name).toList());
        return failure(
                WebEndpointResponse.STATUS_NOT_FOUND,
                "There is no " + pattern.key() + " named '" + shortened(name) + "'",
                (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ")
                        + "GET the pattern for the names that there are");
    }

    /** The value sent by the client, shortened to what helps to recognize it. */
    private static String shortened(String sent) {
        return sent.length() <= MAX_SHOWN ? sent : sent.substring(0, MAX_SHOWN) + "…";
    }

    private static WebEndpointResponse<Map<String, Object>> badRequest(String error, String remedy) {
        return failure(WebEndpointResponse.STATUS_BAD_REQUEST, error, remedy);
    }

    /** All problems together, and each by itself. */
    private static WebEndpointResponse<Map<String, Object>> badRequest(ResilienceConfigurationException wrong) {
        Map<String, Object> body = bodyOf(joined(wrong, Problem::description), joined(wrong, Problem::remedy));
        body.put(
                "problems",
                wrong.problems().stream()
                        .map(problem -> bodyOf(problem.description(), problem.remedy()))
                        .toList());
        return new WebEndpointResponse<>(body, WebEndpointResponse.STATUS_BAD_REQUEST);
    }

    private static WebEndpointResponse<Map<String, Object>> failure(int status, String error, String remedy) {
        return new WebEndpointResponse<>(bodyOf(error, remedy), status);
    }

    private static Map<String, Object> bodyOf(String error, String remedy) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("error", error);
        body.put("remedy", remedy);
        return body;
    }

    /**
     * A requested operation.
     *
     * @param reason why; null if that is not known
     * @param operator who asks; null if that is not known
     */
    private record Change(
            @Nullable String action,
            @Nullable String settings,
            @Nullable String scope,
            @Nullable String reason,
            @Nullable String operator) {

        FleetChange of(PatternDescriptor<?, ?> pattern, Policy policy) {
            return new FleetChange(
                    pattern.key(),
                    policy.name(),
                    action == null ? FleetChange.SETTINGS : action,
                    settings == null ? Map.of() : RuntimeSettings.split(settings),
                    operator,
                    Operators.now(policy));
        }
    }
}
