package io.netrun.resilience.spring.http;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.problem.SpellingSuggestion;
import io.netrun.resilience.spring.settings.ConfiguredSettings;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import io.netrun.resilience.spring.settings.RebuiltOnChange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.http.HttpMethod;

/**
 * The protected HTTP clients of the application, configured in YAML or in code. The name of a client and its instances
 * are fixed when the client is built and never derived from a request, so requests create no instances. Thread-safe.
 */
public final class HttpClients implements InstanceUser {

    private static final Logger log = LoggerFactory.getLogger(HttpClients.class);

    private static final String NO_METHODS = "none";

    private final ConfigurableEnvironment environment;
    private final boolean mdcCarried;
    private final @Nullable InstanceFactory instances;
    private final List<PipelineSlot> order;
    private final Ticker ticker;
    private final ConcurrentMap<String, ProtectedClient> named = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<ProtectedClient> inCode = new ConcurrentLinkedQueue<>();
    private final ConcurrentMap<String, Integer> titles = new ConcurrentHashMap<>();

    /** Weak, so that instances that leave the registry can be collected. */
    private final Set<Policy> observed = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    private volatile ConfiguredClients written;
    private volatile Map<String, String> unused = Map.of();
    private volatile boolean started;

    /**
     * Creates the container; clients are built later.
     *
     * @param instances the factory of instances; null if protection is switched off
     * @param order the slots around a call, outermost first
     * @param ticker limits the time for draining unwanted responses
     */
    public HttpClients(
            ConfigurableEnvironment environment,
            @Nullable InstanceFactory instances,
            List<PipelineSlot> order,
            Ticker ticker) {
        this.ticker = ticker;
        this.environment = environment;
        this.mdcCarried = GlobalSettings.orElse(environment, "propagate-mdc", Boolean.class, true);
        this.instances = instances;
        this.order = List.copyOf(order);
        this.written = new ConfiguredClients(environment);
    }

    /** Whether calls carry the MDC to other threads. */
    boolean isMdcCarried() {
        return mdcCarried;
    }

    Ticker ticker() {
        return ticker;
    }

    /** The client configured under {@code resilience.http-clients.<name>}. */
    ProtectedClient of(String name) {
        ProtectedClient client = named.get(name);
        return client == null ? made(name) : client;
    }

    /**
     * Excluded from concurrent changes of the settings: otherwise a client could be planned with the old settings and
     * miss the change.
     */
    private synchronized ProtectedClient made(String name) {
        ProtectedClient present = named.get(name);
        if (present != null) {
            return present;
        }
        ProtectedClient client = client(title(name), problems -> planOf(name, written, problems));
        if (instances == null) {
            return client;
        }
        if (started) {
            requireUsable(client);
        }
        named.put(name, client);
        return client;
    }

    /** A client configured in code. */
    ProtectedClient of(Consumer<HttpClientSpec> spec) {
        return of("HTTP client in code", spec);
    }

