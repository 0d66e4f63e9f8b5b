package io.netrun.resilience;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The context of a calling thread, captured once for everything that its call does on other threads later: further
 * attempts, fallbacks, listeners, and what the caller attached to its future. It is {@linkplain #clear() cleared} when
 * the call has ended. See {@link ContextPropagation} for what belongs to it. For authors of policies. Thread-safe.
 */
public final class CallerContext {

    private static final Logger log = LoggerFactory.getLogger(CallerContext.class);

    private volatile ContextPropagation.@Nullable Context context;

    private CallerContext(ContextPropagation.Context context) {
        this.context = context;
    }

    /**
     * The context of the calling thread as it is now.
     *
     * @throws RuntimeException what reading a part of it throws
     */
    public static CallerContext capture() {
        return new CallerContext(ContextPropagation.capture());
    }

    /**
     * Runs a task within this context on the calling thread, whose own context is restored afterwards. A task that runs
     * after {@link #clear()} has no context, so it is to look whether its call has ended before it runs code of the
     * user.
     *
     * @throws RuntimeException what restoring the context or the task throws
     */
    public void run(Runnable task) {
        ContextPropagation.Context captured = context;
        if (captured == null) {
            task.run();
        } else {
            captured.run(task);
        }
    }

    /**
     * Runs a task as {@link #run(Runnable)} does.
     *
     * @param onFailure takes what restoring the context or the task throws; should not throw
     */
    public void run(Runnable task, Consumer<Throwable> onFailure) {
        try {
            run(task);
        } catch (Throwable thrown) {
            onFailure.accept(thrown);
        }
    }

    /**
     * Runs a task within this context on the calling thread, or without it where it cannot be restored: for what must
     * be done in any case. It runs once, whatever restoring the thread's own context throws afterwards.
     *
     * @param task must not throw
     */
    public void runAnyway(Runnable task) {
        if (!tryRun(Task.of(task))) {
            task.run();
        }
    }

    /**
     * Runs a task within this context on the calling thread, unless that cannot be restored. What restoring it, or the
     * thread's own context afterwards, throws is logged.
     *
     * @return false if the task has not begun
     */
    public boolean tryRun(Task task) {
        try {
            run(task);
        } catch (Throwable thrown) {
            SafeLog.warn(log, "The context of a call could not be restored", thrown);
        }
        return task.begun;
    }

    /**
     * Lets go of what was captured, so that whoever keeps the future of an ended call does not keep its caller's
     * request.
     */
    public void clear() {
        context = null;
    }

    /** A task that runs another one within this context; see {@link #run(Runnable, Consumer)}. */
    public Runnable wrap(Runnable task, Consumer<Throwable> onFailure) {
        return () -> run(task, onFailure);
    }

    /** A task that knows whether it has begun, for {@link #tryRun}. It runs once. */
    public abstract static class Task implements Runnable {

        private boolean begun; // of one thread

        /** For subclasses. */
        protected Task() {}

        /** A task that does what another one does. */
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

        /** What is to be done; must not throw. */
        protected abstract void perform();
    }
}
