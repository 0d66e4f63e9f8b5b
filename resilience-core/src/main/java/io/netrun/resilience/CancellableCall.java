package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * The caller's future where no policy has one of its own. It fails with what was thrown, and its caller can cancel it
 * while a stage that cannot be cancelled continues.
 */
final class CancellableCall<T extends @Nullable Object> extends RelayFuture<T> {

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        // This future holds nothing for the call.
    }
}
