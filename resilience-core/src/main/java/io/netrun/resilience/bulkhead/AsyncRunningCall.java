package io.netrun.resilience.bulkhead;

import io.netrun.resilience.RelayFuture;
import org.jspecify.annotations.Nullable;

/** An asynchronous call that holds a permit until the call itself ends, even if its caller cancels earlier. */
final class AsyncRunningCall<T extends @Nullable Object> extends RelayFuture<T> {

    private final FairSemaphore semaphore;
    private final @Nullable SubscriptionPermit permit;

    AsyncRunningCall(FairSemaphore semaphore, @Nullable SubscriptionPermit permit) {
        this.semaphore = semaphore;
        this.permit = permit;
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        SubscriptionPermit.release(permit, semaphore);
    }
}
