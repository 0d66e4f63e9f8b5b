package io.netrun.resilience.fleet;

import io.netrun.resilience.Policy;
import io.netrun.resilience.RegistryEvent;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node reports and how it follows the views, from its start to its end. Knows nothing of the store and its
 * thread. Thread-safe: the timers and the store's thread change the instances one at a time.
 */
final class FleetSession {

    private static final Logger log = LoggerFactory.getLogger(FleetSession.class);

    private static final int VIEW_INTERVALS = 3;
    private static final double LEASE_PART = 0.9;
    private static final int LIVELY_DIVISOR = 2;

    /** The most limits and circuits that take part; the store bounds its work by it. */
    static final int MAX_INSTANCES = 1_000;

    private final String node;
    private final FleetConfig config;
    private final ResilienceRegistry registry;
    private final Ticker ticker;
    private final ViewTimers timers;
    private final Runnable onLeaseOver;
    private final Map<String, SharedLimit> limits = new LinkedHashMap<>();
    private final Map<String, SharedCircuit> circuits = new LinkedHashMap<>();
    private final Participants participants = new Participants(MAX_INSTANCES);
    private long number;
    private long measuredAt;
    private long reportedAt;

    /** When the node has reported before its interval was over. */
    private long hurriedAt;

    private boolean ended;

    /** Whether only calls that go on are reported. */
    private boolean left;

    /** Whether the store has answered a report, or has failed to. */
    private boolean answered;

    private boolean leased = true;

    /** The number of live nodes in the last view. */
    private int nodes = 1;

    private @Nullable Subscription additions;

    /**
     * Creates a node that has not reported yet; its limits are those of a node that knows of no other.
     *
     * @param handOver prepares what a timer has to do for the thread that does it
     * @param onLeaseOver called once no view has been applied for a lease
     */
    FleetSession(
            String node,
            FleetConfig config,
            ResilienceRegistry registry,
            UnaryOperator<Runnable> handOver,
            Runnable onLeaseOver) {
        this.node = node;
        this.config = config;
        this.registry = registry;
        this.ticker = registry.ticker();
        this.timers = new ViewTimers(ticker, handOver);
        this.onLeaseOver = onLeaseOver;
    }

    /** Begins to count the first lease, and to lower the limits of instances that are added later. */
    void begin() {
        Subscription following = registry.onChange(this::onChange);
        synchronized (this) {
            if (ended) {
                following.close();
            } else {
                additions = following;
            }
        }
        Map<String, Policy> present = present();
        synchronized (this) {
            if (!ended) {
                measuredAt = ticker.nanoTime();
                reportedAt = measuredAt;
                hurriedAt = measuredAt - config.interval().toNanos();
                setTimers(measuredAt);
                refresh(present, measuredAt);
            }
        }
    }

    /** An instance that is added between two reports has its first share at once, and not the whole limit. */
    private void onChange(RegistryEvent event) {
        Policy policy = event.policy();
        if (event instanceof RegistryEvent.Removed
                || policy instanceof CircuitBreaker
                || !FleetNode.isShared(policy)
                || registry.familyOf(policy).isPresent()) {
            return;
        }
        synchronized (this) {
            String key = key(policy.type().key(), policy.name());
            SharedLimit former = limits.get(key);
            if (!ended && (former == null || former.policy() != policy)) {
                limits.put(key, first(policy, ticker.nanoTime()));
                if (former != null) {
                    former.lift();
                }
            }
        }
    }

    /**
     * Creates the next report.
     *
     * @param time the present moment in the fleet's time; 0 if that is not known
     */
    NodeReport report(long time, boolean leaving, List<FleetCommand> commands, CommandMark lastCommand) {
        Map<String, Policy> present = present();
        NodeReport report = report(present, time, leaving, commands, lastCommand);
        String surplus;
        synchronized (this) {
            surplus = participants.newSurplus(present.keySet());
        }
        if (surplus != null) {
            SafeLog.warn(log, "Fleet node '{}': {}", node, surplus);
        }
        return report;
    }

