package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.fleet.FleetCommand;
import io.netrun.resilience.spring.fleet.FleetChange;
import io.netrun.resilience.spring.fleet.FleetChanges;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the operators' commands of the fleet on this node. Each is applied once: those that were given on this node
 * were applied when they were given. A command for an instance that does not exist yet waits for it, and a change of
 * this node alone that was made later stays. Thread-safe.
 */
final class FleetCommands {

    private static final Logger log = LoggerFactory.getLogger(FleetCommands.class);

    private static final String RESET = "reset";

    /** How long the store keeps a change. */
    private static final Duration KEPT = Duration.ofDays(7);

    private final ResilienceRegistry registry;
    private final FleetChanges changes;

    /** Also its lock; nothing is applied under it. */
    private final KnownCommands known = new KnownCommands();

    private volatile Consumer<FleetCommand> fleet = command -> {};

    FleetCommands(ResilienceRegistry registry, FleetChanges changes) {
        this.registry = registry;
        this.changes = changes;
        registry.onChange(this::onChange);
    }

    /** Sets what takes commands for all nodes. */
    void giveAgainThrough(Consumer<FleetCommand> node) {
        fleet = node;
    }

    /**
     * A command that comes from the fleet. If this node knows a later one, the fleet has lost that: it has an old copy
     * of its data. The node gives it again, so that nodes that start later get it.
     */
    void onCommand(FleetCommand command) {
        FleetChange change = new FleetChange(
                command.pattern(),
                command.name(),
                command.action(),
                withUnset(command.settings()),
                command.principal(),
                command.time());
        long now = registry.ticker().nanoTime();
        long givenAt = now - command.age().toNanos();
        List<FleetCommand> lost = new ArrayList<>();
        synchronized (known) {
            for (FleetChange part : parts(change)) {
                known.take(
                        part,
                        command.number(),
                        givenAt,
                        (later, at) -> lost.add(command(later, Duration.ofNanos(now - at))));
            }
        }
        applyPending(change.pattern(), change.name());
        lost.forEach(fleet);
    }

    /**
     * Gives all changes of the fleet again that this node knows, because the store has lost some. It drops those that
     * it has, and those that have been replaced. An earlier reset is not given again, since it would close circuits
     * that have opened after it.
     *
     * @param lease after which all nodes have got a change, if they get any
     */
    void giveAgain(Duration lease) {
        long now = registry.ticker().nanoTime();
        List<FleetCommand> again = new ArrayList<>();
        synchronized (known) {
            known.forEachOfTheFleet((part, at) -> {
                Duration age = Duration.ofNanos(now - at);
                boolean current = part.action().equals(RESET) ? age.compareTo(lease) < 0 : age.compareTo(KEPT) < 0;
                if (current) {
                    again.add(command(part, age));
                }
            });
        }
        log.info("{} operators' changes for the fleet are given again, because its store has lost some", again.size());
        again.forEach(fleet);
    }

    /** A store keeps texts only: an empty one, which no setting can have, unsets it. */
    private static Map<String, @Nullable String> withUnset(Map<String, String> texts) {
        Map<String, @Nullable String> settings = new LinkedHashMap<>();
        texts.forEach((name, text) -> settings.put(name, text.isEmpty() ? null : text));
        return settings;
    }

    private static FleetCommand command(FleetChange change, Duration age) {
        Map<String, String> texts = new LinkedHashMap<>();
        change.settings().forEach((name, text) -> texts.put(name, text == null ? "" : text));
        return new FleetCommand(
                0, change.pattern(), change.name(), change.action(), texts, change.principal(), change.time(), age);
    }

    /**
     * A command for the fleet that is given on this node, and applied here as one step with this.
     *
     * @return the command for the store
     */
    FleetCommand onAnnounced(FleetChange change) {
        long now = registry.ticker().nanoTime();
        synchronized (known) {
            parts(change).forEach(part -> known.announce(part, now));
        }
        return command(change, Duration.ZERO);
    }

    /** A change for this node alone, which is applied as one step with this. */
    void onChangedHere(FleetChange change) {
        long now = registry.ticker().nanoTime();
        synchronized (known) {
            parts(change).forEach(part -> known.overrule(part, now));
        }
    }

    /** This node has taken settings, with which those may be possible that were not before. */
    void onSettingsChanged(String pattern, String name) {
        synchronized (known) {
            known.settingsChanged(pattern, name);
        }
        applyPending(pattern, name);
    }

    /** Each setting is changed and kept by itself. */
    private static List<FleetChange> parts(FleetChange change) {
        if (!change.action().equals(FleetChange.SETTINGS)) {
            return List.of(change);
        }
        List<FleetChange> parts = new ArrayList<>();
        change.settings().forEach((name, text) -> {
            Map<String, @Nullable String> setting = new LinkedHashMap<>();
            setting.put(name, text);
            parts.add(KnownCommands.withSettings(change, setting));
        });
        return parts;
    }

    private void onChange(RegistryEvent event) {
        if (!(event instanceof RegistryEvent.Removed)) {
            applyPending(event.policy().type().key(), event.policy().name());
        }
    }

    /** Applies what an instance has not got yet, if it exists. */
    private void applyPending(String pattern, String name) {
        Policy policy = find(pattern, name);
        if (policy == null) {
            return;
        }
        boolean overtaken;
        do {
            List<FleetChange> pending;
            synchronized (known) {
                pending = known.pending(pattern, name);
            }
            overtaken = false;
            for (FleetChange change : pending) {
                overtaken |= !tryApply(policy, change);
            }
        } while (overtaken);
    }

    /**
     * Applies a change. Settings of several commands are applied one command after the other, the earliest first, if
     * they are not possible together. Returns false if one was replaced meanwhile, by a change that another thread
     * takes.
     */
    private boolean tryApply(Policy policy, FleetChange change) {
        List<FleetChange> parts = parts(change);
        List<FleetChange> byCommand = List.of();
        boolean[] overtaken = new boolean[1];
        boolean ended = false;
        try {
            changes.apply(policy, change, () -> {
                synchronized (known) {
                    overtaken[0] = !known.tryTake(parts);
                }
                return !overtaken[0];
            });
            ended = true;
        } catch (ResilienceConfigurationException wrong) {
            synchronized (known) {
                byCommand = known.byCommand(parts);
            }
            if (byCommand.size() <= 1) {
                log.warn(
                        "{} of the {} '{}' for the fleet is not possible on this node. {}",
                        change.action(),
                        change.pattern(),
                        change.name(),
                        wrong.getMessage());
            }
        } finally {
            if (!ended) {
                synchronized (known) {
                    parts.forEach(known::failed);
                }
            }
        }
        if (byCommand.size() > 1) {
            for (FleetChange single : byCommand) {
                overtaken[0] |= !tryApply(policy, single);
            }
        }
        return !overtaken[0];
    }

    private @Nullable Policy find(String pattern, String name) {
        return PatternDescriptors.byKey(pattern)
                .<Policy>flatMap(found -> registry.find(found.type(), name).map(Policy.class::cast))
                .orElse(null);
    }

    /** The commands as the endpoint shows them, the latest first. */
    List<Map<String, @Nullable Object>> view() {
        synchronized (known) {
            return known.view();
        }
    }
}
