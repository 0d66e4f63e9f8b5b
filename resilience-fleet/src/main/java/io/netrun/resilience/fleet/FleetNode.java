package io.netrun.resilience.fleet;

import io.netrun.resilience.EventPublisher;
import io.netrun.resilience.LimitScope;
import io.netrun.resilience.Policy;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.FleetMode;
import io.netrun.resilience.ratelimiter.RateLimiter;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process as a node of its fleet: reports what its instances need, and applies what the fleet grants them. Rate
 * limiters and bulkheads with {@code scope(LimitScope.FLEET)} and circuit breakers of a {@code FleetMode} other than
 * NONE take part, as they come and go in the registry; instances of keyed families do not.
 *
 * <p>One daemon thread asks the store; no call of the application ever waits for it. While the store does not answer,
 * grants are valid until the end of their lease, and votes for three intervals. Can be started again after it was
 * stopped. Thread-safe.
 */
public final class FleetNode implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(FleetNode.class);

    private static final Duration LEAST_WAIT = Duration.ofSeconds(2);

    private final String name;
    private final FleetConfig config;
    private final FleetStore store;
    private final ResilienceRegistry registry;
    private final Consumer<? super FleetCommand> onCommand;
    private final EventPublisher events = new EventPublisher();

    /** Ends when the listeners of the last event have been called, so that events arrive in their order. */
    private CompletableFuture<?> published = CompletableFuture.completedFuture(null);

    private volatile @Nullable FleetLoop loop;

    /** The loop that was stopped last, which keeps the limits low until the node is started again. */
    private @Nullable FleetLoop stopped;

    /**
     * Creates a node that is not started.
     *
     * @param name the first part of the node's identity, such as the name of the host; 1 to 200 characters
     * @param onCommand applies an operator's command; called on the thread that asks the store. What it throws is
     *     logged
     */
    public FleetNode(
            String name,
            FleetConfig config,
            FleetStore store,
            ResilienceRegistry registry,
            Consumer<? super FleetCommand> onCommand) {
        this.name = Objects.requireNonNull(name, "name");
        this.config = Objects.requireNonNull(config, "config");
        this.store = Objects.requireNonNull(store, "store");
        this.registry = Objects.requireNonNull(registry, "registry");
        this.onCommand = Objects.requireNonNull(onCommand, "onCommand");
    }

    /**
     * Starts to take part, and waits for the first view of the fleet or the first failure: for two seconds, or an
     * interval if that is longer, at most. Until then, each limit admits the least: one call at the same time, or one
     * per second. After a failure, it is that of one of the expected nodes. If the node is started, only waits for the
     * first view, as long at most.
     *
     * @return the state after that
     */
    public FleetStatus start() {
        FleetLoop created = new FleetLoop(name, config, store, registry, onCommand, this::publish);
        FleetLoop present = tryBegin(created);
        Duration longest = config.interval().compareTo(LEAST_WAIT) > 0 ? config.interval() : LEAST_WAIT;
        if (present == created) {
            start(created);
            present.awaitFirstAnswer(longest);
        } else {
            present.awaitFirstView(longest);
        }
        return present.status();
    }

    /** Outside of the lock, because instances may be created for the first report. */
    private void start(FleetLoop created) {
        try {
            created.start();
        } catch (Throwable thrown) {
            synchronized (this) {
                loop = loop == created ? null : loop;
            }
            throw thrown;
        }
    }

    private synchronized FleetLoop tryBegin(FleetLoop created) {
        FleetLoop present = loop;
        if (present == null) {
            loop = created;
            created.succeed(stopped);
            stopped = null;
            return created;
        }
        return present;
    }

    /**
     * Stops to take part: the fleet is free to give away what this node had, but for the permits of calls that go on.
     * These count until the calls end: they are reported for a lease at most, and forgotten a lease after the last
     * report, also if the store is closed before. Waits for the store, one second at most. Does nothing if the node is
     * not started.
     *
     * <p>Circuits are those of this process alone from then on. A limit stays at an even part of it, or at what was in
     * force if that is less, since the other nodes may use the whole of it: until the node is started again, or until
     * {@code limitTo} of the instance lifts it.
     */
    public void stop() {
        FleetLoop stopping;
        synchronized (this) {
            stopping = loop;
            loop = null;
            stopped = stopping == null ? stopped : stopping;
        }
        if (stopping != null) {
            stopping.stop();
        }
    }

    /** Stops, as {@link #stop()} does. */
    @Override
    public void close() {
        stop();
    }

    /**
     * Gives a command to all nodes, this one included. It is applied with the next views, also on this node.
     *
     * @throws IllegalStateException if the node is not started
     */
    public void send(FleetCommand command) {
        FleetLoop running = loop;
        if (running == null) {
            throw new IllegalStateException(
                    "The node '" + name + "' is not started: start it before it sends commands");
        }
        running.send(command);
    }

    /** Returns what this node knows of the fleet. */
    public FleetStatus status() {
        FleetLoop running = loop;
        return running == null ? FleetStatus.STOPPED : running.status();
    }

    /**
     * Returns whether the settings of an instance let it take part in a fleet. Instances of keyed families do not take
     * part, whatever their settings are.
     */
    public static boolean isShared(Policy policy) {
        if (policy instanceof RateLimiter limiter) {
            return limiter.config().scope() == LimitScope.FLEET;
        }
        if (policy instanceof Bulkhead bulkhead) {
            return bulkhead.config().scope() == LimitScope.FLEET;
        }
        return policy instanceof CircuitBreaker breaker && breaker.config().fleet() != FleetMode.NONE;
    }

    /** Returns the settings. */
    public FleetConfig config() {
        return config;
    }

    /**
     * Registers a listener for a type of event, such as {@link FleetEvent.Degraded}. Listeners are called on a worker
     * thread, one event after the other. What a listener throws is logged.
     */
    public <E extends FleetEvent> Subscription on(Class<E> type, Consumer<? super E> listener) {
        return events.subscribe(type, listener);
    }

    private synchronized void publish(FleetEvent event) {
        published = published.handleAsync(
                (done, failure) -> {
                    events.publish(event);
                    return null;
                },
                Workers::executeReliably);
        log(event);
    }

    /** With the identity of the process: several on one host have the same name. */
    private void log(FleetEvent event) {
        String node = status().node();
        if (event instanceof FleetEvent.Degraded degraded) {
            SafeLog.warn(
                    log,
                    "Fleet node '{}': the store has not answered since {}, and limits follow when-away: {}. {}",
                    node,
                    degraded.since(),
                    config.whenAway().key(),
                    degraded.cause());
        } else if (event instanceof FleetEvent.Restored restored) {
            SafeLog.info(log, "Fleet node '{}': the store has answered again after {}", node, restored.after());
        }
    }

    /** Returns the ticker's wall-clock time of a moment on its monotonic scale. */
    static Instant timeOf(long nanoTime, Ticker ticker) {
        return ticker.now().minus(Duration.ofNanos(ticker.nanoTime() - nanoTime));
    }
}
