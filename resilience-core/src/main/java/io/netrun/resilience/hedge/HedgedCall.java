package io.netrun.resilience.hedge;

import io.netrun.resilience.AttemptLostException;
import io.netrun.resilience.CallFuture;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of one call: a race, in which those that join late start when a timer says so. The first result ends the
 * call; so does the last failure, when no attempt is left running. Each attempt has a scope of its own, which is
 * stopped when it has lost, so that policies within know a loser by that and not by what it throws. Of an attempt that
 * has delivered a part of its result to the caller, the end is the call's end, whatever the others do.
 *
 * <p>What bounds the attempts of all calls is a slot of {@link Hedge#tryAcquireSlot}, taken for each attempt but a
 * call's first. Each attempt leaves once, when nothing of it runs any longer, and releases a slot then, except for one:
 * the attempt that ends the call, or the first to leave a call that was ended from outside. So the slots are held until
 * the losers have left too, as those may pay no heed to being cancelled, and those that do have left before the caller
 * learns of the end.
 */
abstract class HedgedCall<T extends @Nullable Object> extends CallFuture<T> {

    private static final Logger log = LoggerFactory.getLogger(HedgedCall.class);

    private final Hedge hedge;
    private final HedgeConfig config;
    private final Deadline deadline;
    private final CallerContext context;
    private final Queue<Attempt<T>> attempts = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger(1);
    private final AtomicBoolean spared = new AtomicBoolean();

    /** Attempts that have not left. */
    private final AtomicInteger present = new AtomicInteger();

    /** Attempts begun so far. Written by one attempt's start after the other, handed on through the timer. */
    private int begun = 1;

    private volatile Ticker.@Nullable Scheduled timer;

    /** What the call ends with if no attempt succeeds: the latest failure that is not that of having lost. */
    private volatile @Nullable Throwable latestFailure;

    HedgedCall(Hedge hedge, HedgeConfig config, Deadline deadline) {
        this.hedge = hedge;
        this.config = config;
        this.deadline = deadline;
        this.context = CallerContext.capture();
    }

    /**
     * Makes an attempt in its scope and has it followed by {@link #follow}; once it is over, it {@linkplain #leave
     * leaves}.
     */
    abstract void attempt(Attempt<T> attempt);

    /** Whether nothing of an attempt runs any longer. */
    abstract boolean isOver(Attempt<T> attempt);

    /** Whether a part of the result is with the caller already, so that no other attempt can win. */
    boolean isCommitted() {
        return false;
    }

    /** Whether a part of the result is with the caller that came from the attempt of a scope. */
    boolean isOwnedBy(Deadline scope) {
        return false;
    }

    /**
     * Decides that the attempt of a scope has won; false if a part of the result is with the caller that came from
     * another.
     */
    boolean tryClaim(Deadline scope) {
        return true;
    }

    /** All other attempts are stopped. */
    void unclaim() {}

    /** Takes the result of an attempt that has lost. */
    void discard(@Nullable Object result) {
        hedge.discard(result);
    }

    final CallerContext context() {
        return context;
    }

    final HedgeConfig config() {
        return config;
    }

    /** Begins the first attempt. */
    HedgedCall<T> start() {
        begin(add(1));
        awaitDelay();
        return this;
    }

    /**
     * An attempt that can be stopped before it is made: it is found by the thread that ends the call, or finds the call
     * ended.
     */
    private Attempt<T> add(int number) {
        Attempt<T> attempt = new Attempt<>(number, deadline.child());
        present.incrementAndGet();
        attempts.add(attempt);
        if (hasEnded()) {
            attempt.stop();
            leaveIfOver(attempt);
        }
        return attempt;
    }

    private void begin(Attempt<T> attempt) {
        if (!attempt.tryMake()) {
            attempts.remove(attempt);
            return;
        }
        try {
            attempt(attempt);
        } catch (Throwable thrown) {
            ended(attempt, thrown);
            leave(attempt);
        }
    }

    private void awaitDelay() {
        if (hasEnded() || begun >= config.maxAttempts()) {
            return;
        }
        try {
            timer = hedge.ticker()
                    .schedule(
                            Workers.handOver(context.wrap(this::beginAnother, this::cannotBegin)),
                            Require.nanos(config.delay()));
        } catch (Throwable noTimer) {
            SafeLog.warn(
                    log, "Hedge '{}': no timer could be set, so there is no further attempt", hedge.name(), noTimer);
            return;
        }
        if (hasEnded()) {
            cancelTimer();
        }
    }

    /** The first attempts go on; a further one could only run in another's context. */
    private void cannotBegin(Throwable thrown) {
        SafeLog.warn(
                log,
                "Hedge '{}': the caller's context cannot be restored, so there is no further attempt",
                hedge.name(),
                thrown);
    }

    /** Another attempt begins, unless the call has ended or all slots are taken. */
    private void beginAnother() {
        if (hasEnded() || isCommitted() || deadline.isOver() || !hedge.tryAcquireSlot(config.maxActive())) {
            return;
        }
        if (!runsBeside()) {
            hedge.releaseSlot();
            return;
        }
        begun++;
        Attempt<T> another = add(begun);
        hedge.announce(begun);
        begin(another);
        awaitDelay();
    }

    /** Counts a running attempt, unless the last one has just failed. */
    private boolean runsBeside() {
        int seen;
        do {
            seen = running.get();
            if (seen == 0) {
                return false;
            }
        } while (!running.compareAndSet(seen, seen + 1));
        return true;
    }

    final void follow(Attempt<T> attempt, CompletableFuture<T> future) {
        attempt.follow(future);
        ForeignStage.onEnd(future, (value, failure) -> {
            attempt.onFutureEnd();
            ended(attempt, value, failure);
            return null;
        });
        if (hasEnded()) {
            attempt.stop();
            attempt.cancel();
            leaveIfOver(attempt);
        }
    }

    /**
     * A part of the result has reached the caller: the attempts that it does not come from have lost at this moment.
     */
    final void stopLosers() {
        for (Attempt<T> attempt : attempts) {
            if (!isOwnedBy(attempt.scope())) {
                attempt.stop();
                leaveIfOver(attempt);
            }
        }
    }

    /** An attempt's future has ended. */
    void ended(Attempt<T> attempt, T value, @Nullable Throwable failure) {
        if (failure != null) {
            ended(attempt, failure);
        } else if (!tryClaim(attempt.scope())) {
            lose(attempt, value);
        } else if (tryEnd()) {
            attempt.scope().end();
            leaveAsLast(attempt);
            if (attempt.number() > 1) {
                hedge.laterAttemptWon();
            }
            endWith(value, null);
        } else {
            unclaim();
            lose(attempt, value);
        }
    }

    private void lose(Attempt<T> attempt, T value) {
        leaveIfOver(attempt);
        attempts.remove(attempt);
        discard(value);
    }

    /**
     * An attempt has failed. That ends the call if it is the last one, or the one from which the caller has a part of
     * the result. An attempt that has lost to another one has no say: if that one has delivered, its end is the call's.
     */
    private void ended(Attempt<T> attempt, Throwable failure) {
        attempt.scope().end();
        if (!(failure instanceof AttemptLostException)) {
            latestFailure = failure;
        } else if (isCommitted()) {
            leaveIfOver(attempt);
            attempts.remove(attempt);
            return;
        }
        boolean last = running.decrementAndGet() == 0;
        boolean owner = isOwnedBy(attempt.scope());
        if ((last || owner) && tryEnd()) {
            leaveAsLast(attempt);
            Throwable latest = latestFailure;
            endWithFailure(owner || latest == null ? failure : latest);
        } else {
            leaveIfOver(attempt);
            attempts.remove(attempt);
        }
    }

    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    private void endWithFailure(Throwable failure) {
        endWith(null, failure);
    }

    private void endWith(T value, @Nullable Throwable failure) {
        if (attempts.isEmpty()) {
            cancelTimer();
            unclaim();
            context.clear();
            publish(value, failure);
        } else {
            releaseThenPublish(value, failure, context);
        }
    }

    /** Stops the attempts and ends the call with a failure of the hedge's own, unless it has ended. */
    final void giveUp(Throwable failure) {
        if (tryEnd()) {
            release();
            publishFailure(failure);
        }
    }

    /** The attempt that ends the call: the slots that are held now are those of the attempts that run on. */
    private void leaveAsLast(Attempt<T> attempt) {
        attempts.remove(attempt);
        if (attempt.tryLeave()) {
            present.decrementAndGet();
            releaseUnlessSpared();
        }
    }

    /** Nothing of an attempt runs any longer; does nothing if that is known. */
    final void leave(Attempt<T> attempt) {
        if (attempt.tryLeave()) {
            // The last of a call that is left and not ended yet has no slot either.
            if (present.decrementAndGet() == 0 || hasEnded()) {
                releaseUnlessSpared();
            } else {
                hedge.releaseSlot();
            }
        }
    }

    private void releaseUnlessSpared() {
        if (!spared.compareAndSet(false, true)) {
            hedge.releaseSlot();
        }
    }

    private void leaveIfOver(Attempt<T> attempt) {
        if (attempt.tryDrop() || isOver(attempt)) {
            leave(attempt);
        }
    }

    @Override
    protected void stop() {
        cancelTimer();
        attempts.forEach(Attempt::stop);
        unclaim();
        attempts.forEach(this::leaveIfOver);
        for (Attempt<T> attempt : attempts) {
            cancelAsWell(attempt);
            leaveIfOver(attempt);
        }
        attempts.clear();
        context.clear();
    }

    private void cancelAsWell(Attempt<T> attempt) {
        CompletableFuture<T> running = attempt.future();
        if (running != null) {
            cancelPart(running);
        }
    }

    private void cancelTimer() {
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            timer = null;
            waiting.cancel();
        }
    }
}
