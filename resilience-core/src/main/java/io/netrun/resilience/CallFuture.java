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
 * The future of a call in progress. It distinguishes an end from inside (the call ended: {@link #finish}) from an end
 * from outside (cancelled, completed or timed out by its holder), after which {@link #stop()} stops the call. The order
 * is the same for both: first the outcome of the call is decided, then everything that the call holds is released, and
 * only then do the future's dependents run.
 *
 * <p>Calls nest, and an outer one may be ended from outside while another thread ends an inner one. The thread that
 * stops the outer call then waits briefly until the inner one is released. It does not wait for listeners and
 * dependents of the inner call, which are code of the user: what the outer call holds for an inner one that is
 * {@linkplain ForeignStage#isOver over}, it releases itself.
 *
 * @apiNote For authors of policies.
 * @param <T> the result
 */
public abstract class CallFuture<T extends @Nullable Object> extends CompletableFuture<T> implements LateReceiver<T> {

    private static final Logger log = LoggerFactory.getLogger(CallFuture.class);

    private static final VarHandle PHASE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "phase", VarHandle.class, CallFuture.class, byte.class);
    private static final VarHandle FOLLOWER = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "follower", VarHandle.class, CallFuture.class, Object.class);

    /** Replaces the follower once there can be none any more. */
    private static final Object PUBLISHED = new Object();

    private static final byte RUNNING = 0;

    /** The outcome is decided, and what the call holds is being released. */
    private static final byte ENDING = 1;

    /** Everything that the call holds is released, and code of the user runs before the future is completed. */
    private static final byte RELEASED = 2;

    /** The futures that the calling thread is releasing, the latest first. */
    private static final ThreadLocal<@Nullable Releasing> RELEASING = new ThreadLocal<>();

    private volatile byte phase;

    /**
     * A callback that receives the outcome as a stage of {@link #handle} would, without the two objects of such a
     * stage.
     */
    private volatile @Nullable Object follower;

    /** Whether the holder has cancelled this future without requesting an interrupt. */
    private volatile boolean spared;

    /**
     * Releases what the call holds and stops what is still running for it. Called at most once, by the thread that
     * ended this future from outside, before the future's dependents run. Should not throw; exceptions are logged.
     */
    protected abstract void stop();

    /**
     * Decides that the call ends now. Returns false if that was decided before; otherwise the caller must complete the
     * future.
     */
    protected final boolean tryEnd() {
        return phase == RUNNING && PHASE.compareAndSet(this, RUNNING, ENDING);
    }

    /** Returns whether the outcome of the call is decided; {@link #isDone()} follows once everything is released. */
    protected final boolean hasEnded() {
        return phase != RUNNING;
    }

    /**
     * Records that everything that the call holds is released, after a successful {@link #tryEnd()} and before
     * listeners are called. Threads that cancel an outer call do not wait for those listeners.
     */
    protected final void markReleased() {
        phase = RELEASED;
    }

    /** Returns whether the call has ended and holds nothing any more; its dependents may not have run yet. */
    final boolean isReleased() {
        return phase == RELEASED || isDone();
    }

    /**
     * Waits briefly until another thread that ends this call has released what it holds: normally less than a
     * microsecond, at most a hundred milliseconds. Does not wait if the calling thread itself is ending this call.
     */
    private void awaitReleased() {
        for (@Nullable Releasing each = RELEASING.get(); each != null; each = each.outer) {
            if (each.future == this) {
                return;
            }
        }
        SpinBackoff.awaitBriefly(this::isReleased);
    }

    /**
     * Ends this future with the outcome of the call. If its end was decided before, a result is
     * {@linkplain #onLateResult late}.
     */
    protected final void finish(T value, @Nullable Throwable failure) {
        if (tryEnd()) {
            publish(value, failure);
        } else if (failure == null) {
            passLateResult(value);
        }
    }

    /**
     * Passes on the result of an inner call, which comes after this call has ended: outward, or if nobody there wants
     * it, back to the {@link #origin()}.
     */
    protected final void passLateResult(T value) {
        CallInScope part = partOfScope();
        if (part != null && part.mayBeFollowed()) {
            // Nobody is known yet who follows this call, and perhaps nobody will.
            if (!tryTakeBack(value)) {
                onLateResult(value);
            }
        } else if (!onLateResult(value)) {
            tryTakeBack(value);
        }
    }

    /** Ends this future with a failure raised by the policy; does nothing if its end was decided before. */
    protected final void fail(Throwable failure) {
        if (tryEnd()) {
            publishFailure(failure);
        }
    }

    /** Completes this future, after a successful {@link #tryEnd()}. Never throws, whatever a dependent does. */
    protected final void publish(T value, @Nullable Throwable failure) {
        Deadline before = null;
        Object body = null;
        boolean entered = false;
        try {
            body = Deadline.leaveBody();
            Deadline scope = scopeOfDependents();
            if (scope != null) {
                before = scope.enterScope();
                entered = true;
            }
        } catch (Throwable outOfMemory) {
            // The first use of a thread's scope allocates. A future that ends in a foreign scope is better than none.
        }
        try {
            publishHere(value, failure);
        } finally {
            if (entered) {
                Deadline.exitScope(before);
            }
            Deadline.returnToBody(body);
        }
    }

    /**
     * The scope in which the call was made: protected calls that dependents make belong to it, and to no other call
     * that the completing thread happens to make. Null if the thread has no scope, and needs none.
     */
    private @Nullable Deadline scopeOfDependents() {
        Object callback = follower;
        if (callback instanceof CallInScope part) {
            return part.scope();
        }
        return callback == null && Deadline.marked() != null ? Deadline.NONE : null;
    }

    private void publishHere(T value, @Nullable Throwable failure) {
        boolean published;
        try {
            published = failure == null ? super.complete(value) : super.completeExceptionally(failure);
        } catch (Throwable thrown) {
            published = true;
            completeAnyway(value, failure);
            tryRunRemainingDependents(thrown);
        }
        if (published) {
            onPublished(value, failure);
        }
    }

    /**
     * Completes this future although memory ran out meanwhile. It is decided that the call has ended, so nobody else
     * does: this thread retries until there is memory, and does nothing else meanwhile that could be lost.
     *
     * @see ForeignStage#end
     */
    private void completeAnyway(T value, @Nullable Throwable failure) {
        for (int tries = 0; !isDone(); tries++) {
            try {
                if (failure == null) {
                    super.complete(value);
                } else {
                    super.completeExceptionally(failure);
                }
            } catch (OutOfMemoryError full) {
                SpinBackoff.awaitMemory(tries);
            } catch (Throwable thrown) {
                // For example, the stack is full: a worker has a stack of its own.
                if (isDone() || tryPublishOnWorker(value, failure)) {
                    return;
                }
                SpinBackoff.awaitMemory(tries);
            }
        }
    }

    /** Returns false if there is no memory for the task. */
    private boolean tryPublishOnWorker(T value, @Nullable Throwable failure) {
        try {
            Workers.executeReliably(() -> publish(value, failure));
            return true;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    /** Whatever happens here, the {@link #follower} is notified: it may be a call that waits for nothing else. */
    private void tryRunRemainingDependents(Throwable thrown) {
        try {
            runRemainingDependents(thrown);
        } catch (Throwable outOfMemory) {
            // There is nothing left to report it with.
        }
    }

    /**
     * Continues after a dependent ended the completion of this future with an exception. The JDK catches what a
     * dependent's function throws, but not what the failure itself throws while it is wrapped for the next stage
     * ({@code toString()} of a foreign exception). Each further completion changes nothing but runs the remaining
     * dependents, and removes at least one of them.
     */
    @SuppressWarnings("NullAway") // the value of a future that is done is not replaced
    private void runRemainingDependents(Throwable thrown) {
        SafeLog.error(log, "A dependent of a call's future failed", thrown);
        if (!isDone()) {
            return; // a worker completes it
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

    /** Completes this future with a failure, after a successful {@link #tryEnd()}. */
    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    protected final void publishFailure(Throwable failure) {
        publish(null, failure);
    }

    /**
     * Registers a callback for the end of this future. It is called after all stages that are attached later, as the
     * order of stages requires.
     *
     * @param callback what it throws is lost
     * @return false if it will not be called, because there is another callback, there are stages already, or the
     *     future has ended
     */
    final boolean tryFollow(BiFunction<? super T, @Nullable Throwable, ?> callback) {
        return follower == null
                && !isDone()
                && getNumberOfDependents() == 0
                && FOLLOWER.compareAndSet(this, null, callback);
    }

    @SuppressWarnings({"unchecked", "ReturnValueIgnored"}) // the field accepts nothing else, called for its effect
    private void onPublished(T value, @Nullable Throwable failure) {
        Object callback;
        do {
            callback = follower;
            if (callback == PUBLISHED || callback instanceof LateLink) {
                return;
            }
        } while (!FOLLOWER.compareAndSet(this, callback, linkTo(callback)));
        if (callback == null) {
            return;
        }
        try {
            ((BiFunction<? super T, @Nullable Throwable, ?>) callback).apply(value, failure);
        } catch (Throwable thrown) {
            SafeLog.error(log, "A policy failed when its call ended", thrown);
        }
    }

    /** What remains of the follower: the way of a result that comes later, if it is wanted. */
    private static Object linkTo(@Nullable Object callback) {
        try {
            LateReceiver<?> receiver = receiverAmong(callback);
            return receiver == null ? PUBLISHED : new LateLink(receiver);
        } catch (OutOfMemoryError full) {
            return PUBLISHED;
        }
    }

    private static @Nullable LateReceiver<?> receiverAmong(@Nullable Object follower) {
        Object candidate = follower instanceof LateLink link ? link.receiver : follower;
        return candidate instanceof LateReceiver<?> receiver && receiver.wantsLateResult() ? receiver : null;
    }

    /** Returns what follows this call and wants results that come after its end; null if there is nothing. */
    @SuppressWarnings("unchecked") // it follows this future
    protected final @Nullable LateReceiver<T> lateReceiver() {
        return (LateReceiver<T>) receiverAmong(follower);
    }

    @Override
    public boolean wantsLateResult() {
        return lateReceiver() != null;
    }

    /** Takes a result if this call was given up, too; otherwise passes it on to what may have been. */
    @Override
    public final void receiveLateResult(T value) {
        if (isGivenUp()) {
            onLateResult(value);
            return;
        }
        LateReceiver<T> receiver = lateReceiver();
        if (receiver != null) {
            receiver.receiveLateResult(value);
        }
    }

    /** Returns whether results that come now are late: by default, once the call {@linkplain #hasEnded() has ended}. */
    protected boolean isGivenUp() {
        return hasEnded();
    }

    /**
     * Passes a result outward that came after this call has ended. Must not throw.
     *
     * @return false if nobody wants it
     */
    protected boolean onLateResult(T value) {
        LateReceiver<T> receiver = lateReceiver();
        if (receiver != null) {
            receiver.receiveLateResult(value);
        }
        return receiver != null;
    }

    /**
     * Returns the inner call whose result is passed on, if it {@linkplain #takesBack() takes that back}; by default
     * null. A call owns the result that it has ended with until what is around it has ended with it as well: if that
     * had ended before, and has no hooks for late results, the result goes back to where it came from.
     */
    protected @Nullable CompletableFuture<T> origin() {
        return null;
    }

    /** Returns an inner call if it {@linkplain #takesBack() takes back} a result; otherwise null, so it is not kept. */
    protected static <T extends @Nullable Object> @Nullable CompletableFuture<T> takingBack(
            @Nullable CompletableFuture<T> inner) {
        return inner instanceof CallFuture<T> own && own.takesBack() ? inner : null;
    }

    /** Passes a result back to the inner call that it came from. Returns false if that does not take it. */
    protected static <T extends @Nullable Object> boolean tryReturn(@Nullable CompletableFuture<T> inner, T value) {
        return inner instanceof CallFuture<T> own && own.tryTakeBack(value);
    }

    /** Returns whether this call has hooks for late results, or what is within it. */
    protected boolean takesBack() {
        return takingBack(origin()) != null;
    }

    /**
     * Takes the result back that this call has ended with, because what is around it had ended before and has no hooks
     * for late results. By default it is passed to the {@link #origin()}. Must not throw.
     *
     * @return false if this call has no hooks either
     */
    protected boolean tryTakeBack(T value) {
        return tryReturn(origin(), value);
    }

    /**
     * Lets a callback that could not be registered by {@link #tryFollow} receive late results nevertheless, those that
     * have come already included.
     */
    @SuppressWarnings("unchecked") // it follows this future
    final void offerLateResults(Object callback) {
        if (!(callback instanceof LateReceiver<?> receiver)) {
            return;
        }
        CallInScope part = partOfScope();
        if (part != null) {
            part.setLateReceiver((LateReceiver<Object>) receiver, value -> tryTakeBack((T) value));
        } else if (isCompletedExceptionally() && receiver.wantsLateResult()) {
            // It was given up before it could be followed, and its source may go on.
            LateLink link = new LateLink(receiver);
            if (!FOLLOWER.compareAndSet(this, PUBLISHED, link)) {
                FOLLOWER.compareAndSet(this, null, link);
            }
        }
    }

    /** Returns the part of a scope that follows this call; null if there is none, or it wants nothing any more. */
    private @Nullable CallInScope partOfScope() {
        Object known = follower;
        Object candidate = known instanceof LateLink link ? link.receiver : known;
        return candidate instanceof CallInScope part ? part : null;
    }

    /** {@link #stop() Stops} the call, after a successful {@link #tryEnd()}. Never throws. */
    protected final void release() {
        Releasing outer = null;
        boolean marked = false;
        try {
            outer = RELEASING.get();
            RELEASING.set(new Releasing(this, outer));
            marked = true;
        } catch (OutOfMemoryError full) {
            // The stop may take some milliseconds longer.
        }
        try {
            stopOrReport();
        } catch (OutOfMemoryError full) {
            // There is nothing left to report it with.
        } finally {
            onReleased();
            if (marked && outer == null) {
                RELEASING.remove();
            } else if (marked) {
                RELEASING.set(outer);
            }
        }
    }

    /** Called once {@link #stop()} has returned. Must not throw. */
    protected void onReleased() {}

    private void stopOrReport() {
        try {
            stop();
        } catch (Throwable thrown) {
            SafeLog.error(log, "A call could not be stopped", thrown);
        }
    }

    /**
     * {@link #stop() Stops} the call and then completes this future, after a successful {@link #tryEnd()}. If foreign
     * code within {@code stop()} blocks, the future is completed nevertheless, after ten milliseconds or slightly more;
     * see {@link OverdueRelease}.
     *
     * @param context the context in which dependents run
     */
    protected final void releaseThenPublish(T value, @Nullable Throwable failure, CallerContext context) {
        releaseThenPublish(value, failure, context, null);
    }

    /**
     * Does so, and releases the events that were held since before the call was given up: before its dependents run, or
     * once the release blocks.
     */
    protected final void releaseThenPublish(
            T value, @Nullable Throwable failure, CallerContext context, @Nullable HeldEvents events) {
        OverdueRelease overdue = watch(value, failure, context, events);
        release();
        if (overdue != null) {
            overdue.released();
        }
        if (events != null) {
            events.release();
        }
        publish(value, failure);
    }

    /**
     * {@link #stop() Stops} the call and then ends this future with a failure raised by the policy, for a policy that
     * fails once an inner call may have begun: nobody else would cancel that. Does nothing if its end was decided
     * before. If foreign code within {@code stop()} blocks, the future is completed as in {@link #releaseThenPublish}.
     */
    protected final void stopThenFail(Throwable failure) {
        if (!tryEnd()) {
            return;
        }
        OverdueRelease overdue = null;
        try {
            overdue = OverdueRelease.watch(() -> publishFailure(failure));
        } catch (OutOfMemoryError full) {
            // The future is only completed after the release.
        }
        release();
        if (overdue != null) {
            overdue.released();
        }
        publishFailure(failure);
    }

    /** Returns null if the future is only completed after the release. */
    private @Nullable OverdueRelease watch(
            T value, @Nullable Throwable failure, CallerContext context, @Nullable HeldEvents events) {
        try {
            return OverdueRelease.watch(() -> {
                if (events != null) {
                    events.release();
                }
                context.runAnyway(() -> publishOverdue(value, failure, context));
            });
        } catch (Throwable outOfMemory) {
            return null;
        }
    }

    /** Announces the end in place of the thread whose release blocks, and then completes this future. */
    private void publishOverdue(T value, @Nullable Throwable failure, CallerContext context) {
        try {
            Runnable announcement = takeAnnouncement();
            if (announcement != null) {
                announceWatched(announcement, value, failure, context);
            }
        } catch (OutOfMemoryError full) {
            // There is nothing left to report it with.
        } finally {
            publish(value, failure);
        }
    }

    /**
     * Takes the task that calls the listeners for the end of this call, unless another thread has: {@link #stop()}, for
     * a call that announces its end there, or the thread that completes this future because {@code stop()} blocks. By
     * default there is none.
     *
     * @return null if there is nothing to announce, or not any more
     */
    protected @Nullable Runnable takeAnnouncement() {
        return null;
    }

    /**
     * Calls listeners and then completes this future, after a successful {@link #tryEnd()} and after everything that
     * the call holds is released. If a listener blocks, the future is completed nevertheless, as in
     * {@link #releaseThenPublish}.
     *
     * @param announcement calls the listeners; null if there is nothing to announce
     * @param context the context in which the listeners run, and dependents if a listener blocks; cleared afterwards
     */
    protected final void announceThenPublish(
            @Nullable Runnable announcement, T value, @Nullable Throwable failure, CallerContext context) {
        if (announcement == null) {
            context.clear();
            publish(value, failure);
            return;
        }
        markReleased();
        announceWatched(announcement, value, failure, context);
        publish(value, failure);
        context.clear();
    }

    /** Calls listeners. If one blocks, the future is completed meanwhile. */
    private void announceWatched(Runnable announcement, T value, @Nullable Throwable failure, CallerContext context) {
        OverdueRelease overdue = watch(value, failure, context, null);
        announce(announcement, context);
        if (overdue != null) {
            overdue.released();
        }
    }

    private static void announce(Runnable announcement, CallerContext context) {
        try {
            context.runAnyway(announcement);
        } catch (Throwable thrown) {
            SafeLog.error(log, "An event could not be published", thrown);
        }
    }

    /**
     * Releases what the call holds, and then runs the task that completes this future. That task takes effect once,
     * however often it runs.
     */
    private void releaseThen(Runnable publication) {
        OverdueRelease overdue = OverdueRelease.watch(publication);
        release();
        if (overdue != null) {
            overdue.released();
        }
        publication.run();
    }

    /**
     * Cancels a part of the call as the call itself was cancelled: with an interrupt, unless its holder requested none.
     */
    protected final void cancelPart(CompletableFuture<?> part) {
        ForeignStage.cancel(part, !spared);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (!mayInterruptIfRunning && !hasEnded()) {
            spared = true;
        }
        if (!hasEnded()) {
            endWith(new CancellationException());
        }
        return isCancelled();
    }

    /**
     * Cancels this future as a part of a call that completes even if {@link #stop()} blocks. If another thread is
     * ending it, that thread first releases what it holds.
     */
    final void cancelWithin(boolean mayInterruptIfRunning) {
        if (!hasEnded()) {
            if (!mayInterruptIfRunning) {
                spared = true;
            }
            CancellationException cancellation = new CancellationException(); // before the end: it may fail
            if (tryEnd()) {
                release();
                publishFailure(cancellation);
                return;
            }
        }
        if (!isReleased()) {
            awaitReleased();
        }
    }

    @Override
    public boolean complete(T value) {
        Runnable publication = () -> publish(value, null);
        if (!tryEnd()) {
            return false;
        }
        releaseThen(publication);
        return true;
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        if (failure == null) {
            throw new NullPointerException("failure");
        }
        return endWith(failure);
    }

    /** Everything is allocated before the end is decided: afterwards, an error would leave the future open for ever. */
    private boolean endWith(Throwable failure) {
        Runnable publication = () -> publishFailure(failure);
        if (!tryEnd()) {
            return false;
        }
        releaseThen(publication);
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
            publish(value, null);
        }
        super.obtrudeValue(value);
        onPublished(value, null);
    }

    @Override
    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    public void obtrudeException(Throwable failure) {
        if (tryEnd()) {
            release();
            publish(null, failure);
        }
        super.obtrudeException(failure);
        onPublished(null, failure);
    }

    /** Replaces a follower that wants results which come after the end. */
    private record LateLink(LateReceiver<?> receiver) {}

    /** A future that a thread is releasing, and those that it was releasing when it began. */
    private record Releasing(CallFuture<?> future, @Nullable Releasing outer) {}
}
