package io.netrun.resilience;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The threads on which policies run code of the user that cannot run where it is. Bodies of sync calls run on virtual threads where
 * the runtime has them, otherwise on a pool of daemon threads. What must happen in time, and what follows it, such as the expiry of
 * a limit, the start of a call that waited, or a further attempt, runs on platform threads of their own, since as many bodies as
 * there are processors can keep all carriers of virtual threads busy. No pool has an upper bound (what bounds them are bulkheads
 * and {@code max-abandoned}), so that a task never waits behind another.
 *
 * <p>The threads are named {@code resilience-worker-} and {@code resilience-timer-worker-} with a number. They inherit nothing from
 * the thread that happens to start them, and what a task leaves on them is cleared as far as that is possible: its interrupts, its
 * class loader and its MDC.
 */
public final class Workers {

    private static final Logger log = LoggerFactory.getLogger(Workers.class);

    private static final long IDLE_SECONDS = 10;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final AtomicLong TIMER_WORKERS = new AtomicLong();

    private static final PlatformPool PLATFORM = new PlatformPool(
            task -> daemon(task, "resilience-timer-worker-" + TIMER_WORKERS.incrementAndGet()),
            SystemTicker::isTimerRunning);

    private static final @Nullable Executor VIRTUAL = virtualThreads();
    private static final Executor BODIES = VIRTUAL != null ? VIRTUAL : daemonPool();

    private Workers() {}

    /**
     * Runs a task on a worker. Nothing of the calling thread's context goes along; see {@link CallerContext}. For tasks whose
     * caller can do without them.
     *
     * @param task must not throw
     * @throws Error if no thread can be started; the task does not run then
     */
    public static void execute(Runnable task) {
        BODIES.execute(task);
    }

    /**
     * Runs a task on a worker as {@link #execute} does, for bodies whose caller waits. Where the workers are virtual threads and
     * no carrier has taken the task up within five milliseconds, it runs on a platform thread instead. It runs at most once.
     *
     * @param task must not throw
     * @throws Error if no thread can be started; the task does not run then
     */
    public static void executePromptly(Runnable task) {
        if (VIRTUAL == null) {
            BODIES.execute(task);
        } else {
            new PromptTask(task).start(VIRTUAL);
        }
    }

    /**
     * Runs a task on a platform thread, for tasks that must not be lost: as long as no thread can be started, it is tried again
     * every ten milliseconds. Only where there cannot even be a timer for that, the task runs on the calling thread. Never throws.
     *
     * @param task must not throw
     */
    public static void dispatch(Runnable task) {
        dispatch(task, PLATFORM::execute, Ticker.system());
    }

    /**
     * A task that hands another one to a platform thread when it runs, as {@link #dispatch} does, for timers: made now, so that
     * nothing is left to allocate then. The other task runs once, however often this one does.
     *
     * @param task must not throw
     * @return the task to schedule
     */
    public static Runnable handOver(Runnable task) {
        return PLATFORM.prepare(task);
    }

    static void dispatch(Runnable task, Executor workers, Ticker timer) {
        try {
            workers.execute(task);
        } catch (Throwable noThread) {
            warn("No worker thread can be started; trying again until there is one", noThread);
            dispatchLater(task, workers, timer);
        }
    }

    private static void dispatchLater(Runnable task, Executor workers, Ticker timer) {
        try {
            Runnable again = () -> {
                try {
                    workers.execute(task);
                } catch (Throwable noThread) {
                    dispatchLater(task, workers, timer);
                }
            };
            timer.schedule(again, AGAIN_NANOS);
        } catch (Throwable noTimer) {
            task.run();
        }
    }

    /** Has a thread started for tasks that wait without one; a matter of a look where there are none. */
    static void relieve() {
        PLATFORM.relieve();
    }

    /** The same, as soon as that may succeed; never throws. */
    static void relieveLater() {
        try {
            Ticker.system().schedule(Workers::relieve, AGAIN_NANOS);
        } catch (Throwable noTimer) {
            warn("Neither a worker thread nor a timer can be started; the next task tries again", noTimer);
        }
    }

    /** Runs a task on a thread that other tasks will use; never throws. */
    static void runOnPooledThread(Runnable task) {
        try {
            task.run();
        } catch (Throwable thrown) {
            warn("A task of a worker failed", thrown);
        } finally {
            clean();
        }
    }

    /** Clears what a task may have left on its thread. */
    private static void clean() {
        try {
            Thread.interrupted();
            Thread.currentThread().setContextClassLoader(Workers.class.getClassLoader());
            MDC.clear();
        } catch (Throwable thrown) {
            warn("A worker could not be cleaned after its task", thrown);
        }
    }

    private static void warn(String what, Throwable thrown) {
        try {
            log.warn(what, thrown);
        } catch (Throwable unreported) {
            // There is nobody left to tell.
        }
    }

    /** A daemon thread that inherits nothing from the one that makes it. */
    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        // The class loader of whichever caller came first must not be pinned by a thread that serves all.
        thread.setContextClassLoader(Workers.class.getClassLoader());
        return thread;
    }

    /** By reflection, since the API that this is compiled against does not have it. */
    private static @Nullable Executor virtualThreads() {
        try {
            Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Object named = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder))
                    .invoke();
            named = lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class, long.class))
                    .invoke(named, "resilience-worker-", 1L);
            named = lookup.findVirtual(
                            builder, "inheritInheritableThreadLocals", MethodType.methodType(builder, boolean.class))
                    .invoke(named, false);
            ThreadFactory factory =
                    (ThreadFactory) lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
                            .invoke(named);
            MethodHandle perTask = lookup.findStatic(
                    Executors.class,
                    "newThreadPerTaskExecutor",
                    MethodType.methodType(ExecutorService.class, ThreadFactory.class));
            return (ExecutorService) perTask.invoke(factory);
        } catch (Throwable unavailable) {
            // JDK 17 to 20: the methods are missing, or a preview that is switched off.
            return null;
        }
    }

    private static Executor daemonPool() {
        AtomicLong number = new AtomicLong();
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> daemon(task, "resilience-worker-" + number.incrementAndGet())) {

            @Override
            protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
                clean();
            }
        };
    }

    /** A task for a virtual thread, or for a platform thread if no carrier takes it up soon. */
    private static final class PromptTask implements Runnable {

        private final Runnable task;
        private final AtomicBoolean begun = new AtomicBoolean();
        private volatile Ticker.@Nullable Scheduled timer;

        PromptTask(Runnable task) {
            this.task = task;
        }

        void start(Executor workers) {
            try {
                timer = Ticker.system().schedule(handOver(this), PROMPT_NANOS);
            } catch (Throwable noTimer) {
                warn("A task may have to wait for a free carrier thread, since no timer could be set", noTimer);
            }
            workers.execute(this);
        }

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                Ticker.Scheduled overdue = timer;
                if (overdue != null) {
                    overdue.cancel();
                }
                task.run();
            }
        }
    }
}
