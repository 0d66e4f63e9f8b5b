package io.netrun.resilience.spring.autoconfigure;

import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadMetrics;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Shuts the instances down when the application closes, after the web server, which has had its grace period for active
 * requests. From then on no call waits for a permit, and calls that run in a bulkhead get the same grace period again.
 * A context that is only stopped or paused may be started again; its instances are not touched, since their shutdown is
 * irreversible.
 */
final class ResilienceShutdown
        implements SmartLifecycle, ApplicationContextAware, ApplicationListener<ContextClosedEvent> {

    /** Stopped after Spring Boot's web servers, whose phases are 1,024 and 2,048 below the default. */
    static final int PHASE = DEFAULT_PHASE - 4_096;

    private static final Logger log = LoggerFactory.getLogger(ResilienceShutdown.class);
    private static final Duration GLANCE = Duration.ofMillis(20);

    private final ResilienceRegistry registry;
    private final Duration grace;
    private volatile @Nullable ApplicationContext context;
    private volatile boolean running;
    private volatile boolean closing;

    /**
     * For a registry.
     *
     * @param grace how long to wait for running calls
     */
    ResilienceShutdown(ResilienceRegistry registry, Duration grace) {
        this.registry = registry;
        this.grace = grace;
    }

    @Override
    public void setApplicationContext(ApplicationContext context) {
        this.context = context;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** From Spring Framework 7 on, asked when a context is paused, as between the classes of a test suite. */
    @SuppressWarnings({"MissingOverride", "UnusedMethod"}) // it overrides nothing in Spring Framework 6
    public boolean isPauseable() {
        return false;
    }

    /** Closing starts with this event, also where the context was stopped before. */
    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == context) { // those of child contexts arrive here as well
            closing = true;
            if (!running) {
                shutDown();
            }
        }
    }

    @Override
    public void stop() {
        running = false;
        if (closing) {
            shutDown();
        }
    }

    private void shutDown() {
        registry.close();
        try {
            awaitRunningCalls();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
        String left = runningCalls();
        if (!left.isEmpty()) {
            log.warn("The application ends while calls are running: {}", left);
        }
    }

    private void awaitRunningCalls() throws InterruptedException {
        Ticker ticker = Ticker.system();
        long end = ticker.nanoTime() + grace.toNanos();
        while (!runningCalls().isEmpty() && ticker.nanoTime() - end < 0) {
            TimeUnit.NANOSECONDS.sleep(GLANCE.toNanos());
        }
    }

    /** The bulkheads in which calls are running, as text; empty if there are none. */
    private String runningCalls() {
        return registry.all(Bulkhead.TYPE).stream()
                .filter(bulkhead -> active(bulkhead.metrics()) > 0)
                .map(bulkhead -> active(bulkhead.metrics()) + " in " + title(bulkhead))
                .collect(Collectors.joining(", "));
    }

    private static int active(BulkheadMetrics metrics) {
        return metrics.syncActive() + metrics.asyncActive();
    }

    private static String title(Policy policy) {
        return policy.type().policyClass().getSimpleName() + " '" + policy.name() + "'";
    }
}
