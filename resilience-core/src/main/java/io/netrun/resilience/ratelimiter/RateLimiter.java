package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PolicyClosedException;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Waits;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Limits how many calls begin in a period. The calls of a quiet time may come at once, up to the burst; then they come
 * evenly. Further ones wait for their turn, in the order in which they came and no longer than the longest wait, or are
 * refused with a {@link RateLimitExceededException}. A sync caller waits on its thread, an asynchronous call without one.
 * Thread-safe, without a lock and without a thread.
 */
public final class RateLimiter extends AbstractPolicy<RateLimiterConfig> {

    /** The pattern, for the registry. */
    public static final PolicyType<RateLimiter, RateLimiterConfig> TYPE =
            new PolicyType<>("rate-limiter", RateLimiter.class, RateLimiterConfig.defaults(), RateLimiter::of);

    private volatile TokenBucket bucket;
    private volatile long longestWait;
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final Layer entry;

    @SuppressWarnings("this-escape") // the layer only keeps the reference
    private RateLimiter(String name, RateLimiterConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.bucket = new TokenBucket(config, ticker.nanoTime());
        this.longestWait = Require.nanos(config.maxWait());
        this.entry = new RateLimiterLayer(this, Layer.DIRECT);
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
        return waiting.get() > 0 || bucket.available(ticker().nanoTime()) < config().capacity();
    }

    @Override
    public RateLimiterMetrics metrics() {
        return new RateLimiterMetrics(
                config().limit(),
                config().period(),
                bucket.available(ticker().nanoTime()),
                waiting.get(),
                accepted.sum(),
                rejected.sum());
    }

    /** Calls a listener whenever a call is refused; otherwise as {@link #on(Class, Consumer)}. */
    public Subscription onRejected(Consumer<? super RateLimiterEvent.Rejected> listener) {
        return on(RateLimiterEvent.Rejected.class, listener);
    }

    @Override
    public Layer entry() {
        return entry;
    }

    @Override
    public Layer around(Layer next) {
        return new RateLimiterLayer(this, next);
    }

    @Override
    public String toString() {
        return "RateLimiter '" + name() + "' (" + config().limit() + " calls per " + config().period() + ")";
    }

    /** Calls that wait keep their turns. */
    @Override
    protected void onReconfigured() {
        RateLimiterConfig config = config();
        longestWait = Require.nanos(config.maxWait());
        if (!bucket.fits(config)) {
            bucket = bucket.replaced(config, ticker().nanoTime());
        }
    }

    /**
     * Takes a turn for a call, or refuses the call: also where its time limit would strike before its turn.
     *
     * @param now the time in nanoseconds
     * @return how long the call has to wait for its turn, in nanoseconds
     */
    long take(long now, Deadline deadline) {
        if (!isEnabled()) {
            return 0;
        }
        long patience = deadline == Deadline.NONE ? longestWait : Math.min(longestWait, deadline.remainingNanos());
        long wait = takeToken(now, Math.max(0, patience));
        if (wait >= 0) {
            return wait;
        }
        rejected.increment();
        if (events().wants(RateLimiterEvent.Rejected.class)) {
            events().publish(new RateLimiterEvent.Rejected(name(), ticker().now(), Duration.ofNanos(-wait)));
        }
        throw new RateLimitExceededException(name(), config(), -wait);
    }

    /** The bucket may be replaced at any moment; the next one is there at once. */
    private long takeToken(long now, long patience) {
        long wait = bucket.take(now, patience);
        while (wait == TokenBucket.REPLACED) {
            Thread.onSpinWait();
            wait = bucket.take(now, patience);
        }
        return wait;
    }

    /** The calls that wait for their turn. */
    Waits waitingCalls() {
        return waits();
    }

    PolicyClosedException closed() {
        rejected.increment();
        return new PolicyClosedException("RateLimiter", name(), "its turn", config().stackTraces());
    }

    void waitBegins() {
        waiting.incrementAndGet();
    }

    void waitEnds() {
        waiting.decrementAndGet();
    }

    /** A call begins. */
    void begins() {
        accepted.increment();
    }

    /** A call that waited for its turn left before it came. */
    void leaves(long turn) {
        bucket.putBack(turn);
    }
}
