package io.netrun.resilience.timeout;

import io.netrun.resilience.RelayFuture;
import org.jspecify.annotations.Nullable;

/** An asynchronous call whose limit is only observed. It is counted before its caller sees the end. */
final class AsyncObservedCall<T extends @Nullable Object> extends RelayFuture<T> {

    private final ObservedLimit limit;

    AsyncObservedCall(ObservedLimit limit) {
        this.limit = limit;
    }

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        limit.end();
    }
}
