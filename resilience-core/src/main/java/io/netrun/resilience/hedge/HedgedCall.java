package io.netrun.resilience.hedge;

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
 * The attempts of one call: a race, in which those that join late start when a timer says so. The first result ends the call;
 * so does the last failure, when no attempt is left running. Each attempt has a scope of its own, which is stopped when it has
 * lost, so that policies within know a loser by that and not by what it throws. Of an attempt that has delivered a part of its
 * result to the caller, the end is the call's end, whatever the others do.
 *
 * <p>What bounds the attempts of all calls is a slot of {@link Hedge#attemptBegins}, taken for each attempt but a call's
 * first. An attempt that ends while its call goes on gives one back. The one that ends the call does not: the slot is held
 * until the losers have ended too, as those may pay no heed to being cancelled.
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

    /** Attempts begun so far. Written by one attempt's start after the other, handed on through the timer. */
    private int begun = 1;

    private volatile Ticker.@Nullable Scheduled timer;

    /** An attempt, its scope, and what its scope is stopped for unless it is the winner. */
    record Attempt<T extends @Nullable Object>(int number, Deadline scope, CompletableFuture<T> future) {}

    HedgedCall(Hedge hedge, HedgeConfig config, Deadline deadline) {
        this.hedge = hedge;
        this.config = config;
        this.deadline = deadline;
        this.context = CallerContext.capture();
    }

    /**
     * Makes an attempt and has it followed by {@link #follow}. Once that was notified of its end and it is over for good,
     * {@link #left()} is to be called.
     */
    abstract void attempt(int number, Deadline scope);

    /** Whether a part of the result is with the caller already, so that no other attempt can win. */
    boolean hasBegun() {
        return false;
    }

    /** Whether a part of the result is with the caller that came from another attempt than that of a scope. */
    boolean isOwnedByAnother(Deadline scope) {
        return false;
    }

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
    final HedgedCall<T> start() {
        begin(1);
        awaitDelay();
        return this;
    }

    private void begin(int number) {
        try {
            attempt(number, deadline.child());
        } catch (Throwable thrown) {
            attemptFailed(thrown);
            left();
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
        if (hasEnded() || hasBegun() || deadline.isOver() || !hedge.attemptBegins(config.maxActive())) {
            return;
        }
        if (!runsBeside()) {
            hedge.attemptEnds();
            return;
        }
        begun++;
        hedge.announce(begun);
        begin(begun);
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

    final void follow(int number, Deadline scope, CompletableFuture<T> future) {
        Attempt<T> attempt = new Attempt<>(number, scope, future);
        attempts.add(attempt);
        ForeignStage.onEnd(future, (value, failure) -> {
            attempts.remove(attempt);
            ended(attempt, value, failure);
            return null;
        });
        if (hasEnded()) {
            scope.tryStop();
            ForeignStage.cancel(future);
        }
    }

    /** An attempt's future has ended. */
    void ended(Attempt<T> attempt, T value, @Nullable Throwable failure) {
        if (isOwnedByAnother(attempt.scope)) {
            return;
        }
        if (failure != null) {
            attempt.scope.end();
            attemptFailed(failure);
        } else if (tryEnd()) {
            attempt.scope.end();
            if (attempt.number > 1) {
                hedge.laterAttemptWon();
            }
            endWith(value, null);
        } else {
            discard(value);
        }
    }

    private void attemptFailed(Throwable failure) {
        if ((running.decrementAndGet() == 0 || hasBegun()) && tryEnd()) {
            endWithFailure(failure);
        }
    }

    @SuppressWarnings("NullAway") // with a failure, the value is not looked at
    private void endWithFailure(Throwable failure) {
        endWith(null, failure);
    }

    private void endWith(T value, @Nullable Throwable failure) {
        if (attempts.isEmpty()) {
            cancelTimer();
            context.clear();
            publish(value, failure);
        } else {
            releaseThenPublish(value, failure);
        }
    }

    /** An attempt is over for good. */
    final void left() {
        if (!hasEnded() || !spared.compareAndSet(false, true)) {
            hedge.attemptEnds();
        }
    }

    @Override
    protected void stop() {
        cancelTimer();
        for (Attempt<T> attempt : attempts) {
            attempt.scope.tryStop();
        }
        for (Attempt<T> attempt : attempts) {
            ForeignStage.cancel(attempt.future);
        }
        attempts.clear();
        context.clear();
    }

    private void cancelTimer() {
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            timer = null;
            waiting.cancel();
        }
    }
}
