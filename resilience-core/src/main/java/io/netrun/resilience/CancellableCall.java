package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/** The caller's future of a stage that cannot be cancelled: its caller can leave while the stage goes on. */
final class CancellableCall<T extends @Nullable Object> extends RelayFuture<T> {

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        // Nothing is held for it.
    }
}
