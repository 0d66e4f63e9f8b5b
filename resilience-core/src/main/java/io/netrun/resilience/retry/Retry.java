package io.netrun.resilience.retry;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.ClassPreparation;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.HttpFailure;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Require;
import io.netrun.resilience.RetryAfter;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retries failed calls. A failure that must not be retried is rethrown unchanged; so is every failure of a call that
 * was cancelled or interrupted. If attempts are exhausted, or the time limit around the call leaves no time for the
 * next delay, the call ends with a {@link RetryExhaustedException} or its last failure.
 *
 * <p>A sync call waits on the calling thread; an interrupt ends it immediately with the last failure, and the interrupt
 * flag is set. An asynchronous call waits on a timer and occupies no thread; further attempts start on a worker thread.
 * Thread-safe.
 */
public final class Retry extends AbstractPolicy<RetryConfig> {

    static {
        ClassPreparation.initialize(
                MethodHandles.lookup(),
                AsyncRetryCall.class,
                AttemptDelay.class,
                Backoff.class,
                CountedCall.class,
                RetryBudget.class,
                RetryRules.class,
                RetrySequence.class,
                RetrySequence.End.class);
    }

    /** The pattern, for the registry. */
    public static final PolicyType<Retry, RetryConfig> TYPE =
            new PolicyType<>("retry", Retry.class, RetryConfig.defaults(), Retry::of);

    /** Returned by {@link #hintNanos} for a failure without a hint. */
    static final long NO_HINT = -1;

    /** The hint of a rejection whose end is unknown: no delay outlasts it. */
    private static final long UNFORESEEABLE = Require.nanos(Duration.ofSeconds(Long.MAX_VALUE));

    private static final Logger log = LoggerFactory.getLogger(Retry.class);

    private final DoubleSupplier random;
    private final Counts counts = new Counts();
    private volatile RetryRules rules;

    /** See {@link #hintNanos}. Not volatile: a stale value only costs a repeated look-up. */
    private @Nullable Class<?> hintless;

    Retry(String name, RetryConfig config, Ticker ticker, DoubleSupplier random) {
        super(name, config, ticker);
        this.random = random;
        this.rules = new RetryRules(name, config, true, random, counts.succeeded);
    }

    /** Creates a retry with the default settings. */
    public static Retry of(String name) {
        return of(name, RetryConfig.defaults());
    }