    private synchronized NodeReport report(
            Map<String, Policy> present,
            long time,
            boolean leaving,
            List<FleetCommand> commands,
            CommandMark lastCommand) {
        long now = ticker.nanoTime();
        if (!left) {
            refresh(present, now);
        }
        boolean measures = now - measuredAt >= config.interval().toNanos() / 2;
        if (measures) {
            measuredAt = now;
        }
        List<LimitReport> limitReports = new ArrayList<>(limits.size());
        limits.forEach((key, limit) -> {
            if (measures) {
                limit.measure(now);
            }
            if (participants.contains(key)) {
                LimitReport report = limit.report(now);
                limitReports.add(ended ? report.withoutCalls() : report);
            }
        });
        reportedAt = now;
        List<CircuitReport> reported = new ArrayList<>(circuits.size());
        circuits.forEach((key, circuit) -> {
            CircuitReport report = participants.contains(key) ? circuit.report(time > 0) : null;
            if (report != null) {
                reported.add(report);
            }
        });
        return new NodeReport(
                node,
                ++number,
                time,
                leaving,
                config.interval(),
                config.lease(),
                config.expectedNodes(),
                limitReports,
                reported,
                commands,
                lastCommand);
    }

    /**
     * Looks at the limits between two reports. Returns whether the next report should not wait for the end of its
     * interval: once per interval, because demand has risen or something was given up, and twice, while the node waits
     * for its part of a limit.
     */
    synchronized boolean tryHurry() {
        long now = ticker.nanoTime();
        long interval = config.interval().toNanos();
        boolean noticed = false;
        boolean waits = false;
        for (SharedLimit limit : limits.values()) {
            noticed |= limit.tryNotice(now);
            waits |= limit.waits();
        }
        long half = interval / LIVELY_DIVISOR;
        boolean atOnce = noticed && now - hurriedAt >= interval;
        boolean early = waits && now - reportedAt >= half && now - hurriedAt >= half;
        boolean hurries = atOnce || early;
        if (hurries) {
            hurriedAt = now;
        }
        return hurries;
    }

    /**
     * Follows a view, unless it answers another report than the last one, or its lease is over. Circuits open outside
     * of the lock, because that calls their listeners.
     *
     * @param sentAt when the report was sent, in the ticker's time
     * @param clock which knows the time of the view
     * @return whether it was applied
     */
    boolean tryApply(FleetView view, long sentAt, FleetClock clock) {
        List<Runnable> openings = new ArrayList<>();
        if (!tryApply(view, sentAt, clock, openings)) {
            return false;
        }
        openings.forEach(Runnable::run);
        return true;
    }

    private synchronized boolean tryApply(FleetView view, long sentAt, FleetClock clock, List<Runnable> openings) {
        long now = ticker.nanoTime();
        if (left || view.number() != number || now - sentAt >= leaseNanos()) {
            return false;
        }
        setTimers(sentAt);
        leased = true;
        answered = true;
        nodes = Math.max(1, view.nodes().size());
        limits.forEach((key, limit) -> {
            if (!participants.contains(key)) {
                limit.applyFirst(config, nodes);
            }
        });
        for (LimitView limit : view.limits()) {
            SharedLimit shared = limits.get(key(limit.pattern(), limit.name()));
            if (shared != null) {
                shared.apply(Math.max(0, limit.grant()), limit.nodes());
            }
        }
        long interval = config.interval().toNanos();
        long until = VIEW_INTERVALS * interval - (now - sentAt);
        for (CircuitView circuit : view.circuits()) {
            SharedCircuit shared = circuits.get(key(CircuitBreaker.TYPE.key(), circuit.name()));
            if (shared != null && until > 0) {
                Runnable opening = shared.apply(
                        circuit, clock.momentOf(circuit.votedAt()), view.nodes().size(), until, interval);
                if (opening != null) {
                    openings.add(opening);
                }
            }
        }
        return true;
    }

