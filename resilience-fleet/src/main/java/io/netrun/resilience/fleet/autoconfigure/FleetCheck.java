package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadPools;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.Families;
import io.netrun.resilience.spring.settings.GlobalSettings;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

/** Checks at the start what the fleet needs, so that its problems are reported together with all others. */
final class FleetCheck implements InstanceUser {

    private static final Logger log = LoggerFactory.getLogger(FleetCheck.class);

    private final FleetSettings settings;
    private final StoreBeans stores;
    private final SharedInstances shared;
    private final InstanceFactory instances;
    private final Environment environment;

    FleetCheck(
            FleetSettings settings,
            StoreBeans stores,
            SharedInstances shared,
            InstanceFactory instances,
            Environment environment) {
        this.settings = settings;
        this.stores = stores;
        this.shared = shared;
        this.instances = instances;
        this.environment = environment;
    }

    @Override
    public List<Problem> check() {
        List<Problem> problems = new ArrayList<>(settings.problems());
        stores.problem().ifPresent(problems::add);
        keyed(PatternDescriptors.of(RateLimiter.TYPE), shared.registry().all(RateLimiter.TYPE), problems);
        keyed(PatternDescriptors.of(Bulkhead.TYPE), shared.registry().all(Bulkhead.TYPE), problems);
        return problems;
    }

    /** A family has any number of limits, each of which would be shared by itself. */
    private void keyed(PatternDescriptor<?, ?> pattern, List<? extends Policy> present, List<Problem> problems) {
        Set<String> names = new TreeSet<>();
        Stream.concat(
                        present.stream()
                                .filter(policy -> shared.familyOfLimit(policy).isPresent())
                                .map(Policy::name),
                        instances.written().instances(pattern).stream()
                                .filter(name -> Families.mayBeKey(name) && isWrittenAsShared(pattern, name)))
                .forEach(names::add);
        Set<String> families = new TreeSet<>();
        for (String name : names) {
            String family = Families.familyIn(name);
            if (families.add(family)) {
                problems.add(new Problem(
                        pattern.title() + " '" + name
                                + "': scope is fleet, which is not possible for the keyed instances of" + " '" + family
                                + "'",
                        "Set scope to node for them, in the configuration that the family is created with and under"
                                + " resilience." + pattern.key() + ".defaults, or share one instance without keys"));
            }
        }
    }

    private boolean isWrittenAsShared(PatternDescriptor<?, ?> pattern, String name) {
        try {
            String key = pattern.key() + ".instances[" + name + "].scope";
            return GlobalSettings.find(environment, key, LimitScope.class).orElse(LimitScope.NODE) == LimitScope.FLEET;
        } catch (ResilienceConfigurationException wrong) {
            return false; // reported where the instance's settings are read
        }
    }

    /** Logs what is valid, and may surprise. */
    void explain() {
        int nodes = settings.config().expectedNodes();
        for (Bulkhead bulkhead : shared.bulkheads()) {
            int limit = bulkhead.config().maxConcurrent();
            if (limit < nodes) {
                log.warn(
                        "Bulkhead '{}': maxConcurrent is {} for the fleet, but resilience.fleet.expected-nodes is {}."
                                + " While the store does not answer, each node runs one call, {} in all. Raise"
                                + " maxConcurrent, or lower expected-nodes.",
                        bulkhead.name(),
                        limit,
                        nodes,
                        nodes);
            }
            if (bulkhead.config().pools() == BulkheadPools.SEPARATE) {
                log.info(
                        "Bulkhead '{}': maxConcurrent is {} for the fleet's sync calls, and again for its asynchronous"
                                + " calls, because pools is separate. Set pools to shared for one limit of both.",
                        bulkhead.name(),
                        limit);
            }
        }
        for (RateLimiter limiter : shared.rateLimiters()) {
            int limit = limiter.config().limit();
            if (limit < nodes) {
                log.warn(
                        "RateLimiter '{}': limit is {} for the fleet, but resilience.fleet.expected-nodes is {}. While"
                                + " the store does not answer, each node admits less than one call per period. Raise"
                                + " limit and period together, or lower expected-nodes.",
                        limiter.name(),
                        limit,
                        nodes);
            }
        }
        Set<String> warned = ConcurrentHashMap.newKeySet();
        shared.registry().onChange(event -> {
            shared.familyOfLimit(event.policy())
                    .filter(warned::add)
                    .ifPresent(family -> log.warn(
                            "Keyed instances of '{}' have scope: fleet, which has no effect: each limits this node"
                                    + " alone. Set scope to node for them.",
                            family));
            shared.familyOfQuorum(event.policy())
                    .filter(family -> warned.add("circuits of " + family))
                    .ifPresent(family -> log.warn(
                            "Keyed circuits of '{}' have fleet: quorum, which has no effect: each is that of this node"
                                    + " alone. Set fleet to none for them.",
                            family));
        });
    }

    @Override
    public void rebind(Set<String> changed) {
        if (changed.stream().anyMatch(key -> key.startsWith(FleetSettings.PREFIX))) {
            log.info("Changed settings under {} apply when the application is started again.", "resilience.fleet");
        }
    }

    @Override
    public Map<String, Pipeline> pipelines() {
        return Map.of();
    }
}
