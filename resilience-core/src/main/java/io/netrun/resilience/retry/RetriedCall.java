package io.netrun.resilience.retry;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.CallFuture;
import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Layer;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Waits;
import io.netrun.resilience.Workers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of one asynchronous call. Attempts that end at once follow each other in a loop and not by recursion: an
 * attempt's end only marks that there is work, and whoever marks it first does it ({@code pending}).
 */
final class RetriedCall<T extends @Nullable Object> extends CallFuture<T> {

    private static final Logger log = LoggerFactory.getLogger(RetriedCall.class);

    private final Retry retry;
    private final RetryRules rules;
    private final Layer next;
    private final Supplier<? extends CompletionStage<T>> body;
    private final Deadline deadline;
    private final Runnable resume;
    private final AtomicInteger pending = new AtomicInteger();

    /** Written by the one thread that is driving the call, handed on through {@link #pending} or the timer. */
    private @Nullable Attempts attempts;

    /** The thread on which attempts may follow each other: one of ours, or the caller's while it is in the call. */
    private volatile @Nullable Thread driver;

    private volatile @Nullable CompletableFuture<T> running;
    private volatile @Nullable Pause pause;

    RetriedCall(
            Retry retry, RetryRules rules, Layer next, Supplier<? extends CompletionStage<T>> body, Deadline deadline) {
        this.retry = retry;
        this.rules = rules;
        this.next = next;
        this.body = body;
        this.deadline = deadline;
        this.resume = ContextPropagation.wrap(this::resume);
    }

    RetriedCall<T> start(CompletableFuture<T> first) {
        drive(first);
        return this;
    }

    /** Follows an attempt, or makes the next one, and all that follow at once, on this thread. */
    private void drive(@Nullable CompletableFuture<T> attempt) {
        driver = Thread.currentThread();
        if (attempt != null) {
            follow(attempt);
        } else {
            attempt();
        }
        driver = null;
    }

    /** The next attempt's time has come, unless the wait for it has ended otherwise. */
    private void resume() {
        Pause over = pause;
        if (over == null || over.end()) {
            drive(null);
        }
    }

    private void attempt() {
        Attempts known = attempts;
        if (known != null && !isDone()) {
            known.begins();
            follow(next.callAsync(body, deadline));
        }
    }

    private void follow(CompletableFuture<T> attempt) {
        running = attempt;
        attempt.whenComplete((value, failure) -> {
            if (pending.getAndIncrement() == 0) {
                drain();
            }
        });
        if (isDone()) {
            attempt.cancel(true);
        }
    }

    /** Deals with ended attempts until one is left running, waiting, or was the last. */
    private void drain() {
        do {
            CompletableFuture<T> ended = running;
            if (ended != null && !isDone()) {
                ended.whenComplete(this::onEnd);
            }
        } while (pending.decrementAndGet() != 0);
    }

    private void onEnd(T value, @Nullable Throwable failure) {
        Throwable thrown = failure == null ? rules.judge(value) : withoutEnvelope(failure);
        if (thrown == null) {
            if (attempts == null) {
                rules.firstSucceeded();
            } else {
                attempts.succeeded();
            }
            finish(value, null);
            return;
        }
        long wait;
        boolean repeatable = !AdaptedCall.hasBegun(body);
        if (attempts == null) {
            attempts = new Attempts(retry, rules, deadline, thrown);
            wait = attempts.decide(repeatable);
        } else {
            wait = attempts.next(thrown, repeatable);
        }
        if (wait == Attempts.STOP) {
            // What was not accepted is better than nothing.
            finish(value, attempts.failure() instanceof UnacceptableResultException ? null : attempts.failure());
        } else if (wait > 0) {
            pause = new Pause(wait);
            pause.begin();
        } else if (driver == Thread.currentThread()) {
            attempt();
        } else {
            // The thread that ended the attempt belongs to someone else, and so does its context.
            pause = null;
            Workers.dispatch(resume);
        }
    }

    @Override
    protected void stop() {
        retry.counts().cancelled.increment();
        halt();
    }

    private void halt() {
        Pause waiting = pause;
        if (waiting != null) {
            waiting.end();
        }
        CompletableFuture<T> attempt = running;
        if (attempt != null) {
            attempt.cancel(true);
        }
    }

    /** The wait for the next attempt has ended, and there will be none. */
    private void giveUp(Function<Attempts, Throwable> reason) {
        Attempts known = attempts;
        if (known == null || isDone()) {
            return;
        }
        Throwable end = reason.apply(known);
        if (end instanceof UnacceptableResultException unacceptable) {
            finish(resultOf(unacceptable), null);
        } else {
            fail(end);
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // an attempt of this call returned it
    private T resultOf(UnacceptableResultException unacceptable) {
        return (T) unacceptable.result();
    }

    /** What was thrown: dependent stages put it into a {@link CompletionException}, which says nothing of its own. */
    private static Throwable withoutEnvelope(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure.getClass() == CompletionException.class && cause != null ? cause : failure;
    }

    /** The wait for the next attempt. It ends once: with its time, with the call, or with the retry's closing. */
    private final class Pause implements Waits.Waiting {

        private final AtomicBoolean over = new AtomicBoolean();
        private final long nanos;
        private volatile Ticker.@Nullable Scheduled timer;

        Pause(long nanos) {
            this.nanos = nanos;
        }

        void begin() {
            try {
                timer = retry.ticker().schedule(() -> Workers.dispatch(resume), nanos);
            } catch (Throwable noTimer) {
                log.warn("Retry '{}': no timer could be set, so there is no further attempt", retry.name(), noTimer);
                if (end()) {
                    giveUp(Attempts::untimed);
                }
                return;
            }
            retry.waitingCalls().begin(this);
            if (isDone()) {
                end();
            }
            if (over.get()) {
                release();
            }
        }

        /** False if it has ended before. */
        boolean end() {
            boolean ends = over.compareAndSet(false, true);
            if (ends) {
                release();
            }
            return ends;
        }

        private void release() {
            retry.waitingCalls().end(this);
            Ticker.Scheduled scheduled = timer;
            if (scheduled != null) {
                scheduled.cancel();
            }
        }

        @Override
        public void closed() {
            if (end()) {
                Workers.dispatch(() -> giveUp(Attempts::closed));
            }
        }
    }
}
