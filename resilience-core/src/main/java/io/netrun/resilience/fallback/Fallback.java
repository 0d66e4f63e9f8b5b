package io.netrun.resilience.fallback;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts something else in the place of a failure: a constant, or what a function makes of it. Of several handlers, the
 * one for the closest kind of failure is asked; a retry's exception is looked through at the last failure. A call that
 * was cancelled, interrupted or given up has not failed, and gets nothing in its place. If a handler fails, the call
 * fails with that, and a {@link FallbackEvent.Failed} has both. A handler runs on the thread on which the call ended.
 * Thread-safe.
 */
public final class Fallback extends AbstractPolicy<FallbackConfig> {

    /** The pattern, for the registry. */
    public static final PolicyType<Fallback, FallbackConfig> TYPE =
            new PolicyType<>("fallback", Fallback.class, FallbackConfig.defaults(), Fallback::of);

    private final LongAdder recovered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder passed = new LongAdder();
    private final Layer entry;

    @SuppressWarnings("this-escape") // the layer only keeps the reference
    private Fallback(String name, FallbackConfig config, Ticker ticker) {
        super(name, config, ticker);
        this.entry = new FallbackLayer(this, Layer.DIRECT);
    }

    /** A fallback without a handler, which changes nothing until it is given one. */
    public static Fallback of(String name) {
        return of(name, FallbackConfig.defaults());
    }

    /**
     * A fallback.
     *
     * @param name 1 to 200 characters
     * @param settings adds the handlers, as in {@code c -> c.handle(CircuitOpenException.class, e ->
     *     cached).value(none)}
     * @throws IllegalArgumentException if the name is out of its range, or two handlers are for the same kind of
     *     failure
     */
    public static Fallback of(String name, Consumer<FallbackConfig.Builder> settings) {
        FallbackConfig.Builder builder = FallbackConfig.builder();
        settings.accept(builder);
        return of(name, builder.build());
    }

    /** A fallback in real time. */
    public static Fallback of(String name, FallbackConfig config) {
        return of(name, config, Ticker.system());
    }

    /** A fallback that lives by a ticker. */
    public static Fallback of(String name, FallbackConfig config, Ticker ticker) {
        return new Fallback(name, config, ticker);
    }

    @Override
    public PolicyType<Fallback, FallbackConfig> type() {
        return TYPE;
    }

    @Override
    public FallbackMetrics metrics() {
        return new FallbackMetrics(recovered.sum(), failed.sum(), passed.sum());
    }

    /** Calls a listener whenever a handler took a failed call's place; otherwise as {@link #on(Class, Consumer)}. */
    public Subscription onRecovered(Consumer<? super FallbackEvent.Recovered> listener) {
        return on(FallbackEvent.Recovered.class, listener);
    }

    @Override
    public Layer entry() {
        return entry;
    }

    @Override
    public Layer around(Layer next) {
        return new FallbackLayer(this, next);
    }

    @Override
    public String toString() {
        return "Fallback '" + name() + "' (" + config().handlers().size() + " handlers)";
    }

    @Override
    protected void onReconfigured() {
        // Every failure asks the present configuration.
    }

    /** A failed call is left as it is, since nobody waits for it any longer. */
    void countPassed() {
        if (isEnabled()) {
            passed.increment();
        }
    }

    /**
     * What takes a failed call's place.
     *
     * @throws Throwable the failure itself where it is switched off, has no handler for it, or comes too late; or what
     *     its handler threw
     */
    @Nullable
    Object recover(Throwable failure, Object call) throws Throwable {
        if (!isEnabled()) {
            throw failure;
        }
        Choice choice = AdaptedCall.isCommitted(call) ? null : choose(failure);
        if (choice == null) {
            passed.increment();
            throw failure;
        }
        Object result;
        try {
            result = choice.handler.function().apply(choice.shown, AdaptedCall.sourceOf(call));
        } catch (Throwable second) {
            handlerFailed(second, failure, choice.shown);
            throw second;
        }
        handlerSucceeded(choice.shown);
        return result;
    }

    private void handlerSucceeded(Throwable failure) {
        recovered.increment();
        if (events().wants(FallbackEvent.Recovered.class)) {
            events().publish(new FallbackEvent.Recovered(name(), ticker().now(), failure));
        }
    }

    /**
     * A handler that throws the very failure that it got leaves the call as it was. An exception of its own is not
     * changed: it may be a constant, or wrap what it is about.
     */
    private void handlerFailed(Throwable second, Throwable failure, Throwable shown) {
        if (second == failure || second == shown) {
            passed.increment();
            return;
        }
        failed.increment();
        if (events().wants(FallbackEvent.Failed.class)) {
            events().publish(new FallbackEvent.Failed(name(), ticker().now(), shown, second));
        }
    }

    /**
     * The handler for a failure, and what it is shown. A handler for the exception that wraps a failure comes first if
     * it names an exception of this library; otherwise the closest one for the failure within decides, as it does for a
     * failure that is not wrapped: a handler for any {@link Exception} does not catch an {@link Error} because a retry
     * wraps it.
     */
    private @Nullable Choice choose(Throwable failure) {
        Throwable outside = ExceptionFilter.withoutEnvelope(failure);
        Throwable root = ExceptionFilter.rootOf(failure);
        List<FallbackHandler> handlers = config().handlers();
        FallbackHandler handler = closest(handlers, outside);
        if (outside == root || (handler != null && choosesWrapper(handler))) {
            return handler == null ? null : new Choice(handler, outside);
        }
        FallbackHandler within = closest(handlers, root);
        return within == null ? null : new Choice(within, root);
    }

    private static boolean choosesWrapper(FallbackHandler handler) {
        return !handler.unwraps() || ResilienceException.class.isAssignableFrom(handler.type());
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

    private record Choice(FallbackHandler handler, Throwable shown) {}
}
