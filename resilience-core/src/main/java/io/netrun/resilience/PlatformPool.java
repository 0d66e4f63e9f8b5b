package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Platform threads for work that must happen in time, even if all virtual threads and their carriers are busy. Handing
 * over a task that was {@linkplain #prepare prepared} takes a compare-and-set and an unpark, and neither memory nor a
 * lock, so the timer may do it. The threads follow the leader/followers pattern: one waits for tasks; when it takes
 * one, it first ensures that another thread can wait, and then runs the task. So no task waits behind another, and
 * threads are started by threads of the pool.
 *
 * @see <a href="https://www.dre.vanderbilt.edu/~schmidt/PDF/lf.pdf">Schmidt, O'Ryan, Pyarali, Kircher, Buschmann:
 *     Leader/Followers</a>
 */
final class PlatformPool {

    private static final VarHandle INCOMING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "incoming", VarHandle.class, PlatformPool.class, WorkerTask.class);
    private static final VarHandle SHIFT = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "shift", VarHandle.class, PlatformPool.class, WorkerShift.class);

    private static final Logger log = LoggerFactory.getLogger(PlatformPool.class);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** How long waiting tasks may find nobody who takes them, though a thread is counted as idle. */
    private static final long LOST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Function<Runnable, Thread> threads;

    /** Whether the last idle thread is to stay, because tasks may come from a thread that cannot start one. */
    private final BooleanSupplier needed;

    private final Ticker timer;

    /** The threads that take tasks now. */
    private volatile WorkerShift shift = new WorkerShift();

    /** Tasks handed over and not yet taken, the latest first. */
    private volatile @Nullable WorkerTask incoming;

    /** Whether a timer is set that retries to start a thread. One is enough, however many tasks wait. */
    private final AtomicBoolean retrying = new AtomicBoolean();

    /**
     * Why no thread could be started, for the log. A thread of the pool logs it, because a log call may block and fail.
     */
    private volatile @Nullable Throwable noThread;

    /** The shift that {@link #relieve} has last found with waiting tasks, how much it had taken, and when. */
    private volatile @Nullable WorkerShift watched;

    private volatile long takenThen;
    private volatile long watchedSince;

    /**
     * Creates a pool without a thread.
     *
     * @param threads creates a thread that runs a task
     * @param needed whether the last idle thread is to stay
     * @param timer for another attempt if no thread can be started
     */
    PlatformPool(Function<Runnable, Thread> threads, BooleanSupplier needed, Ticker timer) {
        this.threads = threads;
        this.needed = needed;
        this.timer = timer;
        linkSteps();
    }

    /**
     * Makes each access that a hand-over makes. The JVM links each use of a variable handle when it is reached for the
     * first time, and that takes memory, of which there may be none when a task is handed over.
     */
    private void linkSteps() {
        push(new Handover(() -> {}));
        runWaiting();
        tryReplace(shift, shift);
        retrying.compareAndSet(false, false);
    }

    /**
     * Runs a task on a thread of the pool, as soon as there is one. If no thread can be started and no timer can be set
     * to retry, it runs on the calling thread. Never throws.
     */
    void execute(Runnable task) {
        Handover handover;
        try {
            handover = new Handover(task);
        } catch (Throwable noMemory) {
            runQuietly(task);
            return;
        }
        push(handover);
        boolean uncertain = shift.leader == null;
        if (!wakeOrStart() && !retryLater()) {
            runWaiting();
        } else if (uncertain) {
            retryLater(); // the thread that is to take it may die before
        }
    }

    /** Returns a task that hands another one over when it runs, without allocating. The other task runs once. */
    Runnable prepare(Runnable task) {
        Handover handover = new Handover(task);
        // If no thread can be started now, it may be possible when the task is due.
        tryStart();
        return handover;
    }

    /** Returns a task as {@link #prepare} does, without a thread for it. */
    Runnable reserve(Runnable task) {
        return new Handover(task);
    }

    /** Returns a task as {@link #prepare} does, to be scheduled once. */
    TimedHandover prepareTimed(Runnable task) {
        TimedHandover handover = new TimedHandover(this, task);
        tryStart();
        return handover;
    }

    /** Returns a task as {@link #prepare} does, for a timer, which is to add it. */
    TimedHandover prepareTimed(Runnable task, TimerThread with, long at) {
        TimedHandover handover = new TimedHandover(this, task, with, at);
        tryStart();
        return handover;
    }

    /** Hands over a prepared task, which is in no stack. Allocates nothing. */
    void handOver(WorkerTask task) {
        push(task);
        if (!wakeOrStart()) {
            retryLater();
        }
    }

    private void push(WorkerTask task) {
        WorkerTask top;
        do {
            top = incoming;
            task.below = top;
        } while (!INCOMING.compareAndSet(this, top, task));
    }

    /** Wakes or starts a thread for the pushed task. Returns false if there is none. */
    private boolean wakeOrStart() {
        Thread waiting = shift.leader;
        if (waiting != null && waiting.isAlive()) {
            LockSupport.unpark(waiting);
            return true;
        }
        // All threads are busy and no further one could be started, or the last idle one has just left.
        return retrying.get() || tryStart();
    }

    /** Starts a thread if none is idle. Returns false if none can be started. */
    private boolean tryStart() {
        WorkerShift current = shift;
        if (current.idle.get() == 0 && current.idle.compareAndSet(0, 1)) {
            try {
                threads.apply(new Worker(current)).start();
            } catch (Throwable refused) {
                noThread = refused;
                // Other threads may have relied on this thread, because they saw it counted.
                if (current.idle.decrementAndGet() == 0 && hasTasks()) {
                    retryLater();
                }
                return false;
            }
        }
        return true;
    }

    private boolean hasTasks() {
        return incoming != null || shift.hasTasks();
    }

    /** Sets a timer that retries, unless one is set. Returns false if none can be set. */
    private boolean retryLater() {
        if (retrying.compareAndSet(false, true)) {
            try {
                timer.schedule(this::retry, AGAIN_NANOS);
            } catch (Throwable noTimer) {
                retrying.set(false);
                return false;
            }
        }
        return true;
    }

    private void retry() {
        retrying.set(false);
        if (relieve()) {
            retryLater();
        }
    }

    /**
     * Starts a thread if tasks wait and there is none to take them. A few reads if there are no tasks. For one thread
     * at a time.
     *
     * @return whether to call this again soon, because tasks still wait, and no timer is set that does
     */
    boolean relieve() {
        if (!hasTasks()) {
            watched = null;
            return false;
        }
        WorkerShift present = shift;
        if (present.idle.get() == 0) {
            return !retrying.get() && (tryStart() || !retryLater());
        }
        if (isLost(present)) {
            replace(present);
        }
        return true;
    }

    /**
     * Returns whether tasks have waited for some time and a shift has taken none of them, although it has a thread that
     * is counted as idle: the thread died without a trace, or so did the thread in front of it.
     */
    private boolean isLost(WorkerShift present) {
        long now = timer.nanoTime();
        if (watched != present || takenThen != present.taken()) {
            watched = present;
            takenThen = present.taken();
            watchedSince = now;
            return false;
        }
        return now - watchedSince >= LOST_NANOS;
    }

    /**
     * Has the waiting tasks taken by new threads. Those of the former shift, if it has some that were only slow, finish
     * what they have taken, and leave.
     */
    private void replace(WorkerShift former) {
        if (tryReplace(former, new WorkerShift())) {
            returnTasksOf(former);
        }
        tryStart();
    }

    private boolean tryReplace(WorkerShift former, WorkerShift by) {
        return SHIFT.compareAndSet(this, former, by);
    }

    private void returnTasksOf(WorkerShift former) {
        WorkerTask next = former.takeAll();
        while (next != null) {
            WorkerTask after = next.below;
            push(next);
            next = after;
        }
    }

    /** Runs the waiting tasks on the calling thread. */
    private void runWaiting() {
        for (WorkerTask next = (WorkerTask) INCOMING.getAndSet(this, null); next != null; next = next.below) {
            Runnable task = next.takeAction();
            if (task != null) {
                runQuietly(task);
            }
        }
    }

    private static void runQuietly(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) {
            SafeLog.warn(log, "A task failed on the thread that handed it over", thrown);
        }
    }

    private void reportIfLate() {
        Throwable refused = noThread;
        if (refused != null) {
            noThread = null;
            try {
                // A task of its own, behind the waiting ones, because a log call may block.
                push(new Handover(() -> SafeLog.warn(
                        log, "For a time no worker thread could be started; tasks may have run late", refused)));
            } catch (Throwable noMemory) {
                noThread = refused;
            }
        }
    }

    /**
     * A thread of the pool. An error that ends it, such as one of the virtual machine, which may come from anywhere,
     * leaves neither a task nor the thread's part of the count behind.
     */
    private final class Worker implements Runnable {

        private final WorkerShift mine;

        /** Whether the number of idle threads includes this one. */
        private boolean counted = true;

        private @Nullable WorkerTask task;

        Worker(WorkerShift mine) {
            this.mine = mine;
        }

        @Override
        public void run() {
            try {
                reportIfLate();
                boolean serving = true;
                while (serving) {
                    serving = serve();
                }
            } finally {
                end();
            }
        }

        /** Waits for a task and runs it. Returns false if the thread is to end. */
        private boolean serve() {
            try {
                lead();
            } catch (Throwable unexpected) {
                // For example a virtual machine error; there is work to do nevertheless.
            }
            WorkerTask next = task;
            if (next == null) {
                return !tryLeave();
            }
            task = null;
            standDown();
            next.runOnPooledThread();
            mine.idle.incrementAndGet();
            counted = true;
            return true;
        }

        /** Leaves the threads that are idle, and ensures that there is one. */
        private void standDown() {
            if (counted && leaveCount() == 0 && mine == shift && !tryStart()) {
                retryLater();
            }
        }

        private int leaveCount() {
            if (!counted) {
                return mine.idle.get();
            }
            counted = false;
            return mine.idle.decrementAndGet();
        }

        private void end() {
            WorkerTask left = task;
            if (left != null) {
                task = null;
                push(left);
            }
            leaveCount();
            if (mine == shift && mine.idle.get() == 0 && hasTasks() && !tryStart()) {
                retryLater();
            }
        }

        /** Leaves, unless a task has come for which there is no other thread. */
        private boolean tryLeave() {
            int others = leaveCount();
            if (mine == shift && others == 0 && (hasTasks() || needed.getAsBoolean())) {
                counted = mine.idle.compareAndSet(0, 1);
                return !counted;
            }
            return true;
        }

        /** Becomes the leader and waits for a task, for some time. */
        private void lead() {
            try {
                if (!mine.leading.tryLock(IDLE_NANOS, TimeUnit.NANOSECONDS)) {
                    return;
                }
            } catch (InterruptedException meaningless) {
                if (mine.idle.get() <= 1) {
                    lead();
                }
                return;
            }
            try {
                mine.leader = Thread.currentThread();
                take();
                if (task == null) {
                    LockSupport.parkNanos(this, IDLE_NANOS);
                    Thread.interrupted();
                    take();
                }
                if (task != null) {
                    standDown();
                }
            } finally {
                mine.leader = null;
                mine.leading.unlock();
            }
        }

        private void take() {
            if (!mine.hasTasks() && incoming != null && mine == shift) {
                mine.add((WorkerTask) INCOMING.getAndSet(PlatformPool.this, (WorkerTask) null));
            }
            task = mine.takeFirst();
            if (mine != shift) {
                returnTasksOf(mine); // added just before another shift began
            }
        }
    }

    /** A task that is handed over when it runs. */
    private final class Handover extends WorkerTask implements Runnable {

        /** The node below is this node itself before it is handed over, which one thread alone does. */
        Handover(Runnable action) {
            super(action);
            below = this;
        }

        @Override
        public void run() {
            if (below == this) {
                handOver(this);
            }
        }
    }
}
