package io.netrun.resilience.hedge;

import io.netrun.resilience.CallFuture;
import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Require;
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
 * so does the last failure, when no attempt is left running.
 *
 * <p>What bounds the attempts of all calls is a place in {@link Hedge#attemptBegins}, taken for each attempt but a call's
 * first. An attempt that ends while its call goes on gives one back. The one that ends the call does not: the place is held
 * until the losers have ended too, as those may pay no heed to being cancelled.
 */
abstract class HedgedCall<T extends @Nullable Object> extends CallFuture<T> {

    private static final Logger log = LoggerFactory.getLogger(HedgedCall.class);

    private final Hedge hedge;
    private final HedgeConfig config;
    private final Deadline deadline;
    private final Runnable another = ContextPropagation.wrap(this::beginAnother);
    private final Queue<CompletableFuture<T>> attempts = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger(1);
    private final AtomicBoolean won = new AtomicBoolean();
    private final AtomicBoolean spared = new AtomicBoolean();

    /** Attempts begun so far. Written by one attempt's start after the other, handed on through the timer. */
    private int begun = 1;

    private volatile Ticker.@Nullable Scheduled timer;

    HedgedCall(Hedge hedge, HedgeConfig config, Deadline deadline) {
        this.hedge = hedge;
        this.config = config;
        this.deadline = deadline;
    }

    /**
     * Makes an attempt and has it followed by {@link #follow}. Once that has heard of its end and it is over for good,
     * {@link #left()} is to be called.
     */
    abstract void attempt(int number);

    /** Whether a part of the result is with the caller already, so that no other attempt can win. */
    boolean hasBegun() {
        return false;
    }

    /** Begins the first attempt. */
    final HedgedCall<T> start() {
        attempt(1);
        awaitDelay();
        return this;
    }

    private void awaitDelay() {
        if (isDone() || begun >= config.maxAttempts()) {
            return;
        }
        try {
            timer = hedge.ticker().schedule(() -> Workers.dispatch(another), Require.nanos(config.delay()));
        } catch (Throwable noTimer) {
            log.warn("Hedge '{}': no timer could be set, so there is no further attempt", hedge.name(), noTimer);
            return;
        }
        if (isDone()) {
            cancelTimer();
        }
    }

    /** Another attempt begins, unless the call has ended or all places are taken. */
    private void beginAnother() {
        if (isDone() || hasBegun() || deadline.isExceeded() || !hedge.attemptBegins(config.maxActive())) {
            return;
        }
        if (!runsBeside()) {
            hedge.attemptEnds();
            return;
        }
        begun++;
        hedge.announce(begun);
        attempt(begun);
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

    final void follow(CompletableFuture<T> attempt, int number) {
        attempts.add(attempt);
        attempt.whenComplete((value, failure) -> ended(number, value, failure));
        if (isDone()) {
            attempt.cancel(true);
        }
    }

    /** An attempt's future has ended. */
    void ended(int number, T value, @Nullable Throwable failure) {
        if (failure != null) {
            attemptFailed(failure);
        } else if (won.compareAndSet(false, true)) {
            if (number > 1 && !isDone()) {
                hedge.laterAttemptWon();
            }
            finish(value, null);
            halt();
        }
    }

    private void attemptFailed(Throwable failure) {
        if (running.decrementAndGet() == 0) {
            fail(failure);
            halt();
        }
    }

    /** An attempt is over for good. */
    final void left() {
        if (!isDone() || !spared.compareAndSet(false, true)) {
            hedge.attemptEnds();
        }
    }

    @Override
    protected void stop() {
        halt();
    }

    private void halt() {
        cancelTimer();
        for (CompletableFuture<T> attempt : attempts) {
            attempt.cancel(true);
        }
    }

    private void cancelTimer() {
        Ticker.Scheduled waiting = timer;
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