    /** The store has failed to answer. A node that knows no grant uses an even part from then on. */
    synchronized void onFailure() {
        if (!answered && !left) {
            answered = true;
            limits.values().forEach(limit -> limit.applyFirst(config, nodes));
        }
    }

    /**
     * Leaves the fleet: circuits are those of this process alone, and limits are not above an even part. Calls that go
     * on are still reported.
     */
    synchronized void leave() {
        if (left) {
            return;
        }
        left = true;
        answered = true;
        timers.cancel();
        limits.values().forEach(limit -> limit.applyAfterLeaving(config));
        circuits.values().forEach(SharedCircuit::leave);
    }

    /** Returns how many calls of limits go on. */
    synchronized long inUse() {
        return limits.values().stream().mapToLong(SharedLimit::inUse).sum();
    }

    /**
     * Ends what is left after {@link #leave()}: another session of this process counts the calls. Instances that are
     * not shared any more have their configured limit again.
     */
    synchronized void end() {
        end(limit -> !FleetNode.isShared(limit.policy()));
    }

    /** Ends the session, and lifts all limits. */
    synchronized void abandon() {
        end(limit -> true);
    }

    private void end(Predicate<SharedLimit> lifted) {
        leave();
        ended = true;
        if (additions != null) {
            additions.close();
        }
        limits.values().stream().filter(lifted).forEach(SharedLimit::lift);
    }

    String node() {
        return node;
    }

    /** Returns whether the last grants are valid. */
    synchronized boolean isLeased() {
        return leased;
    }

    private long leaseNanos() {
        return (long) (config.lease().toNanos() * LEASE_PART);
    }

    private void setTimers(long from) {
        long votesEnd = from + VIEW_INTERVALS * config.interval().toNanos();
        timers.set(from + leaseNanos(), this::endLease, votesEnd, this::endView);
    }

    private void endLease(long set) {
        synchronized (this) {
            if (left || !leased || timers.isFormer(set)) {
                return;
            }
            leased = false;
            onFailure();
            limits.values().forEach(limit -> limit.applyWithoutLease(config));
        }
        onLeaseOver.run();
    }

    private synchronized void endView(long set) {
        if (!left && !timers.isFormer(set)) {
            circuits.values().forEach(SharedCircuit::standAlone);
        }
    }

    /** Returns the instances that take part now. Outside of the lock, because instances may be created for it. */
    private Map<String, Policy> present() {
        Map<String, Policy> present = new LinkedHashMap<>();
        for (Policy policy : registry.all()) {
            if (FleetNode.isShared(policy) && registry.familyOf(policy).isEmpty()) {
                present.put(key(policy.type().key(), policy.name()), policy);
            }
        }
        return present;
    }

    /** Adds the instances that take part now, and lets go those that do not any more. */
    private void refresh(Map<String, Policy> present, long now) {
        limits.entrySet().removeIf(entry -> {
            boolean gone = present.get(entry.getKey()) != entry.getValue().policy();
            if (gone) {
                entry.getValue().lift();
            }
            return gone;
        });
        circuits.entrySet().removeIf(entry -> {
            boolean gone = present.get(entry.getKey()) != entry.getValue().policy();
            if (gone) {
                entry.getValue().leave();
            }
            return gone;
        });
        present.forEach((key, policy) -> {
            if (policy instanceof CircuitBreaker breaker) {
                circuits.computeIfAbsent(key, absent -> new SharedCircuit(breaker));
            } else {
                limits.computeIfAbsent(key, absent -> first(policy, now));
            }
        });
        participants.follow(present.keySet());
    }

    private SharedLimit first(Policy policy, long now) {
        SharedLimit added = policy instanceof RateLimiter limiter
                ? new SharedRate(limiter, now)
                : new SharedBulkhead((Bulkhead) policy);
        if (answered) {
            added.applyFirst(config, nodes);
        } else {
            added.applyLeast(config);
        }
        return added;
    }

    private static String key(String pattern, String name) {
        return pattern + ' ' + name;
    }
}
