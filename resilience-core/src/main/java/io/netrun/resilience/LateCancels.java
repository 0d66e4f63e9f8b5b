package io.netrun.resilience;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Futures, or subscriptions, whose {@code cancel} failed because the heap was full: that of the JDK's futures allocates
 * an exception. What a call holds until its future ends would be held for ever, so a worker cancels it again until
 * there is memory. An {@link OutOfMemoryError} may have other causes, which do not go away: each further cancel comes
 * later than the one before, none comes once the source has ended, and after a minute there is none any more. To add
 * one allocates nothing and never throws. Thread-safe.
 *
 * @apiNote For authors of policies.
 * @param <C> what is cancelled
 */
public final class LateCancels<C> {

    private static final Logger log = LoggerFactory.getLogger(LateCancels.class);

    private static final int MOST = 1_024;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** The most rounds between two cancels of the same: slightly more than a second. */
    private static final int MAX_WAIT = 64;

    /** A minute at least: what fails for longer does not fail because of the heap alone. */
    static final int MAX_TRIES = 55;

    /** Replaces the key of one whose source has ended. */
    private static final Object ENDED = new Object();

    private final Consumer<? super C> cancel;
    private final Predicate<? super C> isOver;
    private final Runnable pause;

    /** Who adds one sets its key first, which reserves the index, and the worker clears it last. */
    private final AtomicReferenceArray<@Nullable Object> keys = new AtomicReferenceArray<>(MOST);

    private final AtomicReferenceArray<@Nullable C> waiting = new AtomicReferenceArray<>(MOST);

    /** How often each was cancelled, and the round of its next cancel; confined to the worker. */
    private final byte[] tries = new byte[MOST];

    private final int[] dueRounds = new int[MOST];
    private int round;

    /** Whether one was ever added: most processes have none, and need not search. */
    private volatile boolean used;

    /** Hands this over to a worker; null while a worker has it. */
    private final AtomicReference<@Nullable Runnable> start;

    /**
     * Allocates what is needed later.
     *
     * @param cancel cancels one; called on a worker, again and again while it throws an {@link OutOfMemoryError}
     * @param isOver returns whether one has ended and need not be cancelled any more; must not throw
     */
    public LateCancels(Consumer<? super C> cancel, Predicate<? super C> isOver) {
        this(cancel, isOver, LateCancels::pause);
    }

    /** @param pause passes the time between two rounds */
    LateCancels(Consumer<? super C> cancel, Predicate<? super C> isOver, Runnable pause) {
        this.cancel = cancel;
        this.isOver = isOver;
        this.pause = pause;
        this.start = new AtomicReference<>(Workers.reserve(this::run));
        linkSteps();
    }

    /**
     * Calls the methods that {@link #add} calls. They use variable handles, and the JVM links each use of one when it
     * is reached for the first time: that takes memory, of which there is none when one is added.
     */
    private void linkSteps() {
        keys.compareAndSet(0, null, ENDED);
        keys.set(0, null);
        waiting.set(0, waiting.get(0));
        start.set(start.getAndSet(null));
    }

    private static void pause() {
        Thread.interrupted(); // it could not park otherwise
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /** Adds one. Does nothing if there are too many: they end with their own work then. */
    public void add(C cancellable) {
        add(cancellable, cancellable);
    }

    /**
     * Adds one, as {@link #add(Object)} does.
     *
     * @param source identifies it for {@link #sourceEnded}
     */
    public void add(C cancellable, Object source) {
        used = true;
        if (isWaiting(cancellable)) {
            return; // the call that left it has cancelled it more than once
        }
        for (int i = 0; i < MOST; i++) {
            if (keys.get(i) == null && keys.compareAndSet(i, null, source)) {
                waiting.set(i, cancellable);
                wake();
                return;
            }
        }
    }

    private boolean isWaiting(C cancellable) {
        for (int i = 0; i < MOST; i++) {
            if (waiting.get(i) == cancellable) {
                return true;
            }
        }
        return false;
    }

    /** Gives up what was added with a source, which has ended: there is nothing left to cancel. */
    public void sourceEnded(Object source) {
        for (int i = 0; used && i < MOST; i++) {
            if (keys.get(i) == source) {
                keys.compareAndSet(i, source, ENDED);
            }
        }
    }

    private void wake() {
        Runnable first = start.getAndSet(null);
        if (first != null) {
            first.run();
        }
    }

    private void run() {
        while (!tryCancelAll() || !tryPrepare()) {
            pause.run();
        }
        if (!isEmpty()) {
            wake(); // added meanwhile
        }
    }

    /** Cancels each that is due. Returns whether none is left. */
    private boolean tryCancelAll() {
        boolean all = true;
        round++;
        for (int i = 0; i < MOST; i++) {
            C cancellable = waiting.get(i);
            if (cancellable != null) {
                if (isOver(i, cancellable) || (isDue(i) && tryCancel(i, cancellable))) {
                    tries[i] = 0;
                    waiting.set(i, null);
                    keys.set(i, null);
                } else {
                    all = false;
                }
            }
        }
        return all;
    }

    private boolean isOver(int i, C cancellable) {
        return keys.get(i) == ENDED || isOver.test(cancellable);
    }

    private boolean isDue(int i) {
        return tries[i] == 0 || round - dueRounds[i] >= 0;
    }

    /** Returns whether one need not be cancelled again. */
    private boolean tryCancel(int i, C cancellable) {
        try {
            cancel.accept(cancellable);
        } catch (OutOfMemoryError full) {
            tries[i]++;
            if (tries[i] < MAX_TRIES) {
                dueRounds[i] = round + Math.min(1 << Math.min(tries[i] - 1, 10), MAX_WAIT);
                return false;
            }
            SafeLog.error(log, "A cancel failed for a minute; its call may continue", full);
        } catch (Throwable failed) {
            SafeLog.error(log, "A cancel failed; its call may continue", failed);
        }
        return true;
    }

    private boolean tryPrepare() {
        try {
            start.set(Workers.reserve(this::run));
            return true;
        } catch (OutOfMemoryError full) {
            return false;
        }
    }

    /** Returns whether nothing is left to cancel. */
    boolean isEmpty() {
        for (int i = 0; i < MOST; i++) {
            if (waiting.get(i) != null) {
                return false;
            }
        }
        return true;
    }
}
