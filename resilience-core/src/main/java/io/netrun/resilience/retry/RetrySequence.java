package io.netrun.resilience.retry;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.Cancellation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ExceptionFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call, from its first failure on. It decides for each failure whether another attempt follows, and
 * after which delay; the caller spends the delay. Its decision to end the call is counted and published only when it is
 * {@linkplain #conclude() concluded}, because the call may end otherwise at the same moment: a call that is abandoned
 * counts as cancelled at that moment. Not thread-safe: attempts follow each other.
 */
final class RetrySequence extends Deadline.InFlight {

    /** No further attempt: {@link #conclude()} returns the outcome of the call. */
    static final long STOP = -1;

    private static final int MAX_KEPT = 16;

    /** The maximum by which a hint extends the computed delay. */
    private static final long LONGEST_EXTENSION = TimeUnit.SECONDS.toNanos(5);

    private enum End {
        CANCELLED,
        NOT_RETRIED,
        DENIED,
        EXHAUSTED
    }

    private final Retry retry;
    private final RetryRules rules;
    private final Deadline deadline;
    private final boolean sync;

    /** All failures so far, the latest first; read by the thread that abandons the call. */
    private volatile Failed failed;

    private boolean registered;
    private int attemptsMade = 1;
    private long delay;
    private End end = End.NOT_RETRIED;
    private String reason = "";

    /** The cost of the last retry in the budget. */
    private int cost;

    /**
     * @param sync whether the calling thread makes the call, so that its interrupt means that the call is cancelled
     * @param byResult whether the first attempt failed by its result
     */
    RetrySequence(Retry retry, RetryRules rules, Deadline deadline, boolean sync, Throwable first, boolean byResult) {
        this.retry = retry;
        this.rules = rules;
        this.deadline = deadline;
        this.sync = sync;
        this.failed = new Failed(first, byResult, null);
    }

    /**
     * Decides about the first failure, as {@link #decide} does. Must be called once the thread that ends the call can
     * find this object.
     */
    long onFirstFailure(boolean repeatable) {
        // If a call ends with its first failure, the limit around it learns that when the call has ended.
        if (rules.hasPredicate()) {
            register();
        }
        return decide(repeatable);
    }

    private void register() {
        if (!registered) {
            registered = true;
            deadline.register(this);
        }
    }

    /**
     * Records the failure of another attempt and decides about it; see {@link #decide}.
     *
     * @param byResult whether the attempt failed by its result, which is better than nothing if no attempt follows
     */
    long onNextFailure(Throwable failure, boolean byResult, boolean repeatable) {
        Failed before = failed;
        failed = new Failed(failure, byResult, attemptsMade <= MAX_KEPT ? before : before.before);
        attemptsMade++;
        return decide(repeatable);
    }

    /**
     * Decides about the last failure. Returns the delay before the next attempt in nanoseconds, or {@link #STOP}.
     *
     * @param repeatable whether the call can be repeated at all
     */
    private long decide(boolean repeatable) {
        RetryConfig config = rules.config();
        Throwable last = failed.failure;
        if (isCancelled(last)) {
            return stop(End.CANCELLED, "");
        }
        if (!repeatable || !(failed.byResult || rules.retries(last))) {
            return stop(End.NOT_RETRIED, "");
        }
        if (attemptsMade >= config.maxAttempts()) {
            return stop(End.EXHAUSTED, "");
        }
        register();
        delay = withHint(rules.backoff().nanos(attemptsMade - 1, delay, last));
        if (isTooLong(delay)) {
            return stop(End.EXHAUSTED, ": no time left for another");
        }
        if (!tryPay(config.budget())) {
            return stop(End.DENIED, "");
        }
        retry.publishRetrying(last, attemptsMade, delay);
        return delay;
    }

    private boolean isCancelled(Throwable last) {
        if (deadline.isExceeded()) {
            return false;
        }
        boolean cancelled = sync ? Cancellation.ofSyncCall(last, deadline) : Cancellation.ofAsyncCall(last, deadline);
        return cancelled && !rules.namesInterrupt(last);
    }

    private long stop(End by, String why) {
        end = by;
        reason = why;
        return STOP;
    }

    /** Records that the delay is over and the next attempt begins. */
    void begins() {
        retry.counts().retries.increment();
    }

    /** Records that the latest attempt succeeded, and with it the call. */
    void succeeded() {
        if (tryEnd()) {
            retry.counts().recovered.increment();
        }
        refund();
    }

    /** Ends the call during the delay before the next attempt, because it was cancelled. */
    void cancelled() {
        refund();
        stop(End.CANCELLED, "");
    }

    /** Ends the call during the delay before the next attempt, because the retry was shut down. */
    void onShutdown() {
        refund();
        stop(End.EXHAUSTED, ": the retry has been shut down");
    }

    /** Ends the call instead of the delay before the next attempt, because no timer could be set for it. */
    void onNoTimer() {
        refund();
        stop(End.EXHAUSTED, ": no timer is available for the delay");
    }

    /**
     * Ends the call with the failure of an attempt about which nothing was decided, because the caller's context was
     * not available for that.
     */
    void onContextLost(Throwable failure, boolean byResult) {
        if (failure != failed.failure) {
            failed = new Failed(failure, byResult, failed);
            attemptsMade++;
        }
        refund();
        stop(End.NOT_RETRIED, "");
    }

    /** Ends the call instead of making the next attempt, because the caller's context could not be restored for it. */
    void onContextLostDuringDelay() {
        refund();
        stop(End.EXHAUSTED, ": the caller's context cannot be restored for another");
    }

    /** Refunds the cost of the last retry, because it was not made or saved the call. */
    private void refund() {
        RetryBudget budget = rules.config().budget();
        if (budget != null) {
            budget.refund(cost);
        }
        cost = 0;
    }

    /** Counts that the call ends because it was cancelled, whatever was decided, unless it was abandoned before. */
    void stopped() {
        if (tryEnd()) {
            retry.counts().cancelled.increment();
        }
    }

    /**
     * Counts and publishes the decided end, unless the call was abandoned before. Called once.
     *
     * @return what the call ends with
     */
    Throwable conclude() {
        boolean counts = tryEnd();
        Throwable last = failed.failure;
        if (counts) {
            countEnd(last);
        }
        return end == End.EXHAUSTED && rules.config().onExhausted() == OnExhausted.WRAP
                ? new RetryExhaustedException(retry.name(), attemptsMade, reason, last, earlier(), sync)
                : last;
    }

    private void countEnd(Throwable last) {
        switch (end) {
            case CANCELLED -> retry.counts().cancelled.increment();
            case NOT_RETRIED -> retry.counts().notRetried.increment();
            case DENIED -> {
                retry.counts().denied.increment();
                RetryBudget budget = rules.config().budget();
                if (budget != null) {
                    retry.publishDenied(last, budget);
                }
            }
            case EXHAUSTED -> {
                retry.counts().exhausted.increment();
                retry.publishExhausted(last, attemptsMade);
            }
        }
    }

    /** Returns whether the last attempt failed by its result, which is not wrapped in an exception. */
    boolean endsWithResult(Throwable concluded) {
        return failed.byResult && concluded == failed.failure;
    }

    /** Returns the result by which the last attempt failed; null if it failed otherwise. */
    @Nullable
    Object lastResult() {
        return failed.byResult && failed.failure instanceof UnacceptableResultException unacceptable
                ? unacceptable.result()
                : null;
    }

    private boolean tryPay(@Nullable RetryBudget budget) {
        if (budget == null) {
            return true;
        }
        Throwable last = failed.failure;
        int paid = budget.tryAcquire(last instanceof CallRejectedException || retry.hintNanos(last) != Retry.NO_HINT);
        cost = Math.max(0, paid);
        return paid != RetryBudget.DENIED;
    }

    /**
     * The failure may know a better time for the next attempt. Its hint is bounded, because it must not determine how
     * long the caller waits.
     */
    private long withHint(long computed) {
        long hint = retry.hintNanos(failed.failure);
        if (hint == Retry.NO_HINT) {
            return computed;
        }
        return Math.min(
                Math.min(Math.max(computed, hint), computed + LONGEST_EXTENSION),
                Math.max(computed, rules.backoff().maxNanos()));
    }

    /**
     * Returns whether a delay is useless: the time limit expires before it, or the failure's hint is longer than all
     * remaining delays.
     */
    private boolean isTooLong(long nanos) {
        if (deadline != Deadline.NONE && (deadline.isExceeded() || deadline.remainingNanos() <= nanos)) {
            return true;
        }
        Throwable last = failed.failure;
        long hint = last instanceof CallRejectedException ? retry.hintNanos(last) : Retry.NO_HINT;
        return hint != Retry.NO_HINT
                && !rules.backoff()
                        .canReach(hint, attemptsMade - 1, rules.config().maxAttempts() - 1);
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        retry.counts().cancelled.increment();
        distinct(failed, null).forEach(failures);
    }

    private List<Throwable> earlier() {
        return failed.before == null ? List.of() : distinct(failed.before, failed.failure);
    }

    /** Returns failures in order, the oldest first. The same object thrown repeatedly is included once. */
    private static List<Throwable> distinct(@Nullable Failed latest, @Nullable Throwable except) {
        List<Throwable> distinct = new ArrayList<>();
        for (@Nullable Failed each = latest; each != null; each = each.before) {
            if (each.failure != except && !ExceptionFilter.isAmong(distinct, each.failure)) {
                distinct.add(0, each.failure);
            }
        }
        return distinct;
    }

    /** A failure and those before it. A list would cost every retried call more than its retries do. */
    private record Failed(
            Throwable failure, boolean byResult, @Nullable Failed before) {}
}
