package io.netrun.resilience.fallback;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a failure with a constant, with the result of a function, or with the last result of a successful call that
 * is not too old. Of several handlers, the one for the most specific failure type is called; the exception of a retry
 * is unwrapped to the last failure. A call that was cancelled, interrupted or abandoned has not failed and is not
 * recovered. If a handler fails, or the stage or publisher that it returned, the call fails with that exception, and a
 * {@link FallbackEvent.Failed} has both. A handler runs on the thread on which the call ended. Thread-safe.
 */
public final class Fallback extends AbstractPolicy<FallbackConfig> {

    /** The pattern, for the registry. */
    public static final PolicyType<Fallback, FallbackConfig> TYPE =
            new PolicyType<>("fallback", Fallback.class, FallbackConfig.defaults(), Fallback::of);

    /** The depth to which {@link ExceptionFilter} looks through wrappers. */
    private static final int MAX_DEPTH = 16;

    private final LongAdder recovered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder passed = new LongAdder();
    private final LongAdder recoveredByStale = new LongAdder();

    private volatile Rules rules = new Rules(true, List.of(), null);

    private Fallback(String name, FallbackConfig config, Ticker ticker) {
        super(name, config, ticker);
        onReconfigured();
    }

    /** Creates a fallback without handlers, which changes nothing until it is configured. */
    public static Fallback of(String name) {
        return of(name, FallbackConfig.defaults());
    }

