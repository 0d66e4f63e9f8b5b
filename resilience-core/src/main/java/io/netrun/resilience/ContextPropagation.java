package io.netrun.resilience;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Propagates the context of a calling thread to the thread on which its call continues: the context class loader,
 * SLF4J's MDC, the scope of the surrounding call, and, if Micrometer's context-propagation library is present, the
 * values of the {@code ThreadLocalAccessor}s registered with it (security, request, tracing). Values that the calling
 * thread does not have are cleared meanwhile, and afterwards the thread has its former values again. The MDC is left
 * untouched after {@link #carryMdc carryMdc(false)}, for calls during {@link #carryMdcOfThread
 * carryMdcOfThread(false)}, and for calls through instances of a registry whose {@link ResilienceRegistry#carryMdc
 * carryMdc} is false.
 */
public final class ContextPropagation {

    private static final Logger log = LoggerFactory.getLogger(ContextPropagation.class);

    private static final boolean PRESENT = isPresent();
    private static volatile boolean mdcCarried = true;

    /** In place of the values of an MDC that stays where it is. */
    private static final Map<String, String> STAYING = new HashMap<>();

    /** Set for a thread whose calls leave the MDC where it is. */
    private static final ThreadLocal<@Nullable Boolean> STAYS = new ThreadLocal<>();

    /** Whether there has been such a thread: most applications have none, and need not ask. */
    private static volatile boolean someStay;

    private ContextPropagation() {}

    /**
     * Sets whether calls propagate the MDC. Default true. Applies to all instances in the JVM, from the next call on.
     */
    public static void carryMdc(boolean carried) {
        mdcCarried = carried;
    }

    /**
     * Sets whether calls that the calling thread makes propagate the MDC, and what runs for them on other threads. For
     * an application that shares the JVM with others; {@link #carryMdc carryMdc(false)} is for all of them.
     *
     * @return whether they did so far, to be set again after the call
     */
    public static boolean carryMdcOfThread(boolean carried) {
        boolean before = isMdcOfThreadCarried();
        if (!carried) {
            someStay = true;
            STAYS.set(Boolean.TRUE);
        } else if (!before) {
            STAYS.remove();
        }
        return before;
    }

    /**
     * Returns a guard whose calls leave the MDC where it is, also those that begin later, such as subscriptions. For an
     * application that shares the JVM, or instances, with others; see {@link ResilienceRegistry#carryMdc} for all
     * instances of a registry.
     */
    public static Guard leavingMdc(Guard guard) {
        return new MdcStayingGuard(guard, new MdcStayingLayer(guard.entry()));
    }

    private static boolean isMdcOfThreadCarried() {
        return !someStay || STAYS.get() == null;
    }

    @SuppressWarnings("ReferenceEquality") // an MDC may be empty, too
    private static boolean isStaying(@Nullable Map<String, String> mdc) {
        return mdc == STAYING;
    }

    /** The MDC to propagate; null if there is none. */
    private static @Nullable Map<String, String> mdc() {
        if (!mdcCarried) {
            return null;
        }
        return isMdcOfThreadCarried() ? MDC.getCopyOfContextMap() : STAYING;
    }

    /**
     * Returns the task, to run within the current context of the calling thread. Call it on the thread that makes the
     * user's call.
     */
    public static Runnable wrap(Runnable task) {
        Object context = capture();
        return () -> run(context, task);
    }

    /**
     * Runs code as if the calling thread were not making a protected call. Protected calls that the code makes know no
     * limit of the call around them, and go on when that one is given up. For what others wait for as well: a cache
     * that loads a value within the first caller's call would otherwise lose it for all callers when that one leaves.
     *
     * <pre>{@code
     * prices.computeIfAbsent(id, key -> ContextPropagation.outsideScope(() -> guard.callAsync(() -> load(key))));
     * }</pre>
     *
     * @param code runs once, on the calling thread; what it starts on other threads is not affected
     * @return what the code returned, null included
     * @throws X what the code throws, unchanged
     */
    public static <T extends @Nullable Object, X extends Throwable> T outsideScope(CheckedSupplier<T, X> code)
            throws X {
        Objects.requireNonNull(code, "code");
        Deadline before = Deadline.NONE.enterScope();
        try {
            return code.get();
        } finally {
            Deadline.exitScope(before);
        }
    }

