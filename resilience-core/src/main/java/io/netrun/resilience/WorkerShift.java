package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a {@link PlatformPool} that succeed each other as its leader, with the tasks they have taken. A pool
 * has another shift only if the threads of one are lost.
 */
final class WorkerShift {

    private static final VarHandle QUEUED = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "queued", VarHandle.class, WorkerShift.class, WorkerTask.class);

    /** Held by the thread that waits for tasks. */
    final ReentrantLock leading = new ReentrantLock();

    /** The number of threads that lead, follow, or are about to. */
    final AtomicInteger idle = new AtomicInteger();

    volatile @Nullable Thread leader;

    private volatile @Nullable WorkerTask queued;
    private volatile long taken;

    boolean hasTasks() {
        return queued != null;
    }

    /** The number of tasks that the threads have taken. */
    long taken() {
        return taken;
    }

    /**
     * Adds tasks, for the leader, when there are none.
     *
     * @param latest the top of a stack; the lowest is taken first
     */
    void add(@Nullable WorkerTask latest) {
        WorkerTask ordered = null;
        WorkerTask next = latest;
        while (next != null) {
            WorkerTask before = next.below;
            next.below = ordered;
            ordered = next;
            next = before;
        }
        queued = ordered;
    }

    /** Takes the first task, for the leader; another thread may {@linkplain #takeAll take all} at the same time. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // by the leader alone
    @Nullable
    WorkerTask takeFirst() {
        WorkerTask first = queued;
        while (first != null && !QUEUED.compareAndSet(this, first, first.below)) {
            first = queued;
        }
        if (first != null) {
            first.below = null;
            taken++;
        }
        return first;
    }

    /** Takes all tasks, linked in their order. */
    @Nullable
    WorkerTask takeAll() {
        return (WorkerTask) QUEUED.getAndSet(this, (WorkerTask) null);
    }
}