    /**
     * Creates a fallback.
     *
     * @param name 1 to 200 characters
     * @param settings adds the handlers, as in {@code c -> c.handle(CircuitOpenException.class, e ->
     *     cached).value(none)}
     * @throws IllegalArgumentException if the name is out of range, or two handlers are for the same type of failure
     */
    public static Fallback of(String name, Consumer<FallbackConfig.Builder> settings) {
        FallbackConfig.Builder builder = FallbackConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** Creates a fallback in real time. */
    public static Fallback of(String name, FallbackConfig config) {
        return of(name, config, Ticker.system());
    }

    /** Creates a fallback that measures time with a ticker. */
    public static Fallback of(String name, FallbackConfig config, Ticker ticker) {
        return new Fallback(name, config, ticker);
    }

    @Override
    public PolicyType<Fallback, FallbackConfig> type() {
        return TYPE;
    }

    @Override
    public FallbackMetrics metrics() {
        return new FallbackMetrics(recovered.sum(), failed.sum(), passed.sum(), recoveredByStale.sum());
    }

    /** Registers a listener for failed calls that a handler recovered; otherwise like {@link #on(Class, Consumer)}. */
    public Subscription onRecovered(Consumer<? super FallbackEvent.Recovered> listener) {
        return on(FallbackEvent.Recovered.class, listener);
    }

    @Override
    public Layer around(Layer next) {
        return new FallbackLayer(this, next);
    }

    @Override
    public String toString() {
        return "Fallback '" + name() + "' (" + rules.handlers.size() + " handlers)";
    }

    @Override
    protected void onReconfigured() {
        rules = new Rules(isEnabled(), config().effectiveHandlers(), staleResults());
    }

    private @Nullable StaleResults staleResults() {
        FallbackConfig config = config();
        Duration age = config.stale();
        StaleResults present = rules.stale;
        if (age == null || !isEnabled()) {
            return null;
        }
        if (present == null) {
            return new StaleResults(name(), age, config.maxStaleResults(), ticker());
        }
        present.reconfigure(age, config.maxStaleResults());
        return present;
    }

    /** Returns the rules for a call that begins now. */
    Rules rules() {
        return rules;
    }

    /** Keeps the result of a successful call, if results are kept. Never throws. */
    void keep(Object call, @Nullable Object result) {
        StaleResults results = rules.stale;
        if (results != null) {
            results.keep(call, result);
        }
    }

    /** Counts a failed call that is not recovered, because no caller waits for it any longer. */
    void countPassed(Rules by) {
        if (by.enabled) {
            passed.increment();
        }
    }

    void countPassed() {
        passed.increment();
    }

    void countRecovered(boolean byStale) {
        recovered.increment();
        if (byStale) {
            recoveredByStale.increment();
        }
    }

    void countFailed() {
        failed.increment();
    }

    /**
     * Chooses the handler for a failed call. Returns null, and counts the failure, if it passes: there is no handler
     * for it, or it comes too late.
     */
    @Nullable
    Recovery recoveryOf(Throwable failure, Object call, Rules by) {
        if (!by.enabled) {
            return null;
        }
        Recovery recovery = AdaptedCall.isCommitted(call) ? null : staleOrHandled(failure, call, by);
        if (recovery == null) {
            passed.increment();
        }
        return recovery;
    }

    /** Returns what calls the listeners for recovered calls; null if there are none. */
    @Nullable
    Runnable recoveredEvent(Throwable failure, @Nullable Duration age) {
        return events().wants(FallbackEvent.Recovered.class)
                ? () -> events().publish(new FallbackEvent.Recovered(name(), ticker().now(), failure, age))
                : null;
    }

    /** Returns what calls the listeners for handlers that failed; null if there are none. */
    @Nullable
    Runnable failedEvent(Throwable failure, Throwable second) {
        return events().wants(FallbackEvent.Failed.class)
                ? () -> events().publish(new FallbackEvent.Failed(name(), ticker().now(), failure, second))
                : null;
    }

    private @Nullable Recovery staleOrHandled(Throwable failure, Object call, Rules by) {
        StaleResults results = by.stale;
        if (results == null) {
            return choose(failure, call, by.handlers);
        }
        Throwable root = ExceptionFilter.rootOf(failure);
        StaleResults.Kept kept = root instanceof Exception ? results.of(call) : null;
        return kept == null
                ? choose(failure, call, by.handlers)
                : Recovery.byStale(this, kept, Duration.ofNanos(ticker().nanoTime() - kept.at()), failure, root, call);
    }

    /**
     * Returns the handler for a failure, and what is passed to it. A handler for a wrapping exception comes first if it
     * names such a class. Otherwise the most specific handler for the wrapped failure is chosen, as for a failure that
     * is not wrapped: a handler for any {@link Exception} does not catch an {@link Error} just because a retry wraps
     * it.
     */
    private @Nullable Recovery choose(Throwable failure, Object call, List<FallbackHandler> handlers) {
        Throwable each = failure;
        boolean enveloped = true;
        // Every cause is read once and not compared with an earlier one: getCause may return another one each time.
        for (int depth = 1; depth < MAX_DEPTH; depth++) {
            Throwable inside = ExceptionFilter.inside(each);
            if (inside == null) {
                break;
            }
            boolean outside = enveloped && !ExceptionFilter.isEnvelope(each);
            enveloped = enveloped && !outside;
            FallbackHandler handler = closest(handlers, each);
            if (handler != null
                    && (ExceptionFilter.namesWrapper(handler.type(), each) || (outside && !handler.unwraps()))) {
                return new Recovery(this, handler, failure, each, call);
            }
            each = inside;
        }
        FallbackHandler handler = closest(handlers, each);
        return handler == null ? null : new Recovery(this, handler, failure, each, call);
    }

    private static @Nullable FallbackHandler closest(List<FallbackHandler> handlers, Throwable failure) {
        FallbackHandler closest = null;
        for (FallbackHandler handler : handlers) {
            if (handler.type().isInstance(failure)
                    && (closest == null || closest.type().isAssignableFrom(handler.type()))) {
                closest = handler;
            }
        }
        return closest;
    }

    /**
     * What follows from the settings. A call uses the rules that were in force when it began until its end.
     *
     * @param handlers the handlers of the settings, the constant among them
     * @param stale null if no results are kept
     */
    record Rules(
            boolean enabled,
            List<FallbackHandler> handlers,
            @Nullable StaleResults stale) {}
}
