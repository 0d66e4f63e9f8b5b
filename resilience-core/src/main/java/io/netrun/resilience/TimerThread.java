package io.netrun.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks at their time, on one daemon thread that is there while there are any. Setting and cancelling a task takes no lock
 * and never waits, so event loops may do it, and is cheap where a task is cancelled soon, as nearly all time limits are: a new
 * task is pushed onto a stack, from which the thread takes it over in its next round; one that was cancelled by then is
 * dropped, by the thread or by the next task, without having been sorted in. What was sorted in and is cancelled goes onto a
 * second stack, and out with the next round. The sorted set belongs to the thread alone.
 *
 * <p>Rounds follow each other after {@link #ROUND_NANOS} while tasks come, so that those cancelled do not pile up. When none
 * have come for a round, the thread rests until the next task is due, and the next one that is set wakes it. It does not rest for
 * longer than it stays without tasks, so that it ends soon after the last one was cancelled, however far away that was.
 */
final class TimerThread implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(TimerThread.class);

    private static final long ROUND_NANOS = 10_000_000;

    private static final VarHandle INCOMING;
    private static final VarHandle CANCELLED;
    private static final VarHandle THREAD;
    private static final VarHandle RESTING;
    private static final VarHandle STATE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            INCOMING = lookup.findVarHandle(TimerThread.class, "incoming", Task.class);
            CANCELLED = lookup.findVarHandle(TimerThread.class, "cancelled", Task.class);
            THREAD = lookup.findVarHandle(TimerThread.class, "thread", Thread.class);
            RESTING = lookup.findVarHandle(TimerThread.class, "resting", boolean.class);
            STATE = lookup.findVarHandle(Task.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Ticker clock;
    private final long idleNanos;

    /** Sorted by time; of the thread alone. */
    private final TreeSet<Task> sorted = new TreeSet<>();

    /** How many tasks were sorted in, for those of the same moment; of the thread alone. */
    private long numbers;

    private volatile @Nullable Task incoming;
    private volatile @Nullable Task cancelled;
    private volatile @Nullable Thread thread;

    /** Whether the thread sleeps until it is woken or {@link #wakesAt}, and not for a round only. */
    private volatile boolean resting;

    private volatile long wakesAt;

    /**
     * A timer without a thread, until there is a task.
     *
     * @param clock whose time tasks go by; the thread sleeps in real time
     * @param idleNanos after how long without a task the thread ends
     */
    TimerThread(Ticker clock, long idleNanos) {
        this.clock = clock;
        this.idleNanos = idleNanos;
    }

    /** Runs a task once after a delay, unless it is cancelled before; see {@link Ticker#schedule}. */
    Ticker.Scheduled schedule(Runnable action, long delayNanos) {
        return scheduleAt(action, clock.nanoTime() + Math.max(0, delayNanos));
    }

    /** Runs a task once at a moment, unless it is cancelled before; see {@link Ticker#scheduleAt}. */
    Ticker.Scheduled scheduleAt(Runnable action, long at) {
        Task task = new Task(this, action, at);
        add(task);
        if (resting ? RESTING.compareAndSet(this, true, false) : task.at - wakesAt < 0) {
            LockSupport.unpark(thread);
        }
        if (thread == null) {
            try {
                start();
            } catch (Throwable noThread) {
                task.cancel();
                throw noThread;
            }
        }
        return task;
    }

    /**
     * Puts a task in, and leaves out those on top that were cancelled meanwhile, so that calls that follow each other leave
     * nothing behind them. What lies below a task changes only when the thread has taken the whole stack over; its former top
     * never comes back, so the exchange fails then.
     */
    private void add(Task task) {
        Task top;
        do {
            top = incoming;
            Task waiting = top;
            while (waiting != null && waiting.state == Task.OVER) {
                waiting = waiting.below;
            }
            task.below = waiting;
        } while (!INCOMING.compareAndSet(this, top, task));
    }

    private void takeBack(Task task) {
        Task top;
        do {
            top = cancelled;
            task.below = top;
        } while (!CANCELLED.compareAndSet(this, top, task));
    }

    private void start() {
        Thread fresh = Workers.daemon(this, "resilience-timer");
        if (THREAD.compareAndSet(this, null, fresh)) {
            try {
                fresh.start();
            } catch (Throwable noThread) {
                thread = null;
                throw noThread;
            }
        }
    }

    @Override
    public void run() {
        while (true) {
            boolean busy = takeIn();
            takeOut();
            runDue();
            if (sorted.isEmpty() && !busy) {
                if (!sleep(idleNanos, true) && ends()) {
                    return;
                }
            } else {
                long untilDue = sorted.isEmpty() ? ROUND_NANOS : sorted.first().at - clock.nanoTime();
                sleep(Math.min(untilDue, busy ? ROUND_NANOS : idleNanos), !busy);
            }
        }
    }

    /** Sleeps for a time, or until woken; false if nothing has come meanwhile. */
    private boolean sleep(long nanos, boolean rest) {
        wakesAt = clock.nanoTime() + nanos;
        resting = rest;
        if (incoming == null && nanos > 0) {
            LockSupport.parkNanos(this, nanos);
        }
        resting = false;
        // Somebody else's interrupt means nothing here, and would keep the thread from sleeping.
        return Thread.interrupted() || incoming != null;
    }

    /** Ends the thread, unless a task has come and has not begun another. */
    private boolean ends() {
        Thread self = thread;
        thread = null;
        return incoming == null || !THREAD.compareAndSet(this, null, self);
    }

    /** Sorts in what has come and was not cancelled meanwhile; false if nothing has come. */
    private boolean takeIn() {
        Task first = (Task) INCOMING.getAndSet(this, null);
        for (Task task = first, below; task != null; task = below) {
            below = task.below;
            task.below = null;
            // Nearly all were cancelled, so that is read before it is made sure of.
            if (task.state == Task.NEW && STATE.compareAndSet(task, Task.NEW, Task.SORTED)) {
                task.number = numbers++;
                sorted.add(task);
            }
        }
        return first != null;
    }

    private void takeOut() {
        Task first = (Task) CANCELLED.getAndSet(this, null);
        for (Task task = first, below; task != null; task = below) {
            below = task.below;
            task.below = null;
            sorted.remove(task);
        }
    }

    private void runDue() {
        long now = clock.nanoTime();
        while (!sorted.isEmpty() && sorted.first().at - now <= 0) {
            Task task = sorted.pollFirst();
            if (task != null && STATE.compareAndSet(task, Task.SORTED, Task.OVER)) {
                task.run();
            }
        }
    }

    /** Whether it keeps anything, and the thread that runs it; for tests. */
    boolean isEmpty() {
        return incoming == null && cancelled == null && sorted.isEmpty();
    }

    @Nullable
    Thread thread() {
        return thread;
    }

    /** A task, and its place in a stack. */
    private static final class Task implements Ticker.Scheduled, Comparable<Task> {

        private static final int NEW = 0;
        private static final int SORTED = 1;
        private static final int OVER = 2;

        private final TimerThread timer;
        private final long at;
        private @Nullable Runnable action;
        private long number;
        private @Nullable Task below;

        private volatile int state;

        Task(TimerThread timer, Runnable action, long at) {
            this.timer = timer;
            this.action = action;
            this.at = at;
        }

        void run() {
            Runnable due = action;
            action = null;
            try {
                if (due != null) {
                    due.run();
                }
            } catch (Throwable thrown) {
                log.error("A timer's task failed", thrown);
            }
        }

        @Override
        public void cancel() {
            if (STATE.compareAndSet(this, NEW, OVER)) {
                action = null;
            } else if (STATE.compareAndSet(this, SORTED, OVER)) {
                action = null;
                timer.takeBack(this);
            }
        }

        @Override
        public int compareTo(Task other) {
            int byTime = Long.compare(at - other.at, 0);
            return byTime == 0 ? Long.compare(number, other.number) : byTime;
        }
    }
}
