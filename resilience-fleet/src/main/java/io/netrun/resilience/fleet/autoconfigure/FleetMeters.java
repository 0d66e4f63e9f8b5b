package io.netrun.resilience.fleet.autoconfigure;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netrun.resilience.Policy;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.FleetView;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToDoubleFunction;

/**
 * The meters of a node: the age of its view, the number of nodes, its share of each limit, and its exchanges with the
 * store. The shares follow the instances with each exchange.
 */
final class FleetMeters implements MeterBinder {

    private static final String PREFIX = "resilience.fleet.";
    private static final double NANOS = 1e9;

    private final FleetNode node;
    private final ObservedStore store;
    private final SharedInstances shared;
    private final ConcurrentMap<MeterRegistry, ConcurrentMap<Policy, Meter>> bound = new ConcurrentHashMap<>();

    FleetMeters(FleetNode node, ObservedStore store, SharedInstances shared) {
        this.node = node;
        this.store = store;
        this.shared = shared;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        if (bound.putIfAbsent(meters, new ConcurrentHashMap<>()) != null) {
            return;
        }
        Gauge.builder(PREFIX + "view.age", this, FleetMeters::viewAge)
                .description(
                        "How long ago the fleet's store was asked for the view that is in use, NaN before the first")
                .baseUnit("seconds")
                .register(meters);
        Gauge.builder(PREFIX + "nodes", this, FleetMeters::nodes)
                .description("Live nodes of the fleet in the last view, this one included")
                .register(meters);
        exchanges(meters, "succeeded", ObservedStore::succeeded);
        exchanges(meters, "failed", ObservedStore::failed);
        follow();
    }

    private void exchanges(MeterRegistry meters, String outcome, ToDoubleFunction<ObservedStore> count) {
        FunctionCounter.builder(PREFIX + "exchanges", store, count)
                .description("Exchanges with the fleet's store by outcome")
                .tag("outcome", outcome)
                .register(meters);
    }

    private double viewAge() {
        Duration age = node.status().viewAge();
        return age == null ? Double.NaN : age.toNanos() / NANOS;
    }

    private double nodes() {
        FleetView view = node.status().view();
        return view == null ? 0 : view.nodes().size();
    }

    /** Adds and removes meters of shares, as instances come and go and their scopes change. */
    void follow() {
        Set<Policy> limits = Set.copyOf(shared.limits());
        bound.forEach((meters, shares) -> {
            if (meters.isClosed()) {
                bound.remove(meters);
            } else {
                follow(meters, shares, limits);
            }
        });
    }

    private static void follow(MeterRegistry meters, ConcurrentMap<Policy, Meter> shares, Set<Policy> limits) {
        shares.forEach((policy, meter) -> {
            if (!limits.contains(policy) && shares.remove(policy, meter)) {
                meters.remove(meter);
            }
        });
        limits.stream().filter(policy -> !shares.containsKey(policy)).forEach(policy -> {
            Meter share = Gauge.builder(PREFIX + "share", policy, SharedInstances::share)
                    .description(
                            "What this node may use of a limit of the fleet: concurrent calls, or calls per period")
                    .tag("pattern", policy.type().key())
                    .tag("name", policy.name())
                    .register(meters);
            shares.putIfAbsent(policy, share);
        });
    }
}
