package io.netrun.resilience.spring.aop;

import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the beans that are being created: a prototype may be created by several threads at once, and again
 * later in another way, so that this is kept for a creation and not for a name. A creation that fails is not reported
 * by Spring; the oldest ones are dropped. Thread-safe.
 */
final class BeanCreations {

    /** More than are nested in one another and run in all threads together. */
    private static final int LIMIT = 512;

    private final Map<Key, Creation> current = new LinkedHashMap<>();

    /** Forgets a former creation of the same name by this thread. */
    void begin(String name, @Nullable Class<?> original) {
        synchronized (current) {
            Key key = Key.of(name);
            current.remove(key);
            if (original != null) {
                put(key, new Creation(original, null));
            }
        }
    }

    /** Like {@link #begin} for an object that is not initialized as a bean, such as one that a factory has made. */
    void beginIfAbsent(String name, Class<?> original) {
        synchronized (current) {
            Key key = Key.of(name);
            if (!current.containsKey(key)) {
                put(key, new Creation(original, null));
            }
        }
    }

    /** Records that the bean has its proxy; returns false if that is known of this creation. */
    boolean proxied(String name, Object proxy) {
        synchronized (current) {
            Key key = Key.of(name);
            Creation known = current.get(key);
            put(key, new Creation(known == null ? null : known.original, new WeakReference<>(proxy)));
            return known == null || known.proxy == null;
        }
    }

    /** Returns what is known of a creation that has ended; null if nothing is. */
    @Nullable
    Creation end(String name) {
        synchronized (current) {
            return current.isEmpty() ? null : current.remove(Key.of(name));
        }
    }

    private void put(Key key, Creation creation) {
        current.put(key, creation);
        if (current.size() > LIMIT) {
            current.remove(current.keySet().iterator().next());
        }
    }

    /**
     * A creation.
     *
     * @param original the class of the bean before any post-processor has wrapped it; null if it needs no protection
     * @param proxy the proxy with the protection; null if there is none so far. Weak, since the creation may have
     *     failed
     */
    record Creation(@Nullable Class<?> original, @Nullable WeakReference<Object> proxy) {

        @Nullable
        Object protecting() {
            return proxy == null ? null : proxy.get();
        }
    }

    private record Key(long thread, String name) {

        /** Written out, like the next one: what the compiler makes of a record is slow until it has run often. */
        @Override
        public int hashCode() {
            return 31 * Long.hashCode(thread) + name.hashCode();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && thread == key.thread && name.equals(key.name);
        }

        static Key of(String name) {
            return new Key(Thread.currentThread().getId(), name);
        }
    }
}
