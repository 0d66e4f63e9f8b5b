package io.netrun.resilience;

import java.util.function.Consumer;

/**
 * The context of a calling thread, captured once for everything that its call does on other threads later: further attempts,
 * fallbacks, listeners, and what the caller attached to its future. See {@link ContextPropagation} for what belongs to it. For
 * authors of policies. Immutable and thread-safe.
 */
public final class CallerContext {

    private final ContextPropagation.Context context;

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
     * Runs a task within this context on the calling thread, whose own context is restored afterwards.
     *
     * @param onFailure takes what restoring the context or the task throws; should not throw
     */
    public void run(Runnable task, Consumer<Throwable> onFailure) {
        try {
            context.run(task);
        } catch (Throwable thrown) {
            onFailure.accept(thrown);
        }
    }

    /** A task that runs another one within this context; see {@link #run}. */
    public Runnable wrap(Runnable task, Consumer<Throwable> onFailure) {
        return () -> run(task, onFailure);
    }
}
