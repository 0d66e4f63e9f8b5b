package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks at their time, on one daemon thread that is there while there are any. Setting and cancelling a task takes
 * no lock and never waits, so event loops may do it, and is cheap where a task is cancelled soon, as nearly all time
 * limits are: a new task is pushed onto a stack, from which the thread takes it over in its next round; one that was
 * cancelled by then is dropped, by the thread or by the next task, without having been sorted in. What was sorted in
 * and is cancelled goes onto a second stack, and out with the next round. There are several of these stacks, chosen by
 * thread, so that threads do not take the tops away from each other. Only the thread uses the heap.
 *
 * <p>Rounds follow each other after {@link #ROUND_NANOS} while tasks come, so that those cancelled do not pile up. When
 * none have come for a round, the thread rests until the next task is due, and the next one that is set wakes it. It
 * does not rest for longer than it stays without tasks, so that it ends soon after the last one was cancelled.
 *
 * <p>Everything in the JVM that has a time limit rests on this thread, so a round allocates nothing, whatever goes
 * wrong in a round does not end the thread, and a thread that ends all the same is replaced. What a round has taken
 * over is kept in fields, for the next round or the next thread.
 */
final class TimerThread implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(TimerThread.class);

    private static final long ROUND_NANOS = 10_000_000;
    private static final long MAX_DELAY = Long.MAX_VALUE / 2;

    /** Elements between two stacks, so that each has a cache line of its own. */
    private static final int SPACING = 32;

    private static final VarHandle STACKS = MethodHandles.arrayElementVarHandle(Task[].class);
    private static final VarHandle THREAD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "thread", VarHandle.class, TimerThread.class, Thread.class);
    private static final VarHandle RESTING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "resting", VarHandle.class, TimerThread.class, boolean.class);
    private static final VarHandle STATE =
            ConstantBootstraps.fieldVarHandle(MethodHandles.lookup(), "state", VarHandle.class, Task.class, int.class);

    private final Ticker clock;
    private final long idleNanos;

    /** The tops of the stacks of incoming tasks, {@link #SPACING} apart, and then those of cancelled ones. */
    private final @Nullable Task[] stacks;

    private final int stripes;

    /** Sorted by time; of the thread alone. */
    private final TaskHeap sorted = new TaskHeap();

    /** Taken from a stack and not yet dealt with; of the thread alone. */
    private @Nullable Task arriving;

    private @Nullable Task leaving;

    /** How many tasks were sorted in, for those of the same moment; of the thread alone. */
    private long numbers;

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
        int wanted = 2 * Math.min(16, Runtime.getRuntime().availableProcessors());
        this.stripes = Integer.highestOneBit(2 * wanted - 1);
        this.stacks = new Task[2 * stripes * SPACING];
    }

    /** Runs a task once after a delay, unless it is cancelled before; see {@link Ticker#schedule}. */
    Ticker.Scheduled schedule(Runnable action, long delayNanos) {
        return set(action, clock.nanoTime() + Math.min(MAX_DELAY, Math.max(0, delayNanos)));
    }

    /** Runs a task once at a moment, unless it is cancelled before; see {@link Ticker#scheduleAt}. */
    Ticker.Scheduled scheduleAt(Runnable action, long at) {
        // Moments are compared by their difference, which must not overflow. Without reading the clock it is known
        // about.
        long from = wakesAt;
        return at - from > MAX_DELAY / 2 || at - from < -MAX_DELAY / 2
                ? schedule(action, at - clock.nanoTime())
                : set(action, at);
    }

    private Ticker.Scheduled set(Runnable action, long at) {
        Task task = new Task(this, action, at);
        add(task);
        try {
            if (resting ? RESTING.compareAndSet(this, true, false) : task.at - wakesAt < 0) {
                LockSupport.unpark(thread);
            }
            ensureThread();
        } catch (Throwable noThread) {
            task.cancel();
            throw noThread;
        }
        return task;
    }

    /** Of the calling thread. By identity, since a thread's own methods may be code of others. */
    private int stripe() {
        int hash = System.identityHashCode(Thread.currentThread());
        return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (stripes - 1);
    }

    private @Nullable Task top(int stack) {
        return (Task) STACKS.getVolatile(stacks, stack * SPACING);
    }

    /**
     * Puts a task in, and leaves out those on top that were cancelled meanwhile, so that calls that follow each other
     * leave nothing behind them. What lies below a task changes only when the thread has taken the whole stack over;
     * its former top never comes back, so the exchange fails then.
     */
    private void add(Task task) {
        int stack = stripe();
        Task top;
        do {
            top = top(stack);
            Task waiting = top;
            while (waiting != null && waiting.state == Task.OVER) {
                waiting = waiting.below;
            }
            task.below = waiting;
        } while (!STACKS.compareAndSet(stacks, stack * SPACING, top, task));
    }

    private void enqueueCancelled(Task task) {
        int stack = stripes + stripe();
        Task top;
        do {
            top = top(stack);
            task.below = top;
        } while (!STACKS.compareAndSet(stacks, stack * SPACING, top, task));
    }

    /**
     * Starts a thread if there is none. It is written before it is started, so one that is there may not have been
     * started yet, or not be startable by the thread that wrote it; whichever finds it so starts it.
     */
    private void ensureThread() {
        Thread present = thread;
        while (present == null || present.getState() == Thread.State.TERMINATED) {
            Thread fresh = Workers.daemon(this, "resilience-timer");
            present = THREAD.compareAndSet(this, present, fresh) ? fresh : thread;
        }
        if (present.getState() == Thread.State.NEW) {
            try {
                present.start();
            } catch (IllegalThreadStateException started) {
                // By another thread, at the same time.
            }
        }
    }

    @Override
    public void run() {
        boolean running = true;
        boolean failing = false;
        try {
            while (running) {
                try {
                    running = round();
                    failing = false;
                } catch (Throwable thrown) {
                    if (!failing) {
                        report("A round of the timer failed; the timer continues", thrown);
                    }
                    failing = true;
                    LockSupport.parkNanos(this, ROUND_NANOS);
                }
            }
        } finally {
            if (running) {
                replace();
            }
        }
    }

    /** This thread dies of something that even its net did not hold; tasks must not die with it. */
    private void replace() {
        thread = null;
        resting = false;
        try {
            ensureThread();
        } catch (Throwable noThread) {
            report("The timer's thread ends and cannot be replaced until the next task is set", noThread);
        }
    }

    /** False if the thread is to end. */
    private boolean round() {
        boolean busy = drainIncoming();
        drainCancelled();
        runDue();
        busy |= Workers.relieve();
        Task first = sorted.first();
        if (first == null && !busy) {
            return sleep(idleNanos, true) || !tryStop();
        }
        long untilDue = first == null ? ROUND_NANOS : first.at - clock.nanoTime();
        sleep(Math.min(untilDue, busy ? ROUND_NANOS : idleNanos), !busy);
        return true;
    }

    /** Sleeps for a time, or until woken; false if nothing has come meanwhile. */
    private boolean sleep(long nanos, boolean rest) {
        wakesAt = clock.nanoTime() + nanos;
        resting = rest;
        if (nanos > 0 && !hasIncoming()) {
            LockSupport.parkNanos(this, nanos);
        }
        resting = false;
        // Somebody else's interrupt means nothing here, and would keep the thread from sleeping.
        return Thread.interrupted() || hasIncoming();
    }

    private boolean hasIncoming() {
        for (int stack = 0; stack < stripes; stack++) {
            if (top(stack) != null) {
                return true;
            }
        }
        return false;
    }

    /** Ends the thread, unless a task has come and has not started another. */
    private boolean tryStop() {
        Thread self = thread;
        thread = null;
        return !hasIncoming() || !THREAD.compareAndSet(this, null, self);
    }

    /** Sorts in what has come and was not cancelled meanwhile; false if nothing has come. */
    private boolean drainIncoming() {
        boolean any = arriving != null;
        sortArriving();
        for (int stack = 0; stack < stripes; stack++) {
            if (top(stack) != null) {
                any = true;
                arriving = (Task) STACKS.getAndSet(stacks, stack * SPACING, (Task) null);
                sortArriving();
            }
        }
        return any;
    }

    private void sortArriving() {
        for (Task task = arriving; task != null; task = arriving) {
            arriving = task.below;
            task.below = null;
            // Nearly all were cancelled, so that is read before it is made sure of.
            if (task.state == Task.NEW && STATE.compareAndSet(task, Task.NEW, Task.SORTED)) {
                task.number = numbers++;
                sorted.add(task);
            }
        }
    }

    private void drainCancelled() {
        removeLeaving();
        for (int stack = stripes; stack < 2 * stripes; stack++) {
            if (top(stack) != null) {
                leaving = (Task) STACKS.getAndSet(stacks, stack * SPACING, (Task) null);
                removeLeaving();
            }
        }
    }

    private void removeLeaving() {
        for (Task task = leaving; task != null; task = leaving) {
            leaving = task.below;
            task.below = null;
            sorted.remove(task);
        }
    }

    private void runDue() {
        long now = clock.nanoTime();
        for (Task first = sorted.first(); first != null && first.at - now <= 0; first = sorted.first()) {
            sorted.remove(first);
            if (STATE.compareAndSet(first, Task.SORTED, Task.OVER)) {
                first.run();
            }
        }
    }

    /** A log call may block, and runs code of the user, so a worker makes it; without memory for that, none does. */
    private static void report(String what, Throwable thrown) {
        try {
            Workers.handOver(() -> SafeLog.error(log, what, thrown)).run();
        } catch (Throwable unreported) {
            // The tasks that follow are worth more than the log.
        }
    }

    /** Whether it keeps anything, and the thread that runs it; for tests. */
    boolean isEmpty() {
        for (int stack = 0; stack < 2 * stripes; stack++) {
            if (top(stack) != null) {
                return false;
            }
        }
        return sorted.first() == null;
    }

    /** Whether it has a thread, and so may have tasks. */
    boolean isRunning() {
        Thread present = thread;
        return present != null && present.getState() != Thread.State.TERMINATED;
    }

    @Nullable
    Thread thread() {
        return thread;
    }

    /** A task, its node in a stack, and its node in the heap. */
    static final class Task implements Ticker.Scheduled {

        private static final int NEW = 0;
        private static final int SORTED = 1;
        private static final int OVER = 2;

        private final TimerThread timer;
        final long at;
        private @Nullable Runnable action;
        private @Nullable Task below;
        private volatile int state;

        long number;

        /** In the heap, see {@link TaskHeap}. */
        @Nullable
        Task child;

        @Nullable
        Task next;

        @Nullable
        Task previous;

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
                report("A timer's task failed", thrown);
            }
        }

        @Override
        public void cancel() {
            if (STATE.compareAndSet(this, NEW, OVER)) {
                action = null;
            } else if (STATE.compareAndSet(this, SORTED, OVER)) {
                action = null;
                timer.enqueueCancelled(this);
            }
        }

        /** Whether this is due before another task. */
        boolean isBefore(Task other) {
            long byTime = at - other.at;
            return byTime == 0 ? number < other.number : byTime < 0;
        }
    }
}
