package io.netrun.resilience.timeout;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.ClassPreparation;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.LateResults;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits how long a caller waits. A sync call runs on a worker thread, so that its caller returns in time whatever the
 * call does, or on the calling thread, which is interrupted (see {@link TimeoutThread}). The future of an asynchronous
 * call fails in time, and the call's own future is cancelled. In both cases the caller gets a
 * {@link TimeoutExceededException}. Inner policies know the deadline: a retry does not wait beyond it. In mode
 * {@link PolicyMode#OBSERVE} a call runs to its end, on its caller's thread, and is counted if it exceeds the limit.
 * Thread-safe.
 */
public final class Timeout extends AbstractPolicy<TimeoutConfig> {

    static {
        ClassPreparation.initialize(
                MethodHandles.lookup(),
                Abandonment.class,
                Abandonment.Phase.class,
                AsyncTimedCall.class,
                CallerThreadCall.class,
                ObservedLimit.class,
                Timeout.class,
                TimeoutInterrupts.class,
                WorkerThreadCall.class,
                WorkerThreadCall.Phase.class);
    }

    /** The pattern, for the registry. */
    public static final PolicyType<Timeout, TimeoutConfig> TYPE =
            new PolicyType<>("timeout", Timeout.class, TimeoutConfig.defaults(), Timeout::of);

    private static final Logger log = LoggerFactory.getLogger(Timeout.class);

    private final String title;

    /** How long a caller that has stopped its call waits for the worker to leave, in nanoseconds of real time. */
    private volatile long lingerNanos = TimeUnit.MILLISECONDS.toNanos(10);

    private volatile Settings settings;
    private final LateResults lateResults = new LateResults();
    private final LongAdder timedOut = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder wouldTimeOut = new LongAdder();
    private final AtomicInteger abandoned = new AtomicInteger();

    /** Calls that go on after their callers have left, whether they count as abandoned already or not. */
    private final AtomicInteger leftBehind = new AtomicInteger();

    /** Whether it was logged that calls run on their callers' threads. Racy: it may be logged again. */
    private volatile boolean reported;

    private Timeout(String name, TimeoutConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.title = "Timeout '" + name + "'";
        this.settings = Settings.of(config, true);
    }

    /** Creates a timeout with the default settings. */
    public static Timeout of(String name) {
        return of(name, TimeoutConfig.defaults());
    }

    /**
     * Creates a timeout.
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

    /** Creates a timeout in real time. */
    public static Timeout of(String name, TimeoutConfig config) {
        return of(name, config, Ticker.system());
    }

    /** Creates a timeout that measures time with a ticker. */
    public static Timeout of(String name, TimeoutConfig config, Ticker ticker) {
        return new Timeout(name, config, ticker);
    }

    @Override
    public PolicyType<Timeout, TimeoutConfig> type() {
        return TYPE;
    }

    @Override
    public TimeoutMetrics metrics() {
        return new TimeoutMetrics(timedOut.sum(), abandoned.get(), rejected.sum(), wouldTimeOut.sum());
    }

    /**
     * Registers a hook for results that arrive after their call timed out, for example to close them. It is called on
     * the thread on which the call ended. Exceptions are logged.
     *
     * @return the handle that ends the subscription
     */
    public Subscription onLateResult(Consumer<? super @Nullable Object> hook) {
        return lateResults.subscribe(hook);
    }

    @Override
    public boolean isInUse() {
        return leftBehind.get() > 0;
    }

    /** Registers a listener for calls that time out; otherwise like {@link #on(Class, Consumer)}. */
    public Subscription onTimeout(Consumer<? super TimeoutEvent.TimedOut> listener) {
        return on(TimeoutEvent.TimedOut.class, listener);
    }

    @Override
    public Layer around(Layer next) {
        return new TimeoutLayer(this, next);
    }

    /** Returns the name as it appears in messages. */
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

    /**
     * Returns the settings for a call that begins now, which uses them until its end, even if the timeout is
     * reconfigured meanwhile.
     */
    Settings settings() {
        return settings;
    }

    /**
     * The settings at one moment.
     *
     * @param nanos the limit; {@link #UNLIMITED} while the timeout is disabled or in mode observe
     * @param observedNanos the limit that is only observed; {@link #UNLIMITED} for none
     */
    record Settings(TimeoutConfig config, long nanos, long observedNanos) {

        static final long UNLIMITED = 0;

        static Settings of(TimeoutConfig config, boolean enabled) {
            long nanos = enabled ? Require.nanos(config.duration()) : UNLIMITED;
            return config.mode() == PolicyMode.ENFORCE
                    ? new Settings(config, nanos, UNLIMITED)
                    : new Settings(config, UNLIMITED, nanos);
        }

        boolean isUnlimited() {
            return nanos == UNLIMITED;
        }

        boolean isObserved() {
            return observedNanos != UNLIMITED;
        }
    }

    long lingerNanos() {
        return lingerNanos;
    }

    /** Sets {@link #lingerNanos()}, for tests that must not depend on how busy the machine is. */
    void linger(long nanos) {
        lingerNanos = nanos;
    }

    /** Returns whether a sync call is made on its caller's thread. */
    boolean staysOnCaller(TimeoutConfig config) {
        return switch (config.thread()) {
            case CALLER -> true;
            case WORKER -> false;
            case AUTO -> requiresCallerThread(config.requiresCallerThread());
        };
    }

    /** Counts and publishes a call that timed out, and creates the exception for its caller. */
    TimeoutExceededException giveUp(TimeoutConfig config, List<Throwable> earlier, @Nullable Throwable last) {
        TimeoutExceededException exceeded = exceeded(config, earlier, last);
        announce(config);
        return exceeded;
    }

    /**
     * Counts a call that timed out, and creates the exception for its caller.
     *
     * @param config the configuration that the call began with
     * @param earlier the failures of its attempts, the oldest first
     * @param last what the call threw when it was stopped; null if unknown
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

    /** Counts and publishes a call that would have timed out. */
    void onWouldTimeOut(TimeoutConfig config) {
        wouldTimeOut.increment();
        if (events().wants(TimeoutEvent.WouldTimeOut.class)) {
            events().publish(new TimeoutEvent.WouldTimeOut(name(), ticker().now(), config.duration()));
        }
    }

    /** Returns whether there are hooks for results that no caller receives. */
    boolean wantsLateResults() {
        return lateResults.isWanted();
    }

    /** Passes a result that no caller receives to the hooks. */
    void discard(@Nullable Object result) {
        lateResults.accept(result);
    }

    /** Rejects a call that would need a worker while too many abandoned calls are running. */
    void requireWorkers(TimeoutConfig config) {
        int running = abandoned.get();
        if (running >= config.maxAbandoned()) {
            rejected.increment();
            throw new AbandonedCallsException(name(), running, config.stackTraces());
        }
    }

    /** Logs once that the executor makes a call on its caller's thread, which nobody can take back from it. */
    void reportCallersThread() {
        if (!reported) {
            reported = true;
            SafeLog.warn(
                    log,
                    "{}: its executor runs a call on the caller's thread, so the limit does not end the call."
                            + " Use an executor that rejects what it cannot run",
                    title);
        }
    }

    void callIsLeftBehind() {
        leftBehind.incrementAndGet();
    }

    void callLeftBehindEnds() {
        leftBehind.decrementAndGet();
    }

    void abandonedCallBegins() {
        abandoned.incrementAndGet();
    }

    void abandonedCallEnds() {
        abandoned.decrementAndGet();
    }
}
