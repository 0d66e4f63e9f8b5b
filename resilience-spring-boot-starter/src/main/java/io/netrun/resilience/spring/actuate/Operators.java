package io.netrun.resilience.spring.actuate;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Policy;
import io.netrun.resilience.spring.event.OperatorChange;
import io.netrun.resilience.spring.event.OperatorChange.Scope;
import io.netrun.resilience.spring.event.OperatorJournal;
import io.netrun.resilience.spring.fleet.FleetChange;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.pattern.PatternDescriptor;
import io.netrun.resilience.spring.pattern.PatternDescriptors;
import io.netrun.resilience.spring.problem.OneLine;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import io.netrun.resilience.spring.settings.InstanceFactory;
import io.netrun.resilience.spring.settings.RuntimeSettings;
import java.security.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators do to living instances. Each change is kept in the journal. */
public final class Operators {

    /** For a request that needs a fleet where there is none. */
    static final Problem NO_FLEET = new Problem(
            "This process belongs to no fleet",
            "Add the dependency resilience-fleet and set resilience.fleet.enabled to true, or leave out the scope");

    /** A setting without a value. */
    private static final String NONE = "none";

    private static final int MAX_PRINCIPAL = 100;
    private static final int MAX_REASON = 300;

    private final RuntimeSettings liveSettings;
    private final OperatorJournal journal;
    private final boolean allowed;
    private final Supplier<Optional<FleetOperations>> fleet;

    /**
     * Operators of an application.
     *
     * @param allowed whether they may change anything
     * @param fleet called when an operator asks; empty if the process belongs to no fleet
     */
    public Operators(
            InstanceFactory instances,
            OperatorJournal journal,
            boolean allowed,
            Supplier<Optional<FleetOperations>> fleet) {
        this.liveSettings = new RuntimeSettings(instances);
        this.journal = journal;
        this.allowed = allowed;
        this.fleet = fleet;
    }

    /** The fleet; empty if the process belongs to none. */
    Optional<FleetOperations> fleet() {
        return fleet.get();
    }

    /** Whether they may change anything. */
    boolean areAllowed() {
        return allowed;
    }

    /**
     * Changes settings or does one of the pattern's actions: here, and then on the other nodes if the scope is the
     * fleet.
     *
     * @param reason why, in the operator's words; kept on this node only
     * @throws ResilienceConfigurationException if the change is not possible; nothing has changed then
     */
    <P extends Policy> void perform(
            PatternDescriptor<P, ?> pattern, P policy, FleetChange change, Scope scope, @Nullable String reason) {
        if (scope == Scope.FLEET && pattern.isForOneNode(change.action())) {
            throw new ResilienceConfigurationException(List.of(new Problem(
                    "Action '" + change.action() + "' is for one node: in the fleet, nodes that start in the next days"
                            + " would do it as well",
                    "Leave out the scope, and ask each node that should do it")));
        }
        FleetOperations nodes = scope == Scope.FLEET ? requireFleet() : fleet().orElse(null);
        List<Problem> notPassedOn = new ArrayList<>();
        apply(pattern, policy, change, scope, reason, () -> true, () -> {
            if (nodes != null && scope == Scope.FLEET) {
                nodes.announce(change).ifPresent(notPassedOn::add);
            } else if (nodes != null) {
                nodes.changedHere(change);
            }
        });
        if (nodes != null && change.action().equals(FleetChange.SETTINGS)) {
            nodes.settingsChanged(change);
        }
        if (!notPassedOn.isEmpty()) {
            throw new ResilienceConfigurationException(notPassedOn);
        }
    }

    private FleetOperations requireFleet() {
        FleetOperations nodes = fleet().orElseThrow(() -> new ResilienceConfigurationException(List.of(NO_FLEET)));
        nodes.obstacle().ifPresent(obstacle -> {
            throw new ResilienceConfigurationException(List.of(obstacle));
        });
        return nodes;
    }

    /**
     * Reads a change of settings without making it.
     *
     * @throws ResilienceConfigurationException with all that is wrong with it
     */
    <P extends Policy> void check(PatternDescriptor<P, ?> pattern, P policy, FleetChange change) {
        liveSettings.check(pattern, policy, change.settings());
    }

