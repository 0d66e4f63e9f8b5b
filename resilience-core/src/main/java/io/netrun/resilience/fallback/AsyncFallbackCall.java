package io.netrun.resilience.fallback;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallFuture;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Cancellation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** An asynchronous call whose failure a handler may replace. */
final class AsyncFallbackCall<T extends @Nullable Object> extends CallFuture<T>
        implements BiFunction<T, @Nullable Throwable, @Nullable Void>, Runnable {

    private final Fallback fallback;
    private final Deadline deadline;

    /** The caller's context, since the call may end on any thread. */
    private final CallerContext context;

    /** Null once the call has ended, so that what it captures can be collected. */
    private volatile @Nullable Object body;

    /** The call, and then that of an asynchronous handler. */
    private volatile @Nullable CompletableFuture<?> running;

    /** What the call failed with; of the thread on which it ended. */
    private @Nullable Throwable failure;

    AsyncFallbackCall(Fallback fallback, Object body, Deadline deadline) {
        this.fallback = fallback;
        this.body = body;
        this.deadline = deadline;
        this.context = CallerContext.capture();
    }

    AsyncFallbackCall<T> follow(CompletableFuture<T> call) {
        running = call;
        try {
            ForeignStage.onEnd(call, this);
        } catch (Throwable thrown) {
            endWith(thrown);
        }
        stopIfEnded();
        return this;
    }

    /** The call has ended. Not to be called by others than that. */
    @Override
    public @Nullable Void apply(T value, @Nullable Throwable thrown) {
        Object call = body;
        if (thrown == null) {
            end(value);
        } else if (call == null || hasEnded()) {
            clear();
        } else if (deadline.isOver() || Cancellation.ofAsyncCall(thrown, deadline)) {
            fallback.countPassed();
            endWith(thrown);
        } else {
            failure = thrown;
            try {
                context.run(this);
            } catch (Throwable second) {
                endWith(second);
            }
        }
        return null;
    }

    /** Asks for something else, in the caller's context. Not to be called by others. */
    @Override
    public void run() {
        Throwable thrown = failure;
        Object call = body;
        failure = null;
        if (thrown != null && call != null) {
            recover(thrown, call);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what a handler returns is a T, or a stage of it, by its contract
    private void recover(Throwable thrown, Object call) {
        if (hasEnded()) {
            return;
        }
        Deadline before = deadline.enterScope();
        try {
            Object result = fallback.recover(thrown, call);
            if (call instanceof AdaptedCall<?> adapted) {
                result = adapted.adapt(result);
            }
            if (result instanceof CompletionStage<?> stage) {
                followHandler((CompletionStage<T>) stage);
            } else {
                end((T) result);
            }
        } catch (Throwable second) {
            endWith(second);
        } finally {
            Deadline.exitScope(before);
        }
    }

    private void followHandler(CompletionStage<T> stage) {
        CompletableFuture<T> handler = ForeignStage.asFuture(stage);
        running = handler;
        ForeignStage.onEnd(handler, (value, thrown) -> {
            if (thrown == null) {
                end(value);
            } else {
                endWith(thrown);
            }
            return null;
        });
        stopIfEnded();
    }

    private void end(T value) {
        clear();
        finish(value, null);
    }

    private void endWith(Throwable thrown) {
        clear();
        fail(thrown);
    }

    private void clear() {
        body = null;
        running = null;
        context.clear();
    }

    private void stopIfEnded() {
        if (hasEnded()) {
            stop();
        }
    }

    @Override
    protected void stop() {
        CompletableFuture<?> call = running;
        clear();
        if (call != null) {
            cancelPart(call);
        }
    }
}
