package io.netrun.resilience.bulkhead;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Acquires a permit before a call and releases it after. */
final class BulkheadLayer implements Layer {

    private final Bulkhead bulkhead;
    private final FairSemaphore sync;
    private final Layer next;

    BulkheadLayer(Bulkhead bulkhead, Layer next) {
        this.bulkhead = bulkhead;
        this.sync = bulkhead.sync();
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        if (!sync.tryAcquire()) {
            new SyncWaiter(bulkhead, deadline).acquire();
        }
        try {
            return next.call(body, deadline);
        } finally {
            sync.release();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        FairSemaphore async = bulkhead.async();
        if (!async.tryAcquire()) {
            return new AsyncWaiter<>(bulkhead, async, next, body, deadline).acquire();
        }
        CompletableFuture<T> call;
        AsyncRunningCall<T> running;
        SubscriptionPermit permit = null;
        try {
            permit = SubscriptionPermit.of(async, body, deadline);
            call = next.callAsync(body, deadline);
        } catch (Throwable thrown) {
            SubscriptionPermit.release(permit, async);
            return CompletableFuture.failedFuture(thrown);
        }
        if (call.isDone()) {
            SubscriptionPermit.release(permit, async);
            return call;
        }
        try {
            running = new AsyncRunningCall<>(async, permit);
        } catch (Throwable outOfMemory) {
            SubscriptionPermit.release(permit, async);
            ForeignStage.cancel(call);
            throw outOfMemory;
        }
        running.follow(call);
        return running;
    }
}
