package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyShutdownException;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Limits how many calls begin in a period. The calls of a quiet time may come at once, up to the burst; then they come
 * evenly. Further ones wait for a permit, first come, first served and no longer than the longest wait, or are rejected
 * with a {@link RateLimitExceededException}. A sync caller waits on its thread, an asynchronous call without one. A
 * waiter that is interrupted or cancelled gives what it reserved to those behind it. Thread-safe and free of locks.
 */
public final class RateLimiter extends AbstractPolicy<RateLimiterConfig> {

    /** The pattern, for the registry. */
    public static final PolicyType<RateLimiter, RateLimiterConfig> TYPE =
            new PolicyType<>("rate-limiter", RateLimiter.class, RateLimiterConfig.defaults(), RateLimiter::of);

    private final ReservationQueue queue;

    /** How often a thread that changes settings looks whether the one that follows them has done so. */
    private static final int FOLLOW_ROUNDS = 1_000;

    private static final long FOLLOW_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private volatile long longestWait;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final Layer entry;

    @SuppressWarnings("this-escape") // layer and queue only keep the reference
    private RateLimiter(String name, RateLimiterConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.queue = new ReservationQueue(this, config);
        this.longestWait = Require.nanos(config.maxWait());
        this.entry = new RateLimiterLayer(this, queue, Layer.DIRECT);
        waits().register(queue);
    }

    /** A rate limiter with the default settings. */
    public static RateLimiter of(String name) {
        return of(name, RateLimiterConfig.defaults());
    }

    /**
     * A rate limiter.
     *
     * @param name 1 to 200 characters
     * @param settings changes the defaults, as in {@code c -> c.limit(100).period(Duration.ofMinutes(1))}
     * @throws IllegalArgumentException if the name or a setting is out of its range
     */
    public static RateLimiter of(String name, Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** A rate limiter in real time. */
    public static RateLimiter of(String name, RateLimiterConfig config) {
        return of(name, config, Ticker.system());
    }

    /** A rate limiter that lives by a ticker. */
    public static RateLimiter of(String name, RateLimiterConfig config, Ticker ticker) {
        return new RateLimiter(name, config, ticker);
    }

    @Override
    public PolicyType<RateLimiter, RateLimiterConfig> type() {
        return TYPE;
    }

    @Override
    public boolean isInUse() {
        return queue.waiting() > 0 || queue.available(ticker().nanoTime()) < config().capacity();
    }

    @Override
    public RateLimiterMetrics metrics() {
        return new RateLimiterMetrics(
                config().limit(),
                config().period(),
                queue.available(ticker().nanoTime()),
                queue.waiting(),
                accepted.sum(),
                rejected.sum());
    }

    /**
     * Acquires a permit for a call that cannot be put into a lambda; waits for one as a call does. The call is to begin
     * now. The permit is used up by that, so settling it, in whichever way, changes nothing and may be omitted.
     *
     * @throws RateLimitExceededException if the token would come later than the call may wait
     * @throws io.netrun.resilience.CallInterruptedException if the thread is interrupted while it waits
     * @throws PolicyShutdownException if this is shut down, and the call would have to wait
     */
    public Permit acquirePermit() {
        if (isEnabled()) {
            long now = ticker().nanoTime();
            if (!queue.tryAcquire(now)) {
                await(now, Deadline.current());
            }
        }
        countAccepted();
        return RateLimiterPermit.INSTANCE;
    }

    /**
     * Acquires a permit if a token is there and no call waits for it; empty otherwise, which counts and is announced as
     * a rejection. See {@link #acquirePermit()}.
     */
    public Optional<Permit> tryAcquirePermit() {
        if (isEnabled() && !tryAcquire()) {
            countRejected();
            publishRejected(Math.max(0, queue.waitOf(ticker().nanoTime())));
            return Optional.empty();
        }
        countAccepted();
        return Optional.of(RateLimiterPermit.INSTANCE);
    }

    /** Waiters whose token has come go first; after that, a further token may be there. */
    private boolean tryAcquire() {
        long now = ticker().nanoTime();
        if (queue.tryAcquire(now)) {
            return true;
        }
        if (queue.waitOf(now) > 0) {
            return false;
        }
        queue.drain();
        return queue.tryAcquire(now);
    }

    /** Calls a listener whenever a call is rejected; otherwise as {@link #on(Class, Consumer)}. */
    public Subscription onRejected(Consumer<? super RateLimiterEvent.Rejected> listener) {
        return on(RateLimiterEvent.Rejected.class, listener);
    }

    @Override
    public Layer entry() {
        return entry;
    }

    @Override
    public Layer around(Layer next) {
        return new RateLimiterLayer(this, queue, next);
    }

    @Override
    public String toString() {
        return "RateLimiter '" + name() + "' (" + config().limit() + " calls per " + config().period() + ")";
    }

    /**
     * Calls that wait keep their order, and get their tokens at the new rate; while it is switched off, all of them go
     * on.
     */
    @Override
    protected void onReconfigured() {
        RateLimiterConfig config = config();
        longestWait = Require.nanos(config.maxWait());
        queue.drain();
        for (int round = 0; round < FOLLOW_ROUNDS && !queue.follows(config); round++) {
            LockSupport.parkNanos(this, FOLLOW_NANOS); // another thread is about to follow
        }
    }

    /**
     * Waits for a permit, after one could not be had at once.
     *
     * @param now the time in nanoseconds
     */
    void await(long now, Deadline deadline) {
        long wait = requireSoonEnough(now, deadline);
        new SyncReservation(this, config(), deadline, now).acquire(now, wait);
    }

    /**
     * Rejects a call that would have to wait for too long, also where its time limit would fire before.
     *
     * @return how long the call may wait, in nanoseconds
     */
    long requireSoonEnough(long now, Deadline deadline) {
        long patience = longestWait;
        if (deadline != Deadline.NONE) {
            patience = Math.max(0, Math.min(patience, deadline.remainingNanos()));
        }
        long wait = queue.waitOf(now);
        if (wait > patience) {
            countRejected();
            throw rejection(config(), wait - patience);
        }
        return patience;
    }

    ReservationQueue queue() {
        return queue;
    }

    /** For sleeps that end when this is shut down. */
    PendingWaits waitingCalls() {
        return waits();
    }

    void countAccepted() {
        accepted.increment();
    }

    void countRejected() {
        rejected.increment();
    }

    /** A rejection that is counted already; calls the listeners. */
    RateLimitExceededException rejection(RateLimiterConfig config, long retryAfterNanos) {
        publishRejected(retryAfterNanos);
        return new RateLimitExceededException(name(), config, retryAfterNanos);
    }

    private void publishRejected(long retryAfterNanos) {
        if (events().wants(RateLimiterEvent.Rejected.class)) {
            events().publish(new RateLimiterEvent.Rejected(name(), ticker().now(), Duration.ofNanos(retryAfterNanos)));
        }
    }

    /** For a call whose token comes later than it may wait, because the settings have changed. */
    RateLimitExceededException rejectExpired(RateLimiterConfig config) {
        countRejected();
        return rejection(config, retryAfter());
    }

    PolicyShutdownException rejectionByShutdown(RateLimiterConfig config) {
        countRejected();
        return new PolicyShutdownException("RateLimiter", name(), "its turn", config.stackTraces());
    }

    /** After how long a new call would be let in, in nanoseconds. */
    long retryAfter() {
        return Math.max(0, queue.waitOf(ticker().nanoTime()) - longestWait);
    }
}
