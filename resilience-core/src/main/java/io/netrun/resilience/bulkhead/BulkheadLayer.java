package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes a place before a call and gives it back after. */
final class BulkheadLayer implements Layer {

    private final Bulkhead bulkhead;
    private final Places sync;
    private final Layer next;

    BulkheadLayer(Bulkhead bulkhead, Layer next) {
        this.bulkhead = bulkhead;
        this.sync = bulkhead.sync();
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        if (!sync.tryTake()) {
            new WaitingThread(bulkhead).take();
        }
        try {
            return next.call(body, deadline);
        } finally {
            sync.giveBack();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            Supplier<? extends CompletionStage<T>> body, Deadline deadline) {
        Places async = bulkhead.async();
        if (!async.tryTake()) {
            return new WaitingCall<>(bulkhead, async, next, body, deadline).take();
        }
        CompletableFuture<T> call = next.callAsync(body, deadline);
        if (call.isDone()) {
            async.giveBack();
            return call;
        }
        return new PlacedCall<T>(async).follow(call);
    }
}
