package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

    private static final VarHandle LATE_RECEIVER = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "lateReceiver", VarHandle.class, CallInScope.class, Object.class);

    private final CallerContext context = CallerContext.capture();
    private volatile @Nullable CompletableFuture<?> call;

    private final Deadline scope;

    /**
     * What follows the call besides this, and may want late results; null as long as nothing is known to, or the
     * {@link Unclaimed} result that came before.
     */
    private volatile @Nullable Object lateReceiver;

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
        // First: the scope may have been left, and the call is cancelled as soon as it is registered there.
        if (!(call instanceof CallFuture<?> own) || !own.tryFollow(part)) {
            call.handle(part);
        }
        scope.register(part);
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

    /**
     * Sets what follows the call besides this.
     *
     * @param back takes a result that came before, if the receiver does not want it
     */
    void setLateReceiver(LateReceiver<Object> receiver, Consumer<Object> back) {
        Object before = LATE_RECEIVER.getAndSet(this, receiver);
        if (before instanceof Unclaimed result) {
            if (receiver.wantsLateResult()) {
                receiver.receiveLateResult(result.value);
            } else {
                back.accept(result.value);
            }
        }
    }

    /**
     * Returns whether the scope was left before it is known what follows the call: the call was cancelled before the
     * code that has made it could return it.
     */
    boolean mayBeFollowed() {
        return lateReceiver == null && scope.isOver();
    }

    @Override
    public boolean wantsLateResult() {
        Object receiver = lateReceiver;
        return receiver instanceof LateReceiver<?> known ? known.wantsLateResult() : mayBeFollowed();
    }

    @Override
    @SuppressWarnings("unchecked") // it follows the same call
    public void receiveLateResult(Object value) {
        if (!LATE_RECEIVER.compareAndSet(this, null, new Unclaimed(value))
                && lateReceiver instanceof LateReceiver<?> receiver) {
            ((LateReceiver<Object>) receiver).receiveLateResult(value);
        }
    }

    /** A late result, as long as nobody is known who could take it. */
    private record Unclaimed(Object value) {}

    /** Returns whether the call has ended and holds nothing any more. */
    @Override
    boolean isReleased() {
        CompletableFuture<?> running = call;
        return running == null || ForeignStage.isOver(running);
    }
}
