package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A task of a {@link TimerThread}, its node in a stack, and its node in the heap. */
sealed class TimerTask extends WorkerTask implements Ticker.Scheduled permits TimedHandover {

    /** In a stack of incoming tasks. */
    static final byte NEW = 0;

    /** In the heap. */
    static final byte SORTED = 1;

    /** Run or cancelled. */
    static final byte OVER = 2;

    /** In no timer yet. */
    static final byte UNSCHEDULED = 3;

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, TimerTask.class, byte.class);

    /** Set before the task is in a stack, as is the time. */
    private @Nullable TimerThread timer;

    private long at;

    /** A byte, and the number an int, so that a {@link TimedHandover} is not larger than another task. */
    private volatile byte state;

    /** The position in the order in which tasks entered the heap; compared by difference, since it may overflow. */
    int number;

    /** The links of the heap, see {@link TaskHeap}. */
    @Nullable
    TimerTask child;

    @Nullable
    TimerTask next;

    @Nullable
    TimerTask previous;

    TimerTask(TimerThread timer, Runnable action, long at) {
        super(action);
        this.timer = timer;
        this.at = at;
    }

    /** Creates a task that is scheduled later, at most once. */
    TimerTask(Runnable action) {
        super(action);
        STATE.set(this, UNSCHEDULED); // published later, whichever way the task is scheduled
    }

    /** Schedules this task with a timer. Returns false if it was scheduled or run before. */
    final boolean trySchedule(TimerThread with, long time) {
        if (!tryMove(UNSCHEDULED, NEW)) {
            return false;
        }
        timer = with;
        at = time;
        return true;
    }

    final long at() {
        return at;
    }

    final byte state() {
        return state;
    }

    final boolean tryMove(byte from, byte to) {
        return STATE.compareAndSet(this, from, to);
    }

    /** Runs the action, on the timer's thread. */
    void fire() {
        Runnable due = takeAction();
        if (due != null) {
            due.run();
        }
    }

    @Override
    public final void cancel() {
        if (tryMove(NEW, OVER)) {
            clearAction();
        } else if (tryMove(SORTED, OVER)) {
            clearAction();
            if (timer != null) {
                removeFrom(timer);
            }
        }
    }

    private void removeFrom(TimerThread from) {
        try {
            from.enqueueCancelled(this);
        } catch (OutOfMemoryError full) {
            // It stays in the heap until it is due, and does nothing then.
        }
    }

    /** Returns whether this task is due before another one. */
    final boolean isBefore(TimerTask other) {
        long byTime = at - other.at;
        return byTime == 0 ? number - other.number < 0 : byTime < 0;
    }
}
