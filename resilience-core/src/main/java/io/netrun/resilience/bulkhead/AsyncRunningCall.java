package io.netrun.resilience.bulkhead;

import io.netrun.resilience.RelayFuture;
import org.jspecify.annotations.Nullable;

/** An asynchronous call that holds a place until it ends itself; that its caller has left is not enough. */
final class AsyncRunningCall<T extends @Nullable Object> extends RelayFuture<T> {

    private final FairSemaphore places;
    private final @Nullable SubscriptionPermit permit;

    AsyncRunningCall(FairSemaphore places, @Nullable SubscriptionPermit permit) {
        this.places = places;
        this.permit = permit;
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        SubscriptionPermit.release(permit, places);
    }
}
