package io.netrun.resilience.bulkhead;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many calls run at once. Further ones wait in a queue, first come, first served; with the queue full they
 * are refused with a {@link BulkheadFullException}. A sync caller waits on its thread, an asynchronous call without
 * one; it holds its place until its future ends. A caller that is interrupted or cancelled while it waits leaves the
 * queue at once. Thread-safe; a call that finds a free place takes no lock.
 */
public final class Bulkhead extends AbstractPolicy<BulkheadConfig> {

    /** The pattern, for the registry. */
    public static final PolicyType<Bulkhead, BulkheadConfig> TYPE =
            new PolicyType<>("bulkhead", Bulkhead.class, BulkheadConfig.defaults(), Bulkhead::of);

    private final FairSemaphore sync;
    private final FairSemaphore async;

    /** Whether asynchronous calls go to the places of sync ones; those that run or wait in their own end there. */
    private volatile boolean shared;

    private final LongAccumulator longestWait = new LongAccumulator(Math::max, 0);
    private final Layer entry;

    @SuppressWarnings("this-escape") // the layer only keeps the reference
    private Bulkhead(String name, BulkheadConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.sync = new FairSemaphore(config.maxConcurrent(), config.maxQueue());
        this.async = new FairSemaphore(config.maxConcurrent(), config.maxQueue());
        this.shared = config.pools() == BulkheadPools.SHARED;
        this.entry = new BulkheadLayer(this, Layer.DIRECT);
    }

    /** A bulkhead with the default settings. */
    public static Bulkhead of(String name) {
        return of(name, BulkheadConfig.defaults());
    }

    /**
     * A bulkhead.
     *
     * @param name 1 to 200 characters
     * @param settings changes the defaults, as in {@code c -> c.maxConcurrent(20)}
     * @throws IllegalArgumentException if the name or a setting is out of its range
     */
    public static Bulkhead of(String name, Consumer<BulkheadConfig.Builder> settings) {
        BulkheadConfig.Builder builder = BulkheadConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** A bulkhead in real time. */
    public static Bulkhead of(String name, BulkheadConfig config) {
        return of(name, config, Ticker.system());
    }

    /** A bulkhead that lives by a ticker. */
    public static Bulkhead of(String name, BulkheadConfig config, Ticker ticker) {
        return new Bulkhead(name, config, ticker);
    }

    @Override
    public PolicyType<Bulkhead, BulkheadConfig> type() {
        return TYPE;
    }

    @Override
    public BulkheadMetrics metrics() {
        BulkheadConfig config = config();
        return new BulkheadMetrics(
                config.maxConcurrent(),
                config.maxQueue(),
                sync.active(),
                sync.queued(),
                async.active(),
                async.queued(),
                sync.totalAccepted() + async.totalAccepted(),
                sync.totalRejected() + async.totalRejected(),
                Duration.ofNanos(longestWait.get()));
    }

    @Override
    public boolean isInUse() {
        return sync.active() + sync.queued() + async.active() + async.queued() > 0;
    }

    /** Without a limit while it is switched off: so what runs stays counted, and what waits goes on. */
    @Override
    protected void onReconfigured() {
        BulkheadConfig config = config();
        shared = config.pools() == BulkheadPools.SHARED;
        int maxConcurrent = isEnabled() ? config.maxConcurrent() : FairSemaphore.UNLIMITED;
        sync.resize(maxConcurrent, config.maxQueue());
        async.resize(maxConcurrent, config.maxQueue());
    }

    /** Calls a listener whenever a call is refused; otherwise as {@link #on(Class, Consumer)}. */
    public Subscription onRejected(Consumer<? super BulkheadEvent.Rejected> listener) {
        return on(BulkheadEvent.Rejected.class, listener);
    }

    /**
     * Acquires a permit for a call that cannot be put into a lambda, of those for sync calls; waits for one as a call
     * does. Settle it in whichever way when the call has ended, on any thread.
     *
     * @throws BulkheadFullException if the queue is full, or the longest wait is over
     * @throws io.netrun.resilience.CallInterruptedException if the thread is interrupted while it waits
     */
    public Permit acquirePermit() {
        if (!sync.tryAcquire()) {
            new SyncWaiter(this, Deadline.current()).take();
        }
        return new BulkheadPermit(sync);
    }

    /**
     * Acquires a permit if one is free and no call waits for it; empty otherwise, which counts and is announced as a
     * rejection. See {@link #acquirePermit()}.
     */
    public Optional<Permit> tryAcquirePermit() {
        if (sync.tryAcquire()) {
            return Optional.of(new BulkheadPermit(sync));
        }
        sync.countRejected();
        publishRejected(sync.active(), sync.queued());
        return Optional.empty();
    }

    @Override
    public Layer entry() {
        return entry;
    }

    @Override
    public Layer around(Layer next) {
        return new BulkheadLayer(this, next);
    }

    @Override
    public String toString() {
        return "Bulkhead '" + name() + "' (" + config().maxConcurrent() + " concurrent, " + config().maxQueue()
                + " queued)";
    }

    FairSemaphore sync() {
        return sync;
    }

    FairSemaphore async() {
        return shared ? sync : async;
    }

    /** The calls that wait for a place. */
    PendingWaits waitingCalls() {
        return waits();
    }

    /** A call that was let in had waited since the given time. */
    void waitedSince(long nanoTime) {
        longestWait.accumulate(ticker().nanoTime() - nanoTime);
    }

    BulkheadFullException rejectFull(BulkheadConfig config, FairSemaphore places) {
        return reject(config, places, null);
    }

    BulkheadFullException rejectTimedOut(BulkheadConfig config, FairSemaphore places) {
        return reject(config, places, config.maxWait());
    }

    PolicyShutdownException rejectShutdown(BulkheadConfig config, FairSemaphore places) {
        publishRejected(places.active(), places.queued());
        return new PolicyShutdownException("Bulkhead", name(), "a permit", config.stackTraces());
    }

    private BulkheadFullException reject(BulkheadConfig config, FairSemaphore places, @Nullable Duration waited) {
        int active = places.active();
        int queued = places.queued();
        publishRejected(active, queued);
        return new BulkheadFullException(name(), active, queued, config, waited);
    }

    private void publishRejected(int active, int queued) {
        if (events().wants(BulkheadEvent.Rejected.class)) {
            events().publish(new BulkheadEvent.Rejected(name(), ticker().now(), active, queued));
        }
    }
}
