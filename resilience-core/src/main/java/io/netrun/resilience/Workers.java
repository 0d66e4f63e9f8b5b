package io.netrun.resilience;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.AccessController;
import java.security.PrivilegedAction;
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
 * The threads on which policies run user code that cannot run on the current thread. Bodies of sync calls run on
 * virtual threads if the runtime has them, otherwise on a pool of daemon threads. Work that must happen in time, and
 * what follows it, such as an expired limit, the start of a call that waited, or a further attempt, runs on platform
 * threads of its own, because as many bodies as there are processors can keep all carriers of virtual threads busy. No
 * pool has an upper bound (bulkheads and {@code max-abandoned} bound the load), so that a task never waits behind
 * another.
 *
 * <p>The threads are named {@code resilience-worker-} and {@code resilience-timer-worker-} with a number. They inherit
 * nothing from the thread that happens to start them, and what a task leaves on them is cleared as far as possible: its
 * interrupts, its class loader, its MDC, its name, its priority and its handler of uncaught exceptions. Thread-locals
 * that are not registered with Micrometer's context-propagation remain on a pooled thread, because there is no way to
 * clear them. From JDK 21 on, bodies of sync calls have virtual threads of their own, unless no carrier is free;
 * further attempts of asynchronous calls, calls that waited, and fallbacks after a time limit have pooled threads on
 * every JDK.
 *
 * @apiNote For authors of policies.
 */
public final class Workers {

    private static final Logger log = LoggerFactory.getLogger(Workers.class);

    private static final long IDLE_SECONDS = 10;
    private static final long PROMPT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final AtomicLong TIMER_WORKERS = new AtomicLong();

    private static final PlatformPool PLATFORM = new PlatformPool(
            task -> daemon(task, "resilience-timer-worker-" + TIMER_WORKERS.incrementAndGet()),
            SystemTicker::isTimerRunning,
            Ticker.system());

    private static final @Nullable Executor VIRTUAL = virtualThreads();
    private static final Executor BODIES = VIRTUAL != null ? VIRTUAL : daemonPool();

    private Workers() {}

    /**
     * Runs a task on a worker, for tasks that may fail to start. Nothing of the calling thread's context is propagated;
     * see {@link CallerContext}.
     *
     * @param task must not throw
     * @throws Error if no thread can be started; the task does not run then
     */
    public static void execute(Runnable task) {
        BODIES.execute(task);
    }

    /**
     * Runs a task on a worker as {@link #execute} does, for bodies whose caller waits. If the workers are virtual
     * threads and no carrier has started the task within five milliseconds, it runs on a platform thread instead. It
     * runs at most once.
     *
     * @param task must not throw
     * @throws Error if no thread can be started; the task does not run then
     */
    public static void executePromptly(Runnable task) {
        if (VIRTUAL == null) {
            BODIES.execute(task);
        } else {
            executePromptly(task, VIRTUAL);
        }
    }

    static void executePromptly(Runnable task, Executor virtual) {
        new PromptTask(task).start(virtual);
    }

    /**
     * Runs a task on a platform thread, for tasks that must not be lost: while no thread can be started, the start is
     * retried every ten milliseconds. Only if not even a timer can be set for that, the task runs on the calling
     * thread. Never throws.
     *
     * @param task must not throw
     */
    public static void executeReliably(Runnable task) {
        PLATFORM.execute(task);
    }

    /**
     * Returns a task that hands another one to a platform thread when it runs, as {@link #executeReliably} does, for
     * timers: everything is allocated now and nothing later. The other task runs once, however often this one does.
     *
     * @param task must not throw
     * @return the task to schedule
     */
    public static Runnable handOver(Runnable task) {
        return PLATFORM.prepare(task);
    }

    /**
     * Returns a task as {@link #handOver} does, to be scheduled once. The {@linkplain Ticker#system() system's timer}
     * then needs no object of its own for it.
     *
     * @param task must not throw; a {@link DueTask} decides when it is due whether it runs
     * @return the task to schedule
     */
    public static Runnable handOverWhenDue(Runnable task) {
        return PLATFORM.prepareTimed(task);
    }

    /** Returns a task as {@link #handOver} does, for a need so rare that no thread is started for it beforehand. */
    static Runnable reserve(Runnable task) {
        return PLATFORM.reserve(task);
    }

    /** Schedules a task with a timer that hands it over. */
    static Ticker.Scheduled handOverAt(TimerThread timer, Runnable task, long at) {
        return timer.handOverAt(PLATFORM, task, at);
    }

    /** Starts a thread for tasks that wait without one. Returns true if the caller must retry soon. */
    static boolean relieve() {
        return PLATFORM.relieve();
    }

