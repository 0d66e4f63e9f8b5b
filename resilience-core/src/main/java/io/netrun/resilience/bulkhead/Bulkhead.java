package io.netrun.resilience.bulkhead;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.ClassPreparation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of concurrent calls. Further calls wait in a fair queue; if the queue is full they are rejected
 * with a {@link BulkheadFullException}. A sync caller waits on its thread, an asynchronous call without one, and it
 * holds its permit until its future ends. A waiter that is interrupted or cancelled leaves the queue at once. In mode
 * {@link PolicyMode#OBSERVE} all calls run at once, and those that would wait or be rejected are counted. Thread-safe
 * and free of locks.
 */
public final class Bulkhead extends AbstractPolicy<BulkheadConfig> {

    static {
        ClassPreparation.initialize(
                MethodHandles.lookup(),
                AsyncRunningCall.class,
                FairSemaphore.class,
                FairSemaphore.Node.class,
                SyncWaiter.class);
    }

    /** The pattern, for the registry. */
    public static final PolicyType<Bulkhead, BulkheadConfig> TYPE =
            new PolicyType<>("bulkhead", Bulkhead.class, BulkheadConfig.defaults(), Bulkhead::of);

    private final FairSemaphore sync;
    private final FairSemaphore async;
    private final Observation observation;

    /** Whether asynchronous calls use the semaphore of sync ones. Calls that run or wait in their own end there. */
    private volatile boolean shared;

    /** The limit in force is not above this. */
    private volatile int limitedTo = Integer.MAX_VALUE;

    private final LongAccumulator longestWait = new LongAccumulator(Math::max, 0);
    private final AtomicLong latestWaits = new AtomicLong();

    @SuppressWarnings("this-escape") // the semaphores and the observation only keep the reference
    private Bulkhead(String name, BulkheadConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.sync = new FairSemaphore(config.maxConcurrent(), config.maxQueue(), this);
        this.async = new FairSemaphore(config.maxConcurrent(), config.maxQueue(), this);
        this.observation = new Observation(sync, async, ticker(), this::publishWouldReject);
        applyConfig();
    }

    /** Creates a bulkhead with the default settings. */
    public static Bulkhead of(String name) {
        return of(name, BulkheadConfig.defaults());
    }

    /**
     * Creates a bulkhead.
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

    /** Creates a bulkhead in real time. */
    public static Bulkhead of(String name, BulkheadConfig config) {
        return of(name, config, Ticker.system());
    }

    /** Creates a bulkhead that measures time with a ticker. */
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
                Math.min(config.maxConcurrent(), limitedTo),
                config.maxQueue(),
                sync.active(),
                sync.queued(),
                async.active(),
                async.queued(),
                sync.totalAccepted() + async.totalAccepted(),
                sync.totalRejected() + async.totalRejected(),
                Duration.ofNanos(longestWait.get()),
                observation.totalWouldWait(),
                observation.totalWouldReject());
    }

    @Override
    public boolean isInUse() {
        return sync.active() + sync.queued() + async.active() + async.queued() > 0;
    }

    /**
     * While disabled there is no limit: running calls stay counted, and waiting calls proceed. In mode observe they
     * proceed as well, and further calls are admitted and compared with the limits.
     */
    @Override
    protected void onReconfigured() {
        BulkheadConfig config = config();
        shared = config.pools() == BulkheadPools.SHARED;
        int maxConcurrent = isEnabled() ? Math.min(config.maxConcurrent(), limitedTo) : FairSemaphore.UNLIMITED;
        if (isEnabled() && config.mode() == PolicyMode.OBSERVE) {
            observation.begin(maxConcurrent, config.maxQueue()); // first: a call that gets no permit looks for it
            sync.observe(config.maxQueue());
            async.observe(config.maxQueue());
        } else {
            sync.resize(maxConcurrent, config.maxQueue());
            async.resize(maxConcurrent, config.maxQueue());
            observation.end();
        }
    }

    /**
     * Lowers the limit in force below the configured one, until this is called again; {@link #config()} stays what it
     * is, and so does the lowering when settings change. Calls above a lowered limit run to their end, and waiters stay
     * queued. Without effect while this is disabled.
     *
     * @apiNote For authors of coordination across processes.
     * @param maxConcurrent the maximum number of concurrent calls per pool; zero admits none, {@link Integer#MAX_VALUE}
     *     ends the lowering
     * @throws IllegalArgumentException if it is negative
     */
    public void limitTo(int maxConcurrent) {
        limitedTo = Require.range("maxConcurrent", maxConcurrent, 0, Integer.MAX_VALUE);
        applyConfig();
    }

    /** Registers a listener for rejected calls; otherwise like {@link #on(Class, Consumer)}. */
    public Subscription onRejected(Consumer<? super BulkheadEvent.Rejected> listener) {
        return on(BulkheadEvent.Rejected.class, listener);
    }

    /**
     * Acquires a permit of the sync pool for a call that cannot be passed as a lambda, and waits for one as a call
     * does. Settle the permit when the call has ended, in any way and on any thread.
     *
     * @throws BulkheadFullException if the queue is full, or {@code maxWait} has expired
     * @throws io.netrun.resilience.CallInterruptedException if the thread is interrupted while it waits
     */
    public Permit acquirePermit() {
        return handedOut(sync.tryAcquire() ? sync : acquireSlowly(Deadline.current()));
    }

    /**
     * Acquires a permit if one is free and no call waits for it. Otherwise returns empty, which counts and is published
     * as a rejection. See {@link #acquirePermit()}.
     */
    public Optional<Permit> tryAcquirePermit() {
        if (sync.tryAcquire()) {
            return optional(sync);
        }
        HeldPermit observed = observation.tryAdmit(sync, config(), false);
        if (observed != null) {
            return optional(observed);
        }
        sync.countRejected();
        publishRejected(sync.active(), sync.queued());
        return Optional.empty();
    }

    private static Optional<Permit> optional(HeldPermit held) {
        try {
            return Optional.of(new BulkheadPermit(held));
        } catch (Throwable outOfMemory) {
            held.release();
            throw outOfMemory;
        }
    }

    private static Permit handedOut(HeldPermit held) {
        try {
            return new BulkheadPermit(held);
        } catch (Throwable outOfMemory) {
            held.release();
            throw outOfMemory;
        }
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

    /** Acquires a permit of the sync pool that was not free at once: waits for it, unless in mode observe. */
    HeldPermit acquireSlowly(Deadline deadline) {
        HeldPermit observed = tryObserve(sync);
        if (observed == null) {
            new SyncWaiter(this, deadline).acquire();
            return sync;
        }
        return observed;
    }

    /** Admits a call in mode observe; returns null if it has to wait for a permit. */
    @Nullable
    HeldPermit tryObserve(FairSemaphore semaphore) {
        return observation.tryAdmit(semaphore, config(), true);
    }

    FairSemaphore sync() {
        return sync;
    }

    FairSemaphore async() {
        return shared ? sync : async;
    }

    /** Returns the calls that wait for a permit. */
    PendingWaits pendingWaits() {
        return waits();
    }

    /** Records the wait of an admitted call, which started at the given time. */
    void waitedSince(long nanoTime) {
        long wait = ticker().nanoTime() - nanoTime;
        longestWait.accumulate(wait);
        latestWaits.accumulateAndGet(wait, Math::max);
    }

    /**
     * Returns the longest wait of a call that was admitted since this method was called before; zero if none waited. It
     * is for one reader that asks again and again, such as the history behind the dashboard.
     */
    public Duration takeLongestWait() {
        return Duration.ofNanos(latestWaits.getAndSet(0));
    }

    BulkheadFullException rejectFull(BulkheadConfig config, FairSemaphore semaphore) {
        return rejection(config, semaphore, null);
    }

    BulkheadFullException rejectTimedOut(BulkheadConfig config, FairSemaphore semaphore) {
        return rejection(config, semaphore, config.maxWait());
    }

    PolicyShutdownException rejectShutdown(BulkheadConfig config) {
        return new PolicyShutdownException("Bulkhead", name(), "a permit", config.stackTraces());
    }

    private BulkheadFullException rejection(BulkheadConfig config, FairSemaphore semaphore, @Nullable Duration waited) {
        return new BulkheadFullException(name(), semaphore, config, waited);
    }

    /** Publishes a rejection that has been counted, and returns it to be thrown. */
    <X extends CallRejectedException> X published(X rejection, FairSemaphore semaphore) {
        Runnable event = rejectedEvent(rejection, semaphore);
        if (event != null) {
            event.run();
        }
        return rejection;
    }

    /** Returns what calls the listeners for a rejection; null if there are none. */
    @Nullable
    Runnable rejectedEvent(CallRejectedException rejection, FairSemaphore semaphore) {
        if (!events().wants(BulkheadEvent.Rejected.class)) {
            return null;
        }
        BulkheadFullException full = rejection instanceof BulkheadFullException known ? known : null;
        int active = full == null ? semaphore.active() : full.active();
        int queued = full == null ? semaphore.queued() : full.queued();
        return () -> publishRejected(active, queued);
    }

    private void publishWouldReject(int active, int queued) {
        if (events().wants(BulkheadEvent.WouldReject.class)) {
            events().publish(new BulkheadEvent.WouldReject(name(), ticker().now(), active, queued));
        }
    }

    private void publishRejected(int active, int queued) {
        if (events().wants(BulkheadEvent.Rejected.class)) {
            events().publish(new BulkheadEvent.Rejected(name(), ticker().now(), active, queued));
        }
    }
}
