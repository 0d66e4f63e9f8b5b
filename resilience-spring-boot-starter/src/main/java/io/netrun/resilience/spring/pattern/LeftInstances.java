package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.Policy;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of instances, as long as these are referenced, also of those that have left the registry: a family may
 * take one back. Thread-safe, without a lock for all.
 *
 * <p>Not a {@link java.util.WeakHashMap}: that forgets all collected instances at the next access, and one call with a
 * new key would pay for the thousands that keys before it have evicted.
 *
 * @param <V> what is known
 */
public final class LeftInstances<V> {

    /** The number of collected instances to forget with each one that is added. More than one, so that few are left. */
    static final int MOST_FORGOTTEN = 4;

    private final ConcurrentMap<Key, V> known = new ConcurrentHashMap<>();
    private final ReferenceQueue<Policy> collected = new ReferenceQueue<>();

    /** Adds what is known of an instance, instead of what was known before. */
    public void put(Policy policy, V value) {
        known.put(new Key(policy, collected), value);
        for (int i = 0; i < MOST_FORGOTTEN; i++) {
            Reference<? extends Policy> gone = collected.poll();
            if (gone == null) {
                return;
            }
            known.remove((Key) gone);
        }
    }

    /** Returns what is known of an instance; null if nothing is. */
    public @Nullable V get(Policy policy) {
        return known.get(new Key(policy, null));
    }

    /** Removes what is known of an instance, and returns it; null if nothing is. */
    public @Nullable V remove(Policy policy) {
        return known.remove(new Key(policy, null));
    }

    /** Returns whether anything is known of an instance. */
    public boolean has(Policy policy) {
        return known.containsKey(new Key(policy, null));
    }

    int size() {
        return known.size();
    }

    /** An instance, by identity; once it is collected, the reference itself. */
    private static final class Key extends WeakReference<Policy> {

        private final int hash;

        Key(Policy policy, @Nullable ReferenceQueue<Policy> queue) {
            super(policy, queue);
            this.hash = System.identityHashCode(policy);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            if (this == other) {
                return true;
            }
            Policy policy = get();
            return policy != null && other instanceof Key key && key.refersTo(policy);
        }
    }
}
