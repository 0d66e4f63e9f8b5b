package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * The caller's future where no policy has one of its own: it fails with what was thrown, and its caller can leave while
 * a stage that cannot be cancelled goes on.
 */
final class CancellableCall<T extends @Nullable Object> extends RelayFuture<T> {

    @Override
    protected void onInnerEnd(T value, @Nullable Throwable failure) {
        // Nothing is held for it.
    }
}
