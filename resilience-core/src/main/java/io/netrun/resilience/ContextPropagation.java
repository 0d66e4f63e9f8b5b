package io.netrun.resilience;

import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries the context of a calling thread (logging, security, request, tracing) to the thread on which its call goes on.
 * What is carried is decided by the {@code ThreadLocalAccessor}s registered with Micrometer's context-propagation
 * library; where that library is absent, nothing is.
 */
public final class ContextPropagation {

    private static final boolean PRESENT = isPresent();

    private ContextPropagation() {}

    /** The task, within the context that the calling thread has now. Call it where the user's call comes in. */
    public static Runnable wrap(Runnable task) {
        return PRESENT ? Snapshots.FACTORY.captureAll().wrap(task) : task;
    }

    /**
     * The task, within the context that the calling thread has now, for tasks whose failure somebody must learn of: whatever
     * restoring the context, the task, or putting the former context back throws goes to a consumer, once.
     *
     * @param onFailure runs on the task's thread, after the former context was put back
     */
    public static Runnable wrap(Runnable task, Consumer<Throwable> onFailure) {
        Runnable wrapped = wrap(task);
        return () -> {
            try {
                wrapped.run();
            } catch (Throwable failure) {
                onFailure.accept(failure);
            }
        };
    }

    /** What belongs to a calling thread, as it is now. */
    static Context capture() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return PRESENT ? Snapshots.capture(loader) : new Context(loader);
    }

    /** What was captured: here the class loader alone. */
    static class Context {

        private final @Nullable ClassLoader loader;

        Context(@Nullable ClassLoader loader) {
            this.loader = loader;
        }

        void run(Runnable task) {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                task.run();
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }

    private static boolean isPresent() {
        try {
            Class.forName(
                    "io.micrometer.context.ContextSnapshotFactory", false, ContextPropagation.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    /** Apart, so that the optional library is loaded only where it is. */
    private static final class Snapshots {

        static final ContextSnapshotFactory FACTORY =
                ContextSnapshotFactory.builder().clearMissing(true).build();

        static Context capture(@Nullable ClassLoader loader) {
            ContextSnapshot snapshot = FACTORY.captureAll();
            return new Context(loader) {

                @Override
                void run(Runnable task) {
                    super.run(snapshot.wrap(task));
                }
            };
        }
    }
}
