package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.Policy;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.fleet.CircuitView;
import io.netrun.resilience.fleet.FleetCommand;
import io.netrun.resilience.fleet.FleetEvent;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.FleetStatus;
import io.netrun.resilience.fleet.FleetView;
import io.netrun.resilience.fleet.LimitView;
import io.netrun.resilience.spring.fleet.FleetChange;
import io.netrun.resilience.spring.fleet.FleetOperations;
import io.netrun.resilience.spring.problem.Problem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fleet for operators, through this node. */
final class NodeOperations implements FleetOperations {

    private static final long AGE_STEP_MILLIS = 100;
    private static final int DECIMALS = 3;

    private final String fleet;
    private final FleetNode node;
    private final SharedInstances shared;
    private final FleetCommands commands;
    private final FleetEvents events;

    NodeOperations(String fleet, FleetNode node, SharedInstances shared, FleetCommands commands, FleetEvents events) {
        this.fleet = fleet;
        this.node = node;
        this.shared = shared;
        this.commands = commands;
        this.events = events;
    }

    @Override
    public Map<String, @Nullable Object> summary() {
        return summary(node.status());
    }

    private Map<String, @Nullable Object> summary(FleetStatus status) {
        FleetView view = status.view();
        Map<String, @Nullable Object> summary = new LinkedHashMap<>();
        summary.put("nodes", view == null ? 0 : view.nodes().size());
        summary.put("viewAge", text(status.viewAge()));
        summary.put("degraded", events.degraded() != null);
        return summary;
    }

    /** Tenths of a second are enough, and easier to read. */
    private static @Nullable String text(@Nullable Duration age) {
        return age == null
                ? null
                : Duration.ofMillis(age.toMillis() / AGE_STEP_MILLIS * AGE_STEP_MILLIS)
                        .toString();
    }

    @Override
    public Map<String, @Nullable Object> details() {
        FleetStatus status = node.status();
        FleetView view = status.view();
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("name", fleet);
        details.put("node", status.node());
        details.put("nodes", view == null ? List.of() : view.nodes());
        details.put("viewAge", text(status.viewAge()));
        details.put("degraded", degraded());
        details.put("lastFailure", status.lastFailure());
        details.put("rateLimiters", limits(shared.rateLimiters(), view));
        details.put("bulkheads", limits(shared.bulkheads(), view));
        details.put("circuitBreakers", circuits(view));
        details.put("commands", commands.view());
        return details;
    }

    private @Nullable Object degraded() {
        FleetEvent.Degraded degraded = events.degraded();
        if (degraded == null) {
            return null;
        }
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("since", degraded.since().toString());
        details.put("cause", degraded.cause());
        return details;
    }

    private static Map<String, @Nullable Object> limits(List<? extends Policy> policies, @Nullable FleetView view) {
        Map<String, @Nullable Object> limits = new LinkedHashMap<>();
        policies.forEach(policy -> limits.put(policy.name(), limit(policy, view)));
        return limits;
    }

    private static Map<String, @Nullable Object> limit(Policy policy, @Nullable FleetView view) {
        Map<String, @Nullable Object> limit = new LinkedHashMap<>();
        limit.put("share", rounded(SharedInstances.share(policy)));
        Optional<LimitView> known = view == null
                ? Optional.empty()
                : view.limits().stream()
                        .filter(each -> each.name().equals(policy.name())
                                && each.pattern().equals(policy.type().key()))
                        .findFirst();
        known.ifPresent(seen -> {
            limit.put("limit", rounded(SharedInstances.amount(policy, seen.limit())));
            limit.put("granted", rounded(SharedInstances.amount(policy, seen.granted())));
            limit.put("nodes", seen.nodes());
        });
        return limit;
    }

    private static BigDecimal rounded(double amount) {
        BigDecimal rounded = BigDecimal.valueOf(amount)
                .setScale(DECIMALS, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        return rounded.scale() < 0 ? rounded.setScale(0) : rounded;
    }

    private Map<String, @Nullable Object> circuits(@Nullable FleetView view) {
        Map<String, @Nullable Object> circuits = new LinkedHashMap<>();
        for (CircuitBreaker circuit : shared.circuits()) {
            Map<String, @Nullable Object> details = new LinkedHashMap<>();
            details.put("mode", circuit.config().fleet().name().toLowerCase(Locale.ROOT));
            if (view != null) {
                view.circuits().stream()
                        .filter(seen -> seen.name().equals(circuit.name()))
                        .findFirst()
                        .ifPresent(seen -> add(seen, details));
            }
            circuits.put(circuit.name(), details);
        }
        return circuits;
    }

    private static void add(CircuitView seen, Map<String, @Nullable Object> details) {
        details.put("votes", seen.votes());
        details.put("voters", seen.voters());
        details.put("open", seen.open());
        details.put("trial", seen.trial());
    }

    @Override
    public Optional<Problem> obstacle() {
        return node.status().node().isEmpty()
                ? Optional.of(new Problem(
                        "This process takes no part in its fleet now",
                        "Try again while the application runs, or leave out the scope"))
                : Optional.empty();
    }

    @Override
    public void changedHere(FleetChange change) {
        commands.onChangedHere(change);
    }

    @Override
    public void settingsChanged(FleetChange change) {
        commands.onSettingsChanged(change.pattern(), change.name());
    }

    @Override
    public Optional<Problem> announce(FleetChange change) {
        FleetCommand command = commands.onAnnounced(change);
        try {
            node.send(command);
            return Optional.empty();
        } catch (IllegalStateException stopped) {
            return Optional.of(new Problem(
                    "The change applies to this process only, because it has just left its fleet",
                    "Repeat it on another node"));
        }
    }
}
