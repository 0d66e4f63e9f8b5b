package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The future of a call in the making. It distinguishes an end from inside (the call ended: {@link #finish}) from an end
 * from outside (cancelled, completed or timed out by its holder), after which {@link #stop()} stops the call. Either
 * way the order is the same: first it is decided how the call ends, then everything that the call holds is released,
 * and only then do the future's dependents run. For authors of policies.
 *
 * @param <T> the result
 */
public abstract class CallFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    private static final Logger log = LoggerFactory.getLogger(CallFuture.class);

    private static final VarHandle DECIDED = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "decided", VarHandle.class, CallFuture.class, boolean.class);
    private static final VarHandle FOLLOWER = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "follower", VarHandle.class, CallFuture.class, Object.class);

    /** In place of a follower once there cannot be one any more. */
    private static final Object PUBLISHED = new Object();

    private volatile boolean decided;

    /** What is called back with the end, as a stage of {@link #handle} would be, but without two objects for it. */
    private volatile @Nullable Object follower;

    /** Whether the holder has cancelled this without wanting an interrupt. */
    private volatile boolean spared;

    /**
     * Releases what the call holds and stops what is still running for it; called at most once, by whoever ended this
     * future from outside, before its dependents run. Should not throw; what it throws is logged.
     */
    protected abstract void stop();

    /** Decides that the call ends now; false if that was decided before. The winner is to complete the future. */
    protected final boolean tryEnd() {
        return !decided && DECIDED.compareAndSet(this, false, true);
    }

    /** Whether it is decided how the call ends; {@link #isDone()} follows as soon as everything is released. */
    protected final boolean hasEnded() {
        return decided;
    }

    /** Ends this future as the call ended; does nothing if its end was decided before. */
    protected final void finish(T value, @Nullable Throwable failure) {
        if (tryEnd()) {
            publish(value, failure);
        }
    }

    /** Ends this future with a failure of the policy's own; does nothing if its end was decided before. */
    protected final void fail(Throwable failure) {
        if (tryEnd()) {
            publishFailure(failure);
        }
    }

    /** Completes this future; for the winner of {@link #tryEnd()}. Does not throw, whatever a dependent does. */
    protected final void publish(T value, @Nullable Throwable failure) {
        boolean published;
        try {
            published = failure == null ? super.complete(value) : super.completeExceptionally(failure);
        } catch (Throwable thrown) {
            runRemainingDependents(thrown);
            published = true;
        }
        if (published) {
            onPublished(value, failure);
        }
    }

    /**
     * Goes on where a dependent ended the completion of this future with an exception. The JDK catches what a
     * dependent's function throws, but not what the failure itself throws as it is wrapped for the next stage
     * ({@code toString()} of a foreign exception). Each further completion changes nothing but runs the dependents that
     * are left, and takes at least one of them off.
     */
    @SuppressWarnings("NullAway") // the value of a future that is done is not replaced
    private void runRemainingDependents(Throwable thrown) {
        SafeLog.error(log, "A dependent of a call's future failed", thrown);
        if (!isDone()) {
            super.completeExceptionally(thrown); // there was no memory or stack to complete it with
            return;
        }
        int before = Integer.MAX_VALUE;
        int left = getNumberOfDependents();
        while (left > 0 && left < before) {
            before = left;
            try {
                super.complete(null);
            } catch (Throwable again) {
                SafeLog.error(log, "A dependent of a call's future failed", again);
            }
            left = getNumberOfDependents();
        }
    }

    /** Completes this future with a failure; for the winner of {@link #tryEnd()}. */
    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    protected final void publishFailure(Throwable failure) {
        publish(null, failure);
    }

    /**
     * Has a callback called with the end of this future, after all stages that are attached later: the order of stages.
     *
     * @param callback what it throws is lost
     * @return false if it will not be called, since there is another, there are stages already, or the end has come
     */
    final boolean tryFollow(BiFunction<? super T, @Nullable Throwable, ?> callback) {
        return follower == null
                && !isDone()
                && getNumberOfDependents() == 0
                && FOLLOWER.compareAndSet(this, null, callback);
    }

    @SuppressWarnings({"unchecked", "ReturnValueIgnored"
    }) // nothing else is ever put there; it is called for its effect
    private void onPublished(T value, @Nullable Throwable failure) {
        Object callback = FOLLOWER.getAndSet(this, PUBLISHED);
        if (callback == null || callback == PUBLISHED) {
            return;
        }
        try {
            ((BiFunction<? super T, @Nullable Throwable, ?>) callback).apply(value, failure);
        } catch (Throwable thrown) {
            SafeLog.error(log, "A policy failed when its call ended", thrown);
        }
    }

    /** {@link #stop() Stops} the call, for the winner of {@link #tryEnd()}; never throws. */
    protected final void release() {
        try {
            stop();
        } catch (Throwable thrown) {
            SafeLog.error(log, "A call could not be stopped", thrown);
        }
    }

    /**
     * {@link #stop() Stops} the call and then completes this future, for the winner of {@link #tryEnd()}. Should code
     * of others within {@code stop()} block, the future is completed all the same, after ten milliseconds or a little
     * more; see {@link OverdueRelease}.
     *
     * @param context in which dependents then run
     */
    protected final void releaseThenPublish(T value, @Nullable Throwable failure, CallerContext context) {
        releaseThen(() -> publish(value, failure), () -> context.runAnyway(() -> publish(value, failure)));
    }

    /**
     * Releases and then runs what completes this future, which does so once however often it runs.
     *
     * @param late the same, for another thread
     */
    private void releaseThen(Runnable publication, Runnable late) {
        OverdueRelease overdue = OverdueRelease.watch(late);
        release();
        if (overdue != null) {
            overdue.released();
        }
        publication.run();
    }

    private void releaseThen(Runnable publication) {
        releaseThen(publication, publication);
    }

    /** Cancels a part of the call as the call was cancelled: with an interrupt, unless its holder wanted none. */
    protected final void cancelPart(CompletableFuture<?> part) {
        ForeignStage.cancel(part, !spared);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!mayInterruptIfRunning && !hasEnded()) {
            spared = true;
        }
        if (tryEnd()) {
            releaseThen(() -> publishFailure(new CancellationException()));
        }
        return isCancelled();
    }

    /** Cancels this as a part of a call that sees to its own end, should {@link #stop()} block. */
    final void cancelWithin(boolean mayInterruptIfRunning) {
        if (!mayInterruptIfRunning && !hasEnded()) {
            spared = true;
        }
        if (tryEnd()) {
            release();
            publishFailure(new CancellationException());
        }
    }

    @Override
    public boolean complete(T value) {
        if (!tryEnd()) {
            return false;
        }
        releaseThen(() -> publish(value, null));
        return true;
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        if (failure == null) {
            throw new NullPointerException("failure");
        }
        if (!tryEnd()) {
            return false;
        }
        releaseThen(() -> publishFailure(failure));
        return true;
    }

    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        executor.execute(() -> {
            if (hasEnded()) {
                return;
            }
            try {
                complete(supplier.get());
            } catch (Throwable thrown) {
                completeExceptionally(thrown);
            }
        });
        return this;
    }

    @Override
    public void obtrudeValue(T value) {
        if (tryEnd()) {
            release();
        }
        super.obtrudeValue(value);
        onPublished(value, null);
    }

    @Override
    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    public void obtrudeException(Throwable failure) {
        if (tryEnd()) {
            release();
        }
        super.obtrudeException(failure);
        onPublished(null, failure);
    }
}
