package io.netrun.resilience.hedge;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Has a call made by as many attempts as it takes, each of them through the layers within. */
final class HedgeLayer implements Layer {

    private final Hedge hedge;
    private final Layer next;

    HedgeLayer(Hedge hedge, Layer next) {
        this.hedge = hedge;
        this.next = next;
    }

    Hedge hedge() {
        return hedge;
    }

    /** What each attempt is made through. */
    Layer next() {
        return next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        HedgeConfig config = hedge.config();
        if (!hedge.isEnabled() || hedge.staysOnCaller(config)) {
            return next.call(body, deadline);
        }
        return new SyncHedgedCall<>(this, config, body, deadline).call();
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        if (!hedge.isEnabled()) {
            return next.callAsync(body, deadline);
        }
        return new AsyncHedgedCall<>(this, hedge.config(), body, deadline).start();
    }
}
