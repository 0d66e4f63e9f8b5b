package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.method.AttemptTimes;
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
import java.util.function.Supplier;

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
        all.put("methods", links(methods()));
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
        methods().forEach((title, pipeline) -> addIfUsed(policy, title, pipeline, titles));
        clients().forEach((title, pipeline) -> addIfUsed(policy, title, pipeline, titles));
        return titles;
    }

    /** The methods and clients of each instance. */
    Map<Policy, List<String>> users() {
        Map<Policy, List<String>> byPolicy = new HashMap<>();
        for (Map<String, Pipeline> pipelines : List.of(methods(), clients())) {
            pipelines.forEach((title, pipeline) -> new LinkedHashSet<>(pipeline.policies())
                    .forEach(policy -> byPolicy.computeIfAbsent(policy, first -> new ArrayList<>())
                            .add(title)));
        }
        return byPolicy;
    }

    /** The chains of those methods and clients, as in the answer with all instances. */
    Map<String, Object> linksOf(Set<String> titles) {
        Map<String, Pipeline> chosen = new LinkedHashMap<>(methods());
        chosen.putAll(clients());
        chosen.keySet().retainAll(titles);
        return links(chosen);
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

    private Map<String, Pipeline> methods() {
        Map<String, Pipeline> methods = new TreeMap<>();
        pipelines
                .get()
                .forEach(
                        ofContext -> ofContext.all().forEach(method -> methods.put(method.title(), method.pipeline())));
        return methods;
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