    /** Runs a task on a thread that other tasks will use. Never throws. */
    static void runOnPooledThread(Runnable task) {
        try {
            runAndClean(task);
        } catch (Throwable outOfMemory) {
            // Not even the text of a warning could be read. Other tasks need this thread.
        }
    }

    private static void runAndClean(Runnable task) {
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
            Thread thread = Thread.currentThread();
            thread.setContextClassLoader(Workers.class.getClassLoader());
            if (thread instanceof PooledThread pooled) {
                pooled.restore();
            }
            MDC.clear();
        } catch (Throwable thrown) {
            warn("A worker could not be cleaned after its task", thrown);
        }
    }

    private static void warn(String what, Throwable thrown) {
        try {
            log.warn(what, thrown);
        } catch (Throwable unreported) {
            // There is no caller left to notify.
        }
    }

    /**
     * Creates a daemon thread that inherits nothing from its creator: no thread-locals, class loader, group and
     * priority, and no access control context, which up to JDK 23 retains the class loaders of all classes on the
     * stack.
     */
    @SuppressWarnings("ThreadPriorityCheck") // the default, and not that of the first caller
    static Thread daemon(Runnable task, String name) {
        Thread thread = uninherited(task, name);
        thread.setDaemon(true);
        thread.setPriority(Thread.NORM_PRIORITY);
        // The class loader of the first caller must not be pinned by a thread that serves all callers.
        thread.setContextClassLoader(Workers.class.getClassLoader());
        return thread;
    }

    @SuppressWarnings("removal") // there is no other way, and where it is gone there is no such context
    private static Thread uninherited(Runnable task, String name) {
        try {
            return AccessController.doPrivileged(
                    (PrivilegedAction<Thread>) () -> new PooledThread(topGroup(), task, name));
        } catch (LinkageError gone) {
            return new PooledThread(topGroup(), task, name);
        }
    }

    /** Returns the top group, because one of an application may be interrupted or destroyed. */
    private static ThreadGroup topGroup() {
        ThreadGroup group = Thread.currentThread().getThreadGroup();
        for (ThreadGroup parent = group.getParent(); parent != null; parent = group.getParent()) {
            group = parent;
        }
        return group;
    }

    /**
     * Returns an executor that runs a task on a platform thread if the JVM has lost its virtual ones: their class
     * starts a thread when it is initialized, and where none could be started at that moment, it can never be used
     * again.
     */
    static Executor orPlatformThread(Executor virtual) {
        return task -> {
            try {
                virtual.execute(task);
            } catch (LinkageError lost) {
                executeReliably(task);
            }
        };
    }

    /** By reflection, because the API that this is compiled against does not have it. */
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
            return orPlatformThread((ExecutorService) perTask.invoke(factory));
        } catch (Throwable unavailable) {
            // JDK 17 to 20: the methods are missing, or a preview that is disabled.
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

    /** A thread that remembers its state before its tasks. It inherits no thread-locals. */
    private static final class PooledThread extends Thread {

        private final String ownName;

        PooledThread(ThreadGroup group, Runnable task, String name) {
            super(group, task, name, 0, false);
            this.ownName = name;
        }

        @SuppressWarnings("ThreadPriorityCheck") // a task has changed it
        void restore() {
            if (!ownName.equals(getName())) {
                setName(ownName);
            }
            if (getPriority() != NORM_PRIORITY) {
                setPriority(NORM_PRIORITY);
            }
            if (getUncaughtExceptionHandler() != getThreadGroup()) {
                setUncaughtExceptionHandler(null);
            }
        }
    }

    /** A task for a virtual thread, or for a platform thread if no carrier takes it soon. */
    private static final class PromptTask implements Runnable {

        private final Runnable task;
        private final AtomicBoolean begun = new AtomicBoolean();
        private volatile Ticker.@Nullable Scheduled timer;

        PromptTask(Runnable task) {
            this.task = task;
        }

        void start(Executor workers) {
            try {
                timer = Ticker.system().schedule(handOverWhenDue(this), PROMPT_NANOS);
            } catch (Throwable noTimer) {
                warn("A task may have to wait for a free carrier thread, since no timer could be set", noTimer);
            }
            try {
                workers.execute(this);
            } catch (Throwable noThread) {
                // Unless the platform thread was faster, the task must not run any more.
                if (begun.compareAndSet(false, true)) {
                    cancelTimer();
                    throw noThread;
                }
            }
        }

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                cancelTimer();
                task.run();
            }
        }

        private void cancelTimer() {
            Ticker.Scheduled overdue = timer;
            if (overdue != null) {
                overdue.cancel();
            }
        }
    }
}
