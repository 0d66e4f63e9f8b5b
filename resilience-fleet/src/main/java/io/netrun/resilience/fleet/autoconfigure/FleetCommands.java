package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.fleet.FleetCommand;
import io.netrun.resilience.spring.fleet.FleetChange;
import io.netrun.resilience.spring.fleet.FleetChanges;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operators' commands that this node knows. Each is applied once: those that were given on this node were applied
 * when they were given, and those that are known from before a restart of the node are not applied again. A command for
 * an instance that does not exist yet waits for it. Thread-safe.
 */
final class FleetCommands {

    private static final Logger log = LoggerFactory.getLogger(FleetCommands.class);

    /** The most instances whose commands are kept. */
    private static final int MAX_KEPT = 1_000;

    private final ResilienceRegistry registry;
    private final FleetChanges changes;

    /** Guards the maps; nothing is applied under it. */
    private final Object lock = new Object();

    /** The latest of each kind for each instance, the oldest first. */
    private final Map<Key, Known> latest = new LinkedHashMap<>();

    FleetCommands(ResilienceRegistry registry, FleetChanges changes) {
        this.registry = registry;
        this.changes = changes;
        registry.onChange(this::onChange);
    }

    /** A command that comes from the fleet. */
    void onCommand(FleetCommand command) {
        FleetChange change = new FleetChange(
                command.pattern(),
                command.name(),
                command.action(),
                withUnset(command.settings()),
                command.principal(),
                command.time());
        Key key = Key.of(change);
        Policy policy = find(key);
        synchronized (lock) {
            Known known = latest.get(key);
            if (known != null && known.change.equals(change)) {
                latest.put(key, new Known(change, command.number(), known.waiting, known.foreignAt));
                return;
            }
            keep(
                    key,
                    new Known(
                            change,
                            command.number(),
                            policy == null,
                            registry.ticker().now()));
        }
        if (policy != null) {
            apply(policy, change);
        } else {
            applyWaiting(key); // it may have been created meanwhile
        }
    }

    /** A store keeps texts only: an empty one, which no setting can have, unsets it. */
    private static Map<String, @Nullable String> withUnset(Map<String, String> texts) {
        Map<String, @Nullable String> settings = new LinkedHashMap<>();
        texts.forEach((name, text) -> settings.put(name, text.isEmpty() ? null : text));
        return settings;
    }

    /** The command for the store. */
    static FleetCommand command(FleetChange change) {
        Map<String, String> texts = new LinkedHashMap<>();
        change.settings().forEach((name, text) -> texts.put(name, text == null ? "" : text));
        return new FleetCommand(
                0, change.pattern(), change.name(), change.action(), texts, change.principal(), change.time());
    }

    /** A command that was given on this node, and has been applied. */
    void onAnnounced(FleetChange change) {
        Key key = Key.of(change);
        synchronized (lock) {
            Known known = latest.get(key);
            boolean overtaken = known != null && known.foreignAt != null && !known.foreignAt.isBefore(change.time());
            if (!overtaken) { // else the fleet decides which of the two is the later one
                keep(key, new Known(change, 0, false, null));
            }
        }
    }

    private void keep(Key key, Known known) {
        latest.remove(key);
        latest.put(key, known);
        if (latest.size() > MAX_KEPT) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    private void onChange(RegistryEvent event) {
        if (!(event instanceof RegistryEvent.Removed)) {
            Policy policy = event.policy();
            applyWaiting(new Key(policy.type().key(), policy.name(), true));
            applyWaiting(new Key(policy.type().key(), policy.name(), false));
        }
    }

    private void applyWaiting(Key key) {
        Policy policy = find(key);
        FleetChange change;
        synchronized (lock) {
            Known known = latest.get(key);
            if (policy == null || known == null || !known.waiting) {
                return;
            }
            latest.put(key, new Known(known.change, known.number, false, known.foreignAt));
            change = known.change;
        }
        apply(policy, change);
    }

    private @Nullable Policy find(Key key) {
        return PatternDescriptors.byKey(key.pattern)
                .<Policy>flatMap(
                        pattern -> registry.find(pattern.type(), key.name).map(Policy.class::cast))
                .orElse(null);
    }

    private void apply(Policy policy, FleetChange change) {
        try {
            changes.apply(policy, change);
        } catch (ResilienceConfigurationException wrong) {
            log.warn(
                    "{} of the {} '{}' for the fleet is not possible on this node. {}",
                    change.action(),
                    change.pattern(),
                    change.name(),
                    wrong.getMessage());
        }
    }

    /** The commands as the endpoint shows them, the latest first. */
    List<Map<String, @Nullable Object>> view() {
        List<Map<String, @Nullable Object>> view = new ArrayList<>();
        synchronized (lock) {
            latest.values().forEach(known -> view.add(known.view()));
        }
        Collections.reverse(view);
        return view;
    }

    private record Key(String pattern, String name, boolean settings) {

        static Key of(FleetChange change) {
            return new Key(change.pattern(), change.name(), change.action().equals(FleetChange.SETTINGS));
        }
    }

    /**
     * A command.
     *
     * @param number the fleet's number; 0 before it is known
     * @param waiting whether the instance does not exist yet
     * @param foreignAt when it came from the fleet; null if it was given on this node
     */
    private record Known(
            FleetChange change,
            long number,
            boolean waiting,
            @Nullable Instant foreignAt) {

        Map<String, @Nullable Object> view() {
            Map<String, @Nullable Object> view = new LinkedHashMap<>();
            view.put("number", number == 0 ? null : number);
            view.put("pattern", change.pattern());
            view.put("name", change.name());
            view.put("action", change.action());
            view.put("settings", change.settings());
            view.put("principal", change.principal());
            view.put("time", change.time().toString());
            return view;
        }
    }
}
