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
            return callSlowly(body, deadline);
        }
        try {
            return next.call(body, deadline);
        } finally {
            sync.release();
        }
    }

    private <T extends @Nullable Object, X extends Throwable> T callSlowly(
            CheckedSupplier<T, X> body, Deadline deadline) throws X {
        HeldPermit permit = bulkhead.acquireSlowly(deadline);
        try {
            return next.call(body, deadline);
        } finally {
            permit.release();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        FairSemaphore async = bulkhead.async();
        HeldPermit held = async;
        if (!async.tryAcquire()) {
            held = bulkhead.tryObserve(async);
            if (held == null) {
                return new AsyncWaiter<>(bulkhead, async, next, body, deadline).acquire();
            }
        }
        CompletableFuture<T> call;
        AsyncRunningCall<T> running;
        SubscriptionPermit permit = null;
        try {
            permit = SubscriptionPermit.of(held, body, deadline);
            call = next.callAsync(body, deadline);
        } catch (Throwable thrown) {
            SubscriptionPermit.release(permit, held);
            return CompletableFuture.failedFuture(thrown);
        }
        if (ForeignStage.isDone(call)) {
            SubscriptionPermit.release(permit, held);
            return call;
        }
        try {
            running = new AsyncRunningCall<>(held, permit);
        } catch (Throwable outOfMemory) {
            SubscriptionPermit.release(permit, held);
            ForeignStage.cancel(call);
            throw outOfMemory;
        }
        running.follow(call);
        return running;
    }
}
