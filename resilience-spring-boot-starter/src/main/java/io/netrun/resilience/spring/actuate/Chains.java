package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.spring.method.AlternativeMethod;
import io.netrun.resilience.spring.method.AttemptTimes;
import io.netrun.resilience.spring.method.KeyedChain;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.MethodPipelines;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
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
        all.put("methods", methodLinks());
        all.put("clients", links(clients()));
        Map<String, Object> attempts = new LinkedHashMap<>();
        attemptTimes.byMethod().forEach((method, time) -> attempts.put(method, shown(time)));
        if (!attempts.isEmpty()) {
            all.put("attempts", attempts);
        }
    }

    /** The methods, in alphabetical order, and the clients that make calls through each instance, as it is now. */
    Users users() {
        Map<String, Set<Object>> methods = new TreeMap<>();
        Set<String> withFallback = new HashSet<>();
        eachMethod(method -> addIfFallback(method.title(), method.pipeline(), withFallback));
        clients().forEach((title, pipeline) -> addIfFallback(title, pipeline, withFallback));
        eachMethod(method -> methods.computeIfAbsent(method.title(), first -> new LinkedHashSet<>())
                .addAll(usedBy(method)));
        Map<Object, Set<String>> titles = new HashMap<>();
        methods.forEach((title, used) -> add(title, used, titles));
        clients().forEach((title, pipeline) -> add(title, pipeline.policies(), titles));
        return new Users(titles, withFallback);
    }

    /** The beans of those methods that several beans of one class have, by the title of the method. */
    Map<String, Set<String>> sharingBeans(Collection<String> titles) {
        Map<String, Set<String>> sharing = new TreeMap<>();
        pipelines
                .get()
                .forEach(ofContext -> ofContext.sharingBeans().forEach((title, beans) -> {
                    if (titles.contains(title)) {
                        sharing.computeIfAbsent(title, first -> new TreeSet<>()).addAll(beans);
                    }
                }));
        return sharing;
    }

    /** The instances of a method; for each of a family, the family and the policy that stands for it. */
    private static List<Object> usedBy(MethodPipeline method) {
        List<Object> used = new ArrayList<>(method.pipeline().policies());
        KeyedChain keys = method.keys();
        if (keys != null) {
            keys.links()
                    .forEach(link -> used.add(new FamilyName(
                            link.family().standIn().type(), link.family().name())));
        }
        return used;
    }

    private static void addIfFallback(String title, Pipeline pipeline, Set<String> withFallback) {
        if (pipeline.policies().stream()
                .anyMatch(policy -> policy.isEnabled()
                        && PatternDescriptors.of(policy)
                                .filter(PatternDescriptor::replacesFailures)
                                .isPresent())) {
            withFallback.add(title);
        }
    }

    private static void add(String title, Collection<?> used, Map<Object, Set<String>> titles) {
        used.forEach(each ->
                titles.computeIfAbsent(each, first -> new LinkedHashSet<>()).add(title));
    }

    /** Keyed instances have the name of their family, a colon and the key; a family has no colon in its name. */
    private record FamilyName(PolicyType<?, ?> type, String name) {

        static FamilyName of(Policy policy) {
            int colon = policy.name().indexOf(':');
            return new FamilyName(policy.type(), colon < 0 ? "" : policy.name().substring(0, colon));
        }
    }

    /** What makes calls through instances. */
    static final class Users {

        private final Map<Object, Set<String>> titles;
        private final Set<String> withFallback;
        private final Map<String, Set<PolicyType<?, ?>>> types = new HashMap<>();

        private Users(Map<Object, Set<String>> titles, Set<String> withFallback) {
            this.titles = titles;
            this.withFallback = withFallback;
            titles.forEach((user, ofUser) -> {
                PolicyType<?, ?> type = user instanceof FamilyName family ? family.type() : ((Policy) user).type();
                ofUser.forEach(title ->
                        types.computeIfAbsent(title, first -> new HashSet<>()).add(type));
            });
        }

        /** Whether a method or client makes calls through any instance of a pattern. */
        boolean passes(String title, PolicyType<?, ?> type) {
            return types.getOrDefault(title, Set.of()).contains(type);
        }

        /** The methods and clients that make calls through an instance, or through its family. */
        Set<String> of(Policy policy) {
            Set<String> own = titles.getOrDefault(policy, Set.of());
            Set<String> ofFamily = titles.getOrDefault(FamilyName.of(policy), Set.of());
            if (ofFamily.isEmpty()) {
                return own;
            }
            Set<String> all = new LinkedHashSet<>(ofFamily);
            all.addAll(own);
            return all;
        }

        /** Whether a method or client has a fallback that is switched on. */
        boolean hasFallback(String title) {
            return withFallback.contains(title);
        }

        /** The methods and clients of all instances with a name, which may be those of a family. */
        Set<String> ofName(String name) {
            Set<String> all = new LinkedHashSet<>();
            titles.forEach((user, ofUser) -> {
                boolean named = user instanceof FamilyName family
                        ? name.startsWith(family.name() + ":")
                        : ((Policy) user).name().equals(name);
                if (named) {
                    all.addAll(ofUser);
                }
            });
            return all;
        }
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

    private Map<String, Object> methodLinks() {
        Map<String, Object> methods = new TreeMap<>();
        eachMethod(method -> methods.put(
                method.title(),
                method.pipeline().policies().stream()
                        .map(policy -> link(policy, method))
                        .toList()));
        return methods;
    }

    private void eachMethod(Consumer<MethodPipeline> action) {
        pipelines.get().forEach(ofContext -> ofContext.all().forEach(action));
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

    /**
     * A link to a hedge also has its alternative; one to a family the expression of the key, and how many keys there
     * may be and are.
     */
    private static Map<String, Object> link(Policy policy, MethodPipeline method) {
        KeyedChain.KeyedLink keyed = method.linkOf(policy);
        Map<String, Object> link = link(
                policy,
                keyed == null ? policy.isEnabled() : keyed.family().enabled().getAsBoolean());
        AlternativeMethod alternative = method.alternative();
        if (alternative != null && alternative.isOf(policy)) {
            link.put("alternative", alternative.title());
        }
        if (keyed != null) {
            link.put("key", keyed.key());
            link.put("maxKeys", keyed.family().limit());
            link.put("keys", keyed.family().instances().size());
        }
        return link;
    }

    private static Map<String, Object> link(Policy policy) {
        return link(policy, policy.isEnabled());
    }

    private static Map<String, Object> link(Policy policy, boolean enabled) {
        Map<String, Object> link = new LinkedHashMap<>();
        link.put("pattern", policy.type().key());
        link.put("name", policy.name());
        if (!enabled) {
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
