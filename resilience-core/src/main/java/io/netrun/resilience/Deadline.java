package io.netrun.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scope of a call: the moment at which the time limit around it gives it up, and whether its result is still
 * wanted. It travels inward with the call, so that what lies within does not wait for something that can no longer
 * help, and knows a call that was given up by that fact and not by what it throws. Scopes nest: a limit within a limit,
 * an attempt of a hedge within either.
 *
 * <p>A scope is left once, in one of three ways: its limit {@linkplain #tryExceed() is exceeded}, it is
 * {@linkplain #tryStop() stopped} because its caller has left or another attempt was faster, or its call
 * {@linkplain #end() has ended}. In the first two cases everything that is {@linkplain #register registered} in it is
 * notified at that moment, whether or not the protected code returns.
 *
 * <p>A protected call that is made within another one, in another pipeline, finds the scope of that one with
 * {@link #current()}: on the same thread, in the Reactor context, and wherever Micrometer's context-propagation carries
 * it.
 *
 * <p>For authors of policies. Thread-safe.
 */
public final class Deadline extends ScopeParts {

    private static final Logger log = LoggerFactory.getLogger(Deadline.class);

    /** No limit and no scope: the call is wanted until it ends. */
    public static final Deadline NONE = new Deadline(null, 0, null);

    // Bytes, since nearly every asynchronous call has a scope or more.
    private static final byte RUNNING = 0;
    private static final byte EXCEEDED = 1;
    private static final byte STOPPED = 2;
    private static final byte ENDED = 3;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Deadline.class, "state", byte.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final ThreadLocal<@Nullable Deadline> CURRENT = new ThreadLocal<>();

    /** Whether any call has ever had a scope. Until then, nobody has to look for one. */
    private static volatile boolean used;

    private final @Nullable Ticker ticker;
    private final long nanos;
    private final @Nullable Deadline outer;

    private volatile byte state;

    /** How many bodies were begun in this scope. Racy: parallel bodies may be counted as one. */
    private volatile int begun;

    /** Written before {@link #running}; threads that ask first together write nearly the same. */
    private long at;

    private volatile boolean running;

    private Deadline(@Nullable Ticker ticker, long nanos, @Nullable Deadline outer) {
        this.ticker = ticker;
        this.nanos = nanos;
        this.outer = outer;
    }

    /**
     * The scope of the protected call that the calling thread is making; {@link #NONE} outside of one, or if that call
     * is no longer wanted, so that what its code still does, such as cleaning up, is a call of its own.
     */
    public static Deadline current() {
        if (!used) {
            return NONE;
        }
        Deadline scope = CURRENT.get();
        return scope == null || scope.isOver() ? NONE : scope;
    }

    /** The scope that the calling thread has, over or not; null for none. */
    static @Nullable Deadline ofThread() {
        return used ? CURRENT.get() : null;
    }

    /** Makes a scope that of the calling thread; null for none. */
    static void set(@Nullable Deadline scope) {
        if (scope != null) {
            used = true;
        }
        if (used) {
            CURRENT.set(scope);
        }
    }

    /** The key under which the scope of a call is in the Reactor context. */
    public static Object contextKey() {
        return "io.netrun.resilience.scope";
    }

    /**
     * A deadline within this one.
     *
     * @param nanos the limit in nanoseconds from now, at most half of {@link Long#MAX_VALUE}
     */
    public Deadline within(Ticker ticker, long nanos) {
        Deadline limit = lazyWithin(ticker, nanos);
        limit.at(ticker);
        return limit;
    }

    /**
     * A nested deadline that starts on first use, so that a call that completes before anyone checks it never reads the
     * clock.
     *
     * @param nanos the limit in nanoseconds from then, at most half of {@link Long#MAX_VALUE}
     */
    public Deadline lazyWithin(Ticker ticker, long nanos) {
        return new Deadline(ticker, nanos, this == NONE ? null : this);
    }

    /** A scope within this one that has no limit of its own, but can be stopped by itself. */
    public Deadline child() {
        return new Deadline(null, 0, this == NONE ? null : this);
    }

    private long at(Ticker clock) {
        if (!running) {
            at = clock.nanoTime() + nanos;
            running = true;
        }
        return at;
    }

    /**
     * Nanoseconds left, of this limit and of those around it; negative if past, {@link Long#MAX_VALUE} without any. A
     * limit whose call has ended no longer counts.
     */
    public long remainingNanos() {
        long own = state == ENDED ? Long.MAX_VALUE : remainingNanosOfThis();
        return outer == null ? own : Math.min(own, outer.remainingNanos());
    }

    /** Nanoseconds left of this limit alone; negative if past, {@link Long#MAX_VALUE} if it has no limit of its own. */
    public long remainingNanosOfThis() {
        return ticker == null ? Long.MAX_VALUE : at(ticker) - ticker.nanoTime();
    }

    /**
     * Runs a task when this limit's own time is over, unless it is cancelled before; see {@link Ticker#schedule}.
     *
     * @throws IllegalStateException if this has no limit of its own
     */
    public Ticker.Scheduled schedule(Runnable task) {
        if (ticker == null) {
            throw new IllegalStateException("there is no time limit to schedule a task for");
        }
        return ticker.scheduleAt(task, at(ticker));
    }

    /**
     * Marks this limit as exceeded and notifies what is registered in it. Called by the policy that set the limit,
     * before it stops the call and before its caller is told; must not be called on the timer's thread.
     *
     * @return the failures of the attempts that what is registered had made so far, the oldest first; empty if this
     *     scope was left before
     */
    public List<Throwable> tryExceed() {
        return tryExceed(null);
    }

    /**
     * The same, for a limit that has a name.
     *
     * @param limit what gives the call up, such as {@code Timeout 'payments'}; null if it has no name
     */
    public List<Throwable> tryExceed(@Nullable String limit) {
        List<Throwable> failures = new ArrayList<>();
        Link name = limit == null ? null : addLimitName(limit); // before the state, which others read first
        if (STATE.compareAndSet(this, RUNNING, EXCEEDED)) {
            notifyParts(true, failures::add, name);
        }
        return failures;
    }

    /** What gave the call up, such as {@code Timeout 'payments'}; null if no limit has, or one without a name. */
    public @Nullable String exceededLimit() {
        int now = state;
        if (now == EXCEEDED) {
            return limitName();
        }
        return now == STOPPED || outer == null ? null : outer.exceededLimit();
    }

    /**
     * Marks the call as no longer wanted, for another reason than time, and notifies what is registered; idempotent.
     */
    public void tryStop() {
        if (this != NONE && STATE.compareAndSet(this, RUNNING, STOPPED)) {
            notifyParts(false, failure -> {}, null);
        }
    }

    /**
     * Ends this scope because its call has ended, so that what goes on without it is not limited any longer. Called by
     * the policy that made the scope, once it has decided that the call was in time.
     */
    public void end() {
        if (this != NONE && STATE.compareAndSet(this, RUNNING, ENDED)) {
            clear();
        }
    }

    /** Whether this limit, or one around it, gave the call up; not if it was stopped before for another reason. */
    public boolean isExceeded() {
        int now = state;
        return now == EXCEEDED || (now != STOPPED && outer != null && outer.isExceeded());
    }

    /** Whether nobody waits for the call any longer: a limit gave it up, or it was stopped. */
    public boolean isOver() {
        int now = state;
        return now == EXCEEDED || now == STOPPED || (outer != null && outer.isOver());
    }

    /** Whether this is the given scope or lies within it; everything lies within {@link #NONE}. */
    public boolean isWithin(Deadline other) {
        if (other == NONE) {
            return true;
        }
        for (@Nullable Deadline each = this; each != null; each = each.outer) {
            if (each == other) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns unless the call was given up; asked after each wait of a policy, so that a call that was given up while
     * it waited is never made.
     *
     * @throws CancellationException if nobody waits for the call any longer
     */
    public void requireWanted() {
        if (this != NONE && isOver()) {
            throw new CancellationException("the call was given up while it waited");
        }
    }

    /** How many bodies were begun in this scope; whether that has changed tells whether a call was made at all. */
    public int begun() {
        return begun;
    }

    /**
     * Has a part of a call notified when the call is given up; at once if that has happened already. Does nothing
     * without a scope. What {@linkplain InFlight#tryEnd() has ended} is forgotten.
     */
    public void register(InFlight part) {
        if (this == NONE) {
            return;
        }
        for (@Nullable Deadline each = this; each != null; each = each.outer) {
            if (each.state == RUNNING) {
                each.add(part);
            }
        }
        if (isOver() && part.tryEnd()) {
            settle(List.of(part), isExceeded(), failure -> {});
        }
    }

    /**
     * Makes this the scope of the calling thread while a body runs in it.
     *
     * @return what {@link #exitScope} is to be called with afterwards
     */
    @Nullable
    @SuppressWarnings("NonAtomicVolatileUpdate") // parallel bodies may be counted as one
    Deadline enter() {
        for (@Nullable Deadline each = this; each != null; each = each.outer) {
            each.begun = each.begun + 1;
        }
        return enterScope();
    }

    /**
     * Makes this the scope of the calling thread while it runs code of the user that belongs to the call, such as a
     * fallback.
     *
     * @return what {@link #exitScope} is to be called with afterwards
     */
    public @Nullable Deadline enterScope() {
        if (this == NONE && !used) {
            return null;
        }
        if (!used) {
            used = true;
        }
        Deadline before = CURRENT.get();
        CURRENT.set(this == NONE ? null : this);
        return before;
    }

    /** Restores the scope that the thread had before. */
    public static void exitScope(@Nullable Deadline before) {
        if (used) {
            CURRENT.set(before);
        }
    }

    /**
     * A part of a call, such as the permit of a circuit breaker or the attempts of a retry, that is to be settled when
     * the call is given up. It ends once: by itself, or with the call.
     */
    public abstract static class InFlight {

        private static final AtomicIntegerFieldUpdater<InFlight> PHASE =
                AtomicIntegerFieldUpdater.newUpdater(InFlight.class, "phase");

        private static final int RUNNING = 0;
        private static final int ENDING = 1;
        private static final int SETTLED = 2;

        private volatile int phase;

        /** For subclasses. */
        protected InFlight() {}

        /** Ends this by itself; false if it has ended before, so that there is nothing left to settle. */
        public final boolean tryEnd() {
            return PHASE.compareAndSet(this, RUNNING, SETTLED);
        }

        /**
         * As {@link #tryEnd()}, for a part that has something to settle then, such as an outcome to count. Should the
         * call be given up meanwhile, whoever does so waits for a moment until that is done, so that the call's caller
         * finds it done. {@link #markSettled()} must follow, and no code of the user may run before it.
         */
        public final boolean tryBeginEnd() {
            return PHASE.compareAndSet(this, RUNNING, ENDING);
        }

        /** What {@link #tryBeginEnd()} has begun is done. */
        public final void markSettled() {
            phase = SETTLED;
        }

        /** Whether it has ended, in either way. */
        public final boolean hasEnded() {
            return phase != RUNNING;
        }

        /**
         * Waits until what another thread has {@linkplain #tryBeginEnd() begun} is done, for ten milliseconds at most.
         */
        public final void awaitSettled() {
            ScopeParts.awaitSettled(this);
        }

        /** Whether it has ended, and everything is settled. */
        public final boolean isSettled() {
            return phase == SETTLED;
        }

        /**
         * Settles this because the call was given up. Called at most once, before whoever waits for the call learns of
         * it; must not block.
         *
         * @param exceeded whether a time limit gave the call up; otherwise it was stopped
         * @param failures takes the failures of attempts made so far, the oldest first
         */
        protected abstract void onOver(boolean exceeded, Consumer<Throwable> failures);

        void settle(boolean exceeded, Consumer<Throwable> failures) {
            try {
                onOver(exceeded, failures);
            } catch (Throwable thrown) {
                SafeLog.error(log, "A policy failed when its call was given up", thrown);
            }
        }
    }
}
