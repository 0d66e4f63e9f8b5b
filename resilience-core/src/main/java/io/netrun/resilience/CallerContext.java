package io.netrun.resilience;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context of a calling thread, captured once for everything that its call does on other threads later: further
 * attempts, fallbacks, listeners, and stages that the caller attached to its future. It is {@linkplain #clear()
 * cleared} when the call has ended. See {@link ContextPropagation} for its contents. Thread-safe.
 *
 * @apiNote For authors of policies.
 */
public final class CallerContext {

    private static final Logger log = LoggerFactory.getLogger(CallerContext.class);

    /** As {@link ContextPropagation#capture} returns it; null once it is cleared. */
    private volatile @Nullable Object context;

    private CallerContext(Object context) {
        this.context = context;
    }

    /**
     * Captures the current context of the calling thread.
     *
     * @throws RuntimeException if reading a part of the context fails
     */
    public static CallerContext capture() {
        return new CallerContext(ContextPropagation.capture());
    }

    /**
     * Runs a task within this context on the calling thread, and then restores the thread's own context. A task that
     * runs after {@link #clear()} has no context, so it must check whether its call has ended before it runs user code.
     *
     * @throws RuntimeException if restoring the context fails, or the task throws it
     */
    public void run(Runnable task) {
        Object captured = context;
        if (captured == null) {
            task.run();
        } else {
            ContextPropagation.run(captured, task);
        }
    }

    /**
     * Runs a task as {@link #run(Runnable)} does.
     *
     * @param onFailure receives what restoring the context or the task throws; should not throw
     */
    public void run(Runnable task, Consumer<Throwable> onFailure) {
        try {
            run(task);
        } catch (Throwable thrown) {
            onFailure.accept(thrown);
        }
    }

    /**
     * Runs a task within this context on the calling thread, or without it if the context cannot be restored: for work
     * that must be done in any case. The task runs once, even if restoring the thread's own context fails afterwards.
     *
     * @param task must not throw
     */
    public void runAnyway(Runnable task) {
        Task once;
        try {
            once = Task.of(task);
        } catch (Throwable outOfMemory) {
            task.run();
            return;
        }
        if (!tryRun(once)) {
            task.run();
        }
    }

    /**
     * Runs a task within this context on the calling thread, unless the context cannot be restored. Failures to restore
     * it, or the thread's own context afterwards, are logged.
     *
     * @return false if the task has not begun
     */
    public boolean tryRun(Task task) {
        runLogged(task);
        return task.begun;
    }

    /**
     * Runs a task as {@link #tryRun} does, for tasks that know by themselves whether they have begun.
     *
     * @param task must not throw
     */
    public void runLogged(Runnable task) {
        try {
            run(task);
        } catch (Throwable thrown) {
            SafeLog.warn(log, "The context of a call could not be restored", thrown);
        }
    }

    /**
     * Releases the captured context, so that a reference to the future of an ended call does not retain the caller's
     * request.
     */
    public void clear() {
        context = null;
    }

    /** Returns a task that runs another one within this context; see {@link #run(Runnable, Consumer)}. */
    public Runnable wrap(Runnable task, Consumer<Throwable> onFailure) {
        return () -> run(task, onFailure);
    }

    /** A task that records whether it has begun, for {@link #tryRun}. It runs once. */
    public abstract static class Task implements Runnable {

        private boolean begun; // confined to one thread

        /** Constructor for subclasses. */
        protected Task() {}

        /** Returns a task that runs another one. */
        public static Task of(Runnable task) {
            return new Task() {
                @Override
                protected void perform() {
                    task.run();
                }
            };
        }

        @Override
        public final void run() {
            begun = true;
            perform();
        }

        /** Does the work; must not throw. */
        protected abstract void perform();
    }
}
