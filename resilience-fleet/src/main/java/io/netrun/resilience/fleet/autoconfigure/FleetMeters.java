package io.netrun.resilience.fleet.autoconfigure;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netrun.resilience.Policy;
import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.FleetView;
import io.netrun.resilience.spring.metrics.OwnedMeters;
import io.netrun.resilience.spring.pattern.MeterSpec;
import io.netrun.resilience.spring.pattern.MeterSpec.Combination;
import io.netrun.resilience.spring.pattern.MeterSpec.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a node: the age of its view, the number of nodes, its share of each limit, and its exchanges with the
 * store. The shares follow the instances with each exchange. All meters go with the application context.
 */
final class FleetMeters implements MeterBinder, AutoCloseable {

    private static final double NANOS = 1e9;

    private static final MeterSpec<FleetMeters> VIEW_AGE = gauge(
            "view.age",
            "seconds",
            "How long ago the fleet's store was asked for the view that is in use, NaN before the first",
            FleetMeters::viewAge);
    private static final MeterSpec<FleetMeters> NODES =
            gauge("nodes", null, "Live nodes of the fleet in the last view, this one included", FleetMeters::nodes);
    private static final MeterSpec<Policy> SHARE = gauge(
            "share",
            null,
            "What this node may use of a limit of the fleet: concurrent calls, or calls per period",
            SharedInstances::share);
    private static final MeterSpec<ObservedStore> SUCCEEDED = exchanges("succeeded", ObservedStore::succeeded);
    private static final MeterSpec<ObservedStore> FAILED = exchanges("failed", ObservedStore::failed);

    private final FleetNode node;
    private final ObservedStore store;
    private final SharedInstances shared;
    private final ConcurrentMap<MeterRegistry, Bound> bound = new ConcurrentHashMap<>();

    FleetMeters(FleetNode node, ObservedStore store, SharedInstances shared) {
        this.node = node;
        this.store = store;
        this.shared = shared;
    }

    private static <T> MeterSpec<T> gauge(
            String name, @Nullable String unit, String description, ToDoubleFunction<T> value) {
        return new MeterSpec<>("fleet." + name, Kind.GAUGE, description, unit, Map.of(), value, Combination.SUM);
    }

    private static MeterSpec<ObservedStore> exchanges(String outcome, ToDoubleFunction<ObservedStore> count) {
        return new MeterSpec<>(
                "fleet.exchanges",
                Kind.COUNTER,
                "Exchanges with the fleet's store by outcome",
                null,
                Map.of("outcome", outcome),
                count,
                Combination.SUM);
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Bound added = new Bound(new OwnedMeters(meters), new ArrayList<>(), new ConcurrentHashMap<>());
        if (bound.putIfAbsent(meters, added) == null) {
            added.bind(this);
            follow();
        }
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
        bound.forEach((meters, all) -> {
            if (meters.isClosed()) {
                bound.remove(meters);
                all.remove();
            } else {
                all.follow(limits);
            }
        });
    }

    /** Removes the meters, since several application contexts may share a meter registry. */
    @Override
    public void close() {
        bound.values().forEach(Bound::remove);
        bound.clear();
    }

    /**
     * The meters in one registry.
     *
     * @param single those of the node
     * @param shares those of its limits; empty where another application context has one of the same name
     */
    private record Bound(OwnedMeters meters, List<Meter> single, ConcurrentMap<Policy, Optional<Meter>> shares) {

        void bind(FleetMeters source) {
            add(VIEW_AGE, source);
            add(NODES, source);
            add(SUCCEEDED, source.store);
            add(FAILED, source.store);
        }

        private <T> void add(MeterSpec<T> spec, T source) {
            meters.register(spec, Tags.empty(), source).ifPresent(single::add);
        }

        void follow(Set<Policy> limits) {
            shares.forEach((policy, share) -> {
                if (!limits.contains(policy) && shares.remove(policy, share)) {
                    share.ifPresent(meters::remove);
                }
            });
            limits.forEach(policy -> shares.computeIfAbsent(policy, added -> {
                Tags tags = Tags.of("pattern", added.type().key(), "name", added.name());
                return meters.register(SHARE, tags, added);
            }));
        }

        void remove() {
            single.forEach(meters::remove);
            shares.values().forEach(share -> share.ifPresent(meters::remove));
            shares.clear();
        }
    }
}
