package io.netrun.resilience.fallback;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallFuture;
import io.netrun.resilience.ContextPropagation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An asynchronous call that something else may take the place of. */
final class RecoveredCall<T extends @Nullable Object> extends CallFuture<T> {

    private final Fallback fallback;
    private final Object body;

    /** With the context of the caller, since the call may end on any thread. */
    private final Runnable recovery = ContextPropagation.wrap(this::recover);

    /** Written before {@link #recovery} runs, on the same thread. */
    private @Nullable Throwable failure;

    /** The call, and then the handler's own where that is asynchronous. */
    private volatile @Nullable CompletableFuture<?> running;

    RecoveredCall(Fallback fallback, Object body) {
        this.fallback = fallback;
        this.body = body;
    }

    RecoveredCall<T> follow(CompletableFuture<T> call) {
        running = call;
        call.whenComplete(this::onEnd);
        return this;
    }

    private void onEnd(T value, @Nullable Throwable thrown) {
        if (thrown == null) {
            finish(value, null);
        } else if (!isDone()) {
            failure = thrown;
            recovery.run();
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what a handler returns is a T, or a stage of it, by its contract
    private void recover() {
        try {
            Object result = fallback.recover(failure, body);
            if (body instanceof AdaptedCall<?> adapted) {
                result = adapted.adapt(result);
            }
            if (result instanceof CompletionStage<?> stage) {
                followHandler((CompletionStage<T>) stage);
            } else {
                finish((T) result, null);
            }
        } catch (Throwable thrown) {
            fail(thrown);
        }
    }

    private void followHandler(CompletionStage<T> stage) {
        CompletableFuture<T> handler = stage.toCompletableFuture();
        running = handler;
        handler.whenComplete(this::finish);
        if (isDone()) {
            handler.cancel(true);
        }
    }

    @Override
    protected void stop() {
        CompletableFuture<?> call = running;
        if (call != null) {
            call.cancel(true);
        }
    }
}
