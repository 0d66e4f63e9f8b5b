package io.netrun.resilience.hedge;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.ClassPreparation;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.LateResults;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts another attempt in parallel if a call takes long; the first result wins and the losers are cancelled. This
 * cuts off the tail latency of a service whose calls are occasionally slow by chance. Only for calls that may run
 * twice.
 *
 * <p>Only time starts another attempt, unless {@link HedgeConfig#onFailure()} is set; otherwise failures require a
 * retry. While one attempt runs, the failure of another one is held back; the last failure is the call's. Sync attempts
 * run on worker threads, including the first, so that their caller gets the first result; losers are interrupted.
 * Attempts after the first may call another target, see {@link AlternativeCall}. Thread-safe.
 *
 * @see <a href="https://research.google/pubs/the-tail-at-scale/">J. Dean, L. A. Barroso: The Tail at Scale (2013)</a>
 */
public final class Hedge extends AbstractPolicy<HedgeConfig> {

    static {
        ClassPreparation.initialize(
                MethodHandles.lookup(), Attempt.class, HedgedCall.class, OtherCancels.class, SyncHedgedCall.class);
    }

    /** The pattern, for the registry. */
    public static final PolicyType<Hedge, HedgeConfig> TYPE =
            new PolicyType<>("hedge", Hedge.class, HedgeConfig.defaults(), Hedge::of);

    private static final Logger log = LoggerFactory.getLogger(Hedge.class);

    private final LateResults lateResults = new LateResults();
    private final AtomicInteger active = new AtomicInteger();
    private final LongAdder hedged = new LongAdder();
    private final LongAdder won = new LongAdder();
    private final LongAdder denied = new LongAdder();

    /** Null if the delay is fixed. */
    private volatile @Nullable RecentDurations recent;

    /** Those of the present settings; null if failures start no attempt. */
    private volatile @Nullable HedgedFailures hedgedFailures;

    /** Whether it was logged that attempts run on the threads that start them. Racy: it may be logged again. */
    private volatile boolean reported;

    private volatile long lingerNanos = TimeUnit.MILLISECONDS.toNanos(10);

    private Hedge(String name, HedgeConfig config, Ticker ticker) {
        super(name, config, ticker);
        onReconfigured();
    }

    /** Creates a hedge with the default settings. */
    public static Hedge of(String name) {
        return of(name, HedgeConfig.defaults());
    }

    /**
     * Creates a hedge.
     *
     * @param name 1 to 200 characters
     * @param settings changes the defaults, as in {@code c -> c.delay(Duration.ofMillis(80))}
     * @throws IllegalArgumentException if the name or a setting is out of its range
     */
    public static Hedge of(String name, Consumer<HedgeConfig.Builder> settings) {
        HedgeConfig.Builder builder = HedgeConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** Creates a hedge in real time. */
    public static Hedge of(String name, HedgeConfig config) {
        return of(name, config, Ticker.system());
    }

    /** Creates a hedge that measures time with a ticker. */
    public static Hedge of(String name, HedgeConfig config, Ticker ticker) {
        return new Hedge(name, config, ticker);
    }

    @Override
    public PolicyType<Hedge, HedgeConfig> type() {
        return TYPE;
    }

    @Override
    public HedgeMetrics metrics() {
        return new HedgeMetrics(
                active.get(), hedged.sum(), won.sum(), denied.sum(), Duration.ofNanos(delayNanos(config())));
    }

    /**
     * Registers a hook for the results of attempts that have lost, for example to close them. It is called on the
     * thread on which the attempt ended. Exceptions are logged.
     *
     * @return the handle that ends the subscription
     */
    public Subscription onLateResult(Consumer<? super @Nullable Object> hook) {
        return lateResults.subscribe(hook);
    }

    @Override
    public boolean isInUse() {
        return active.get() > 0;
    }

    /** Registers a listener for further attempts that begin; otherwise like {@link #on(Class, Consumer)}. */
    public Subscription onHedged(Consumer<? super HedgeEvent.Hedged> listener) {
        return on(HedgeEvent.Hedged.class, listener);
    }

    @Override
    public Layer around(Layer next) {
        return new HedgeLayer(this, next);
    }

    @Override
    public String toString() {
        return "Hedge '" + name() + "' (after " + config().delay() + ")";
    }

    @Override
    protected void onReconfigured() {
        // A call reads the other settings when it begins.
        HedgeConfig config = config();
        hedgedFailures = config.onFailure() ? HedgedFailures.of(config) : null;
        RecentDurations known = recent;
        if (config.delay().duration() != null) {
            recent = null;
        } else if (known == null) {
            recent = new RecentDurations();
        } else {
            known.compute(config.delay().percentile());
        }
    }

    /** Returns the delay that applies now, in nanoseconds. */
    long delayNanos(HedgeConfig config) {
        Duration fixed = config.delay().duration();
        if (fixed != null) {
            return Require.nanos(fixed);
        }
        RecentDurations known = recent;
        long percentile = known == null ? 0 : known.nanos();
        return Math.max(
                percentile == 0 ? Require.nanos(config.initialDelay()) : percentile, Require.nanos(config.minDelay()));
    }

    /** Returns whether the durations of successful calls are recorded. */
    boolean isMeasuring() {
        return recent != null;
    }

    /**
     * Records how long a successful call took. One that was hedged took longer than the delay, whichever attempt won,
     * so hedging does not shift the percentile to which the delay is set.
     */
    void record(long nanos) {
        RecentDurations known = recent;
        if (known != null) {
            known.record(nanos, config().delay().percentile());
        }
    }

    /** Returns the failures that start another attempt at once, by the settings with which a call began. */
    @SuppressWarnings("ReferenceEquality") // an equal configuration only costs another filter
    ExceptionFilter hedgedFailures(HedgeConfig config) {
        HedgedFailures present = hedgedFailures;
        return (present != null && present.config == config ? present : HedgedFailures.of(config)).filter;
    }

    /** The failures that start another attempt, computed once for each configuration. */
    private record HedgedFailures(HedgeConfig config, ExceptionFilter filter) {

        static HedgedFailures of(HedgeConfig config) {
            return new HedgedFailures(
                    config, new ExceptionFilter(config.exceptions(), config.ignoreExceptions(), null, false));
        }
    }

    /** Returns how long the caller of a sync call that is abandoned waits for its attempts to leave, in nanoseconds. */
    long lingerNanos() {
        return lingerNanos;
    }

    /** Sets {@link #lingerNanos()}, for tests that must not depend on how busy the machine is. */
    void linger(long nanos) {
        lingerNanos = nanos;
    }

    /** Returns whether a sync call is made once, on its caller's thread. */
    boolean staysOnCaller(HedgeConfig config) {
        return requiresCallerThread(config.requiresCallerThread());
    }

    /** Acquires a slot for another attempt, if one is free; {@link #releaseSlot()} must follow. */
    boolean tryAcquireSlot(int most) {
        int seen;
        do {
            seen = active.get();
            if (seen >= most) {
                denied.increment();
                return false;
            }
        } while (!active.compareAndSet(seen, seen + 1));
        return true;
    }

    void releaseSlot() {
        active.decrementAndGet();
    }

    /** Returns whether there are hooks for results that no caller receives. */
    boolean wantsLateResults() {
        return lateResults.isWanted();
    }

    /** Passes the result of an attempt that has lost to the hooks. */
    void discard(@Nullable Object result) {
        lateResults.accept(result);
    }

    void announce(int attempt, @Nullable Throwable failure) {
        hedged.increment();
        if (events().wants(HedgeEvent.Hedged.class)) {
            events().publish(new HedgeEvent.Hedged(name(), ticker().now(), attempt, failure));
        }
    }

    /**
     * Logs once that the executor makes an attempt on the thread that starts it, so that no other can run beside it.
     */
    void reportCallersThread() {
        if (!reported) {
            reported = true;
            SafeLog.warn(
                    log,
                    "Hedge '{}': its executor runs an attempt on the thread that starts it, so no other attempt runs"
                            + " beside it. Use an executor that rejects what it cannot run",
                    name());
        }
    }

    void laterAttemptWon() {
        won.increment();
    }
}
