package io.netrun.resilience;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which policies run code of the user that can not run where it is: a call with a time limit on a worker,
 * a retry after an asynchronous wait, a queued asynchronous call whose turn has come. Virtual threads where the runtime
 * has them, otherwise a pool of daemon threads without an upper bound (what bounds them are bulkheads and
 * {@code max-abandoned}), so that a task never waits behind another.
 */
public final class Workers {

    private static final Logger log = LoggerFactory.getLogger(Workers.class);

    private static final long IDLE_SECONDS = 10;
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Executor PLATFORM = daemonPool();
    private static final Executor EXECUTOR = create();

    private Workers() {}

    /**
     * Runs a task on a worker. Nothing of the calling thread's context goes along; see
     * {@link ContextPropagation#wrap(Runnable)}. For tasks whose caller can do without them.
     *
     * @param task must not throw
     * @throws Error if no thread can be started; the task does not run then
     */
    public static void execute(Runnable task) {
        EXECUTOR.execute(task);
    }

    /**
     * Runs a task on a worker, as {@link #execute} does, for tasks that must not be lost: as long as no thread can be started, it
     * is tried again every ten milliseconds. Only where there can not even be a timer for that, the task runs on the calling
     * thread.
     *
     * @param task must not throw
     */
    public static void dispatch(Runnable task) {
        dispatch(task, PLATFORM, Ticker.system());
    }

    /**
     * Runs a task on a worker as {@link #execute} does, for bodies whose caller waits. Where the workers are virtual threads and
     * no carrier has taken the task up within five milliseconds, it runs on a platform thread instead. It runs at most once.
     *
     * @param task must not throw
     * @throws Error if no thread can be started; the task does not run then
     */
    public static void executePromptly(Runnable task) {
        EXECUTOR.execute(task);
    }

    /**
     * A task that hands another one to a platform thread when it runs, as {@link #dispatch} does, for timers: made now, so that
     * nothing is left to allocate then. The other task runs once, however often this one does.
     *
     * @param task must not throw
     * @return the task to schedule
     */
    public static Runnable handOver(Runnable task) {
        AtomicBoolean handedOver = new AtomicBoolean();
        return () -> {
            if (handedOver.compareAndSet(false, true)) {
                dispatch(task);
            }
        };
    }

    static void dispatch(Runnable task, Executor workers, Ticker timer) {
        try {
            workers.execute(task);
        } catch (Throwable noThread) {
            log.warn("No worker thread can be started; trying again until there is one", noThread);
            dispatchLater(task, workers, timer);
        }
    }

    private static void dispatchLater(Runnable task, Executor workers, Ticker timer) {
        Runnable again = () -> {
            try {
                workers.execute(task);
            } catch (Throwable noThread) {
                dispatchLater(task, workers, timer);
            }
        };
        try {
            timer.schedule(again, AGAIN_NANOS);
        } catch (Throwable noTimer) {
            task.run();
        }
    }

    static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(true);
        // The class loader of whoever came first must not be pinned by a thread that serves everybody.
        thread.setContextClassLoader(Workers.class.getClassLoader());
        return thread;
    }

    private static Executor create() {
        Executor virtual = virtualThreads();
        return virtual != null ? virtual : PLATFORM;
    }

    private static @Nullable Executor virtualThreads() {
        try {
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invokeExact();
        } catch (Throwable unavailable) {
            // JDK 17 to 20: the method is missing, or a preview that is switched off.
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
                task -> daemon(task, "resilience-worker-" + number.incrementAndGet()));
    }
}
