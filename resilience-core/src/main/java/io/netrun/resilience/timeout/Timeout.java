package io.netrun.resilience.timeout;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.LateResults;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Limits how long a caller waits. A sync call runs on a worker thread, so that its caller returns in time whatever the
 * call does, or on the calling thread, which is interrupted (see {@link TimeoutThread}). An asynchronous call's future
 * fails in time and the call's own future is cancelled. Either way the caller gets a {@link TimeoutExceededException}.
 * Policies within know the deadline: a retry does not wait beyond it. Thread-safe.
 */
public final class Timeout extends AbstractPolicy<TimeoutConfig> {

    /** The pattern, for the registry. */
    public static final PolicyType<Timeout, TimeoutConfig> TYPE =
            new PolicyType<>("timeout", Timeout.class, TimeoutConfig.defaults(), Timeout::of);

    private final String title;
    /** How long a caller that has stopped its call waits for the worker to leave, in nanoseconds of real time. */
    private volatile long lingerNanos = TimeUnit.MILLISECONDS.toNanos(10);

    private volatile Settings settings;
    private final LateResults lateResults = new LateResults();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final AtomicInteger abandoned = new AtomicInteger();

    private Timeout(String name, TimeoutConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.title = "Timeout '" + name + "'";
        this.settings = Settings.of(config, true);
    }

    /** A timeout with the default settings. */
    public static Timeout of(String name) {
        return of(name, TimeoutConfig.defaults());
    }

    /**
     * A timeout.
     *
     * @param name 1 to 200 characters
     * @param settings changes the defaults, as in {@code c -> c.duration(Duration.ofSeconds(2))}
     * @throws IllegalArgumentException if the name or a setting is out of its range
     */
    public static Timeout of(String name, Consumer<TimeoutConfig.Builder> settings) {
        TimeoutConfig.Builder builder = TimeoutConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** A timeout in real time. */
    public static Timeout of(String name, TimeoutConfig config) {
        return of(name, config, Ticker.system());
    }

    /** A timeout that lives by a ticker. */
    public static Timeout of(String name, TimeoutConfig config, Ticker ticker) {
        return new Timeout(name, config, ticker);
    }

    @Override
    public PolicyType<Timeout, TimeoutConfig> type() {
        return TYPE;
    }

    @Override
    public TimeoutMetrics metrics() {
        return new TimeoutMetrics(timedOut.sum(), abandoned.get(), rejected.sum());
    }

    /**
     * Calls a hook with every result that comes after its call was given up, such as to close it. Called on the thread
     * on which the call ended; what it throws is logged.
     *
     * @return the handle that ends the subscription
     */
    public Subscription onLateResult(Consumer<? super @Nullable Object> hook) {
        return lateResults.subscribe(hook);
    }

    @Override
    public boolean isInUse() {
        return abandoned.get() > 0;
    }

    /** Calls a listener whenever a call is given up; otherwise as {@link #on(Class, Consumer)}. */
    public Subscription onTimeout(Consumer<? super TimeoutEvent.TimedOut> listener) {
        return on(TimeoutEvent.TimedOut.class, listener);
    }

    @Override
    public Layer around(Layer next) {
        return new TimeoutLayer(this, next);
    }

    /** As it is called in messages. */
    String title() {
        return title;
    }

    @Override
    public String toString() {
        return title + " (" + config().duration() + ")";
    }

    @Override
    protected void onReconfigured() {
        settings = Settings.of(config(), isEnabled());
    }

    /** What a call that begins now goes by to its end, whatever is reconfigured meanwhile. */
    Settings settings() {
        return settings;
    }

    /**
     * Settings of a moment.
     *
     * @param nanos the limit; {@link #UNLIMITED} while the protection is switched off
     */
    record Settings(TimeoutConfig config, long nanos) {

        static final long UNLIMITED = 0;

        static Settings of(TimeoutConfig config, boolean enabled) {
            return new Settings(config, enabled ? Require.nanos(config.duration()) : UNLIMITED);
        }

        boolean isUnlimited() {
            return nanos == UNLIMITED;
        }
    }

    long lingerNanos() {
        return lingerNanos;
    }

    /** For tests that are not to depend on how busy the machine is. */
    void linger(long nanos) {
        lingerNanos = nanos;
    }

    /** Whether a sync call is made on its caller's thread. */
    boolean staysOnCaller(TimeoutConfig config) {
        return switch (config.thread()) {
            case CALLER -> true;
            case WORKER -> false;
            case AUTO -> isCallerBound(config.requiresCallerThread());
        };
    }

    /** Counts and announces a call that was given up, and makes what its caller gets. */
    TimeoutExceededException giveUp(TimeoutConfig config, List<Throwable> earlier, @Nullable Throwable last) {
        TimeoutExceededException exceeded = exceeded(config, earlier, last);
        announce(config);
        return exceeded;
    }

    /**
     * Counts a call that was given up, and makes what its caller gets.
     *
     * @param config that the call began with
     * @param earlier failures of its attempts, the oldest first
     * @param last what it threw when it was stopped, if that is known
     */
    TimeoutExceededException exceeded(TimeoutConfig config, List<Throwable> earlier, @Nullable Throwable last) {
        timedOut.increment();
        TimeoutExceededException exceeded = new TimeoutExceededException(name(), config.message(), config.duration());
        earlier.forEach(exceeded::addSuppressed);
        if (last != null && !ExceptionFilter.isAmong(earlier, last)) {
            exceeded.addSuppressed(last);
        }
        return exceeded;
    }

    void announce(TimeoutConfig config) {
        if (events().wants(TimeoutEvent.TimedOut.class)) {
            events().publish(new TimeoutEvent.TimedOut(name(), ticker().now(), config.duration()));
        }
    }

    /** A result has come that no caller gets. */
    void discard(@Nullable Object result) {
        lateResults.accept(result);
    }

    /** Rejects a call that would need a worker while too many workers are stuck. */
    void requireWorkers(TimeoutConfig config) {
        int running = abandoned.get();
        if (running >= config.maxAbandoned()) {
            rejected.increment();
            throw new AbandonedCallsException(name(), running, config.stackTraces());
        }
    }

    void abandonedCallBegins() {
        abandoned.incrementAndGet();
    }

    void abandonedCallEnds() {
        abandoned.decrementAndGet();
    }
}
