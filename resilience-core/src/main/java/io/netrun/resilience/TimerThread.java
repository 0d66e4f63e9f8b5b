package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks at their time on one daemon thread, which exists only while there are tasks. Scheduling and cancelling a
 * task take no lock and never wait, so event loops may do both, and are cheap for tasks that are cancelled soon, as
 * nearly all time limits are.
 */
final class TimerThread implements Runnable {

    /*
     * Implementation
     * ==============
     *
     * Most time limits are cancelled long before they expire, so setting and cancelling a task must be cheaper than
     * sorting it. A new task is pushed onto a stack [1], which the thread takes as a whole in its next round. A task
     * that was cancelled until then is dropped, by the thread or by the next task, without ever being sorted. The
     * others move to a pairing heap [2], which only the thread uses. A timing wheel [3] would sort every task when it
     * is set, also those that are cancelled soon.
     *
     *  field     written by                meaning
     *  --------  ------------------------  ---------------------------------------------------------------------
     *  stacks    all, by compare-and-set   incoming tasks, one stack per stripe; then cancelled tasks, likewise
     *  sorted    the thread                the heap of tasks that survived a round
     *  arriving  the thread                tasks taken from a stack and not yet sorted
     *  leaving   the thread                cancelled tasks taken from a stack and not yet removed from the heap
     *  thread    all                       the thread; null if there is none
     *  resting   the thread; all clear it  whether a new task must wake the thread, whenever it is due
     *  wakesAt   the thread                when the thread wakes up by itself
     *
     *  task state  meaning                  next state
     *  ----------  -----------------------  --------------------------------------------------------------------
     *  UNSCHEDULED made, to be set later    NEW
     *  NEW         in a stack               SORTED by the thread, or OVER if cancelled: nothing else to do
     *  SORTED      in the heap              OVER when run, or OVER if cancelled: then pushed to a cancelled stack
     *  OVER        run or cancelled         -
     *
     * A task that has run is in no stack any more. A TimedHandover then uses its link again, in the stack of the pool.
     * A thread that still follows that link in add() fails afterwards, because the top of its stack has changed.
     *
     * Rounds
     * ------
     * While tasks arrive, rounds follow each other after ROUND_NANOS, so that cancelled tasks do not pile up. After a
     * round without tasks the thread rests until the first task is due, but at most for the idle time, after which it
     * ends if it has none. The thread writes "resting" before it checks the stacks, and a task is pushed before
     * "resting" is read, so one of the two sees the other.
     *
     * Example
     * -------
     *  at 0 ms    call A sets a limit of 2 s: a push, which wakes the thread; a round moves A to the heap
     *  at 5 ms    call B sets a limit of 1 s: a push. The thread is not resting, and wakes up before B is due anyway
     *  at 8 ms    call B ends: one compare-and-set of its task from NEW to OVER
     *  at 10 ms   the round takes the stack and drops B
     *  at 20 ms   the round finds no task; the thread rests until A is due
     *  at 21 ms   call A ends: SORTED to OVER, and a push to a cancelled stack
     *             The next round, at the latest when A would have been due, removes A from the heap.
     *
     * References
     * ----------
     * [1] R. K. Treiber: Systems programming: coping with parallelism, IBM Research Report RJ 5118 (1986)
     * [2] Fredman, Sedgewick, Sleator, Tarjan: The pairing heap (1986) https://doi.org/10.1007/BF01840439
     * [3] G. Varghese, T. Lauck: Hashed and hierarchical timing wheels (1987) https://doi.org/10.1145/37499.37504
     */

    private static final Logger log = LoggerFactory.getLogger(TimerThread.class);

    private static final long ROUND_NANOS = 10_000_000;
    private static final long MAX_DELAY = Long.MAX_VALUE / 2;

    /** The distance between two stacks in the array, so that each has a cache line of its own. */
    private static final int SPACING = 32;