    /**
     * Creates a retry.
     *
     * @param name 1 to 200 characters
     * @param settings changes the defaults, as in {@code c -> c.maxAttempts(5)}
     * @throws IllegalArgumentException if the name or a setting is out of its range
     */
    public static Retry of(String name, Consumer<RetryConfig.Builder> settings) {
        RetryConfig.Builder builder = RetryConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** Creates a retry in real time. */
    public static Retry of(String name, RetryConfig config) {
        return of(name, config, Ticker.system());
    }

    /** Creates a retry that measures time with a ticker. */
    public static Retry of(String name, RetryConfig config, Ticker ticker) {
        return new Retry(name, config, ticker, () -> ThreadLocalRandom.current().nextDouble());
    }

    @Override
    public PolicyType<Retry, RetryConfig> type() {
        return TYPE;
    }

    @Override
    public RetryMetrics metrics() {
        return new RetryMetrics(
                counts.retries.sum(),
                counts.recovered.sum(),
                counts.exhausted.sum(),
                counts.denied.sum(),
                counts.notRetried.sum(),
                counts.cancelled.sum(),
                counts.succeeded.sum());
    }

    /**
     * Registers a listener for delays. It receives the failure and the number of the failed attempt, from 1, before
     * every delay; otherwise like {@link #on(Class, Consumer)}.
     */
    public Subscription onRetry(ObjIntConsumer<? super Throwable> failureAndAttempt) {
        return on(RetryEvent.Retrying.class, event -> failureAndAttempt.accept(event.failure(), event.attempt()));
    }

    @Override
    public Layer around(Layer next) {
        return new RetryLayer(this, next);
    }

    @Override
    public String toString() {
        return "Retry '" + name() + "' (" + config().maxAttempts() + " attempts)";
    }

    @Override
    protected void onReconfigured() {
        rules = new RetryRules(name(), config(), isEnabled(), random, counts.succeeded);
    }

    /** Returns the rules for a call that begins now. */
    RetryRules rules() {
        return rules;
    }

    /** Returns the calls that wait for their next attempt. */
    PendingWaits pendingWaits() {
        return waits();
    }

    Counts counts() {
        return counts;
    }

    /**
     * Returns the hint of a failure about the next attempt, in nanoseconds from now; {@link #NO_HINT} if it has none.
     * The class of the last failure without a hint is remembered, because finding that a class does not implement an
     * interface costs more than the rest of a retry. It is never the class of a wrapper, which may contain any failure.
     */
    long hintNanos(Throwable failure) {
        if (failure.getClass() == hintless) {
            return NO_HINT;
        }
        Throwable root = ExceptionFilter.rootOf(failure);
        if (root.getClass() == hintless) {
            return NO_HINT;
        }
        if (root instanceof RetryAfter hint) {
            return hintNanos(hint);
        }
        if (HttpFailure.hasHeaders(root)) {
            return HttpFailure.retryAfterOf(root, ticker().now())
                    .map(Require::nanos)
                    .orElse(NO_HINT);
        }
        // A class of another class loader is not retained, because that loader may have to be collected earlier than
        // this one.
        ClassLoader loader = root.getClass().getClassLoader();
        if (!ExceptionFilter.isWrapper(root) && (loader == null || loader == Retry.class.getClassLoader())) {
            hintless = root.getClass();
        }
        return NO_HINT;
    }

    private long hintNanos(RetryAfter hint) {
        try {
            return hint.retryAfter()
                    .map(Require::nanos)
                    .map(nanos -> Math.max(0, nanos))
                    .orElse(hint instanceof CallRejectedException ? UNFORESEEABLE : NO_HINT);
        } catch (Throwable thrown) {
            SafeLog.error(log, "Retry '{}': retryAfter() of {} failed; it is ignored", name(), hint.getClass(), thrown);
            return NO_HINT;
        }
    }

    void publishRetrying(Throwable failure, int attempt, long waitNanos) {
        if (events().wants(RetryEvent.Retrying.class)) {
            events().publish(new RetryEvent.Retrying(
                    name(), ticker().now(), failure, attempt, Duration.ofNanos(waitNanos)));
        }
    }

    /** Returns what calls the listeners for retries that the budget denied; null if there are none. */
    @Nullable
    Runnable deniedEvent(Throwable failure, RetryBudget budget) {
        return events().wants(RetryEvent.Denied.class)
                ? () -> events().publish(new RetryEvent.Denied(name(), ticker().now(), failure, budget.name()))
                : null;
    }

    /** Returns what calls the listeners for exhausted calls; null if there are none. */
    @Nullable
    Runnable exhaustedEvent(Throwable failure, int attempts) {
        return events().wants(RetryEvent.Exhausted.class)
                ? () -> events().publish(new RetryEvent.Exhausted(name(), ticker().now(), failure, attempts))
                : null;
    }

    /** The totals of {@link RetryMetrics}. */
    static final class Counts {

        final LongAdder retries = new LongAdder();
        final LongAdder recovered = new LongAdder();
        final LongAdder exhausted = new LongAdder();
        final LongAdder denied = new LongAdder();
        final LongAdder notRetried = new LongAdder();
        final LongAdder cancelled = new LongAdder();
        final LongAdder succeeded = new LongAdder();
    }

    /** Logs that a call ends without further attempts, because the ticker cannot spend the delay. */
    void reportNoTimer(Throwable noTimer) {
        SafeLog.warn(log, "Retry '{}': no timer could be set, so there is no further attempt", name(), noTimer);
    }
}
