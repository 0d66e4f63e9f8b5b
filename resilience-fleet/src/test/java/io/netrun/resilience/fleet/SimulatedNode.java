package io.netrun.resilience.fleet;

import io.netrun.resilience.LimitScope;
import io.netrun.resilience.Permit;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.CircuitOpenException;
import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** A node in virtual time: real instances, and callers with a demand that changes. Confined to one thread. */
final class SimulatedNode {

    static final int RATE = 2_000;
    static final int CONCURRENT = 400;

    /** Steps of the simulation between two looks at the limits. */
    private static final int LOOK_STEPS = 4;

    private final ResilienceRegistry registry;
    private final RateLimiter limiter;
    private final Bulkhead bulkhead;
    private final CircuitBreaker breaker;
    private final FleetSession session;
    private final FleetClock clock = new FleetClock();
    private final Random random;
    private final Deque<Permit> running = new ArrayDeque<>();
    private final Deque<Permit> trials = new ArrayDeque<>();
    private final List<FleetCommand> applied = new ArrayList<>();
    private CommandMark lastCommand = CommandMark.NONE;

    /** Calls per second, and calls at the same time. */
    double rateDemand;

    double concurrencyDemand;

    /** The part of calls that fail. */
    double failing;

    private int looks;
    private double owed;
    long admitted;
    long leasesOver;
    private long leaseOverAt;

    SimulatedNode(String name, FleetConfig config, Ticker ticker, Random random) {
        this.random = random;
        registry = ResilienceRegistry.create(ticker);
        limiter = registry.getOrCreate(
                RateLimiter.TYPE,
                "geocoder",
                RateLimiterConfig.builder().limit(RATE).scope(LimitScope.FLEET).build());
        bulkhead = registry.getOrCreate(
                Bulkhead.TYPE,
                "database",
                BulkheadConfig.builder()
                        .maxConcurrent(CONCURRENT)
                        .maxQueue(0)
                        .scope(LimitScope.FLEET)
                        .build());
        breaker = registry.getOrCreate(
                CircuitBreaker.TYPE,
                "payments",
                CircuitBreakerConfig.builder()
                        .failureThreshold(5)
                        .openDuration(Duration.ofSeconds(20))
                        .fleet(FleetMode.QUORUM)
                        .build());
        session = new FleetSession(name, config, registry, task -> task, this::onLeaseOver);
        session.begin();
    }

    private void onLeaseOver() {
        leasesOver++;
        leaseOverAt = registry.ticker().nanoTime();
    }

    /** Returns whether the node has, or has had lately, a safe share that the store has not granted. */
    boolean hadNoLease(Duration lately) {
        return !session.isLeased() || leasesOver > 0 && registry.ticker().nanoTime() - leaseOverAt < lately.toNanos();
    }

    /** Looks at the limits, a few times per interval. */
    boolean tryHurry() {
        return ++looks % LOOK_STEPS == 0 && session.tryHurry();
    }

    NodeReport report(boolean leaving) {
        return session.report(clock.at(registry.ticker().nanoTime()), leaving, List.of(), lastCommand);
    }

    NodeReport report(FleetCommand command) {
        return session.report(clock.at(registry.ticker().nanoTime()), false, List.of(command), lastCommand);
    }

    void apply(FleetView view, long sentAt) {
        clock.observe(sentAt, registry.ticker().nanoTime(), view.time());
        if (session.tryApply(view, sentAt, clock)) {
            lastCommand = view.lastCommand();
            for (FleetCommand command : view.commands()) {
                applied.add(command);
            }
        }
    }

    void leave() {
        session.leave();
    }

    void end() {
        session.end();
        running.forEach(Permit::onSuccess);
    }

    /** Makes the calls of a short time. */
    void call(double seconds) {
        owed += rateDemand * seconds;
        while (owed >= 1) {
            owed--;
            admitted += limiter.tryAcquirePermit().isPresent() ? 1 : 0;
        }
        // A fifth of the running calls ends and is replaced, so that the limit is felt.
        int ends = (int) Math.ceil(running.size() * 0.2);
        for (int i = 0; i < ends; i++) {
            running.pop().onSuccess();
        }
        for (int missing = (int) concurrencyDemand - running.size(); missing > 0; missing--) {
            bulkhead.tryAcquirePermit().ifPresent(running::addLast);
        }
    }

    /** Makes one call of the circuit. A trial lasts for a few calls. */
    void callCircuit() {
        if (trials.size() >= 2) {
            settle(trials.pop());
        }
        try {
            Permit permit = breaker.acquirePermit();
            if (breaker.state() == CircuitBreaker.State.HALF_OPEN) {
                trials.addLast(permit);
            } else {
                trials.clear();
                settle(permit);
            }
        } catch (CircuitOpenException rejected) {
            // as intended
        }
    }

    private void settle(Permit permit) {
        if (random.nextDouble() < failing) {
            permit.onFailure(new IllegalStateException());
        } else {
            permit.onSuccess();
        }
    }

    int trials() {
        return breaker.metrics().halfOpenCalls();
    }

    double rateInForce() {
        return limiter.metrics().inForce();
    }

    int concurrencyInForce() {
        return bulkhead.metrics().maxConcurrent();
    }

    int active() {
        return running.size();
    }

    /** Does what an operator does who lets the circuit of this node try. */
    void halfOpen() {
        breaker.halfOpen();
    }

    CircuitBreaker.State circuit() {
        return breaker.state();
    }

    List<FleetCommand> commands() {
        return applied;
    }
}