    /** A named client configured in code. */
    ProtectedClient named(String name, Consumer<HttpClientSpec> spec) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name is '" + name + "': must not be blank");
        }
        return of(title(name) + " in code", spec);
    }

    /** Clients with the same title, such as those of a prototype bean, are numbered. */
    private ProtectedClient of(String what, Consumer<HttpClientSpec> customizer) {
        HttpClientSpec spec = new HttpClientSpec();
        customizer.accept(spec);
        HttpClientProperties properties = spec.properties();
        int number = titles.merge(what, 1, Integer::sum);
        String title = what + (number == 1 ? "" : " #" + number);
        ProtectedClient client = client(title, problems -> plan(Described.inCode(title), properties, problems));
        if (started || instances == null) {
            requireUsable(client);
        } else {
            inCode.add(client);
        }
        return client;
    }

    /** Checks a client that the startup check has not seen, as that check does. */
    private void requireUsable(ProtectedClient client) {
        client.plan().warning().ifPresent(problem -> {
            if (!"warn".equalsIgnoreCase(environment.getProperty("resilience.validation"))) {
                throw new ResilienceConfigurationException(List.of(problem));
            }
            log.warn("{}. {}.", problem.description(), problem.remedy());
        });
    }

    private ProtectedClient client(String title, Function<List<Problem>, ClientPlan> planning) {
        return new ProtectedClient(title, instances == null ? null : new RebuiltOnChange<>(instances, planning));
    }

    private static String title(String name) {
        return "HTTP client '" + name + "'";
    }

    @Override
    public List<Problem> check() {
        Set<String> requested = Set.copyOf(named.keySet());
        List<Problem> problems = new ArrayList<>(written.problems(requested));
        unused = unused(written, requested);
        written.described().forEach(this::of);
        for (ProtectedClient client : clients()) {
            Problem.collect(problems, () -> client.plan().warning().ifPresent(problems::add));
        }
        started = true;
        return problems;
    }

    @Override
    public synchronized List<Problem> checkChange(Set<String> changed) {
        if (isChanged(changed)) {
            try {
                plansOf(new ConfiguredClients(environment));
            } catch (ResilienceConfigurationException e) {
                return e.problems();
            }
        }
        return List.of();
    }

    @Override
    public Set<String> sections() {
        return written.described();
    }

    @Override
    public Map<String, String> unused() {
        return unused;
    }

    private static Map<String, String> unused(ConfiguredClients known, Set<String> requested) {
        Map<String, String> unused = new LinkedHashMap<>();
        for (String name : known.described()) {
            if (!requested.contains(name)) {
                unused.put(name, title(name) + " has settings in the configuration" + known.origin(name));
            }
        }
        return unused;
    }

    @Override
    public String key() {
        return ConfiguredClients.KEY;
    }

    private static boolean isChanged(Set<String> changed) {
        return changed.stream().anyMatch(key -> key.startsWith(ConfiguredClients.ROOT));
    }

    private Map<String, ClientPlan> plansOf(ConfiguredClients present) {
        List<Problem> problems = new ArrayList<>(present.problems(Set.copyOf(named.keySet())));
        Map<String, ClientPlan> plans = new LinkedHashMap<>();
        named.keySet().forEach(name -> plans.put(name, planOf(name, present, problems)));
        plans.values().forEach(plan -> plan.warning().ifPresent(problems::add));
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(problems);
        }
        return plans;
    }

    /** Applies the changed configuration to all configured clients, or to none if it is wrong. */
    @Override
    public synchronized void rebind(Set<String> changed) {
        if (!isChanged(changed)) {
            return;
        }
        ConfiguredClients present = new ConfiguredClients(environment);
        int changes = instances == null ? 0 : instances.changes();
        Map<String, ClientPlan> plans = plansOf(present);
        Set<String> known = new HashSet<>(named.keySet());
        known.addAll(written.described());
        unused(present, known).values().forEach(added -> log.warn("{}, but is not in use so far.", added));
        written = present;
        plans.forEach((name, plan) -> of(name).follow(plan, changes));
    }

    @Override
    public Map<String, Pipeline> pipelines() {
        Map<String, Pipeline> pipelines = new LinkedHashMap<>();
        clients().forEach(client -> pipelines.put(client.title(), client.plan().repeating()));
        return pipelines;
    }

    private List<ProtectedClient> clients() {
        return Stream.concat(
                        named.entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .map(Map.Entry::getValue),
                        inCode.stream())
                .toList();
    }

    private ClientPlan planOf(String name, ConfiguredClients known, List<Problem> problems) {
        if (!known.names().contains(name)) {
            problems.add(new Problem(
                    title(name) + " is used, but the configuration has no " + ConfiguredClients.ROOT + "." + name,
                    remedyOfUnknown(name, known.names())));
            return ClientPlan.NONE;
        }
        int before = problems.size();
        HttpClientProperties properties = known.properties(name, problems);
        boolean isUnreadable = problems.size() > before;
        String example = HttpClientProperties.KEYS.get(0) + ": " + name;
        ClientPlan plan = plan(
                new Described(
                        title(name), ConfiguredClients.ROOT + "." + name, example, key -> known.origin(name, key)),
                properties,
                problems);
        return isUnreadable || known.hasWrongKeys(name) ? plan.withoutWarning() : plan;
    }

    /**
     * A client in messages.
     *
     * @param title the client
     * @param where the client, or the section that configures it
     * @param example how to name an instance
     * @param origin the origin of a key in parentheses with a leading space; empty if unknown
     */
    private record Described(String title, String where, String example, UnaryOperator<String> origin) {

        static Described inCode(String title) {
            return new Described(title, title, "circuitBreaker(\"payments\")", key -> "");
        }

        /** The location of a key. */
        String where(String key) {
            return where + origin.apply(key);
        }

        Problem unprotected() {
            return Problem.tolerable(
                    title + " names no instance, so its calls are not protected",
                    "Name at least one, such as '" + example + "', or remove the client");
        }
    }

    private static String remedyOfUnknown(String name, Set<String> known) {
        if (known.contains(ConfiguredSettings.withoutBrackets(name))) {
            return ConfiguredSettings.inBrackets(name);
        }
        String nearest = SpellingSuggestion.to(name, known);
        return nearest.isEmpty()
                ? "Configure the instances that protect it, such as " + ConfiguredClients.ROOT + "." + name
                        + ".circuit-breaker: " + name
                : "Did you mean '" + nearest + "'? Known: " + String.join(", ", known);
    }

    /** Builds a plan without the invalid parts, which are added to the problems. */
    private ClientPlan plan(Described client, HttpClientProperties properties, List<Problem> problems) {
        InstanceFactory known = instances;
        if (known == null) {
            return ClientPlan.NONE;
        }
        String where = client.where;
        FailureStatuses statuses = statuses(client.where(HttpClientProperties.FAILURE_STATUSES), properties, problems);
        boolean idempotent = Boolean.TRUE.equals(properties.idempotent());
        RepeatedMethods methods = methods(client.where(HttpClientProperties.RETRY_METHODS), properties, problems);
        Map<String, @Nullable String> names = properties.instances();
        Map<PipelineSlot, Policy> chain = new LinkedHashMap<>();
        for (PipelineSlot slot : order) {
            String name = names.get(slot.key());
            if (name != null) {
                obtain(known, slot, name, client, problems).ifPresent(policy -> chain.put(slot, policy));
            }
        }
        String shared = PipelineSlot.sharedInstance(chain);
        if (!shared.isEmpty()) {
            problems.add(new Problem(where + ": " + shared, "Use a different name for each"));
            return ClientPlan.NONE;
        }
        List<Policy> policies = List.copyOf(chain.values());
        policies.forEach(this::releaseOnRepeat);
        return new ClientPlan(
                Pipeline.of(policies),
                without(PatternDescriptor::repeatsRunningCalls, policies),
                without(PatternDescriptor::repeatsCalls, policies),
                statuses,
                methods,
                idempotent ? methods : methods.idempotent(),
                // A name that is wrong has been reported, and is not missing.
                names.values().stream().allMatch(Objects::isNull)
                        ? Optional.of(client.unprotected())
                        : Optional.empty());
    }

    private static Optional<? extends Policy> obtain(
            InstanceFactory known, PipelineSlot slot, String name, Described client, List<Problem> problems) {
        if (name.isBlank()) {
            problems.add(new Problem(
                    client.where(slot.key()) + ": " + slot.key() + " is '" + name
                            + "': must be the name of an instance",
                    "Set a name, or remove " + slot.key()));
            return Optional.empty();
        }
        try {
            return known.obtain(slot.pattern(), name, Map.of(), client.where);
        } catch (ResilienceConfigurationException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }

    private static FailureStatuses statuses(String where, HttpClientProperties properties, List<Problem> problems) {
        List<String> statuses = properties.failureStatuses();
        return FailureStatuses.of(
                statuses == null ? FailureStatuses.DEFAULT : statuses,
                wrong -> problems.add(new Problem(
                        where + ": failure-statuses has " + wrong,
                        "Use a list of classes and codes, such as 5xx, 429")));
    }

    private static RepeatedMethods methods(String where, HttpClientProperties properties, List<Problem> problems) {
        List<String> asked = properties.retryMethods();
        if (asked == null) {
            return Boolean.TRUE.equals(properties.idempotent()) ? RepeatedMethods.ALL : RepeatedMethods.DEFAULT;
        }
        if (asked.size() == 1 && asked.get(0).equalsIgnoreCase(NO_METHODS)) {
            return RepeatedMethods.NONE;
        }
        List<String> standard =
                Stream.of(HttpMethod.values()).map(HttpMethod::name).toList();
        for (String method : asked) {
            String upper = method.toUpperCase(Locale.ROOT);
            if (standard.contains(upper) || RepeatedMethods.isRegistered(upper)) {
                continue;
            }
            String nearest = SpellingSuggestion.to(upper, standard);
            if (!nearest.isEmpty() || method.equalsIgnoreCase(NO_METHODS) || !RepeatedMethods.isToken(method)) {
                problems.add(new Problem(
                        where + ": retry-methods has '" + method + "', which is not an HTTP method",
                        (nearest.isEmpty() ? "" : "Did you mean '" + nearest + "'? ") + "Use any of "
                                + String.join(", ", standard) + ", another method, or the single word " + NO_METHODS));
            }
        }
        return new RepeatedMethods(
                asked.stream()
                        .map(method -> HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)))
                        .collect(Collectors.toSet()),
                false);
    }

    private static Pipeline without(Predicate<PatternDescriptor<?, ?>> excluded, List<Policy> policies) {
        return Pipeline.of(policies.stream()
                .filter(policy -> PatternDescriptors.of(policy).filter(excluded).isEmpty())
                .toList());
    }

    /**
     * Subscribes once per instance, so that a response that leads to another attempt is released before the delay and
     * not after it.
     */
    private void releaseOnRepeat(Policy policy) {
        if (observed.add(policy)) {
            PatternDescriptors.of(policy)
                    .ifPresent(pattern -> pattern.onRetry(policy, FailingStatusException::release));
        }
    }
}
