package io.netrun.resilience.fleet.autoconfigure;

import io.netrun.resilience.fleet.FleetNode;
import io.netrun.resilience.fleet.FleetStatus;
import io.netrun.resilience.spring.problem.Problem;
import io.netrun.resilience.spring.problem.ResilienceConfigurationException;
import java.time.Duration;
import java.util.List;
import org.springframework.context.SmartLifecycle;

/**
 * Takes part in the fleet while the application runs: from before its web server accepts requests, so that these begin
 * with a share, until after its last calls have ended. A context that is stopped or paused leaves the fleet, and joins
 * it again when it is started again.
 */
final class FleetLifecycle implements SmartLifecycle {

    /** Started before, and stopped after, the web server and the shutdown of the instances, which waits for calls. */
    static final int PHASE = DEFAULT_PHASE - 8_192;

    private final FleetNode node;
    private final FleetSettings settings;
    private final StoreBeans stores;
    private final FleetCheck check;
    private final FleetEvents events;
    private boolean startedBefore;
    private volatile boolean running;

    FleetLifecycle(FleetNode node, FleetSettings settings, StoreBeans stores, FleetCheck check, FleetEvents events) {
        this.node = node;
        this.settings = settings;
        this.stores = stores;
        this.check = check;
        this.events = events;
    }

    @Override
    public void start() {
        if (!stores.isPresent()) {
            return; // reported by the start-up check
        }
        if (!startedBefore) {
            startedBefore = true;
            check.explain();
        }
        FleetStatus status = node.start();
        if (settings.isRequired()) {
            requireView(status);
        }
        running = true;
    }

    private void requireView(FleetStatus first) {
        FleetStatus status = first;
        Duration lease = node.config().lease();
        long end = System.nanoTime() + lease.toNanos();
        while (status.view() == null
                && System.nanoTime() - end < 0
                && !Thread.currentThread().isInterrupted()) {
            status = node.start(); // waits again
        }
        if (status.view() == null) {
            String failure = status.lastFailure();
            node.stop();
            throw new ResilienceConfigurationException(List.of(new Problem(
                    "The fleet's store has not answered within " + lease.toMillis()
                            + " ms, and resilience.fleet.required is true: "
                            + (failure == null
                                    ? "no answer yet. Check that the server of spring.data.redis is reachable"
                                    : failure),
                    "Check the server, or set resilience.fleet.required to false: the application then starts with a"
                            + " safe share of each limit")));
        }
    }

    @Override
    public void stop() {
        running = false;
        node.stop();
        events.forget();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
