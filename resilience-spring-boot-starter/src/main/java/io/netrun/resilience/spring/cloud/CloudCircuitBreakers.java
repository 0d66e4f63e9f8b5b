package io.netrun.resilience.spring.cloud;

import io.netrun.resilience.Guard;
import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.pattern.PipelineSlot;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.LateRequests;
import io.netrun.resilience.spring.settings.RebuiltOnChange;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The policies behind Spring Cloud's circuit breakers, by id. An id that the configuration, a customizer or an
 * annotation names uses the instance of that name. Any other id may come from a request, so the number of such ids is
 * bounded: each uses an instance named {@code spring-cloud:<id>}, and the least recently used one is evicted. All
 * factories share the policies. Thread-safe.
 */
public final class CloudCircuitBreakers implements LateRequests {

    /** The maximum number of instances for ids that nothing names. */
    static final int LIMIT = 1_000;

    private static final String FAMILY = "spring-cloud";
    private static final String WHERE = "a circuit breaker of Spring Cloud";
    private static final PatternDescriptor<CircuitBreaker, CircuitBreakerConfig> BREAKERS =
            PatternDescriptors.of(CircuitBreaker.TYPE);
    private static final PatternDescriptor<Timeout, TimeoutConfig> TIMEOUTS = PatternDescriptors.of(Timeout.TYPE);

    private final @Nullable InstanceFactory instances;
    private final ResilienceRegistry registry;
    private final boolean timeoutWithin;
    private final List<Map<String, CloudCircuitBreakerConfig>> inCode = new CopyOnWriteArrayList<>();
    private final ConcurrentMap<String, KnownId> known = new ConcurrentHashMap<>();
    private final KeyedPolicies<CircuitBreaker> unknownBreakers;
    private final KeyedPolicies<Timeout> unknownTimeouts;
    private volatile @Nullable Function<String, CloudCircuitBreakerConfig> byDefault;

    /**
     * Creates the circuit breakers of an application.
     *
     * @param instances the factory of instances; null if protection is switched off
     * @param registry creates the instances for ids that nothing names
     * @param order the patterns, outermost first
     */
    public CloudCircuitBreakers(
            @Nullable InstanceFactory instances, ResilienceRegistry registry, List<PipelineSlot> order) {
        this.instances = instances;
        this.registry = registry;
        List<String> keys = order.stream().map(PipelineSlot::key).toList();
        this.timeoutWithin = keys.indexOf(TIMEOUTS.key()) > keys.indexOf(BREAKERS.key());
        this.unknownBreakers = registry.keyed(
                CircuitBreaker.TYPE, FAMILY, LIMIT, id -> unknown(id).circuitBreaker());
        this.unknownTimeouts = registry.keyed(
                Timeout.TYPE,
                FAMILY,
                LIMIT,
                id -> Objects.requireNonNull(unknown(id).timeout()));
    }

    /** The configuration of an id. It has a timeout only if one of that name is configured. */
    CloudCircuitBreakerConfig configured(String id) {
        return instances == null
                ? new CloudCircuitBreakerConfig(CircuitBreakerConfig.defaults(), null)
                : new CloudCircuitBreakerConfig(
                        instances.configOf(BREAKERS, id), isLimited(id) ? instances.configOf(TIMEOUTS, id) : null);
    }

    private boolean isLimited(String id) {
        return instances != null && instances.isConfigured(TIMEOUTS, id);
    }

    /** Adds the ids that the customizers of a factory name, now or later. */
    void addCustomized(Map<String, CloudCircuitBreakerConfig> circuits) {
        inCode.add(circuits);
    }

    /** Sets the configuration of ids that neither the configuration nor a customizer names. */
    void configureDefault(Function<String, CloudCircuitBreakerConfig> settings) {
        byDefault = Objects.requireNonNull(settings, "defaultConfiguration");
    }

    /**
     * Creates the policies of an id. Call the supplier for each call, since the instance of that name may have been
     * replaced.
     *
     * @throws IllegalArgumentException if the id cannot be part of a name: it is blank, too long or has control
     *     characters
     * @throws io.netrun.resilience.spring.problem.ResilienceConfigurationException if its settings are invalid
     */
    Supplier<Guard> get(String id) {
        InstanceFactory made = instances;
        if (made == null) {
            return Pipeline::of;
        }
        FollowingGuard guard = new FollowingGuard(made, id);
        guard.get();
        return guard;
    }

