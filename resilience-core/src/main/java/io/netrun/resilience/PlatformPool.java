package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
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

    private static final Logger log = LoggerFactory.getLogger(PlatformPool.class);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Function<Runnable, Thread> threads;

    /** Whether the last idle thread is to stay, because tasks may come from a thread that cannot start one. */
    private final BooleanSupplier needed;

    private final Ticker timer;

    /** Held by the thread that waits for tasks. */
    private final ReentrantLock leading = new ReentrantLock();

    /** The number of threads that lead, follow, or are about to. */
    private final AtomicInteger idle = new AtomicInteger();

    /** Tasks handed over and not yet taken, the latest first. */
    private volatile @Nullable WorkerTask incoming;

    /** Tasks taken and not yet run, in order; written by the leader alone. */
    private volatile @Nullable WorkerTask queued;

    /** Whether a timer is set that retries to start a thread. One is enough, however many tasks wait. */
    private final AtomicBoolean retrying = new AtomicBoolean();

    /**
     * Why no thread could be started, for the log. A thread of the pool logs it, because a log call may block and fail.
     */
    private volatile @Nullable Throwable noThread;

    private volatile @Nullable Thread leader;

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
        if (!wakeOrStart() && !retryLater()) {
            runWaiting();
        }
    }

    /** Returns a task that hands another one over when it runs, without allocating. The other task runs once. */
    Runnable prepare(Runnable task) {
        Handover handover = new Handover(task);
        // If no thread can be started now, it may be possible when the task is due.
        tryStart();
        return handover;
    }

    /** Returns a task as {@link #prepare} does, to be scheduled once. */
    TimedHandover prepareTimed(Runnable task) {
        TimedHandover handover = new TimedHandover(this, task);
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
        Thread waiting = leader;
        if (waiting != null) {
            LockSupport.unpark(waiting);
            return true;
        }
        // All threads are busy and no further one could be started, or the last idle one has just left.
        return retrying.get() || tryStart();
    }

    /** Starts a thread if none is idle. Returns false if none can be started. */
    private boolean tryStart() {
        if (idle.get() == 0 && idle.compareAndSet(0, 1)) {
            try {
                threads.apply(this::serve).start();
            } catch (Throwable refused) {
                noThread = refused;
                // Other threads may have relied on this thread, because they saw it counted.
                if (idle.decrementAndGet() == 0 && hasTasks()) {
                    retryLater();
                }
                return false;
            }
        }
        return true;
    }

    private boolean hasTasks() {
        return incoming != null || queued != null;
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
        relieve();
    }

    /**
     * Starts a thread if tasks wait and there is none to take them, or sets a timer that retries. A single read if
     * there are no tasks.
     *
     * @return whether the caller must retry soon, because not even a timer could be set
     */
    boolean relieve() {
        return !retrying.get() && hasTasks() && idle.get() == 0 && !tryStart() && !retryLater();
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

    /** The main loop of a thread. */
    private void serve() {
        reportIfLate();
        boolean serving = true;
        while (serving) {
            WorkerTask next = null;
            try {
                next = lead();
            } catch (Throwable unexpected) {
                // For example a virtual machine error; there is work to do nevertheless.
            }
            if (next != null) {
                next.runOnPooledThread();
                idle.incrementAndGet();
            } else {
                serving = !tryLeave();
            }
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

    /** Leaves, unless a task has come for which there is no other thread. */
    private boolean tryLeave() {
        int others = idle.decrementAndGet();
        if (others == 0 && (hasTasks() || needed.getAsBoolean())) {
            return !idle.compareAndSet(0, 1);
        }
        return true;
    }

    /** Becomes the leader and waits for a task. Returns null after some time without one. */
    private @Nullable WorkerTask lead() {
        try {
            if (!leading.tryLock(IDLE_NANOS, TimeUnit.NANOSECONDS)) {
                return null;
            }
        } catch (InterruptedException meaningless) {
            return idle.get() > 1 ? null : lead();
        }
        try {
            leader = Thread.currentThread();
            WorkerTask next = take();
            if (next == null) {
                LockSupport.parkNanos(this, IDLE_NANOS);
                Thread.interrupted();
                next = take();
            }
            if (next != null && idle.decrementAndGet() == 0 && !tryStart()) {
                retryLater();
            }
            return next;
        } finally {
            leader = null;
            leading.unlock();
        }
    }

    private @Nullable WorkerTask take() {
        if (queued == null && incoming != null) {
            WorkerTask latest = (WorkerTask) INCOMING.getAndSet(this, null);
            while (latest != null) {
                WorkerTask before = latest.below;
                latest.below = queued;
                queued = latest;
                latest = before;
            }
        }
        WorkerTask first = queued;
        if (first != null) {
            queued = first.below;
            first.below = null;
        }
        return first;
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
