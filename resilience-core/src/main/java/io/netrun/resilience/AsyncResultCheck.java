package io.netrun.resilience;

import java.lang.ref.WeakReference;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns, once for each class of result, about a sync call whose body returns something asynchronous: its policies
 * protect only the creation of the future or publisher, and count every one as a success.
 */
final class AsyncResultCheck {

    private static final Logger log = LoggerFactory.getLogger(AsyncResultCheck.class);

    /** How often {@link #last} is written. Without this bound, threads would contend for its cache line. */
    private static final int MAX_WRITES = 64;

    /**
     * Whether a warning was logged for a class; null for a harmless class. A class of the JDK keeps its value for ever,
     * so the value must not be of a class of this library, whose class loader could then never be collected
     * (JDK-8136353).
     */
    private static final ClassValue<@Nullable AtomicBoolean> WARNED = new ClassValue<>() {

        @Override
        protected @Nullable AtomicBoolean computeValue(Class<?> type) {
            return isAsync(type) ? new AtomicBoolean() : null;
        }
    };

    /** The latest class found harmless, which may be an application's. Racy: a stale value only costs a look-up. */
    private static WeakReference<@Nullable Class<?>> last = new WeakReference<>(null);

    private static int writes;

    private AsyncResultCheck() {}

    static void check(@Nullable Object result, Guard guard) {
        if (result != null && result.getClass() != last.get()) {
            look(result.getClass(), guard);
        }
    }

    private static void look(Class<?> type, Guard guard) {
        AtomicBoolean warned = WARNED.get(type);
        if (warned != null) {
            if (!warned.get() && warned.compareAndSet(false, true)) {
                SafeLog.warn(
                        log,
                        "A sync call through {} returned a {}: its outcome is not seen, so every call counts as a"
                                + " success. Use callAsync, or ReactorGuard for a publisher",
                        guard,
                        type.getName());
            }
        } else if (writes < MAX_WRITES) {
            writes++;
            last = new WeakReference<>(type);
        }
    }

    private static boolean isAsync(Class<?> type) {
        return CompletionStage.class.isAssignableFrom(type)
                || Flow.Publisher.class.isAssignableFrom(type)
                || isReactive(type);
    }

    /** Tests by name, because Reactive Streams may be absent. */
    private static boolean isReactive(@Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        if (type.getName().equals("org.reactivestreams.Publisher") || isReactive(type.getSuperclass())) {
            return true;
        }
        for (Class<?> each : type.getInterfaces()) {
            if (isReactive(each)) {
                return true;
            }
        }
        return false;
    }
}
