package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.method.KeyedChain;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What makes calls through instances: protected methods, HTTP clients and the like, each with its chain. */
public final class Chains {

    private final Supplier<List<MethodPipelines>> pipelines;
    private final Supplier<List<InstanceUser>> users;
    private final AttemptTimes attemptTimes;

    /**
     * The chains of an application.
     *
     * @param pipelines of the methods of each context
     * @param users what makes calls through instances beside methods
     * @param attemptTimes how long attempts took; not shown where it knows of none
     */
    public Chains(
            Supplier<List<MethodPipelines>> pipelines, Supplier<List<InstanceUser>> users, AttemptTimes attemptTimes) {
        this.pipelines = pipelines;
        this.users = users;
        this.attemptTimes = attemptTimes;
    }

    void addTo(Map<String, Object> all) {
        all.put("methods", methodLinks());
        all.put("clients", links(clients()));
        Map<String, Object> attempts = new LinkedHashMap<>();
        attemptTimes.byMethod().forEach((method, time) -> attempts.put(method, shown(time)));
        if (!attempts.isEmpty()) {
            all.put("attempts", attempts);
        }
    }

    /** The methods and clients that share an instance. */
    List<String> usersOf(Policy policy) {
        List<String> titles = new ArrayList<>();
        List<String> ofMethods = new ArrayList<>();
        eachMethod(method -> {
            if (uses(method, policy)) {
                ofMethods.add(method.title());
            }
        });
        ofMethods.stream().distinct().sorted().forEach(titles::add);
        clients().forEach((title, pipeline) -> addIfUsed(policy, title, pipeline, titles));
        return titles;
    }

    /** The methods and clients of each instance; those of a family at the policy that stands for it. */
    Map<Policy, List<String>> users() {
        Map<String, Set<Policy>> methods = new TreeMap<>();
        eachMethod(method -> methods.put(
                method.title(), new LinkedHashSet<>(method.pipeline().policies())));
        Map<Policy, List<String>> byPolicy = new HashMap<>();
        methods.forEach((title, policies) -> addUser(title, policies, byPolicy));
        clients().forEach((title, pipeline) -> addUser(title, new LinkedHashSet<>(pipeline.policies()), byPolicy));
        return byPolicy;
    }

    private static void addUser(String title, Set<Policy> policies, Map<Policy, List<String>> byPolicy) {
        policies.forEach(policy ->
                byPolicy.computeIfAbsent(policy, first -> new ArrayList<>()).add(title));
    }

    /** The chains of those methods and clients, as in the answer with all instances. */
    Map<String, Object> linksOf(Set<String> titles) {
        Map<String, Object> chosen = new LinkedHashMap<>(methodLinks());
        chosen.putAll(links(clients()));
        chosen.keySet().retainAll(titles);
        return chosen;
    }

    /** How long attempts took, by class and method without the package. */
    Map<String, AttemptTimes.AttemptTime> attempts() {
        return attemptTimes.byMethod();
    }

    private static void addIfUsed(Policy policy, String title, Pipeline pipeline, List<String> titles) {
        if (pipeline.policies().contains(policy)) {
            titles.add(title);
        }
    }

    private Map<String, Object> methodLinks() {
        Map<String, Object> methods = new TreeMap<>();
        eachMethod(method -> methods.put(
                method.title(),
                method.pipeline().policies().stream()
                        .map(policy -> link(policy, method.linkOf(policy)))
                        .toList()));
        return methods;
    }

    private void eachMethod(Consumer<MethodPipeline> action) {
        pipelines.get().forEach(ofContext -> ofContext.all().forEach(action));
    }

    /** Whether a method makes calls through an instance, or through its family. */
    private static boolean uses(MethodPipeline method, Policy policy) {
        KeyedChain keys = method.keys();
        return method.pipeline().policies().contains(policy)
                || (keys != null
                        && keys.links().stream()
                                .map(KeyedChain.KeyedLink::family)
                                .anyMatch(family -> family.standIn().type().equals(policy.type())
                                        && policy.name().startsWith(family.name() + ":")));
    }

    private Map<String, Pipeline> clients() {
        Map<String, Pipeline> clients = new LinkedHashMap<>();
        users.get().forEach(user -> clients.putAll(user.pipelines()));
        return clients;
    }

    private static Map<String, Object> links(Map<String, Pipeline> pipelines) {
        Map<String, Object> chains = new LinkedHashMap<>();
        pipelines.forEach((title, pipeline) ->
                chains.put(title, pipeline.policies().stream().map(Chains::link).toList()));
        return chains;
    }

    /** A link to a family also has the expression of the key, and how many keys there may be and are. */
    private static Map<String, Object> link(Policy policy, KeyedChain.@Nullable KeyedLink keyed) {
        Map<String, Object> link = link(policy);
        if (keyed != null) {
            link.put("key", keyed.key());
            link.put("maxKeys", keyed.family().limit());
            link.put("keys", keyed.family().instances().size());
        }
        return link;
    }

    private static Map<String, Object> link(Policy policy) {
        Map<String, Object> link = new LinkedHashMap<>();
        link.put("pattern", policy.type().key());
        link.put("name", policy.name());
        if (!policy.isEnabled()) {
            link.put("enabled", false);
        }
        return link;
    }

    private static Map<String, Object> shown(AttemptTimes.AttemptTime time) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("count", time.count());
        shown.put("totalMillis", time.totalMillis());
        shown.put("maxMillis", time.maxMillis());
        return shown;
    }
}