    /** The policies of an id, as the present configuration wants them. */
    private Supplier<Guard> find(InstanceFactory made, String id, int configurations) {
        KnownId present = known.get(id);
        if (present != null && present.configurations == configurations) {
            return present.guard::get;
        }
        CloudCircuitBreakerConfig circuit = present == null ? customized(id) : present.circuit;
        if (present == null && circuit == null && !isKnown(made, id)) {
            return unknownGuard(id);
        }
        boolean limited = circuit == null ? isLimited(id) : circuit.timeout() != null;
        return known.compute(id, (key, former) -> {
                    if (former == null && circuit != null) {
                        pin(made, id, circuit);
                    }
                    RebuiltOnChange<Guard> guard = former != null && former.limited == limited
                            ? former.guard
                            : new RebuiltOnChange<>(made, problems -> obtain(made, id, limited, problems));
                    return new KnownId(circuit, limited, configurations, guard);
                })
                .guard::get;
    }

    private @Nullable CloudCircuitBreakerConfig customized(String id) {
        for (Map<String, CloudCircuitBreakerConfig> circuits : inCode) {
            CloudCircuitBreakerConfig circuit = circuits.get(id);
            if (circuit != null) {
                return circuit;
            }
        }
        return null;
    }

    /** An instance of a family, such as that of another id, makes its name no known id. */
    private boolean isKnown(InstanceFactory made, String id) {
        return made.isConfigured(BREAKERS, id)
                || isLimited(id)
                || (registry.familyOf(CircuitBreaker.TYPE, id).isEmpty()
                        && made.effectiveSettings().settings(BREAKERS, id).isPresent());
    }

    private static void pin(InstanceFactory made, String id, CloudCircuitBreakerConfig circuit) {
        made.pin(BREAKERS, id, circuit.circuitBreaker());
        if (circuit.timeout() != null) {
            made.pin(TIMEOUTS, id, circuit.timeout());
        }
    }

    private Guard obtain(InstanceFactory made, String id, boolean limited, List<Problem> problems) {
        return pipeline(
                obtain(made, BREAKERS, id, problems),
                limited ? obtain(made, TIMEOUTS, id, problems) : Optional.empty());
    }

    private static Optional<? extends Policy> obtain(
            InstanceFactory made, PatternDescriptor<?, ?> pattern, String id, List<Problem> problems) {
        try {
            return made.obtain(pattern, id, Map.of(), WHERE);
        } catch (ResilienceConfigurationException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }

    private Supplier<Guard> unknownGuard(String id) {
        unknownBreakers.get(id);
        if (unknown(id).timeout() == null) {
            return () -> unknownBreakers.get(id);
        }
        return () -> pipeline(Optional.of(unknownBreakers.get(id)), Optional.of(unknownTimeouts.get(id)));
    }

    /**
     * The configuration from code for an id that nothing names. The registry adds the settings under the name of the
     * family.
     */
    private CloudCircuitBreakerConfig unknown(String id) {
        Function<String, CloudCircuitBreakerConfig> settings = byDefault;
        return settings == null
                ? new CloudCircuitBreakerConfig(
                        CircuitBreakerConfig.defaults(), isLimited(FAMILY) ? TimeoutConfig.defaults() : null)
                : settings.apply(id);
    }

    /** Whether a factory creates circuit breakers with any id. */
    @Override
    public boolean mayRequest(PatternDescriptor<?, ?> pattern) {
        return !inCode.isEmpty() && (pattern.equals(BREAKERS) || pattern.equals(TIMEOUTS));
    }

    @Override
    public String requester() {
        return "A circuit breaker of Spring Cloud with this id";
    }

    private Guard pipeline(Optional<? extends Policy> breaker, Optional<? extends Policy> timeout) {
        return Pipeline.of((timeoutWithin ? Stream.of(breaker, timeout) : Stream.of(timeout, breaker))
                .<Policy>flatMap(Optional::stream)
                .toList());
    }

    /**
     * The policies of an id that something names.
     *
     * @param circuit its configuration from code, which was applied once, so that it does not overwrite an operator's
     *     later changes; null if there is none
     * @param configurations the number of changes of the configuration before it was read
     */
    private record KnownId(
            @Nullable CloudCircuitBreakerConfig circuit,
            boolean limited,
            int configurations,
            RebuiltOnChange<Guard> guard) {}

    /** The policies of a circuit breaker, which may live longer than the configuration that it was created with. */
    private final class FollowingGuard implements Supplier<Guard> {

        private final InstanceFactory made;
        private final String id;
        private volatile @Nullable Found found;

        FollowingGuard(InstanceFactory made, String id) {
            this.made = made;
            this.id = id;
        }

        @Override
        public Guard get() {
            int configurations = made.configurations();
            Found present = found;
            if (present == null || present.configurations != configurations) {
                present = new Found(configurations, find(made, id, configurations));
                found = present;
            }
            return present.guard.get();
        }
    }

    private record Found(int configurations, Supplier<Guard> guard) {}
}