    private static final VarHandle STACKS = MethodHandles.arrayElementVarHandle(TimerTask[].class);
    private static final VarHandle THREAD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "thread", VarHandle.class, TimerThread.class, Thread.class);
    private static final VarHandle RESTING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "resting", VarHandle.class, TimerThread.class, boolean.class);

    private final Ticker clock;
    private final long idleNanos;

    /** The tops of the stacks of incoming tasks, {@link #SPACING} apart, and then those of cancelled ones. */
    private final @Nullable TimerTask[] stacks;

    private final int stripes;

    /** Tasks by time; confined to the thread. */
    private final TaskHeap sorted = new TaskHeap();

    /** Taken from a stack and not yet processed; confined to the thread. */
    private @Nullable TimerTask arriving;

    private @Nullable TimerTask leaving;

    /** The number of tasks added to the heap, to order those of the same time; confined to the thread. */
    private int numbers;

    private volatile @Nullable Thread thread;

    /** Whether the thread sleeps until it is woken or {@link #wakesAt}, and not only until the next round. */
    private volatile boolean resting;

    private volatile long wakesAt;

    /**
     * Creates a timer without a thread.
     *
     * @param clock the time of the tasks; the thread sleeps in real time
     * @param idleNanos the time without a task after which the thread ends, in nanoseconds
     */
    TimerThread(Ticker clock, long idleNanos) {
        this.clock = clock;
        this.idleNanos = idleNanos;
        // Several for each processor, so that two threads that run at the same time seldom share one.
        int wanted = 8 * Math.min(16, Runtime.getRuntime().availableProcessors());
        this.stripes = Integer.highestOneBit(2 * wanted - 1);
        this.stacks = new TimerTask[2 * stripes * SPACING];
    }

    /** Runs a task once after a delay, unless it is cancelled before; see {@link Ticker#schedule}. */
    Ticker.Scheduled schedule(Runnable action, long delayNanos) {
        return set(action, after(delayNanos, clock.nanoTime()));
    }

    /** Runs a task once at a given time, unless it is cancelled before; see {@link Ticker#scheduleAt}. */
    Ticker.Scheduled scheduleAt(Runnable action, long at) {
        return set(action, comparable(at));
    }

    /** Hands a task over to a thread of a pool at a given time, unless it is cancelled before. */
    Ticker.Scheduled handOverAt(PlatformPool pool, Runnable action, long at) {
        return set(pool.prepareTimed(action, this, comparable(at)));
    }

    /** Times are compared by their difference, which must not overflow; it is estimated without reading the clock. */
    private long comparable(long at) {
        long from = wakesAt;
        if (at - from <= MAX_DELAY / 2 && at - from >= -MAX_DELAY / 2) {
            return at;
        }
        long now = clock.nanoTime();
        return after(at - now, now);
    }

    private static long after(long delayNanos, long now) {
        return now + Math.min(MAX_DELAY, Math.max(0, delayNanos));
    }

    private Ticker.Scheduled set(Runnable action, long at) {
        return set(
                action instanceof TimedHandover handover && handover.trySchedule(this, at)
                        ? handover
                        : new TimerTask(this, action, at));
    }

    private Ticker.Scheduled set(TimerTask task) {
        add(task);
        try {
            if (resting ? RESTING.compareAndSet(this, true, false) : task.at() - wakesAt < 0) {
                LockSupport.unpark(thread);
            }
            ensureThread();
        } catch (Throwable noThread) {
            task.cancel();
            throw noThread;
        }
        return task;
    }

    /** Returns the stripe of the calling thread. By identity, because methods of the thread may be foreign code. */
    private int stripe() {
        int hash = System.identityHashCode(Thread.currentThread());
        return (hash ^ (hash >>> 8) ^ (hash >>> 16)) & (stripes - 1);
    }

    private @Nullable TimerTask top(int stack) {
        return (TimerTask) STACKS.getVolatile(stacks, stack * SPACING);
    }

    /**
     * Pushes a task, and drops tasks on top that were cancelled meanwhile, so that consecutive calls leave nothing
     * behind. What lies below a task changes only after the thread has taken the whole stack; its former top never
     * returns, so the compare-and-set fails then.
     */
    private void add(TimerTask task) {
        int stack = stripe();
        TimerTask top;
        do {
            top = top(stack);
            WorkerTask waiting = top;
            while (waiting instanceof TimerTask timed && timed.state() == TimerTask.OVER) {
                waiting = timed.below;
            }
            task.below = waiting;
        } while (!STACKS.compareAndSet(stacks, stack * SPACING, top, task));
    }

    void enqueueCancelled(TimerTask task) {
        int stack = stripes + stripe();
        TimerTask top;
        do {
            top = top(stack);
            task.below = top;
        } while (!STACKS.compareAndSet(stacks, stack * SPACING, top, task));
    }

    /**
     * Starts a thread if there is none. It is published before it is started, so a published thread may not have been
     * started yet, or the thread that published it could not start it; any thread that observes this starts it.
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
                // Started by another thread at the same time.
            }
        }
    }

    @Override
    public void run() {
        boolean running = true;
        try {
            while (running) {
                try {
                    running = rounds();
                } catch (OutOfMemoryError full) {
                    // While the heap is full, even the text of the report may be lacking.
                }
            }
        } finally {
            if (running) {
                replace();
            }
        }
    }

    /** Runs rounds until the thread is to end. Returns false. */
    private boolean rounds() {
        boolean running = true;
        boolean failing = false;
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
        return false;
    }

    /**
     * Replaces this thread, which dies of something that even the main loop could not handle, so that its tasks
     * survive.
     */
    private void replace() {
        thread = null;
        resting = false;
        try {
            ensureThread();
        } catch (Throwable noThread) {
            report("The timer's thread ends and cannot be replaced until the next task is set", noThread);
        }
    }

    /** Runs one round. Returns false if the thread is to end. */
    private boolean round() {
        boolean busy = drainIncoming();
        drainCancelled();
        runDue();
        busy |= Workers.relieve();
        TimerTask first = sorted.first();
        if (first == null && !busy) {
            return sleep(idleNanos, true) || !tryStop();
        }
        long untilDue = first == null ? ROUND_NANOS : first.at() - clock.nanoTime();
        sleep(Math.min(untilDue, busy ? ROUND_NANOS : idleNanos), !busy);
        return true;
    }

    /** Sleeps for a time, or until woken. Returns false if no task has come meanwhile. */
    private boolean sleep(long nanos, boolean rest) {
        wakesAt = clock.nanoTime() + nanos;
        resting = rest;
        if (nanos > 0 && !hasIncoming()) {
            LockSupport.parkNanos(this, nanos);
        }
        resting = false;
        // A foreign interrupt has no meaning here, and would keep the thread from sleeping.
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

    /** Ends the thread, unless a task has come and has not started another one. */
    private boolean tryStop() {
        Thread self = thread;
        thread = null;
        return !hasIncoming() || !THREAD.compareAndSet(this, null, self);
    }

    /** Moves incoming tasks that were not cancelled to the heap. Returns false if there are none. */
    private boolean drainIncoming() {
        boolean any = arriving != null;
        sortArriving();
        for (int stack = 0; stack < stripes; stack++) {
            if (top(stack) != null) {
                any = true;
                arriving = (TimerTask) STACKS.getAndSet(stacks, stack * SPACING, (TimerTask) null);
                sortArriving();
            }
        }
        return any;
    }

    private void sortArriving() {
        for (TimerTask task = arriving; task != null; task = arriving) {
            arriving = (TimerTask) task.below;
            task.below = null;
            // Nearly all were cancelled, so a plain read precedes the compare-and-set.
            if (task.state() == TimerTask.NEW && task.tryMove(TimerTask.NEW, TimerTask.SORTED)) {
                task.number = numbers++;
                sorted.add(task);
            }
        }
    }

    private void drainCancelled() {
        removeLeaving();
        for (int stack = stripes; stack < 2 * stripes; stack++) {
            if (top(stack) != null) {
                leaving = (TimerTask) STACKS.getAndSet(stacks, stack * SPACING, (TimerTask) null);
                removeLeaving();
            }
        }
    }

    private void removeLeaving() {
        for (TimerTask task = leaving; task != null; task = leaving) {
            leaving = (TimerTask) task.below;
            task.below = null;
            sorted.remove(task);
        }
    }

    private void runDue() {
        long now = clock.nanoTime();
        for (TimerTask first = sorted.first(); first != null && first.at() - now <= 0; first = sorted.first()) {
            sorted.remove(first);
            if (first.tryMove(TimerTask.SORTED, TimerTask.OVER)) {
                fire(first);
            }
        }
    }

    private static void fire(TimerTask task) {
        try {
            task.fire();
        } catch (Throwable thrown) {
            report("A timer's task failed", thrown);
        }
    }

    /**
     * Reports a failure. A log call may block and runs user code, so a worker makes it; if memory is exhausted, nothing
     * does.
     */
    static void report(String what, Throwable thrown) {
        try {
            Workers.handOver(() -> SafeLog.error(log, what, thrown)).run();
        } catch (Throwable unreported) {
            // The remaining tasks matter more than the log.
        }
    }

    /** Returns whether there are no tasks; for tests. */
    boolean isEmpty() {
        for (int stack = 0; stack < 2 * stripes; stack++) {
            if (top(stack) != null) {
                return false;
            }
        }
        return sorted.first() == null;
    }

    /** Returns whether there is a thread, and so there may be tasks. */
    boolean isRunning() {
        Thread present = thread;
        return present != null && present.getState() != Thread.State.TERMINATED;
    }

    @Nullable
    Thread thread() {
        return thread;
    }
}
