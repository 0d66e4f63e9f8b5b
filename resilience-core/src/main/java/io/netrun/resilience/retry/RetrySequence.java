package io.netrun.resilience.retry;

import io.netrun.resilience.CallRejectedException;
import io.netrun.resilience.Cancellation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ExceptionFilter;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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

    /** Replaces the failures of a call that has ended. */
    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace, and keeps nothing
    private static final Throwable RELEASED = new Released();

    /** The maximum by which a hint extends the computed delay. */
    private static final long LONGEST_EXTENSION = TimeUnit.SECONDS.toNanos(5);

    private static final VarHandle COST = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "cost", VarHandle.class, RetrySequence.class, int.class);

    enum End {
        CANCELLED,
        NOT_RETRIED,
        DENIED,
        EXHAUSTED
    }

    private final Retry retry;
    private final RetryRules rules;
    private final Deadline deadline;
    private final boolean sync;

    private Throwable first;

    /** The failures after the first one, the latest first; read by the thread that abandons the call. */
    private volatile @Nullable Later later;

    /** Whether the latest attempt failed by its result. */
    private boolean byResult;

    /** What is registered instead of this, because the call was registered before its first attempt; or null. */
    private @Nullable FirstAttempt begun;

    private boolean registered;
    private boolean counted;
    private int attemptsMade = 1;
    private long delay;
    private End end = End.NOT_RETRIED;
    private String reason = "";

    /**
     * The cost of the last retry in the budget, negative once its attempt has begun: until then, the thread that
     * abandons the call refunds it, because user code may hold up the thread that makes the attempt.
     */
    private volatile int cost;

    /**
     * @param sync whether the calling thread makes the call, so that its interrupt means that the call is cancelled
     * @param byResult whether the first attempt failed by its result
     */
    RetrySequence(Retry retry, RetryRules rules, Deadline deadline, boolean sync, Throwable first, boolean byResult) {
        this.retry = retry;
        this.rules = rules;
        this.deadline = deadline;
        this.sync = sync;
        this.first = first;
        this.byResult = byResult;
    }

    private Throwable last() {
        Later latest = later;
        return latest == null ? first : latest.failure;
    }

    private void add(Throwable failure, boolean failedByResult, @Nullable Later before) {
        later = new Later(failure, before);
        byResult = failedByResult;
        attemptsMade++;
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

    /** Lets this end a call that was registered before its first attempt. */
    void continues(FirstAttempt first) {
        begun = first;
        registered = true;
        first.continueWith(this);
    }

    /** Returns the part of the call whose end decides how the call counts. */
    Deadline.InFlight part() {
        FirstAttempt first = begun;
        return first == null ? this : first;
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
     * @param failedByResult whether the attempt failed by its result, which is better than nothing if no attempt
     *     follows
     */
    long onNextFailure(Throwable failure, boolean failedByResult, boolean repeatable) {
        Later before = later;
        add(failure, failedByResult, before == null || attemptsMade <= MAX_KEPT ? before : before.before);
        return decide(repeatable);
    }

    /**
     * Decides about the last failure. Returns the delay before the next attempt in nanoseconds, or {@link #STOP}.
     *
     * @param repeatable whether the call can be repeated at all
     */
    private long decide(boolean repeatable) {
        RetryConfig config = rules.config();
        Throwable last = last();
        if (isCancelled(last)) {
            return stop(End.CANCELLED, "");
        }
        if (!repeatable || !(byResult || rules.retries(last))) {
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
        try {
            retry.publishRetrying(last, attemptsMade, delay);
        } catch (Throwable outOfMemory) {
            refund();
            throw outOfMemory;
        }
        return delay;
    }

    /** An interrupt reaches the caller as such, also that of a time limit, which has counted the call. */
    private boolean isCancelled(Throwable last) {
        boolean cancelled;
        if (sync) {
            cancelled = Cancellation.ofSyncCall(last, deadline);
        } else if (deadline.isExceeded()) {
            cancelled = Cancellation.reportsInterrupt(last);
        } else {
            cancelled = Cancellation.ofAsyncCall(last, deadline);
        }
        return cancelled && !rules.namesInterrupt(last);
    }

    private long stop(End by, String why) {
        end = by;
        reason = why;
        return STOP;
    }

    /**
     * Runs the user code before the next attempt, if there is any.
     *
     * @throws InterruptedException if the code was interrupted
     */
    void callHook() throws InterruptedException {
        rules.callHook(last(), attemptsMade, deadline);
    }

    /**
     * Ends the call instead of the next attempt if the user code before it has left no time.
     *
     * @return whether the attempt may begin
     */
    boolean hasTimeAfterHook() {
        if (deadline == Deadline.NONE || deadline.remainingNanos() > 0) {
            return true;
        }
        refund();
        stop(End.EXHAUSTED, ": no time left for another");
        return false;
    }

    /** Records that the delay is over and the next attempt begins. */
    void begins() {
        claims();
        countRetry();
    }

    /** Keeps the cost of the next attempt from a thread that abandons the call, unless that has refunded it. */
    void claims() {
        int paid = cost;
        if (paid > 0) {
            COST.compareAndSet(this, paid, -paid);
        }
    }

    void countRetry() {
        retry.counts().retries.increment();
    }

    /** Takes back that the next attempt has begun, because the call was left before its code was called. */
    void notMade() {
        retry.counts().retries.decrement();
        refund();
    }

    /**
     * Releases the failures once the call has ended and nothing is left to read from them: the scope around the call
     * may retain this longer. A thread that abandons the call reads them first.
     */
    void releaseFailures() {
        Deadline.InFlight part = part();
        if (part.hasEnded() && !part.isSettled()) {
            part.awaitSettled();
        }
        first = RELEASED;
        later = null;
    }

    /** Records that the latest attempt succeeded, and with it the call. */
    void succeeded() {
        if (part().tryBeginEnd()) {
            settleSucceeded();
        }
        refund();
        releaseFailures();
    }

    /** Counts that an attempt after the first one succeeded. */
    void countRecovered() {
        retry.counts().recovered.increment();
        refund();
    }

    /** Counts a success, after {@link Deadline.InFlight#tryBeginEnd()} of its {@link #part()}. */
    void settleSucceeded() {
        try {
            retry.counts().recovered.increment();
        } finally {
            part().markSettled();
        }
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
    void onContextLost(Throwable failure, boolean failedByResult) {
        if (failure != last()) {
            add(failure, failedByResult, later);
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
            budget.refund(Math.abs((int) COST.getAndSet(this, 0)));
        }
    }

    /** Refunds the cost of a retry whose attempt has not begun. Called by the thread that abandons the call. */
    void refundUnmade() {
        RetryBudget budget = rules.config().budget();
        int paid = cost;
        if (budget != null && paid > 0 && COST.compareAndSet(this, paid, 0)) {
            budget.refund(paid);
        }
    }

    /** Counts that the call ends because it was cancelled, whatever was decided, unless it was abandoned before. */
    void stopped() {
        if (part().tryBeginEnd()) {
            settleStopped(retry, part());
        }
    }

    /** Counts that the call was stopped from outside, after {@link Deadline.InFlight#tryBeginEnd()} of its part. */
    static void settleStopped(Retry retry, Deadline.InFlight part) {
        if (part instanceof FirstAttempt begun) {
            begun.settleStopped();
            return;
        }
        try {
            retry.counts().cancelled.increment();
        } finally {
            part.markSettled();
        }
    }

    /** Ends the counting: the call has ended, and is counted if it counts at all. */
    void forget() {
        part().tryEnd();
    }

    /**
     * Counts the decided end, unless the call was abandoned before. Called once; {@link #event()} follows.
     *
     * @return what the call ends with
     */
    Throwable conclude() {
        return conclude(part().tryBeginEnd());
    }

    /**
     * Counts the decided end as {@link #conclude()} does.
     *
     * @param counts the result of {@link Deadline.InFlight#tryBeginEnd()} of the {@link #part()}
     */
    Throwable conclude(boolean counts) {
        counted = counts;
        Throwable last = last();
        if (counted) {
            try {
                countEnd();
            } finally {
                part().markSettled();
            }
        }
        return end == End.EXHAUSTED && rules.config().onExhausted() == OnExhausted.WRAP
                ? new RetryExhaustedException(retry.name(), attemptsMade, reason, last, earlier(), sync)
                : last;
    }

    private void countEnd() {
        switch (end) {
            case CANCELLED -> retry.counts().cancelled.increment();
            case NOT_RETRIED -> retry.counts().notRetried.increment();
            case DENIED -> retry.counts().denied.increment();
            case EXHAUSTED -> retry.counts().exhausted.increment();
        }
    }

    /** Returns what calls the listeners for the {@linkplain #conclude() counted} end; null if there is no event. */
    @Nullable
    Runnable event() {
        if (!counted) {
            return null;
        }
        RetryBudget budget = rules.config().budget();
        if (end == End.EXHAUSTED) {
            return retry.exhaustedEvent(last(), attemptsMade);
        }
        return end == End.DENIED && budget != null ? retry.deniedEvent(last(), budget) : null;
    }

    /** Returns whether the last attempt failed by its result, which is not wrapped in an exception. */
    boolean endsWithResult(Throwable concluded) {
        return byResult && concluded == last();
    }

    /** Returns the result by which the last attempt failed; null if it failed otherwise. */
    @Nullable
    Object lastResult() {
        return byResult && last() instanceof UnacceptableResultException unacceptable ? unacceptable.result() : null;
    }

    private boolean tryPay(@Nullable RetryBudget budget) {
        if (budget == null) {
            return true;
        }
        Throwable last = last();
        int paid = budget.tryAcquire(isRejection(last) || retry.hintNanos(last) != Retry.NO_HINT);
        cost = Math.max(0, paid);
        return paid != RetryBudget.DENIED;
    }

    private static boolean isRejection(Throwable failure) {
        return ExceptionFilter.rootOf(failure) instanceof CallRejectedException;
    }

    /**
     * The failure may know a better time for the next attempt. Its hint is bounded, because it must not determine how
     * long the caller waits.
     */
    private long withHint(long computed) {
        long hint = retry.hintNanos(last());
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
        Throwable last = last();
        long hint = isRejection(last) ? retry.hintNanos(last) : Retry.NO_HINT;
        return hint != Retry.NO_HINT
                && !rules.backoff()
                        .canReach(hint, attemptsMade - 1, rules.config().maxAttempts() - 1);
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        retry.counts().cancelled.increment();
        refundUnmade();
        distinct(later, null).forEach(failures);
    }

    private List<Throwable> earlier() {
        Later latest = later;
        return latest == null ? List.of() : distinct(latest.before, latest.failure);
    }

    /**
     * Returns the first failure and later ones in order, the oldest first. The same object thrown repeatedly is
     * included once.
     */
    private List<Throwable> distinct(@Nullable Later latest, @Nullable Throwable except) {
        List<Throwable> distinct = new ArrayList<>();
        for (@Nullable Later each = latest; each != null; each = each.before) {
            addDistinct(distinct, each.failure, except);
        }
        addDistinct(distinct, first, except);
        return distinct;
    }

    private static void addDistinct(List<Throwable> distinct, Throwable failure, @Nullable Throwable except) {
        if (failure != except && failure != RELEASED && !ExceptionFilter.isAmong(distinct, failure)) {
            distinct.add(0, failure);
        }
    }

    /** Keeps no stack trace, and with it no class loader. */
    private static final class Released extends RuntimeException {

        private static final long serialVersionUID = 1L;

        Released() {
            super("the call has ended", null, false, false);
        }
    }

    /**
     * A failure after the first one, and those before it. A list would cost every retried call more than its retries
     * do, and most calls have no such failure.
     */
    private record Later(Throwable failure, @Nullable Later before) {}
}