    /**
     * Captures the current context of the calling thread, for {@link #run}: a {@link Context}, or the class loader if
     * there is nothing else. Every policy of an asynchronous call captures it, and most threads have nothing else.
     */
    static Object capture() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Map<String, String> mdc = mdc();
        Deadline scope = Deadline.ofThread();
        if (PRESENT && Snapshots.areNeeded()) {
            return Snapshots.capture(loader, mdc, scope);
        }
        return loader != null && scope == null && !isStaying(mdc) && (mdc == null || mdc.isEmpty())
                ? loader
                : new Context(loader, mdc, scope);
    }

    /** Runs a task within a context that {@link #capture} returned. */
    static void run(Object captured, Runnable task) {
        if (captured instanceof Context context) {
            context.run(task);
        } else {
            Context.run((ClassLoader) captured, null, null, task);
        }
    }

    /** A context that was captured without the library. */
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
            run(loader, mdc, scope, task);
        }

        static void run(
                @Nullable ClassLoader loader,
                @Nullable Map<String, String> mdc,
                @Nullable Deadline scope,
                Runnable task) {
            Thread thread = Thread.currentThread();
            ClassLoader loaderBefore = thread.getContextClassLoader();
            boolean carried = !isStaying(mdc);
            Map<String, String> mdcBefore = carried && mdcCarried ? MDC.getCopyOfContextMap() : STAYING;
            Deadline scopeBefore = Deadline.marked();
            boolean carriedBefore = carryMdcOfThread(carried);
            Object body = Deadline.leaveBody(); // allocates nothing after the scope was read
            try {
                thread.setContextClassLoader(loader);
                setMdc(mdc);
                Deadline.set(scope);
                task.run();
            } finally {
                Deadline.set(scopeBefore);
                Deadline.returnToBody(body);
                thread.setContextClassLoader(loaderBefore);
                carryMdcOfThread(carriedBefore);
                setMdc(mdcBefore);
            }
        }

        private static void setMdc(@Nullable Map<String, String> map) {
            if (!mdcCarried || isStaying(map)) {
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

    /**
     * Loads what calls need, when a policy is created: a call may come first where the stack is nearly full, or on a
     * thread with another class loader, and a class that cannot be initialized then can never be used again.
     */
    static void prepare() {
        if (PRESENT) {
            Snapshots.areNeeded();
        }
    }

    /**
     * A separate class, so that the optional library is loaded only if it is present. Has no static initializer, which
     * could fail for ever.
     */
    private static final class Snapshots {

        private static volatile @Nullable ContextRegistry registry;
        private static volatile @Nullable ContextSnapshotFactory factory;
        private static volatile boolean unusable;

        /** Returns whether there are accessors other than that of this library, whose value is propagated anyway. */
        static boolean areNeeded() {
            if (unusable) {
                return false;
            }
            ContextRegistry known = registry;
            if (known == null) {
                known = find();
                if (known == null) {
                    return false;
                }
            }
            List<ThreadLocalAccessor<?>> accessors = known.getThreadLocalAccessors();
            boolean ownAlone = accessors.size() == 1 && accessors.get(0) instanceof DeadlineAccessor;
            return !ownAlone && !accessors.isEmpty();
        }

        private static @Nullable ContextRegistry find() {
            try {
                ContextRegistry found = ContextRegistry.getInstance();
                factory = ContextSnapshotFactory.builder().clearMissing(true).build();
                registry = found;
                return found;
            } catch (LinkageError | ServiceConfigurationError broken) {
                unusable = true;
                SafeLog.error(
                        log,
                        "Micrometer's context propagation cannot be used; calls propagate the class loader and the MDC"
                                + " only. Restart the application once the cause is gone",
                        broken);
                return null;
            }
        }

        static ContextSnapshot captureAll() {
            return Objects.requireNonNull(factory).captureAll();
        }

        static Context capture(
                @Nullable ClassLoader loader, @Nullable Map<String, String> mdc, @Nullable Deadline scope) {
            return new WithSnapshot(loader, mdc, scope, captureAll());
        }
    }

    @SuppressWarnings("MustBeClosedChecker") // there is no former context to restore
    private static void restore(ContextSnapshot before) {
        try {
            before.setThreadLocals();
        } catch (Throwable again) {
            SafeLog.warn(log, "The context of a thread could not be restored", again);
        }
    }

    /** A context that was captured with the library. */
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
            ContextSnapshot before = Snapshots.captureAll();
            ObservedTask observed = new ObservedTask(task);
            try {
                super.run(snapshot.wrap(observed));
            } catch (Throwable thrown) {
                // If one of several accessors fails, those before it have left the caller's values on this thread.
                if (!observed.failed) {
                    restore(before);
                }
                throw thrown;
            }
        }
    }

    /** A task after whose failure the thread's former context is restored as after its normal end. */
    private static final class ObservedTask implements Runnable {

        private final Runnable task;
        private boolean failed; // confined to one thread

        ObservedTask(Runnable task) {
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
