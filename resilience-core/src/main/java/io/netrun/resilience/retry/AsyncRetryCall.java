package io.netrun.resilience.retry;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Workers;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one asynchronous call. Attempts that end immediately follow each other in a loop and not by
 * recursion: the end of an attempt only increments {@code pending}, and the thread that increments it from zero does
 * the work.
 */
final class AsyncRetryCall<T extends @Nullable Object> extends CountedCall<T>
        implements BiFunction<T, @Nullable Throwable, @Nullable Object>, Runnable {

    private static final VarHandle PENDING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "pending", VarHandle.class, AsyncRetryCall.class, int.class);

    private final RetryLayer layer;
    private final RetryRules rules;

    /** Belongs to this call alone, and then ends with it, if the rules limit its time. */
    private final Deadline deadline;

    private final CallerContext context;

    /** The number of ended attempts to process; the thread that increments it from zero processes them. */
    @SuppressWarnings("UnusedVariable") // written through PENDING
    private volatile int pending;

    /** Null once the call has ended, so that what it captures can be collected. */
    private volatile @Nullable CheckedSupplier<? extends CompletionStage<T>, ?> body;

    /** Confined to the one thread that drives the call, and passed on through {@link #pending} or the timer. */
    private @Nullable RetrySequence attempts;

    /** The outcome of the ended attempt to process; passed on through {@link #pending}. */
    private @Nullable T endedValue;

    private @Nullable Throwable endedFailure;

    /**
     * Whether {@link #run()} must process a failure, which it does once; confined to the thread that drives the call.
     */
    private boolean failing;

    /** The failure that represents the result of the ended attempt; confined to the thread that drives the call. */
    private @Nullable UnacceptableResultException endedUnacceptable;

    /** The thread on which attempts may follow each other: one of ours, or the caller's while it is in the call. */
    private volatile @Nullable Thread drivingThread;

    private volatile @Nullable CompletableFuture<T> running;
    private volatile @Nullable AttemptDelay<T> attemptDelay;

    AsyncRetryCall(
            RetryLayer layer,
            RetryRules rules,
            CheckedSupplier<? extends CompletionStage<T>, ?> body,
            Deadline deadline) {
        this.layer = layer;
        this.rules = rules;
        this.body = body;
        this.deadline = deadline;
        this.context = CallerContext.capture();
    }

    /** @param begun counts a stop of the first attempt, if that has been registered */
    AsyncRetryCall<T> start(CompletableFuture<T> first, @Nullable FirstAttempt begun) {
        setOutcomeOwner(begun);
        drive(first);
        return this;
    }

    /** Follows an attempt, or makes the next one, and all further attempts that follow immediately, on this thread. */
    private void drive(@Nullable CompletableFuture<T> attempt) {
        drivingThread = Thread.currentThread();
        try {
            if (attempt != null) {
                follow(attempt);
            } else {
                attempt();
            }
        } catch (Throwable thrown) {
            giveUp(thrown);
        } finally {
            drivingThread = null;
        }
    }

    /** Makes the next attempt after its delay, unless the delay has ended otherwise. */
    void resume() {
        AttemptDelay<T> over = attemptDelay;
        if (over == null || over.tryFinish()) {
            drive(null);
        }
    }

    private void attempt() {
        RetrySequence known = attempts;
        CheckedSupplier<? extends CompletionStage<T>, ?> call = body;
        if (known == null) {
            return;
        }
        if (rules.hasHook() && !hasEnded() && !deadline.isOver() && !prepare(known)) {
            return;
        }
        Deadline further = beginStart(deadline); // before the check: a cancel waits for the start, or is found here
        try {
            known.claims(); // before the check: who leaves refunds what is not claimed, or is found here
            if (call == null || hasEnded()) {
                known.cancelled();
                attempts = null;
            } else if (deadline.isOver()) {
                known.cancelled();
                end(null, known);
            } else {
                known.countRetry();
                int bodies = further.begun();
                CompletableFuture<T> made = layer.next().callAsync(call, further);
                if (further.begun() == bodies && (hasEnded() || deadline.isOver())) {
                    known.notMade(); // the call was left before its code was called
                }
                follow(made);
            }
        } finally {
            endStart();
        }
    }

    /**
     * Runs the user code before the next attempt. Returns false if no time is left after it, and the call has ended.
     */
    private boolean prepare(RetrySequence known) {
        try {
            known.callHook();
        } catch (InterruptedException interrupt) {
            // The thread is a worker, and its interrupt does not concern the call.
        }
        if (!hasEnded() && !deadline.isOver() && !known.hasTimeAfterHook()) {
            end(lastResult(known), known);
            return false;
        }
        return true;
    }

    private void follow(CompletableFuture<T> attempt) {
        running = attempt;
        ForeignStage.onEndAsIs(attempt, this);
        if (hasEnded()) {
            cancelPart(attempt);
        }
    }

    /** Receives the end of the attempt that is followed. Must not be called by other code. */
    @Override
    public @Nullable Object apply(T value, @Nullable Throwable failure) {
        endedValue = value;
        endedFailure = ForeignStage.thrownBy(running, failure);
        if ((int) PENDING.getAndAdd(this, 1) == 0) {
            drain();
        }
        return null;
    }

    /** Processes ended attempts until one is left running, a delay begins, or the call ends. */
    private void drain() {
        do {
            T value = endedValue();
            Throwable failure = endedFailure;
            endedValue = null;
            endedFailure = null;
            running = failure == null ? takingBack(running) : null;
            if (!hasEnded()) {
                try {
                    onEnd(value, failure);
                } catch (Throwable unexpected) {
                    giveUp(unexpected); // nobody else ends the call
                }
            } else {
                attempts = null;
                if (failure == null) {
                    passLateResult(value);
                    running = null;
                }
            }
        } while ((int) PENDING.getAndAdd(this, -1) != 1);
    }

    @SuppressWarnings("NullAway") // null if T may be null, or there is a failure
    private T endedValue() {
        return endedValue;
    }

    private void onEnd(T value, @Nullable Throwable failure) {
        UnacceptableResultException checked =
                failure == null && !AdaptedCall.hasDelivered(body) ? rules.checkResult(value) : null;
        if (failure == null && checked == null) {
            succeed(value);
        } else if (drivingThread == Thread.currentThread()) {
            onFailure(value, failure, checked);
        } else {
            // Listeners run here, on a foreign thread whose context is foreign, too.
            endedValue = value;
            endedFailure = failure;
            endedUnacceptable = checked;
            failing = true;
            context.runLogged(this);
            if (failing) {
                clearEnded();
                endWithoutContext(value, failure, checked);
            }
        }
    }

    /** Processes a failure in the caller's context. Must not be called by other code. */
    @Override
    public void run() {
        if (!failing) {
            return;
        }
        T value = endedValue();
        Throwable failure = endedFailure;
        UnacceptableResultException checked = endedUnacceptable;
        clearEnded(); // before another attempt begins, which may end on another thread
        if (!hasEnded()) {
            onFailure(value, failure, checked);
        }
    }

    private void clearEnded() {
        failing = false;
        endedValue = null;
        endedFailure = null;
        endedUnacceptable = null;
    }

    /** Ends the call as its attempt ended: a further attempt could only be made in a foreign context. */
    private void endWithoutContext(
            T value, @Nullable Throwable failure, @Nullable UnacceptableResultException unacceptable) {
        try {
            Throwable last = unacceptable != null ? unacceptable : RetryRules.asThrown(failure);
            RetrySequence known = attempts;
            if (known == null) {
                known = new RetrySequence(layer.retry(), rules, deadline, false, last, unacceptable != null);
                if (!tryTransferOutcome(known)) {
                    return;
                }
            }
            known.onContextLost(last, unacceptable != null);
            end(value, known);
        } catch (Throwable unexpected) {
            giveUp(unexpected);
        }
    }

    /** Ends the call instead of making the next attempt, which could only be made in a foreign context. */
    private void resumeWithoutContext() {
        AttemptDelay<T> over = attemptDelay;
        if (over == null || over.tryFinish()) {
            giveUpAttempts(RetrySequence::onContextLostDuringDelay);
        }
    }

    /** Makes the next attempt, whose delay is over. */
    void resumeInContext() {
        CallerContext.Task resuming;
        try {
            resuming = CallerContext.Task.of(this::resume);
        } catch (Throwable outOfMemory) {
            AttemptDelay<T> over = attemptDelay;
            if (over == null || over.tryFinish()) {
                giveUp(outOfMemory);
            }
            return;
        }
        if (!context.tryRun(resuming)) {
            resumeWithoutContext();
        }
    }

    private void succeed(T value) {
        RetrySequence known = attempts;
        FirstAttempt begun = known == null ? firstAttempt() : null;
        if (!tryEndWith(known == null ? begun : known.part(), known)) {
            passLateResult(value);
            running = null;
            return;
        }
        try {
            if (known != null) {
                known.settleSucceeded();
                known.succeeded();
                attempts = null;
            } else if (begun != null) {
                begun.settleSucceeded(rules);
            } else {
                rules.onFirstAttemptSuccess();
            }
        } finally {
            clearOutcomeOwner();
            clear();
            publish(value, null);
        }
    }

    /**
     * Decides that the call ends as its attempt did, and that a part counts it. If its scope was left before, which has
     * counted it, the attempt ends too late, as after a cancel.
     */
    private boolean tryEndWith(Deadline.@Nullable InFlight part, @Nullable RetrySequence known) {
        if (part != null && !part.tryBeginEnd()) {
            if (!hasEnded()) {
                endGivenUp(known);
            }
            return false;
        }
        if (tryEnd()) {
            return true;
        }
        if (part != null) {
            RetrySequence.settleStopped(layer.retry(), part); // the holder has left in this moment
        }
        return false;
    }

    private void endGivenUp(@Nullable RetrySequence known) {
        Throwable cancellation = new CancellationException();
        if (tryEnd()) {
            try {
                if (known != null) {
                    known.releaseFailures();
                }
                attempts = null;
                clearOutcomeOwner();
                clear();
            } finally {
                publishFailure(cancellation);
            }
        }
    }

    private void onFailure(T value, @Nullable Throwable failure, @Nullable UnacceptableResultException unacceptable) {
        try {
            boolean byResult = unacceptable != null;
            Object call = body == null ? this : body;
            Throwable thrown = unacceptable != null ? unacceptable : RetryRules.asThrown(failure);
            boolean repeatable = !AdaptedCall.isCommitted(call);
            RetrySequence known = attempts;
            long delayNanos;
            if (known == null) {
                known = new RetrySequence(layer.retry(), rules, deadline, false, thrown, byResult);
                if (!tryTransferOutcome(known)) {
                    return;
                }
                attempts = known;
                delayNanos = known.onFirstFailure(repeatable);
            } else {
                delayNanos = known.onNextFailure(thrown, byResult, repeatable);
            }
            if (delayNanos == RetrySequence.STOP) {
                end(value, known);
            } else if (delayNanos > 0) {
                AttemptDelay<T> delay = new AttemptDelay<>(this, layer.retry(), deadline, context, delayNanos);
                attemptDelay = delay;
                delay.begin(this);
            } else if (drivingThread == Thread.currentThread() && !rules.hasHook()) {
                attempt();
            } else {
                // The thread that ended the attempt is a foreign one, or the caller's, which must not block.
                attemptDelay = null;
                Workers.executeReliably(this::resumeInContext);
            }
        } catch (Throwable unexpected) {
            giveUp(unexpected);
        }
    }

    /** Ends the call as its last attempt ended. A result that was not accepted is better than no result. */
    @SuppressWarnings("NullAway") // the value is present if the attempt ended with one
    private void end(@Nullable T value, RetrySequence known) {
        if (!tryEndWith(known.part(), known)) {
            return;
        }
        Throwable failure;
        Runnable event;
        try {
            failure = known.conclude(true);
            event = known.event();
        } catch (Throwable outOfMemory) {
            failure = outOfMemory;
            event = null;
        }
        Throwable failed = known.endsWithResult(failure) ? null : failure;
        try {
            known.releaseFailures();
            attempts = null;
            clearOutcomeOwner();
            letGo();
        } finally {
            announceThenPublish(event, value, failed, context);
        }
    }

    /** Ends the call with a failure that no attempt caused. */
    void giveUp(Throwable thrown) {
        if (tryEnd()) {
            try {
                try {
                    RetrySequence known = attempts;
                    if (known != null) {
                        known.refundUnmade();
                    }
                } finally {
                    halt();
                }
                clearOutcomeOwner();
                clear();
            } finally {
                publishFailure(thrown);
            }
        }
    }

    @Override
    protected void stop() {
        try {
            countStop(layer.retry());
            RetrySequence known = attempts; // confined to another thread, which refunds as well if it is not seen here
            if (known != null) {
                known.refundUnmade();
            }
        } finally {
            halt();
        }
        RetrySequence left = attempts;
        if (left != null) {
            left.releaseFailures();
        }
        clear();
    }

    private void halt() {
        try {
            stopFurther();
            AttemptDelay<T> waiting = attemptDelay;
            if (waiting != null && waiting.tryFinish()) {
                forgetAttempts();
            }
            if (drivingThread != Thread.currentThread()) {
                awaitStart();
            }
        } finally {
            CompletableFuture<T> attempt = running;
            if (attempt != null) {
                cancelPart(attempt);
            }
        }
    }

    /** Returns whether the outcome of the call is decided. */
    boolean isOver() {
        return hasEnded();
    }

    /** Discards the decision to make a further attempt. */
    void forgetAttempts() {
        RetrySequence known = attempts;
        if (known != null) {
            known.cancelled();
            attempts = null;
        }
    }

    /** Releases what the call captures, so that a reference to the future of an ended call does not retain it. */
    private void clear() {
        letGo();
        context.clear();
    }

    private void letGo() {
        body = null;
        CompletableFuture<T> attempt = running;
        if (attempt != null && takingBack(attempt) == null) {
            running = null;
        }
        attemptDelay = null;
        endFurther();
        if (rules.hasTimeLimit()) {
            deadline.end();
        }
    }

    @Override
    protected @Nullable CompletableFuture<T> origin() {
        return running;
    }

    /** Ends the call instead of its delay: the delay has ended, and no further attempt follows. */
    void giveUpAttempts(Consumer<RetrySequence> reason) {
        RetrySequence known = attempts;
        if (hasEnded()) {
            forgetAttempts();
        } else if (known != null) {
            reason.accept(known);
            end(lastResult(known), known);
        }
    }

    @SuppressWarnings("unchecked") // an attempt of this call returned it
    private @Nullable T lastResult(RetrySequence known) {
        return (T) known.lastResult();
    }
}
