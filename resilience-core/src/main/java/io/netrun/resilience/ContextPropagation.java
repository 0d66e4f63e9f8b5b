package io.netrun.resilience;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Carries the context of a calling thread to the thread on which its call goes on: the context class loader, SLF4J's
 * MDC, the scope of the call around, and what the {@code ThreadLocalAccessor}s registered with Micrometer's
 * context-propagation library carry (security, request, tracing), where that library is present. What the calling
 * thread does not have is cleared meanwhile, and afterwards the thread has what it had before. The MDC is left alone
 * after {@link #carryMdc carryMdc(false)}.
 */
public final class ContextPropagation {

    private static final Logger log = LoggerFactory.getLogger(ContextPropagation.class);

    private static final boolean PRESENT = isPresent();
    private static volatile boolean mdcCarried = true;

    private ContextPropagation() {}

    /** Whether calls carry the MDC; by default they do. Holds for all instances in the JVM, from the next call on. */
    public static void carryMdc(boolean carried) {
        mdcCarried = carried;
    }

    /** The task, within the context that the calling thread has now. Call it where the user's call comes in. */
    public static Runnable wrap(Runnable task) {
        Context context = capture();
        return () -> context.run(task);
    }

    /** What belongs to the calling thread, as it is now. */
    static Context capture() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Map<String, String> mdc = mdcCarried ? MDC.getCopyOfContextMap() : null;
        Deadline scope = Deadline.ofThread();
        return PRESENT ? Snapshots.capture(loader, mdc, scope) : new Context(loader, mdc, scope);
    }

    /** What was captured without the library. */
    static class Context {

        private final @Nullable ClassLoader loader;
        private final @Nullable Map<String, String> mdc;
        private final @Nullable Deadline scope;

        Context(@Nullable ClassLoader loader, @Nullable Map<String, String> mdc, @Nullable Deadline scope) {
            this.loader = loader;
            this.mdc = mdc;
            this.scope = scope;
        }

        void run(Runnable task) {
            Thread thread = Thread.currentThread();
            ClassLoader loaderBefore = thread.getContextClassLoader();
            Map<String, String> mdcBefore = mdcCarried ? MDC.getCopyOfContextMap() : null;
            Deadline scopeBefore = Deadline.ofThread();
            try {
                thread.setContextClassLoader(loader);
                setMdc(mdc);
                Deadline.set(scope);
                task.run();
            } finally {
                Deadline.set(scopeBefore);
                thread.setContextClassLoader(loaderBefore);
                setMdc(mdcBefore);
            }
        }

        private static void setMdc(@Nullable Map<String, String> map) {
            if (!mdcCarried) {
                return;
            }
            if (map == null || map.isEmpty()) {
                MDC.clear();
            } else {
                MDC.setContextMap(map);
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

        private static final ContextRegistry REGISTRY = ContextRegistry.getInstance();
        private static final ContextSnapshotFactory FACTORY =
                ContextSnapshotFactory.builder().clearMissing(true).build();

        static Context capture(
                @Nullable ClassLoader loader, @Nullable Map<String, String> mdc, @Nullable Deadline scope) {
            // The accessor of this library is always there, and its value is carried anyway.
            List<ThreadLocalAccessor<?>> accessors = REGISTRY.getThreadLocalAccessors();
            boolean ownAlone = accessors.size() == 1 && accessors.get(0) instanceof DeadlineAccessor;
            return ownAlone || accessors.isEmpty()
                    ? new Context(loader, mdc, scope)
                    : new WithSnapshot(loader, mdc, scope, FACTORY.captureAll());
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // there is nothing to go back to
    private static void restore(ContextSnapshot before) {
        try {
            before.setThreadLocals();
        } catch (Throwable again) {
            SafeLog.warn(log, "The context of a thread could not be restored", again);
        }
    }

    /** What was captured with the library. */
    private static final class WithSnapshot extends Context {

        private final ContextSnapshot snapshot;

        WithSnapshot(
                @Nullable ClassLoader loader,
                @Nullable Map<String, String> mdc,
                @Nullable Deadline scope,
                ContextSnapshot snapshot) {
            super(loader, mdc, scope);
            this.snapshot = snapshot;
        }

        @Override
        void run(Runnable task) {
            ContextSnapshot before = Snapshots.FACTORY.captureAll();
            Watched watched = new Watched(task);
            try {
                super.run(snapshot.wrap(watched));
            } catch (Throwable thrown) {
                // Of several accessors, those before the one that failed have left the caller's values on this thread.
                if (!watched.failed) {
                    restore(before);
                }
                throw thrown;
            }
        }
    }

    /** A task after whose failure the thread's former context is put back as after its end. */
    private static final class Watched implements Runnable {

        private final Runnable task;
        private boolean failed; // of one thread

        Watched(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            failed = true;
            task.run();
            failed = false;
        }
    }
}
