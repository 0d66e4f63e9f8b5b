package io.netrun.resilience.retry;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ExceptionFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one call, from its first failure on. It hears of each failure and decides whether, and after which wait,
 * another attempt follows; how the wait is spent is for its caller to see to. Not thread-safe: attempts follow each other.
 */
final class Attempts {

    /** No other attempt: the call ends with {@link #failure()}. */
    static final long STOP = -1;

    private static final int MAX_KEPT = 16;

    /** How much longer than computed a hint can make a wait. */
    private static final long LONGEST_EXTENSION = TimeUnit.SECONDS.toNanos(5);

    private final Retry retry;
    private final RetryRules rules;
    private final Deadline deadline;
    private @Nullable Earlier earlier;
    private Throwable last;
    private int made = 1;
    private long wait;

    /** What the last retry cost of the budget. */
    private int cost;

    Attempts(Retry retry, RetryRules rules, Deadline deadline, Throwable first) {
        this.retry = retry;
        this.rules = rules;
        this.deadline = deadline;
        this.last = first;
    }

    /**
     * Hears of the failure of the attempt after the ones known.
     *
     * @return as {@link #decide}
     */
    long next(Throwable failure, boolean repeatable) {
        if (made <= MAX_KEPT) {
            earlier = new Earlier(last, earlier);
        }
        last = failure;
        made++;
        return decide(repeatable);
    }

    /**
     * Decides upon the last failure: the wait before the next attempt in nanoseconds, or {@link #STOP}.
     *
     * @param repeatable whether the call can be made again at all
     */
    long decide(boolean repeatable) {
        RetryConfig config = rules.config();
        if (ExceptionFilter.isCancellation(last)) {
            retry.counts().cancelled.increment();
            return STOP;
        }
        if (!repeatable || !rules.retries(last)) {
            retry.counts().notRetried.increment();
            return STOP;
        }
        if (made >= config.maxAttempts()) {
            return exhaust("");
        }
        wait = withHint(rules.backoff().nanos(made - 1, wait, last));
        if (isTooLong(wait)) {
            return exhaust(", no time being left for another");
        }
        if (!isCovered(config.budget())) {
            return STOP;
        }
        retry.publishRetrying(last, made, wait);
        return wait;
    }

    /** The wait is over and the next attempt begins. */
    void begins() {
        retry.counts().retries.increment();
    }

    /** The call succeeded with the attempt after the ones known. */
    void succeeded() {
        retry.counts().recovered.increment();
        RetryBudget budget = rules.config().budget();
        if (budget != null) {
            budget.giveBack(cost);
        }
    }

    /** The call was stopped while it waited for the next attempt. */
    Throwable stopped() {
        retry.counts().cancelled.increment();
        return last;
    }

    /** The retry was closed while the call waited for the next attempt. */
    Throwable closed() {
        exhaust(", being closed");
        return last;
    }

    /** No timer could be set for the wait before the next attempt. */
    Throwable untimed() {
        exhaust(", no timer being there for the wait");
        return last;
    }

    /** What the call ends with after {@link #STOP}. */
    Throwable failure() {
        return last;
    }

    private boolean isCovered(@Nullable RetryBudget budget) {
        if (budget == null) {
            return true;
        }
        cost = budget.take(last instanceof CallRejectedException || retry.hintNanos(last) != Retry.NO_HINT);
        if (cost != RetryBudget.DENIED) {
            return true;
        }
        retry.counts().denied.increment();
        retry.publishDenied(last, budget);
        return false;
    }

    private long exhaust(String reason) {
        retry.counts().exhausted.increment();
        retry.publishExhausted(last, made);
        if (rules.config().onExhausted() == OnExhausted.WRAP) {
            last = new RetryExhaustedException(retry.name(), made, reason, last, distinctEarlier());
        }
        return STOP;
    }

    /** The failure may know better when to try again, within bounds: it does not decide how long the caller waits. */
    private long withHint(long computed) {
        long hint = retry.hintNanos(last);
        if (hint == Retry.NO_HINT) {
            return computed;
        }
        return Math.min(
                Math.min(Math.max(computed, hint), computed + LONGEST_EXTENSION),
                Math.max(computed, rules.backoff().maxNanos()));
    }

    /** Waiting makes no sense where the time limit strikes before, or where the failure says that it takes longer. */
    private boolean isTooLong(long nanos) {
        if (deadline != Deadline.NONE && (deadline.isExceeded() || deadline.remainingNanos() <= nanos)) {
            return true;
        }
        long hint = last instanceof CallRejectedException ? retry.hintNanos(last) : Retry.NO_HINT;
        return hint != Retry.NO_HINT
                && !rules.backoff().canOutlast(hint, made - 1, rules.config().maxAttempts() - 1);
    }

    /** The same object thrown again and again is told once, as the cause; the oldest come first. */
    private List<Throwable> distinctEarlier() {
        List<Throwable> distinct = new ArrayList<>();
        for (@Nullable Earlier each = earlier; each != null; each = each.before) {
            if (each.failure != last && !distinct.contains(each.failure)) {
                distinct.add(0, each.failure);
            }
        }
        return distinct;
    }

    /** A failure and those before it; a list would cost every retried call more than its retries do. */
    private record Earlier(Throwable failure, @Nullable Earlier before) {}
}
