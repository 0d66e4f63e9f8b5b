package io.netrun.resilience.fallback;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallFuture;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Cancellation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** An asynchronous call whose failure a handler may replace. */
final class AsyncFallbackCall<T extends @Nullable Object> extends CallFuture<T>
        implements BiFunction<T, @Nullable Throwable, @Nullable Object>, Runnable {

    private final Fallback fallback;
    private final Fallback.Rules rules;
    private final Deadline deadline;

    /** The caller's context, since the call may end on any thread. */
    private final CallerContext context;

    /** Null once the call has ended, so that what it captures can be collected. */
    private volatile @Nullable Object body;

    /** The call, and then the stage of an asynchronous handler. */
    private volatile @Nullable CompletableFuture<?> running;

    /** What the call failed with, confined to the thread on which it ended; then its {@link Recovery}. */
    private volatile @Nullable Object failure;

    AsyncFallbackCall(Fallback fallback, Fallback.Rules rules, Object body, Deadline deadline) {
        this.fallback = fallback;
        this.rules = rules;
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
            cancelPart(call); // nobody would learn of its end
        }
        stopIfEnded();
        return this;
    }

    /** Receives the end of the call. Must not be called by other code. */
    @Override
    public @Nullable Object apply(T value, @Nullable Throwable thrown) {
        try {
            onEnd(value, thrown);
        } catch (Throwable unexpected) {
            endWith(unexpected); // nobody else ends the call
        }
        return null;
    }

    private void onEnd(T value, @Nullable Throwable thrown) {
        Object call = body;
        if (thrown == null) {
            if (call != null) {
                fallback.keep(call, value);
            }
            end(value);
            return;
        }
        running = null; // it is over: what fails from here on cancels the handler's stage
        if (call == null || hasEnded()) {
            clear();
        } else if (deadline.isOver() || Cancellation.ofAsyncCall(thrown, deadline)) {
            fallback.countPassed(rules);
            endWith(thrown);
        } else {
            failure = thrown;
            try {
                context.run(this);
            } catch (Throwable second) {
                stopThenFail(second);
            }
        }
    }

    /** Calls the handler, in the caller's context. Must not be called by other code. */
    @Override
    public void run() {
        Object thrown = failure;
        Object call = body;
        failure = null;
        if (thrown instanceof Throwable first && call != null && !hasEnded()) {
            recover(first, call);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // what a handler returns is a T, or a stage of it, by its contract
    private void recover(Throwable thrown, Object call) {
        Recovery recovery = fallback.recoveryOf(thrown, call, rules);
        if (recovery == null) {
            endWith(thrown);
            return;
        }
        failure = recovery;
        recovery.setContext(context);
        deadline.register(recovery);
        if (hasEnded()) {
            recovery.abandoned(deadline.isExceeded());
            clear();
            return;
        }
        Deadline before = deadline.enterScope();
        try {
            Object result = recovery.callHandler();
            if (call instanceof AdaptedCall<?> adapted) {
                result = adapted.adapt(result);
            }
            if (result instanceof CompletionStage<?> stage) {
                followHandler((CompletionStage<T>) stage, recovery);
            } else {
                end((T) result, recovery);
            }
        } catch (Throwable second) {
            endWith(second, recovery);
        } finally {
            Deadline.exitScope(before);
        }
    }

    private void followHandler(CompletionStage<T> stage, Recovery recovery) {
        CompletableFuture<T> handler = ForeignStage.asFuture(stage);
        running = handler;
        try {
            ForeignStage.onEnd(handler, (value, thrown) -> {
                if (thrown == null) {
                    end(value, recovery);
                } else {
                    running = null;
                    endWith(thrown, recovery);
                }
                return null;
            });
        } catch (Throwable thrown) {
            endWith(thrown, recovery);
            cancelPart(handler); // nobody would learn of its end
        }
        stopIfEnded();
    }

    private void end(T value) {
        clear();
        if (tryEnd()) {
            publish(value, null);
        } else {
            passLateResult(value);
            running = null;
        }
    }

    private void endWith(Throwable thrown) {
        clear();
        fail(thrown);
    }

    /** Ends the call as its handler ended. */
    private void end(T value, Recovery recovery) {
        if (tryEnd(recovery)) {
            letGo();
            announceThenPublish(counted(recovery, null), value, null, context);
        } else {
            passLateResult(value);
            running = null;
        }
    }

    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    private void endWith(Throwable second, Recovery recovery) {
        if (tryEnd(recovery)) {
            letGo();
            announceThenPublish(counted(recovery, second), null, second, context);
        }
    }

    /**
     * Decides that the call ends as its handler did, and counts so. If its scope was left before, which has counted it,
     * the handler ends too late, as after a cancel.
     */
    private boolean tryEnd(Recovery recovery) {
        if (!recovery.tryBeginEnd()) {
            if (!hasEnded()) {
                clear();
                fail(new CancellationException());
            }
            return false;
        }
        if (tryEnd()) {
            return true;
        }
        recovery.settleAbandoned(deadline.isExceeded());
        return false;
    }

    /**
     * Counts how the handler ended. Returns what calls the listeners; null if there is nothing, or no memory for it.
     */
    private static @Nullable Runnable counted(Recovery recovery, @Nullable Throwable second) {
        try {
            return second == null ? recovery.settleSucceeded() : recovery.settleFailed(second);
        } catch (OutOfMemoryError full) {
            return null; // it is decided that the call has ended
        }
    }

    private void clear() {
        letGo();
        context.clear();
    }

    private void letGo() {
        body = null;
        CompletableFuture<?> call = running;
        if (call != null && takingBack(call) == null) {
            running = null;
        }
        failure = null;
    }

    @Override
    @SuppressWarnings("unchecked") // both are calls of type T
    protected @Nullable CompletableFuture<T> origin() {
        return (CompletableFuture<T>) running;
    }

    private void stopIfEnded() {
        if (hasEnded()) {
            stop();
        }
    }

    @Override
    protected void stop() {
        CompletableFuture<?> call = running;
        Object handled = failure;
        try {
            if (handled instanceof Recovery recovery) {
                recovery.abandoned(deadline.isExceeded());
            }
            clear();
        } finally {
            if (call != null) {
                cancelPart(call);
            }
        }
    }
}
