package io.netrun.resilience.hedge;

import io.netrun.resilience.AttemptLostException;
import io.netrun.resilience.CallerContext;
import io.netrun.resilience.Cancellation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.ExceptionFilter;
import io.netrun.resilience.ForeignStage;
import io.netrun.resilience.LateReceiver;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import io.netrun.resilience.WrappedBody;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of one call: a race, in which further attempts start when a timer fires or, if so set, one fails. The
 * first result ends the call, and so does the last failure, when no attempt is left running. Each attempt has its own
 * scope, which is stopped when the attempt has lost, so that inner policies recognize a loser by that and not by what
 * it throws. If an attempt has delivered a part of its result to the caller, its end is the call's end, whatever the
 * others do.
 */
abstract class HedgedCall<T extends @Nullable Object> extends AttemptRace<T> implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(HedgedCall.class);

    private static final VarHandle ADDING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "adding", VarHandle.class, HedgedCall.class, boolean.class);
    private static final VarHandle TIMER = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "timer", VarHandle.class, HedgedCall.class, Ticker.Scheduled.class);

    /** The {@link HedgeConfig}, or a {@link MeasuredCall} with it: one field for both, since every call has it. */
    private final Object settings;

    private final Deadline deadline;
    private final CallerContext context;
    private volatile Ticker.@Nullable Scheduled timer;

    /** Whether a thread is acquiring a slot for an attempt that {@link #stop()} does not find yet. */
    private volatile boolean adding;

    /**
     * What the call ends with if no attempt succeeds: the latest failure other than an {@link AttemptLostException}.
     */
    private volatile @Nullable Throwable latestFailure;

    /** Whether an attempt has ended the call with its result. */
    private volatile boolean won;

    /** The future of the attempt that has ended the call with its result, if it takes that back. */
    private volatile @Nullable CompletableFuture<T> origin;

    HedgedCall(HedgeLayer layer, HedgeConfig config, Deadline deadline) {
        super(layer);
        Hedge hedge = layer.hedge();
        this.settings =
                hedge.isMeasuring() ? new MeasuredCall(config, hedge.ticker().nanoTime()) : config;
        this.deadline = deadline;
        this.context = CallerContext.capture();
    }

    /**
     * Makes an attempt in its scope and passes its future to {@link #follow}. Once the attempt is over, it
     * {@linkplain #leave leaves}.
     */
    abstract void attempt(Attempt<T> attempt);

    /** Returns what the caller passed as the call; null once the call has ended and nothing is left to make. */
    abstract @Nullable Object source();

    /** Returns whether a part of the result has been delivered to the caller, so that no other attempt can win. */
    boolean isCommitted() {
        return false;
    }

    /** Returns whether a part of the result has been delivered that came from the attempt of a scope. */
    boolean isOwnedBy(Deadline scope) {
        return false;
    }

    /**
     * Claims the result for the attempt of a scope. Returns false if a part of the result has been delivered that came
     * from another attempt.
     */
    boolean tryClaim(Deadline scope) {
        return true;
    }

    /** Withdraws a claim: all other attempts are stopped. */
    void unclaim() {}

    @Override
    public void discard(T result) {
        if (isLateOutside()) {
            onLateResult(result);
        } else {
            hedge().discard(result);
        }
    }

    /**
     * Returns whether results of attempts may be late for what is around the hedge: the call does not end with one, and
     * the hedge has no hooks of its own.
     */
    private boolean isLateOutside() {
        return !won && !hedge().wantsLateResults();
    }

    @Override
    public final void discardLate(T result) {
        context.runAnyway(() -> discard(result));
    }

    @Override
    protected final @Nullable CompletableFuture<T> origin() {
        return origin;
    }

    @Override
    protected final boolean takesBack() {
        return hedge().wantsLateResults() || hasAttemptTakingBack() || super.takesBack();
    }

    /** To be called before {@link #origin()} is read, which is set before the attempt that has won is settled. */
    private boolean hasAttemptTakingBack() {
        for (Attempt<T> each = firstUnsettled(); each != null; each = unsettledAfter(each)) {
            if (takingBack(each.future()) != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected final boolean tryTakeBack(T value) {
        if (!hedge().wantsLateResults()) {
            return super.tryTakeBack(value);
        }
        discardLate(value);
        return true;
    }

    @Override
    public final boolean wantsLateResult() {
        return hedge().wantsLateResults() || super.wantsLateResult();
    }

    /** Releases the attempts once the call has ended and they are stopped. */
    abstract void releaseAttempts();

    final CallerContext context() {
        return context;
    }

    final HedgeConfig config() {
        return settings instanceof MeasuredCall measured ? measured.config() : (HedgeConfig) settings;
    }

    /** Starts the first attempt. */
    HedgedCall<T> start() {
        begin(add(create(deadline.child())));
        awaitDelay(1);
        return this;
    }

    /** Creates an attempt, before it is counted: there may be no memory for it. */
    private Attempt<T> create(Deadline scope) {
        scope.detach();
        return new Attempt<>(this, scope);
    }

    /** Returns the scope of an attempt other than the first, by which a call with an alternative recognizes it. */
    private Deadline furtherScope() {
        AlternativeCall call = WrappedBody.find(AlternativeCall.class, source(), deadline);
        return call != null ? deadline.childFor(call) : deadline.child();
    }

    /**
     * Adds an attempt that can be stopped before it is made: the thread that ends the call finds it, or it finds the
     * call ended.
     */
    private Attempt<T> add(Attempt<T> attempt) {
        append(attempt);
        if (hasEnded()) {
            attempt.stop();
            leaveIfOver(attempt);
        }
        return attempt;
    }

    private void begin(Attempt<T> attempt) {
        if (!attempt.tryMake()) {
            attempt.settle();
            return;
        }
        try {
            attempt(attempt);
        } catch (Throwable thrown) {
            try {
                attempt.fail(thrown);
            } finally {
                leave(attempt);
            }
        }
    }

    /**
     * Sets the timer for the attempt after one.
     *
     * @param last the number of the attempt; if a later one has begun meanwhile, that has set the timer
     */
    private void awaitDelay(int last) {
        if (hasEnded() || begun() != last || last >= config().maxAttempts()) {
            return;
        }
        try {
            Ticker.Scheduled next =
                    hedge().ticker().schedule(Workers.handOverWhenDue(this), hedge().delayNanos(config()));
            cancel((Ticker.@Nullable Scheduled) TIMER.getAndSet(this, next));
        } catch (Throwable noTimer) {
            SafeLog.warn(
                    log, "Hedge '{}': no timer could be set, so there is no further attempt", hedge().name(), noTimer);
            return;
        }
        if (hasEnded()) {
            cancelTimer();
        }
    }

    /** Starts another attempt when the delay is over. */
    @Override
    public final void run() {
        context.run(this::beginAnother, this::cannotBegin);
    }

    /** Keeps the earlier attempts: a further one could only run in a foreign context. */
    private void cannotBegin(Throwable thrown) {
        SafeLog.warn(
                log,
                "Hedge '{}': the caller's context cannot be restored, so there is no further attempt",
                hedge().name(),
                thrown);
    }

    /** Starts another attempt, unless the call has ended or all slots are in use. */
    private void beginAnother() {
        Attempt<T> another;
        if (!tryBeginAdding()) {
            return; // a failure is starting one
        }
        int number;
        try {
            another = hasEnded() ? null : tryAddAnother();
            number = begun();
        } finally {
            adding = false;
        }
        if (another != null) {
            announceThenBegin(another, number, null);
        }
    }

    /** Once an attempt is added it is begun, whatever fails before: the call waits for it. */
    private void announceThenBegin(Attempt<T> another, int number, @Nullable Throwable failure) {
        try {
            hedge().announce(number, failure);
        } finally {
            try {
                awaitDelay(number); // first: code that starts the attempt may block, or emit for as long as it likes
            } finally {
                begin(another);
            }
        }
    }

    /** Before the check for the end: the thread that ends the call waits for this one, or is seen here. */
    private boolean tryBeginAdding() {
        return ADDING.compareAndSet(this, false, true);
    }

    /** Adds the attempt that starts because another one has failed. Returns null if none may, or the timer adds one. */
    private @Nullable Attempt<T> addAfter(Throwable failure) {
        if (!config().onFailure() || hasEnded() || failure instanceof AttemptLostException) {
            return null;
        }
        ExceptionFilter hedged = hedge().hedgedFailures(config());
        if ((Cancellation.ofAsyncCall(failure, deadline) && !hedged.namesInterrupt(failure))
                || !hedged.matches(failure)) {
            return null;
        }
        if (!tryBeginAdding()) {
            SpinBackoff.awaitBriefly(() -> !adding);
            return null;
        }
        try {
            return hasEnded() ? null : tryAddAnother();
        } catch (OutOfMemoryError full) {
            return null; // the failure counts as if none may begin
        } finally {
            adding = false;
        }
    }

    /** Starts the attempt that was added because another one has failed, in the caller's context. */
    private void beginAfter(Throwable failure, Attempt<T> another) {
        try {
            cancelTimer();
            int number = begun();
            context.run(() -> announceThenBegin(another, number, failure), thrown -> drop(another, failure, thrown));
        } catch (OutOfMemoryError full) {
            drop(another, failure, full);
        }
    }

    /** Fails an attempt that was added, unless it was made. */
    private void drop(Attempt<T> another, Throwable failure, Throwable thrown) {
        cannotBegin(thrown);
        if (another.tryDrop()) {
            try {
                failed(another, failure);
            } finally {
                leave(another);
            }
        }
    }

    /** Adds an attempt with a slot. Returns null if none may begin. */
    private @Nullable Attempt<T> tryAddAnother() {
        if (begun() >= config().maxAttempts() || isCommitted() || deadline.isOver()) {
            return null;
        }
        Attempt<T> attempt = create(furtherScope());
        if (!hedge().tryAcquireSlot(config().maxActive())) {
            return null;
        }
        if (!tryJoin()) {
            hedge().releaseSlot();
            return null;
        }
        return add(attempt);
    }

    final void follow(Attempt<T> attempt, CompletableFuture<T> future) {
        attempt.follow(future);
        try {
            ForeignStage.onEnd(future, attempt);
        } catch (Throwable thrown) {
            attempt.fail(thrown);
            cancelPart(future); // nobody would learn of its end
        }
        if (hasEnded()) {
            attempt.stop();
            ForeignStage.cancel(future);
            leaveIfOver(attempt);
        }
    }

    /** Receives that a part of the result has reached the caller: its attempt has won, and the others are stopped. */
    final void onDelivered() {
        record();
        for (Attempt<T> each = firstUnsettled(); each != null; each = unsettledAfter(each)) {
            if (!isOwnedBy(each.scope())) {
                each.stop();
                leaveIfOver(each);
            } else if (!isFirst(each)) {
                hedge().laterAttemptWon();
            }
        }
    }

    @Override
    public void ended(Attempt<T> attempt, T value, @Nullable Throwable failure) {
        if (failure != null) {
            ended(attempt, failure);
        } else if (!tryClaim(attempt.scope())) {
            lose(attempt, value);
        } else if (tryEnd()) {
            won = true;
            origin = takingBack(attempt.future());
            try {
                attempt.scope().end();
                boolean isLater = !isFirst(attempt) && !isOwnedBy(attempt.scope()); // the latter has counted
                attempt.settle();
                leave(attempt);
                record();
                if (isLater) {
                    hedge().laterAttemptWon();
                }
            } finally {
                endWith(value, null);
            }
        } else {
            unclaim();
            lose(attempt, value);
        }
    }

    private void record() {
        if (settings instanceof MeasuredCall measured) {
            measured.record(hedge());
        }
    }

    private void lose(Attempt<T> attempt, T value) {
        CompletableFuture<T> future = attempt.future();
        settle(attempt);
        if (won || wantsLateResult() || !tryReturn(future, value)) {
            discardLate(value);
        }
    }

    /**
     * Records that an attempt has failed. This ends the call if it is the last attempt, or the one that delivered a
     * part of the result. An attempt that has lost does not affect the call: if another one has delivered, its end is
     * the call's.
     */
    private void ended(Attempt<T> attempt, Throwable failure) {
        attempt.scope().end();
        if (isCommitted() && !isOwnedBy(attempt.scope())) {
            // Whatever it reports, such as that it was cancelled: the one that has delivered may be ending the call.
            settle(attempt);
            return;
        }
        if (!(failure instanceof AttemptLostException)) {
            latestFailure = failure;
        }
        Attempt<T> another = addAfter(failure);
        failed(attempt, failure);
        if (another != null) {
            beginAfter(failure, another);
        }
    }

    /** Counts an attempt that has failed, and ends the call if none is left. */
    private void failed(Attempt<T> attempt, Throwable failure) {
        boolean last = countFailure();
        boolean owner = isOwnedBy(attempt.scope());
        if ((last || owner) && tryEnd()) {
            Throwable latest = latestFailure;
            try {
                attempt.settle();
                leave(attempt);
            } finally {
                endWithFailure(owner || latest == null ? failure : latest);
            }
        } else {
            settle(attempt);
        }
    }

    @SuppressWarnings("NullAway") // with a failure, the value is ignored
    private void endWithFailure(Throwable failure) {
        endWith(null, failure);
    }

    private void endWith(T value, @Nullable Throwable failure) {
        if (adding || hasUnsettled()) {
            releaseThenPublish(value, failure, context);
        } else {
            try {
                cancelTimer();
                unclaim();
                awaitSlots();
                letGo();
            } finally {
                publish(value, failure);
            }
        }
        if (!mayLoseResults()) {
            context.clear();
        }
    }

    /** Stops the attempts and ends the call with a failure raised by the hedge, unless the call has ended. */
    @Override
    public final void giveUp(Throwable failure) {
        if (tryEnd()) {
            try {
                release();
            } finally {
                publishFailure(failure);
            }
        }
    }

    @Override
    protected void stop() {
        try {
            cancelTimer();
            if (adding) {
                SpinBackoff.awaitBriefly(() -> !adding);
            }
        } finally {
            stopAttempts();
        }
        awaitSlots();
        letGo();
    }

    /** Allocates nothing before every attempt is stopped, and each that is over has left. */
    private void stopAttempts() {
        for (Attempt<T> each = firstUnsettled(); each != null; each = unsettledAfter(each)) {
            each.stop();
        }
        unclaim();
        for (Attempt<T> each = firstUnsettled(); each != null; each = unsettledAfter(each)) {
            leaveIfOver(each);
        }
        cancelAttempts();
        for (Attempt<T> each = firstUnsettled(); each != null; each = unsettledAfter(each)) {
            if (each.awaitStart()) {
                cancelAsWell(each);
            }
        }
    }

    /** Cancels each attempt on a thread of its own, and one of them on this thread: any cancel may block. */
    private void cancelAttempts() {
        Attempt<T> own = firstUnsettled();
        if (own == null) {
            return;
        }
        OtherCancels others = null;
        for (Attempt<T> each = unsettledAfter(own); each != null; each = unsettledAfter(each)) {
            CompletableFuture<T> running = each.future();
            if (running != null) {
                others = cancelElsewhere(running, others);
            }
        }
        try {
            cancelAsWell(own);
        } finally {
            if (others != null) {
                others.await();
            }
            for (Attempt<T> each = unsettledAfter(own); each != null; each = unsettledAfter(each)) {
                leaveIfOver(each);
            }
        }
    }

    /** Cancels on this thread rather than not at all. */
    private @Nullable OtherCancels cancelElsewhere(CompletableFuture<T> running, @Nullable OtherCancels others) {
        try {
            OtherCancels all = others == null ? new OtherCancels() : others;
            Runnable cancel = () -> cancelPart(running); // before: the worker may have no memory for it
            all.start(() -> context.runAnyway(cancel));
            return all;
        } catch (Throwable outOfMemory) {
            cancelPart(running);
            return others;
        }
    }

    private void cancelAsWell(Attempt<T> attempt) {
        CompletableFuture<T> running = attempt.future();
        try {
            if (running != null) {
                cancelPart(running);
            }
        } finally {
            leaveIfOver(attempt);
        }
    }

    /** The context is kept for the hooks of a late result, which the result of this call may be, too. */
    private void letGo() {
        boolean isLateResultWanted = hedge().wantsLateResults();
        releaseAttempts();
        if (!isLateResultWanted) {
            context.clear();
        }
    }

    /** An attempt may have left although its source runs on, since what is between the two was cancelled. */
    private boolean mayLoseResults() {
        return !won || begun() > 1;
    }

    /**
     * Releases the attempts. Those that run on leave without the call, which is not reachable from them any more.
     *
     * @param onWorkers whether they run on workers
     */
    final void detachAttempts(boolean onWorkers) {
        AttemptOwner<T> late = null;
        try {
            LateReceiver<T> outer = isLateOutside() ? lateReceiver() : null;
            boolean needed = !isDeserted() || (wantsLateResult() && mayLoseResults());
            late = needed ? new LateAttempts<>(hedge(), head(), context, onWorkers, outer) : null;
        } catch (OutOfMemoryError full) {
            // They keep the call, as long as they run.
        }
        clearAttempts(late);
    }

    private void cancelTimer() {
        if (timer != null) {
            cancel((Ticker.@Nullable Scheduled) TIMER.getAndSet(this, (Ticker.@Nullable Scheduled) null));
        }
    }

    private static void cancel(Ticker.@Nullable Scheduled waiting) {
        if (waiting != null) {
            waiting.cancel();
        }
    }
}
