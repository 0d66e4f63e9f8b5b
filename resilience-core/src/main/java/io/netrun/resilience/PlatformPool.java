package io.netrun.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads for what must happen in time, whatever virtual threads and their carriers are busy with. Handing over a task
 * that was {@linkplain #prepare prepared} takes a compare-and-set and an unpark, no memory and no lock, so the timer may do it. The
 * threads are leader and followers: one waits for tasks; when it takes one, it first makes sure that another thread can wait, and
 * then runs it. So no task waits behind another, and threads are started by threads of the pool.
 *
 * @see <a href="https://www.dre.vanderbilt.edu/~schmidt/PDF/lf.pdf">Schmidt, O'Ryan, Pyarali, Kircher, Buschmann:
 *     Leader/Followers</a>
 */
final class PlatformPool {

    private static final VarHandle INCOMING;

    static {
        try {
            INCOMING = MethodHandles.lookup().findVarHandle(PlatformPool.class, "incoming", Handover.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Function<Runnable, Thread> threads;

    /** Whether the last idle thread is to stay, since tasks may come from a thread that cannot start one. */
    private final BooleanSupplier needed;

    /** Held by the thread that waits for tasks. */
    private final ReentrantLock leading = new ReentrantLock();

    /** Threads that lead, follow, or are about to. */
    private final AtomicInteger idle = new AtomicInteger();

    /** Handed over and not yet taken, the latest first. */
    private volatile @Nullable Handover incoming;

    /** Taken and not yet run, in their order; of the leader alone. */
    private @Nullable Handover queued;

    private volatile @Nullable Thread leader;

    PlatformPool(Function<Runnable, Thread> threads, BooleanSupplier needed) {
        this.threads = threads;
        this.needed = needed;
    }

    /**
     * Runs a task on a thread of the pool.
     *
     * @throws Error if no thread waits and none can be started; the task does not run then
     */
    void execute(Runnable task) {
        Handover handover = new Handover(task);
        ensureIdleThread();
        handover.run();
    }

    /** A task that hands another one over when it runs, without needing memory; the other one runs once. */
    Runnable prepare(Runnable task) {
        Handover handover = new Handover(task);
        ensureIdleThread();
        return handover;
    }

    /** Starts a thread if none is idle. */
    void ensureIdleThread() {
        if (idle.get() == 0 && idle.compareAndSet(0, 1)) {
            try {
                threads.apply(this::serve).start();
            } catch (Throwable noThread) {
                idle.decrementAndGet();
                throw noThread;
            }
        }
    }

    private void handOver(Handover handover) {
        Handover top;
        do {
            top = incoming;
            handover.next = top;
        } while (!INCOMING.compareAndSet(this, top, handover));
        Thread waiting = leader;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        } else if (idle.get() == 0) {
            // The last idle thread has left in this moment.
            relieve();
        }
    }

    /** Starts a thread if tasks wait and there is none to take them, or tries again soon. */
    void relieve() {
        if (incoming != null && idle.get() == 0) {
            try {
                ensureIdleThread();
            } catch (Throwable noThread) {
                Workers.relieveLater();
            }
        }
    }

    /** The life of a thread. */
    private void serve() {
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

    /** Leaves unless a task has come for which no other thread is there. */
    private boolean tryLeave() {
        int others = idle.decrementAndGet();
        if (others == 0 && (incoming != null || queued() || needed.getAsBoolean())) {
            return !idle.compareAndSet(0, 1);
        }
        return true;
    }

    private boolean queued() {
        leading.lock();
        try {
            return queued != null;
        } finally {
            leading.unlock();
        }
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
            if (next != null && idle.decrementAndGet() == 0) {
                try {
                    ensureIdleThread();
                } catch (Throwable noThread) {
                    Workers.relieveLater();
                }
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

        private volatile @Nullable Runnable task;
        private @Nullable Handover next;
        private boolean handedOver; // by one thread alone: the timer's, or the one that made it

        Handover(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (!handedOver) {
                handedOver = true;
                handOver(this);
            }
        }

        void runTask() {
            Runnable due = task;
            task = null;
            if (due != null) {
                Workers.runOnPooledThread(due);
            }
        }
    }
}
