package io.netrun.resilience.storm;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.MDC;

/**
 * The caller's identity in the three forms that applications use: a thread-local that Micrometer carries, SLF4J's MDC,
 * and an inherited thread-local, which is not carried and must not leak from another caller either.
 */
final class Identity {

    private static final String KEY = "storm.caller";
    private static final ThreadLocal<String> CARRIED = new ThreadLocal<>();
    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

    private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

    static void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new Accessor());
    }

    static void unregister() {
        ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
    }

    static void set(String caller) {
        CARRIED.set(caller);
        INHERITED.set(caller);
        MDC.put(KEY, caller);
    }

    static void clear() {
        CARRIED.remove();
        INHERITED.remove();
        MDC.remove(KEY);
    }

    /** Leaves an identity of its own on the thread. */
    static void soil() {
        CARRIED.set("left behind");
        MDC.put(KEY, "left behind");
    }

    /** Code that runs for a caller must see this caller; what is inherited may be missing, but not be another's. */
    void check(String caller, String where) {
        compare(caller, CARRIED.get(), where + ", carried thread-local");
        compare(caller, MDC.get(KEY), where + ", MDC");
        String inherited = INHERITED.get();
        if (inherited != null) {
            compare(caller, inherited, where + ", inherited thread-local");
        }
    }

    /**
     * Code that runs after its caller has left, such as the continuation of a cancelled call, must see its caller or
     * none.
     */
    void checkNotAnother(String caller, String where) {
        if (CARRIED.get() != null || MDC.get(KEY) != null) {
            check(caller, where);
        }
    }

    /**
     * Code that does not know its caller, such as a listener, must see one caller or none. It may run on the thread of
     * another caller, whose thread-locals that are not carried it then sees.
     */
    void checkOne(String where) {
        compare(CARRIED.get(), MDC.get(KEY), where + ", MDC beside the thread-local");
    }

    Queue<String> leaks() {
        return leaks;
    }

    private void compare(String expected, String actual, String where) {
        if (!Objects.equals(expected, actual) && leaks.size() < 20) {
            leaks.add(where + ": " + actual + " instead of " + expected + " on "
                    + Thread.currentThread().getName());
        }
    }

    private static final class Accessor implements ThreadLocalAccessor<String> {

        @Override
        public Object key() {
            return KEY;
        }

        @Override
        public String getValue() {
            return CARRIED.get();
        }

        @Override
        public void setValue(String value) {
            CARRIED.set(value);
        }

        @Override
        public void setValue() {
            CARRIED.remove();
        }
    }
}
