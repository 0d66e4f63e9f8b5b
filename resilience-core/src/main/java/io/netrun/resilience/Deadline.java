package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scope of a call: its deadline, and whether its result is still wanted. It is passed inward with the call, so that
 * inner policies do not wait for something that can no longer help, and recognize an abandoned call by the state of its
 * scope and not by the exception it throws. Scopes nest: a limit within a limit, or an attempt of a hedge within
 * either.
 *
 * <p>A scope is left once, in one of three ways: its limit {@linkplain #tryExceed() is exceeded}, it is
 * {@linkplain #tryStop() stopped} because its caller has left or another attempt was faster, or its call
 * {@linkplain #end() has ended}. In the first two cases everything that is {@linkplain #register registered} in it is
 * notified at that moment, whether or not the protected code returns.
 *
 * <p>A protected call that is made within another one, through another pipeline, finds the scope of the outer call with
 * {@link #current()}: on the same thread, in the Reactor context, and wherever Micrometer's context-propagation carries
 * it.
 *
 * <p>Thread-safe.
 *
 * @apiNote For authors of policies.
 */
public abstract class Deadline extends ScopeParts {

    private static final Logger log = LoggerFactory.getLogger(Deadline.class);

    /** No limit and no scope: the call is wanted until it ends. */
    public static final Deadline NONE = new Unlimited(null);

    // Bytes, because nearly every asynchronous call has at least one scope.
    private static final byte RUNNING = 0;
    private static final byte EXCEEDED = 1;
    private static final byte STOPPED = 2;
    private static final byte ENDED = 3;

    private static final byte DETACHED = 1;
    private static final byte ON_OWN_THREAD = 2;

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, Deadline.class, byte.class);
    private static final VarHandle OUTER = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "outer", VarHandle.class, Deadline.class, Deadline.class);
    private static final VarHandle BEGUN = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "begun", VarHandle.class, Deadline.class, int.class);

    /** Created with the class: a scope is also left while the heap is full. */
    @SuppressWarnings("UnnecessaryLambda")
    private static final Consumer<Throwable> IGNORE = failure -> {};

    /**
     * What the thread runs, in an array: a change of it is then a plain write, and a thread that outlives this library
     * keeps nothing but an empty array of the JDK.
     */
    private static final ThreadLocal<@Nullable Object @Nullable []> CURRENT = new ThreadLocal<>();

    /** The index of the scope of what the thread runs; null for none. */
    static final int SCOPE = 0;

    /**
     * The index of the scope around the asynchronous call whose body the thread is running; null if it runs none. As
     * long as that is also the scope of what the thread runs, the body itself runs, or sync calls that it makes.
     */
    static final int AROUND = 1;

    /** The index of the scope of what that body starts; null as long as there is none. */
    static final int STARTED = 2;

    /** Stands for the scope around a body that has none. */
    private static final Deadline STARTING = new Unlimited(null);

    /** Whether any call has ever had a scope. Until then, no thread needs to look for one. */
    private static volatile boolean used;

    /** The scope around this, or if that has ended, perhaps the next one around it; see {@link #forgetEnded}. */
    @SuppressWarnings("UnusedVariable") // read by its handle
    private @Nullable Deadline outer;

    private volatile byte state;

    private byte detachment; // written before the scope is passed to another thread

    /** The number of bodies begun in this scope. Racy: parallel bodies may be counted as one. */
    private volatile int begun;

    /** Package-private, so that authors of policies create scopes with {@link #within} and {@link #child} only. */
    Deadline(@Nullable Deadline outer) {
        this.outer = outer;
        this.detachment = outer != null && outer.isDetached() ? DETACHED : 0;
    }

    /**
     * Returns the scope of the protected call that the calling thread is making. If that call is no longer wanted,
     * returns the nearest one around it that is, so that calls made by its clean-up code belong to that one. Returns
     * {@link #NONE} if there is none, and outside of a call.
     */
    public static Deadline current() {
        Deadline scope = ofThread();
        return scope == null ? NONE : scope.nearestWanted();
    }

    /**
     * Returns this scope, or the nearest one around it, that has neither ended nor was given up; {@link #NONE} if none
     * is left.
     */
    public final Deadline nearestWanted() {
        @Nullable Deadline wanted = this;
        for (@Nullable Deadline left = nearestGivenUp(); left != null; ) {
            wanted = left.outer();
            left = wanted == null ? null : wanted.nearestGivenUp();
        }
        while (wanted != null && wanted.state == ENDED) {
            wanted = wanted.outer();
        }
        if (wanted == null) {
            return NONE;
        }
        wanted.forgetEnded();
        return wanted;
    }

    /**
     * Drops the scopes around this that have ended, which a call that begins in this one would keep: code that makes
     * its next call within the former one would nest them without an end.
     */
    private void forgetEnded() {
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            Deadline next = each.outer();
            Deadline around = next;
            while (around != null && around.state == ENDED) {
                around = around.outer();
            }
            if (around != next) {
                OUTER.setRelease(each, around);
            }
        }
    }

    /** Returns the scope around this, which another thread may replace. */
    private @Nullable Deadline outer() {
        return (Deadline) OUTER.getAcquire(this);
    }

    /** Returns the scope of the calling thread, left or not; null for none. */
    static @Nullable Deadline ofThread() {
        @Nullable Object[] current = slotIfAny();
        if (current == null) {
            return null;
        }
        Deadline scope = (Deadline) current[SCOPE];
        if (scope != null && scope == current[AROUND] && current[STARTED] != null) {
            return (Deadline) current[STARTED];
        }
        return scope == STARTING ? null : scope;
    }

    /** Returns what {@link #exitScope} restores: the scope of the calling thread, or the mark of a body that starts. */
    static @Nullable Deadline marked() {
        @Nullable Object[] current = slotIfAny();
        return current == null ? null : (Deadline) current[SCOPE];
    }

    private static @Nullable Object @Nullable [] slotIfAny() {
        return used ? CURRENT.get() : null;
    }

    static @Nullable Object[] slot() {
        @Nullable Object[] current = CURRENT.get();
        if (current == null) {
            used = true;
            current = new @Nullable Object[3];
            CURRENT.set(current);
        }
        return current;
    }

    /**
     * Makes this the scope of the calling thread while it runs the body of an asynchronous call. For calls that go on
     * when it returns to that body, a scope within this one is created, with which they end if that call is left; most
     * bodies make none.
     *
     * @param thread the {@link #slot} of the thread, with {@link #SCOPE}, {@link #AROUND} and {@link #STARTED}, all of
     *     which {@link #exitBody} restores
     */
    final void enterBody(@Nullable Object[] thread) {
        countBody();
        Deadline around = this == NONE ? STARTING : this;
        thread[SCOPE] = around;
        thread[AROUND] = around;
        thread[STARTED] = null;
    }

    /** Restores what the thread had before. Returns the scope that was created meanwhile; null if none was. */
    static @Nullable OfBody exitBody(
            @Nullable Object[] thread, @Nullable Object scope, @Nullable Object around, @Nullable Object started) {
        OfBody created = (OfBody) thread[STARTED];
        thread[SCOPE] = scope;
        thread[AROUND] = around;
        thread[STARTED] = started;
        return created;
    }

    /**
     * Makes the scope of what a body has started part of the body around it, if the thread has returned to one: what is
     * running in it belongs to that one once the call in between has ended.
     *
     * @param thread the {@link #slot} of the thread
     */
    final void joinBodyAround(@Nullable Object[] thread) {
        Object around = thread[AROUND];
        if (around == null || around != thread[SCOPE]) {
            return;
        }
        Deadline known = around == STARTING ? null : (Deadline) around;
        Deadline body = (known == null ? NONE : known).ofBody();
        for (@Nullable Deadline each = this; each != null && each != body; each = each.outer()) {
            Deadline next = each.outer();
            if (next == known) {
                if (OUTER.compareAndSet(each, next, body)) {
                    each.addRunningTo(body);
                }
                return;
            }
        }
    }

    /**
     * Lets the thread run code that belongs to another call than that whose body it is running.
     *
     * @return what {@link #returnToBody} restores
     */
    static @Nullable Object leaveBody() {
        @Nullable Object[] current = slotIfAny();
        if (current == null) {
            return null;
        }
        Object around = current[AROUND];
        if (around != null) {
            current[AROUND] = null;
        }
        return around;
    }

    static void returnToBody(@Nullable Object around) {
        if (around != null) {
            slot()[AROUND] = around;
        }
    }

    /**
     * Returns the scope of what an asynchronous call starts, if the thread is running its body and this is the scope
     * around it; otherwise this.
     */
    private Deadline ofBody() {
        @Nullable Object[] current = slotIfAny();
        if (current == null) {
            return this;
        }
        Object around = current[AROUND];
        if (around == null || around != current[SCOPE] || around != (this == NONE ? STARTING : this)) {
            return this;
        }
        OfBody created = (OfBody) current[STARTED];
        if (created == null) {
            created = new OfBody(this == NONE ? null : this);
            current[STARTED] = created;
        }
        return created;
    }

    /**
     * Returns the scope of a sync call that the calling thread makes. Without a scope around, it gets none as long as
     * no policy creates one: the calls that it starts on this thread are those of the body.
     */
    static Deadline ofSyncCall() {
        Deadline scope = current();
        return scope == NONE ? NONE : scope.ofBody();
    }

    /**
     * Lets the calling thread run code that belongs to no call, such as listeners. Never throws: without memory, the
     * thread keeps its scope.
     *
     * @return what {@link #returnToScope} restores
     */
    static @Nullable Deadline leaveScope() {
        try {
            return NONE.enterScope();
        } catch (OutOfMemoryError full) {
            return null; // the thread has no slot, and so no scope either
        }
    }

    /** Restores the scope that {@link #leaveScope} has returned. Never throws. */
    static void returnToScope(@Nullable Deadline before) {
        if (before != null) {
            slot()[SCOPE] = before;
        }
    }

    /** Clears the scope of the calling thread; a body that starts remains one. */
    static void clearScope() {
        if (marked() != STARTING) {
            exitScope(null);
        }
    }

    /** Sets the scope of the calling thread; null for none. */
    static void set(@Nullable Deadline scope) {
        if (scope != null || used) {
            slot()[SCOPE] = scope;
        }
    }

    /** Returns the key of the scope in the Reactor context. */
    public static Object contextKey() {
        return "io.netrun.resilience.scope";
    }

    /**
     * Returns a nested deadline that starts now.
     *
     * @param nanos the limit in nanoseconds from now, at most half of {@link Long#MAX_VALUE}
     */
    public final Deadline within(Ticker ticker, long nanos) {
        TimeLimit limit = new TimeLimit(ticker, nanos, asOuter());
        limit.expiresAt();
        return limit;
    }

    /**
     * Returns a nested deadline that starts on first use, so that a call that completes before anyone checks it never
     * reads the clock.
     *
     * @param nanos the limit in nanoseconds from then, at most half of {@link Long#MAX_VALUE}
     */
    public final Deadline lazyWithin(Ticker ticker, long nanos) {
        return new TimeLimit(ticker, nanos, asOuter());
    }

    /** Returns a nested scope without a limit of its own, which can be stopped independently. */
    public final Deadline child() {
        return new Unlimited(asOuter());
    }

    /**
     * Returns a nested scope like {@link #child()} that {@linkplain #isFor belongs to} an object, such as an attempt
     * that is to be made in another way than the others.
     */
    public final Deadline childFor(Object owner) {
        return new Owned(asOuter(), owner);
    }

    /**
     * Returns whether this scope, or one around it that has not ended, was created by {@link #childFor} for this very
     * object.
     */
    public final boolean isFor(Object owner) {
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            if (each instanceof Owned owned && owned.owner == owner) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether the scope in which the calling thread makes a call {@linkplain #isFor belongs to} an object, also
     * if that call is no longer wanted.
     */
    public static boolean isCurrentFor(Object owner) {
        Deadline scope = ofThread();
        return scope != null && scope.isFor(owner);
    }

    /**
     * Marks a new scope whose caller may go on while code of the call still runs, since it is not waited for on the
     * caller's thread. To be called before the scope is used.
     */
    public final void detach() {
        detachment = DETACHED;
    }

    /**
     * {@linkplain #detach() Detaches} a new scope whose sync code runs on a thread of its own. To be called before the
     * scope is used.
     */
    public final void detachOnOwnThread() {
        detachment = ON_OWN_THREAD;
    }

    /**
     * Returns whether nobody waits for the thread that makes this sync call, because the call was given up that the
     * thread {@linkplain #detachOnOwnThread() exists for}. It may then wait for code that does not return, so that what
     * counts such threads does not miss that code.
     */
    public final boolean isThreadLeftBehind() {
        Deadline left = nearestGivenUp();
        return left != null && left.detachment == ON_OWN_THREAD;
    }

    /**
     * Returns whether this scope or one around it is {@linkplain #detach() detached}. Policies then register a sync
     * call before its first attempt, so that it is counted when it is given up and not when its code returns.
     */
    public final boolean isDetached() {
        return detachment != 0;
    }

    /** Returns the scope around one that is created in this. */
    private @Nullable Deadline asOuter() {
        Deadline around = this == NONE ? ofBody() : this;
        return around == NONE ? null : around;
    }

    /**
     * Returns the nanoseconds left of this limit and of those around it; negative if past, {@link Long#MAX_VALUE}
     * without any limit. A limit whose call has ended does not count.
     */
    public final long remainingNanos() {
        long least = Long.MAX_VALUE;
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            if (each.state != ENDED) {
                least = Math.min(least, each.remainingNanosOfThis());
            }
        }
        return least;
    }

    /**
     * Returns the nanoseconds left of this limit alone; negative if past, {@link Long#MAX_VALUE} if it has no limit of
     * its own.
     */
    public abstract long remainingNanosOfThis();

    /**
     * Schedules a task for the moment at which this limit expires; see {@link Ticker#schedule}.
     *
     * @throws IllegalStateException if this has no limit of its own
     */
    public abstract Ticker.Scheduled schedule(Runnable task);

    /**
     * Schedules a task for the moment at which this limit expires, to run on a worker thread, as
     * {@link Workers#handOverWhenDue} does.
     *
     * @param task must not throw; a {@link DueTask} decides when it is due whether it runs
     * @throws IllegalStateException if this has no limit of its own
     */
    public abstract Ticker.Scheduled scheduleHandOver(Runnable task);

    /**
     * Marks this limit as exceeded and notifies what is registered in it. Called by the policy that set the limit,
     * before it stops the call and before its caller is notified. Must not be called on the timer's thread.
     *
     * @return the failures of the attempts that registered parts had made so far, the oldest first; empty if this scope
     *     was left before
     */
    public final List<Throwable> tryExceed() {
        return tryExceed(null);
    }

    /**
     * Marks this limit as exceeded, and records its name.
     *
     * @param limit the name of the limit, such as {@code Timeout 'payments'}; null if it has none
     */
    public final List<Throwable> tryExceed(@Nullable String limit) {
        List<Throwable> failures = List.of();
        Link name = null;
        Consumer<Throwable> collector = IGNORE;
        try {
            List<Throwable> collected = new ArrayList<>();
            collector = collected::add;
            failures = collected;
            name = limit == null ? null : addLimitName(limit); // before the state, which other threads read first
        } catch (OutOfMemoryError full) {
            // The limit ends the call nevertheless, if need be without its name and the failures.
        }
        if (STATE.compareAndSet(this, RUNNING, EXCEEDED)) {
            notifyParts(true, collector, name);
        }
        return failures;
    }

    /**
     * Returns the name of the limit that was exceeded, such as {@code Timeout 'payments'}; null if none was, or it has
     * no name.
     */
    public final @Nullable String exceededLimit() {
        Deadline left = nearestGivenUp();
        return left != null && left.state == EXCEEDED ? left.limitName() : null;
    }

    /** Marks the call as no longer wanted for another reason than time, and notifies what is registered. Idempotent. */
    public final void tryStop() {
        if (this != NONE && STATE.compareAndSet(this, RUNNING, STOPPED)) {
            notifyParts(false, IGNORE, null);
        }
    }

    /**
     * Ends this scope because its call has ended, so that work that continues afterwards is no longer limited. Called
     * by the policy that created the scope, once it has decided that the call was in time.
     */
    public final void end() {
        if (this != NONE && STATE.compareAndSet(this, RUNNING, ENDED)) {
            clear();
        }
    }

    /**
     * Returns whether this limit, or one around it, was exceeded; false if the scope was stopped before for another
     * reason.
     */
    public final boolean isExceeded() {
        Deadline left = nearestGivenUp();
        return left != null && left.state == EXCEEDED;
    }

    /**
     * Returns whether the call was given up: a limit was exceeded, or the scope was stopped. False for a scope whose
     * call has ended, unless a scope around it was given up.
     */
    public final boolean isOver() {
        return nearestGivenUp() != null;
    }

    /** Returns this scope, or the nearest one around it, that was given up; null if none was. */
    private @Nullable Deadline nearestGivenUp() {
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            byte now = each.state;
            if (now == EXCEEDED || now == STOPPED) {
                return each;
            }
        }
        return null;
    }

    /** Returns this scope and those around it that are known, from the inside outward; empty for {@link #NONE}. */
    public final List<Deadline> chain() {
        if (this == NONE) {
            return List.of();
        }
        List<Deadline> chain = new ArrayList<>(4);
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            chain.add(each);
        }
        return chain;
    }

    /**
     * Returns whether this is the given scope or is nested in it; every scope is nested in {@link #NONE}. A scope that
     * has ended may be forgotten by those within it, as soon as another call begins there.
     */
    public final boolean isWithin(Deadline other) {
        if (other == NONE) {
            return true;
        }
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            if (each == other) {
                return true;
            }
        }
        return false;
    }

    /**
     * Throws if the call was abandoned. Checked after each wait of a policy, and before the protected code is called,
     * so that a call that was abandoned before is never made.
     *
     * @throws CancellationException if the result is no longer wanted
     */
    public final void requireWanted() {
        if (this != NONE && isOver()) {
            throw givenUp();
        }
    }

    /** Returns the failure of a call that was abandoned before it was made. */
    final CancellationException givenUp() {
        return new CancellationException("the call was given up before it was made");
    }

    /** Returns the number of bodies begun in this scope. A change between two reads means that a body was called. */
    public final int begun() {
        return begun;
    }

    /**
     * Registers a part of a call that is notified when the call is abandoned, immediately if that has already happened.
     * Does nothing without a scope. Parts that {@linkplain InFlight#tryEnd() have ended} are removed.
     */
    public final void register(InFlight part) {
        if (this == NONE) {
            return;
        }
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            if (each.state == RUNNING) {
                each.add(part);
            }
        }
        if (isOver()) {
            settle(part, isExceeded(), IGNORE);
        }
    }

    /**
     * Cancels a running asynchronous call if this scope is left before its end: it ends as if its holder had cancelled
     * it. That happens as well if the calling thread runs the body of another asynchronous call, and that one is left.
     * Does nothing without a scope and such a body, and for a call that has ended.
     *
     * @param call the future of the call
     */
    public final void cancelWithScope(CompletableFuture<?> call) {
        if (!ForeignStage.isDone(call)) {
            Deadline scope = ofBody();
            if (scope instanceof OfBody body) {
                body.isKnown = true;
            }
            CallInScope.register(call, scope);
        }
    }

    /**
     * Makes this the scope of the calling thread while a body runs in it.
     *
     * @return the scope to pass to {@link #exitScope} afterwards
     */
    @Nullable
    final Deadline enter() {
        countBody();
        return enterScope();
    }

    private void countBody() {
        if (this == NONE) {
            return;
        }
        for (@Nullable Deadline each = this; each != null; each = each.outer()) {
            // Without a fence: a thread that reads it meanwhile may be too early in any case.
            BEGUN.setRelease(each, each.begun + 1);
        }
    }

    /**
     * Makes this the scope of the calling thread while it runs user code that belongs to the call, such as a fallback.
     *
     * @return the scope to pass to {@link #exitScope} afterwards
     */
    public final @Nullable Deadline enterScope() {
        if (this == NONE && !used) {
            return null;
        }
        @Nullable Object[] current = slot();
        Deadline before = (Deadline) current[SCOPE];
        current[SCOPE] = this == NONE ? null : this;
        return before;
    }

    /** Restores the scope that the thread had before. */
    public static void exitScope(@Nullable Deadline before) {
        if (before != null || used) {
            slot()[SCOPE] = before;
        }
    }

    /** A scope without a limit of its own. Private, so that no thread can initialize it before its superclass. */
    private static class Unlimited extends Deadline {

        Unlimited(@Nullable Deadline outer) {
            super(outer);
        }

        @Override
        public long remainingNanosOfThis() {
            return Long.MAX_VALUE;
        }

        @Override
        public Ticker.Scheduled schedule(Runnable task) {
            throw new IllegalStateException("there is no time limit to schedule a task for");
        }

        @Override
        public Ticker.Scheduled scheduleHandOver(Runnable task) {
            return schedule(task);
        }
    }

    /** The scope of what the body of an asynchronous call starts. */
    static final class OfBody extends Unlimited {

        /** Whether it may be known elsewhere, by a call that goes on. */
        private boolean isKnown;

        OfBody(@Nullable Deadline outer) {
            super(outer);
        }

        /** Returns whether something can be running in it as the body returns. */
        boolean isUsed() {
            return isKnown || hasRunning();
        }
    }

    /** A scope of a certain object. A class of its own, since nearly all scopes are without one. */
    private static final class Owned extends Unlimited {

        private final Object owner;

        Owned(@Nullable Deadline outer, Object owner) {
            super(outer);
            this.owner = owner;
        }
    }

    /**
     * A part of a call, such as the permit of a circuit breaker or the attempts of a retry, that is settled when the
     * call is abandoned. It ends once: by itself, or with the call.
     */
    public abstract static class InFlight {

        private static final AtomicIntegerFieldUpdater<InFlight> PHASE =
                AtomicIntegerFieldUpdater.newUpdater(InFlight.class, "phase");

        private static final int RUNNING = 0;
        private static final int ENDING = 1;
        private static final int SETTLED = 2;

        private volatile int phase;

        /** Constructor for subclasses. */
        protected InFlight() {}

        /** Ends this part by itself. Returns false if it has ended before, so that nothing is left to settle. */
        public final boolean tryEnd() {
            return PHASE.compareAndSet(this, RUNNING, SETTLED);
        }

        /**
         * Ends this part as {@link #tryEnd()} does, if it has something to settle at its end, such as an outcome to
         * count. If the call is abandoned meanwhile, the abandoning thread briefly waits until that is done, so that
         * the call's caller observes it. {@link #markSettled()} must follow, and no user code may run before it.
         */
        public final boolean tryBeginEnd() {
            return PHASE.compareAndSet(this, RUNNING, ENDING);
        }

        /** Marks what {@link #tryBeginEnd()} has begun as done. */
        public final void markSettled() {
            phase = SETTLED;
        }

        /** Returns whether this part has ended, in either way. */
        public final boolean hasEnded() {
            return phase != RUNNING;
        }

        /**
         * Waits until what another thread has {@linkplain #tryBeginEnd() begun} is done, for at most a hundred
         * milliseconds.
         */
        public final void awaitSettled() {
            SpinBackoff.awaitBriefly(this::isSettled);
        }

        /** Returns whether this part has ended and everything is settled. */
        public final boolean isSettled() {
            return phase == SETTLED;
        }

        /**
         * Settles this part because the call was abandoned. Called at most once, before the threads that wait for the
         * call are notified. Must not block.
         *
         * @param exceeded whether a time limit was exceeded; otherwise the scope was stopped
         * @param failures receives the failures of the attempts made so far, the oldest first
         */
        protected abstract void onOver(boolean exceeded, Consumer<Throwable> failures);

        /** Returns whether everything is released that {@link #onOver} has had another thread release. */
        boolean isReleased() {
            return true;
        }

        void settle(boolean exceeded, Consumer<Throwable> failures) {
            try {
                onOver(exceeded, failures);
            } catch (Throwable thrown) {
                SafeLog.error(log, "A policy failed when its call was given up", thrown);
            } finally {
                markSettled();
            }
        }
    }
}
