package io.netrun.resilience.fallback;

import io.netrun.resilience.AbstractPolicy;
import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.Layer;
import io.netrun.resilience.PolicyType;
import io.netrun.resilience.Subscription;
import io.netrun.resilience.Ticker;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts something else in the place of a failure: a constant, or what a function makes of it. Of several handlers, the one for
 * the closest kind of failure is asked. A call that was cancelled or interrupted has not failed, and gets nothing in its
 * place. If a handler fails, the call fails with that, the first failure suppressed. A handler runs on the thread on which
 * the call ended. Thread-safe.
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

    /**
     * A fallback.
     *
     * @param name 1 to 200 characters
     * @param settings adds the handlers, as in {@code c -> c.handle(CircuitOpenException.class, e -> cached).value(none)}
     * @throws IllegalArgumentException if the name is out of its range, or two handlers are for the same kind of failure
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

    /**
     * What takes a failed call's place.
     *
     * @throws Throwable the failure itself where it is switched off, has no handler for it, or comes too late; or what its
     *     handler threw
     */
    @Nullable
    Object recover(Throwable failure, Object call) throws Throwable {
        if (!isEnabled()) {
            throw failure;
        }
        Throwable thrown = ExceptionFilter.rootOf(failure);
        FallbackHandler handler =
                ExceptionFilter.isCancellation(failure) || AdaptedCall.hasBegun(call) ? null : closest(thrown);
        if (handler == null) {
            passed.increment();
            throw failure;
        }
        Object result;
        try {
            result = handler.function().apply(thrown, AdaptedCall.origin(call));
        } catch (Throwable second) {
            handlerFailed(second, thrown);
            throw second;
        }
        handlerSucceeded(thrown);
        return result;
    }

    private void handlerSucceeded(Throwable failure) {
        recovered.increment();
        if (events().wants(FallbackEvent.Recovered.class)) {
            events().publish(new FallbackEvent.Recovered(name(), ticker().now(), failure));
        }
    }

    /** A handler that throws the very failure that it got leaves the call as it was. */
    private void handlerFailed(Throwable second, Throwable first) {
        if (second == first) {
            passed.increment();
            return;
        }
        failed.increment();
        if (second.getCause() != first) {
            second.addSuppressed(first);
        }
    }

    private @Nullable FallbackHandler closest(Throwable failure) {
        FallbackHandler closest = null;
        for (FallbackHandler handler : config().handlers()) {
            if (handler.type().isInstance(failure)
                    && (closest == null || closest.type().isAssignableFrom(handler.type()))) {
                closest = handler;
            }
        }
        return closest;
    }
}
