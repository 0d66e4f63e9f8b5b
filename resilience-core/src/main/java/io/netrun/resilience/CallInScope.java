package io.netrun.resilience;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A running asynchronous call within the scope of another call. When that one is abandoned, this one ends as if its
 * holder had cancelled it: its future, the body's own, and what the policies hold. Cancelling runs foreign code, so a
 * worker does it, in the context in which the call was made; the thread that abandons the outer call waits briefly
 * until everything is released.
 */
final class CallInScope extends Deadline.InFlight
        implements BiFunction<Object, @Nullable Throwable, @Nullable Void>, LateReceiver<Object>, Runnable {

    private final CallerContext context = CallerContext.capture();
    private volatile @Nullable CompletableFuture<?> call;

    private final Deadline scope;

    /** What follows the call besides this, and wants late results; null for nothing. */
    private volatile @Nullable LateReceiver<?> lateReceiver;

    private CallInScope(CompletableFuture<?> call, Deadline scope) {
        this.call = call;
        this.scope = scope;
    }

    /** Returns the scope in which the call was made, in which the dependents of its future run. */
    Deadline scope() {
        return scope;
    }

    /** Cancels a call when a scope is left without its end; immediately if that has already happened. */
    @SuppressWarnings("ReturnValueIgnored") // called for its effect
    static void register(CompletableFuture<?> call, Deadline scope) {
        if (scope == Deadline.NONE) {
            return;
        }
        CallInScope part = new CallInScope(call, scope);
        scope.register(part);
        if (!(call instanceof CallFuture<?> own) || !own.tryFollow(part)) {
            call.handle(part);
        }
    }

    /** The call has ended: nothing of it is kept. */
    @Override
    public @Nullable Void apply(Object value, @Nullable Throwable failure) {
        call = null;
        if (tryEnd()) {
            context.clear();
        }
        return null;
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        if (call != null) {
            Workers.executeReliably(this);
        }
    }

    /** Cancels the call, on a worker. Must not be called by other code. */
    @Override
    public void run() {
        CompletableFuture<?> running = call;
        if (running == null) {
            return;
        }
        Runnable cancel;
        try {
            cancel = () -> cancel(running);
        } catch (OutOfMemoryError full) {
            cancel(running);
            return;
        }
        context.runAnyway(cancel);
        context.clear();
    }

    private static void cancel(CompletableFuture<?> running) {
        try {
            running.cancel(true);
        } catch (OutOfMemoryError full) {
            ForeignStage.cancelLater(running);
        }
    }

    void setLateReceiver(LateReceiver<?> receiver) {
        lateReceiver = receiver;
    }

    @Override
    public boolean wantsLateResult() {
        LateReceiver<?> receiver = lateReceiver;
        return receiver != null && receiver.wantsLateResult();
    }

    @Override
    @SuppressWarnings("unchecked") // it follows the same call
    public void receiveLateResult(Object value) {
        LateReceiver<Object> receiver = (LateReceiver<Object>) lateReceiver;
        if (receiver != null) {
            receiver.receiveLateResult(value);
        }
    }

    /** Returns whether the call has ended and holds nothing any more. */
    @Override
    boolean isReleased() {
        CompletableFuture<?> running = call;
        return running == null || ForeignStage.isOver(running);
    }
}
