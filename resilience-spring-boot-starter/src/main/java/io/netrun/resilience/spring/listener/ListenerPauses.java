package io.netrun.resilience.spring.listener;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.InstanceUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Pauses the listener containers under {@code resilience.listeners} while their circuits are open. It starts after the
 * containers and stops before them, so that it does not start one while the application stops.
 */
public final class ListenerPauses implements InstanceUser, SmartLifecycle, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ListenerPauses.class);

    private final ConfigurableEnvironment environment;
    private final List<ListenerContainers> brokers;
    private final Circuits circuits;
    private final Map<String, PausedListener> listeners = new ConcurrentHashMap<>();
    private volatile boolean running;

    /** For the containers of all brokers whose libraries are present. */
    public ListenerPauses(
            ConfigurableEnvironment environment, ResilienceRegistry registry, List<ListenerContainers> brokers) {
        this.environment = environment;
        this.brokers = brokers;
        this.circuits = new Circuits(registry, this::onChange);
    }

    private void onChange(String breaker) {
        for (PausedListener listener : listeners.values()) {
            if (listener.breakers().contains(breaker)) {
                listener.signal();
            }
        }
    }

    @Override
    public List<Problem> check() {
        List<Problem> problems = new ArrayList<>();
        apply(ConfiguredListeners.read(environment, problems));
        return problems;
    }

    @Override
    public List<Problem> checkChange(Set<String> changed) {
        List<Problem> problems = new ArrayList<>();
        if (isChanged(changed)) {
            ConfiguredListeners.read(environment, problems);
        }
        return problems;
    }

    @Override
    public void rebind(Set<String> changed) {
        if (!isChanged(changed)) {
            return;
        }
        List<Problem> problems = new ArrayList<>();
        Map<String, Set<String>> configured = ConfiguredListeners.read(environment, problems);
        if (!problems.isEmpty()) {
            throw new ResilienceConfigurationException(problems);
        }
        apply(configured);
        if (running) {
            warn();
        }
    }

    private static boolean isChanged(Set<String> changed) {
        return changed.stream().anyMatch(key -> key.startsWith(ConfiguredListeners.ROOT));
    }

    private void apply(Map<String, Set<String>> configured) {
        configured.forEach((id, breakers) -> {
            PausedListener present = listeners.get(id);
            if (present != null) {
                present.setBreakers(breakers);
                return;
            }
            PausedListener added = new PausedListener(id, breakers, circuits, this::find);
            listeners.put(id, added);
            if (running) {
                added.start();
            }
        });
        listeners.forEach((id, listener) -> {
            if (!configured.containsKey(id)) {
                listener.setBreakers(Set.of()); // kept, so that it resumes what it has paused
            }
        });
    }

    private @Nullable ListenerContainer find(String id) {
        for (ListenerContainers broker : brokers) {
            ListenerContainer container = broker.find(id);
            if (container != null) {
                return container;
            }
        }
        return null;
    }

    @Override
    public String key() {
        return ConfiguredListeners.KEY;
    }

    @Override
    public Map<String, Pipeline> pipelines() {
        return Map.of();
    }

    @Override
    public void start() {
        running = true;
        warn();
        listeners.values().forEach(PausedListener::start);
    }

    /** A container may be registered later, and a circuit breaker created later, so neither stops the start. */
    private void warn() {
        if (listeners.isEmpty()) {
            return;
        }
        if (brokers.isEmpty()) {
            log.warn(
                    "{} has settings, but the class path has no listener containers. Add the dependency spring-kafka"
                            + " or spring-rabbit, or remove the settings.",
                    ConfiguredListeners.ROOT);
            return;
        }
        listeners.forEach((id, listener) -> {
            if (find(id) == null) {
                log.warn(
                        "{}[{}] names a listener container that does not exist. Known are {}. Give the listener this"
                                + " id, or correct the key; a container that is registered later is found.",
                        ConfiguredListeners.ROOT,
                        id,
                        ids());
            }
            for (String breaker : listener.breakers()) {
                if (!circuits.contains(breaker)) {
                    log.warn(
                            "{}[{}].{} names the circuit breaker '{}', which does not exist. Correct the name; a"
                                    + " circuit breaker that is created later is found.",
                            ConfiguredListeners.ROOT,
                            id,
                            ConfiguredListeners.PAUSE,
                            breaker);
                }
            }
        });
    }

    private Set<String> ids() {
        Set<String> ids = new TreeSet<>();
        brokers.forEach(broker -> ids.addAll(broker.ids()));
        return ids;
    }

    @Override
    public void stop() {
        running = false;
        listeners.values().forEach(PausedListener::stop);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void close() {
        stop();
        circuits.close();
    }
}
