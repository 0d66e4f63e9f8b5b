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
 * Platform threads for what must happen in time, whatever virtual threads and their carriers are busy with. Handing
 * over a task that was {@linkplain #prepare prepared} takes a compare-and-set and an unpark, no memory and no lock, so
 * the timer may do it. The threads are leader and followers: one waits for tasks; when it takes one, it first makes
 * sure that another thread can wait, and then runs it. So no task waits behind another, and threads are started by
 * threads of the pool.
 *
 * @see <a href="https://www.dre.vanderbilt.edu/~schmidt/PDF/lf.pdf">Schmidt, O'Ryan, Pyarali, Kircher, Buschmann:
 *     Leader/Followers</a>
 */
final class PlatformPool {

    private static final VarHandle INCOMING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "incoming", VarHandle.class, PlatformPool.class, Handover.class);
    private static final VarHandle TASK = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "task", VarHandle.class, Handover.class, Runnable.class);

    private static final Logger log = LoggerFactory.getLogger(PlatformPool.class);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Function<Runnable, Thread> threads;

    /** Whether the last idle thread is to stay, since tasks may come from a thread that cannot start one. */
    private final BooleanSupplier needed;

    private final Ticker timer;

    /** Held by the thread that waits for tasks. */
    private final ReentrantLock leading = new ReentrantLock();

    /** Threads that lead, follow, or are about to. */
    private final AtomicInteger idle = new AtomicInteger();

    /** Handed over and not yet taken, the latest first. */
    private volatile @Nullable Handover incoming;

    /** Taken and not yet run, in their order; written by the leader alone. */
    private volatile @Nullable Handover queued;

    /** Whether a timer is set to try again to start a thread. One is enough, however many tasks wait. */
    private final AtomicBoolean retrying = new AtomicBoolean();

    /**
     * Why no thread could be started, for the log: a thread of the pool says so, since a log call may block and fail.
     */
    private volatile @Nullable Throwable noThread;

    private volatile @Nullable Thread leader;

    /**
     * A pool without a thread.
     *
     * @param threads makes a thread that runs a task
     * @param needed whether the last idle thread is to stay
     * @param timer for another try where no thread can be started
     */
    PlatformPool(Function<Runnable, Thread> threads, BooleanSupplier needed, Ticker timer) {
        this.threads = threads;
        this.needed = needed;
        this.timer = timer;
    }

    /**
     * Runs a task on a thread of the pool, as soon as there is one. Where no thread can be started and no timer can be
     * set to try again, it runs on the calling thread. Never throws.
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

    /** A task that hands another one over when it runs, without needing memory; the other one runs once. */
    Runnable prepare(Runnable task) {
        Handover handover = new Handover(task);
        // Where there can be none now, there may be one when it is due.
        tryStart();
        return handover;
    }

    private void push(Handover handover) {
        Handover top;
        do {
            top = incoming;
            handover.next = top;
        } while (!INCOMING.compareAndSet(this, top, handover));
    }

    /** Has a thread see to what was pushed; false if there is none. */
    private boolean wakeOrStart() {
        Thread waiting = leader;
        if (waiting != null) {
            LockSupport.unpark(waiting);
            return true;
        }
        // All are busy and no further one could be started, or the last idle one has left in this moment.
        return retrying.get() || tryStart();
    }

    /** Starts a thread if none is idle; false if none can be started. */
    private boolean tryStart() {
        if (idle.get() == 0 && idle.compareAndSet(0, 1)) {
            try {
                threads.apply(this::serve).start();
            } catch (Throwable refused) {
                noThread = refused;
                // Others may have relied on this thread, since they have seen it counted.
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

    /** Has a timer try again, unless one is set; false if none can be. */
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
     * Starts a thread if tasks wait and there is none to take them, which is a matter of a look where there are none;
     * or has a timer try again.
     *
     * @return whether the caller is to try again soon, as not even a timer could be set
     */
    boolean relieve() {
        return !retrying.get() && hasTasks() && idle.get() == 0 && !tryStart() && !retryLater();
    }

    /** Runs what waits on the calling thread. */
    private void runWaiting() {
        for (Handover next = (Handover) INCOMING.getAndSet(this, null); next != null; next = next.next) {
            Runnable task = next.takeTask();
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

    /** The life of a thread. */
    private void serve() {
        reportIfLate();
        boolean serving = true;
        while (serving) {
            Handover next = null;
            try {
                next = lead();
            } catch (Throwable unexpected) {
                // Such as an error of the machine; there is work to do.
            }
            if (next != null) {
                next.runTask();
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
                // A task of its own, after those that wait, since a log call may block.
                push(new Handover(() -> SafeLog.warn(
                        log, "For a time no worker thread could be started; tasks may have run late", refused)));
            } catch (Throwable noMemory) {
                noThread = refused;
            }
        }
    }

    /** Leaves unless a task has come for which no other thread is there. */
    private boolean tryLeave() {
        int others = idle.decrementAndGet();
        if (others == 0 && (hasTasks() || needed.getAsBoolean())) {
            return !idle.compareAndSet(0, 1);
        }
        return true;
    }

    /** Becomes the leader and waits for a task; null after a time without one. */
    private @Nullable Handover lead() {
        try {
            if (!leading.tryLock(IDLE_NANOS, TimeUnit.NANOSECONDS)) {
                return null;
            }
        } catch (InterruptedException meaningless) {
            return idle.get() > 1 ? null : lead();
        }
        try {
            leader = Thread.currentThread();
            Handover next = take();
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

    private @Nullable Handover take() {
        if (queued == null && incoming != null) {
            Handover latest = (Handover) INCOMING.getAndSet(this, null);
            while (latest != null) {
                Handover before = latest.next;
                latest.next = queued;
                queued = latest;
                latest = before;
            }
        }
        Handover first = queued;
        if (first != null) {
            queued = first.next;
            first.next = null;
        }
        return first;
    }

    /** A task and its node in the stack. */
    private final class Handover implements Runnable {

        @SuppressWarnings("UnusedVariable") // read through TASK
        private volatile @Nullable Runnable task;

        /** The one below in the stack; this itself before it is handed over, by one thread alone. */
        private @Nullable Handover next = this;

        Handover(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (next == this) {
                push(this);
                if (!wakeOrStart()) {
                    retryLater();
                }
            }
        }

        /** The task, which is kept no longer; null if it was taken before. */
        @Nullable
        Runnable takeTask() {
            return (Runnable) TASK.getAndSet(this, null);
        }

        void runTask() {
            Runnable due = takeTask();
            if (due != null) {
                Workers.runOnPooledThread(due);
            }
        }
    }
}
