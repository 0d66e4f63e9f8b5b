package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A task of a {@link TimerThread}, its node in a stack, and its node in the heap. */
final class TimerTask implements Ticker.Scheduled {

    /** In a stack of incoming tasks. */
    static final int NEW = 0;

    /** In the heap. */
    static final int SORTED = 1;

    /** Run or cancelled. */
    static final int OVER = 2;

    private static final VarHandle STATE = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "state", VarHandle.class, TimerTask.class, int.class);

    private final TimerThread timer;
    final long at;
    private @Nullable Runnable action;
    private volatile int state;

    /** The task below in a stack. */
    @Nullable
    TimerTask below;

    long number;

    /** The links of the heap, see {@link TaskHeap}. */
    @Nullable
    TimerTask child;

    @Nullable
    TimerTask next;

    @Nullable
    TimerTask previous;

    TimerTask(TimerThread timer, Runnable action, long at) {
        this.timer = timer;
        this.action = action;
        this.at = at;
    }

    int state() {
        return state;
    }

    boolean tryMove(int from, int to) {
        return STATE.compareAndSet(this, from, to);
    }

    void run() {
        Runnable due = action;
        action = null;
        try {
            if (due != null) {
                due.run();
            }
        } catch (Throwable thrown) {
            TimerThread.report("A timer's task failed", thrown);
        }
    }

    @Override
    public void cancel() {
        if (tryMove(NEW, OVER)) {
            action = null;
        } else if (tryMove(SORTED, OVER)) {
            action = null;
            timer.enqueueCancelled(this);
        }
    }

    /** Returns whether this task is due before another one. */
    boolean isBefore(TimerTask other) {
        long byTime = at - other.at;
        return byTime == 0 ? number < other.number : byTime < 0;
    }
}
