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
 * The attempts of one call, from its first failure on. It decides upon each failure whether, and after which delay,
 * another attempt follows; how the delay is spent is up to its caller. What it decides for the end of the call is
 * counted and announced only when that is {@linkplain #conclude() concluded}, since the call may end otherwise in the
 * same moment: a call that is given up counts as cancelled when that happens. Not thread-safe: attempts follow each
 * other.
 */
final class RetrySequence extends Deadline.InFlight {

    /** No other attempt: the call ends as {@link #conclude()} says. */
    static final long STOP = -1;

    private static final int MAX_KEPT = 16;

    /** How much longer than computed a hint can make a delay. */
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

    /** All failures so far, the latest first; read by the thread that gives the call up. */
    private volatile Failed failed;

    private boolean registered;
    private int made = 1;
    private long delay;
    private End end = End.NOT_RETRIED;
    private String reason = "";

    /** What the last retry cost of the budget. */
    private int cost;

    /**
     * @param sync whether the call is made by the calling thread, whose interrupt then means that it is cancelled
     * @param byResult whether the first attempt failed by its result
     */
    RetrySequence(Retry retry, RetryRules rules, Deadline deadline, boolean sync, Throwable first, boolean byResult) {
        this.retry = retry;
        this.rules = rules;
        this.deadline = deadline;
        this.sync = sync;
        this.failed = new Failed(first, byResult, null);
    }

    /** Decides upon the first failure, as {@link #decide} does; to be called once whoever ends the call finds this. */
    long first(boolean repeatable) {
        // Of a call that ends with its first failure, a limit around it learns when it has ended.
        if (rules.asksUser()) {
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
     * Decides upon the failure of the attempt after the ones known; see {@link #decide}.
     *
     * @param byResult whether the attempt failed by its result, which is better than nothing if no attempt follows
     */
    long next(Throwable failure, boolean byResult, boolean repeatable) {
        Failed before = failed;
        failed = new Failed(failure, byResult, made <= MAX_KEPT ? before : before.before);
        made++;
        return decide(repeatable);
    }

    /**
     * Decides upon the last failure: the delay before the next attempt in nanoseconds, or {@link #STOP}.
     *
     * @param repeatable whether the call can be made again at all
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
        if (made >= config.maxAttempts()) {
            return stop(End.EXHAUSTED, "");
        }
        register();
        delay = withHint(rules.backoff().nanos(made - 1, delay, last));
        if (isTooLong(delay)) {
            return stop(End.EXHAUSTED, ": no time left for another");
        }
        if (!isCovered(config.budget())) {
            return stop(End.DENIED, "");
        }
        retry.publishRetrying(last, made, delay);
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

    /** The delay is over and the next attempt begins. */
    void begins() {
        retry.counts().retries.increment();
    }

    /** The call succeeded with the attempt after the ones known. */
    void succeeded() {
        if (tryEnd()) {
            retry.counts().recovered.increment();
        }
        refund();
    }

    /** The call ends during the delay before the next attempt, since it was cancelled. */
    void cancelled() {
        refund();
        stop(End.CANCELLED, "");
    }

    /** The call ends during the delay before the next attempt, since the retry was shut down. */
    void onShutdown() {
        refund();
        stop(End.EXHAUSTED, ": the retry has been shut down");
    }

    /** The call ends instead of the delay before the next attempt, since no timer could be set for it. */
    void untimed() {
        refund();
        stop(End.EXHAUSTED, ": no timer is available for the delay");
    }

    /**
     * The call ends with the failure of an attempt upon which nothing was decided, as the caller's context was not
     * there for that.
     */
    void undecided(Throwable failure, boolean byResult) {
        if (failure != failed.failure) {
            failed = new Failed(failure, byResult, failed);
            made++;
        }
        refund();
        stop(End.NOT_RETRIED, "");
    }

    /** The call ends instead of the next attempt, since the caller's context could not be restored for it. */
    void unrestored() {
        refund();
        stop(End.EXHAUSTED, ": the caller's context cannot be restored for another");
    }

    /** Returns what the last retry cost, since it was not made or saved the call. */
    private void refund() {
        RetryBudget budget = rules.config().budget();
        if (budget != null) {
            budget.refund(cost);
        }
        cost = 0;
    }

    /** The call ends by itself being cancelled, whatever was decided; counts that, unless it was given up before. */
    void stopped() {
        if (tryEnd()) {
            retry.counts().cancelled.increment();
        }
    }

    /**
     * Counts and announces the end that was decided, unless the call was given up before; what the call ends with.
     * Once.
     */
    Throwable conclude() {
        boolean counts = tryEnd();
        Throwable last = failed.failure;
        if (counts) {
            countEnd(last);
        }
        return end == End.EXHAUSTED && rules.config().onExhausted() == OnExhausted.WRAP
                ? new RetryExhaustedException(retry.name(), made, reason, last, earlier(), sync)
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
                retry.publishExhausted(last, made);
            }
        }
    }

    /** Whether the last attempt failed by its result, and nothing is put around that. */
    boolean endsWithResult(Throwable concluded) {
        return failed.byResult && concluded == failed.failure;
    }

    /** The result by which the last attempt failed; null if it failed otherwise. */
    @Nullable
    Object lastResult() {
        return failed.byResult && failed.failure instanceof UnacceptableResultException unacceptable
                ? unacceptable.result()
                : null;
    }

    private boolean isCovered(@Nullable RetryBudget budget) {
        if (budget == null) {
            return true;
        }
        Throwable last = failed.failure;
        int paid = budget.take(last instanceof CallRejectedException || retry.hintNanos(last) != Retry.NO_HINT);
        cost = Math.max(0, paid);
        return paid != RetryBudget.DENIED;
    }

    /** The failure may know better when to try again, within bounds: it does not decide how long the caller waits. */
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
     * Waiting makes no sense where the time limit is reached before, or where the failure says that it takes longer.
     */
    private boolean isTooLong(long nanos) {
        if (deadline != Deadline.NONE && (deadline.isExceeded() || deadline.remainingNanos() <= nanos)) {
            return true;
        }
        Throwable last = failed.failure;
        long hint = last instanceof CallRejectedException ? retry.hintNanos(last) : Retry.NO_HINT;
        return hint != Retry.NO_HINT
                && !rules.backoff().canOutlast(hint, made - 1, rules.config().maxAttempts() - 1);
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        retry.counts().cancelled.increment();
        distinct(failed, null).forEach(failures);
    }

    private List<Throwable> earlier() {
        return failed.before == null ? List.of() : distinct(failed.before, failed.failure);
    }

    /** Failures in their order, the oldest first. The same object thrown again and again is there once. */
    private static List<Throwable> distinct(@Nullable Failed latest, @Nullable Throwable except) {
        List<Throwable> distinct = new ArrayList<>();
        for (@Nullable Failed each = latest; each != null; each = each.before) {
            if (each.failure != except && !ExceptionFilter.isAmong(distinct, each.failure)) {
                distinct.add(0, each.failure);
            }
        }
        return distinct;
    }

    /** A failure and those before it; a list would cost every retried call more than its retries do. */
    private record Failed(
            Throwable failure, boolean byResult, @Nullable Failed before) {}
}
