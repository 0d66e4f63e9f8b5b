package io.netrun.resilience.fallback;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks for something else when a call has failed. */
final class FallbackLayer implements Layer {

    private final Fallback fallback;
    private final Layer next;

    FallbackLayer(Fallback fallback, Layer next) {
        this.fallback = fallback;
        this.next = next;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T call(CheckedSupplier<T, X> body, Deadline deadline)
            throws X {
        try {
            return next.call(body, deadline);
        } catch (Throwable failure) {
            return recover(failure, body);
        }
    }

    // What a handler returns is a T by its contract; what it throws is its own to answer for.
    @SuppressWarnings({"unchecked", "NullAway"})
    private <T extends @Nullable Object, X extends Throwable> T recover(Throwable failure, CheckedSupplier<T, X> body)
            throws X {
        try {
            return (T) fallback.recover(failure, body);
        } catch (Throwable thrown) {
            throw (X) thrown;
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            Supplier<? extends CompletionStage<T>> body, Deadline deadline) {
        CompletableFuture<T> call = next.callAsync(body, deadline);
        return call.isDone() && !call.isCompletedExceptionally()
                ? call
                : new RecoveredCall<T>(fallback, body).follow(call);
    }
}
