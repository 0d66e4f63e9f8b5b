package io.netrun.resilience.fallback;

import io.netrun.resilience.Cancellation;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Layer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Recovers failed calls. */
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
        Fallback.Rules rules = fallback.rules();
        T result;
        try {
            result = next.call(body, deadline);
        } catch (Throwable failure) {
            // No caller waits for the result of a call that was abandoned or interrupted.
            if (deadline.isOver() || Cancellation.ofSyncCall(failure, deadline)) {
                fallback.countPassed(rules);
                throw failure;
            }
            return recover(failure, body, deadline, rules);
        }
        if (!deadline.isOver()) {
            fallback.keep(body, result);
        }
        return result;
    }

    // A handler returns a T by its contract, and is responsible for what it throws.
    @SuppressWarnings({"unchecked", "NullAway"})
    private <T extends @Nullable Object, X extends Throwable> T recover(
            Throwable failure, CheckedSupplier<T, X> body, Deadline deadline, Fallback.Rules rules) throws X {
        Recovery recovery = fallback.recoveryOf(failure, body, rules);
        if (recovery == null) {
            throw (X) failure;
        }
        deadline.register(recovery);
        Deadline before = deadline.enterScope();
        try {
            Object result;
            try {
                result = recovery.callHandler();
            } catch (Throwable second) {
                if (Cancellation.ofSyncCall(second, deadline)) {
                    recovery.abandoned(deadline.isExceeded());
                }
                publish(recovery.failed(second));
                throw (X) second;
            }
            publish(recovery.succeeded());
            return (T) result;
        } finally {
            Deadline.exitScope(before);
        }
    }

    private static void publish(@Nullable Runnable event) {
        if (event != null) {
            event.run();
        }
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> callAsync(
            CheckedSupplier<? extends CompletionStage<T>, ?> body, Deadline deadline) {
        Fallback.Rules rules = fallback.rules();
        CompletableFuture<T> call = Layer.start(next, body, deadline);
        Object result = ForeignStage.resultNow(call);
        if (result != ForeignStage.NO_RESULT) {
            fallback.keep(body, result);
            return call;
        }
        AsyncFallbackCall<T> recovered;
        try {
            recovered = new AsyncFallbackCall<>(fallback, rules, body, deadline);
        } catch (Throwable thrown) {
            ForeignStage.cancel(call);
            return CompletableFuture.failedFuture(thrown);
        }
        return recovered.follow(call);
    }
}