    /**
     * Changes settings or does one of the pattern's actions, on this node.
     *
     * @param isDue whether it is still to be done; asked as one step with the change
     * @param afterwards what is to be done as one step with the change; returns at once
     * @throws ResilienceConfigurationException if the action is unknown or a setting is wrong; nothing has changed then
     */
    private <P extends Policy> void apply(
            PatternDescriptor<P, ?> pattern,
            P policy,
            FleetChange change,
            Scope scope,
            @Nullable String reason,
            BooleanSupplier isDue,
            Runnable afterwards) {
        if (change.action().equals(FleetChange.SETTINGS)) {
            Supplier<RuntimeSettings.Changed> changing = liveSettings.prepare(pattern, policy, change.settings());
            record(policy, reason, isDue, () -> {
                RuntimeSettings.Changed made = changing.get();
                afterwards.run();
                return changed(
                        policy,
                        change,
                        scope,
                        settings(made.before(), made.wasEnabled()),
                        settings(made.after(), made.isEnabled()),
                        false);
            });
            return;
        }
        Consumer<P> action = pattern.actions().get(change.action());
        if (action == null) {
            throw new ResilienceConfigurationException(
                    List.of(new Problem("Unknown action '" + change.action() + "'", knownActions(pattern))));
        }
        record(policy, reason, isDue, () -> {
            Object counted = policy.metrics();
            Map<String, String> before = state(policy);
            action.accept(policy);
            afterwards.run();
            return changed(policy, change, scope, before, state(policy), !counted.equals(policy.metrics()));
        });
    }

    private void record(
            Policy policy, @Nullable String reason, BooleanSupplier isDue, Supplier<Optional<OperatorChange>> change) {
        journal.record(
                policy,
                () -> isDue.getAsBoolean() ? change.get().map(made -> made.withReason(reason)) : Optional.empty());
    }

    static String knownActions(PatternDescriptor<?, ?> pattern) {
        return pattern.actions().isEmpty()
                ? "There are no actions for a " + pattern.key()
                : "Known actions: " + String.join(", ", pattern.actions().keySet());
    }

    /**
     * Does on this node what an operator has asked another node of the fleet for, if it is still due.
     *
     * @param policy the instance of this node
     * @param isDue asked as one step with the change; returns at once
     * @throws ResilienceConfigurationException if this node does not know the action or a setting; nothing has changed
     *     then
     */
    public void applyFromFleet(Policy policy, FleetChange change, BooleanSupplier isDue) {
        PatternDescriptors.byKey(change.pattern())
                .filter(pattern -> pattern.type().policyClass().isInstance(policy))
                .ifPresent(pattern -> applyCast(pattern, policy, change, isDue));
    }

    private <P extends Policy> void applyCast(
            PatternDescriptor<P, ?> pattern, Policy policy, FleetChange change, BooleanSupplier isDue) {
        apply(pattern, pattern.type().policyClass().cast(policy), change, Scope.FLEET, null, isDue, () -> {});
    }

    /**
     * What the journal keeps of a change; empty if it has changed nothing.
     *
     * @param before the values before the change that the change itself may replace
     * @param after the same values afterwards; without those that are still the same when this method returns
     * @param counted whether it has changed what the instance has counted
     */
    private static Optional<OperatorChange> changed(
            Policy policy,
            FleetChange asked,
            Scope scope,
            Map<String, String> before,
            Map<String, String> after,
            boolean counted) {
        Map<String, String> former = new LinkedHashMap<>();
        before.forEach((key, value) -> {
            if (Objects.equals(value, after.get(key))) {
                after.remove(key);
            } else {
                former.put(key, value);
            }
        });
        if (former.isEmpty() && after.isEmpty() && !counted) {
            return Optional.empty();
        }
        return Optional.of(new OperatorChange(
                policy.type(), policy.name(), now(policy), asked.principal(), asked.action(), scope, former, after));
    }

    /** What an operator sets: the settings, and whether the instance is enabled. */
    private static Map<String, String> settings(Record config, boolean enabled) {
        Map<String, String> settings = new LinkedHashMap<>();
        JsonView.of(config).forEach((key, value) -> settings.put(key, value == null ? NONE : value.toString()));
        settings.put("enabled", String.valueOf(enabled));
        return settings;
    }

    /** What an action changes: the state, if the instance has one. Settings are changed by others at the same time. */
    private static Map<String, String> state(Policy policy) {
        Map<String, String> state = new LinkedHashMap<>();
        Object circuit = JsonView.of(policy.metrics()).get("state");
        if (circuit != null) {
            state.put("state", circuit.toString());
        }
        return state;
    }

    static Instant now(Policy policy) {
        return policy instanceof AbstractPolicy<?> living ? living.ticker().now() : Instant.now();
    }

    /** Who asks: the principal, or else the name that is given. */
    static @Nullable String name(@Nullable Principal principal, @Nullable String given) {
        return printable(principal == null ? given : principal.getName(), MAX_PRINCIPAL);
    }

    /** Why, as it is given. */
    static @Nullable String reason(@Nullable String given) {
        return printable(given, MAX_REASON);
    }

    private static @Nullable String printable(@Nullable String text, int longest) {
        String stripped = text == null ? "" : text.strip();
        return stripped.isEmpty() ? null : OneLine.of(stripped.substring(0, Math.min(stripped.length(), longest)));
    }
}
