package io.netrun.resilience;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Instances that have left the registry and are still in use: calls that wait in them must end when the registry shuts
 * down, and an instance that a family has evicted becomes the instance of its key again when the key is requested. A
 * waiting call refers to its policy, so weak references suffice, and unused instances can be collected. Thread-safe.
 */
final class FormerPolicies {

    /**
     * The number of collected instances to forget with each one that is added. More than one, so that none are left in
     * the end; few, because a collection finds all instances at once that thousands of new keys have evicted before,
     * and one call must not pay for all.
     */
    static final int MOST_FORGOTTEN = 4;

    /** References are compared by identity, and so are the policies. */
    private final Set<Former> references = ConcurrentHashMap.newKeySet();

    /** Evicted instances, by the key under which they were registered. */
    private final ConcurrentMap<Object, Former> evicted = new ConcurrentHashMap<>();

    private final ReferenceQueue<Policy> collected = new ReferenceQueue<>();

    /** Adds an instance that was removed or replaced. */
    void add(Policy policy) {
        references.add(new Former(policy, null, collected));
        forgetCollected();
    }

    /** Adds an evicted instance, which can be found by its key. */
    Former addEvicted(Object key, Policy policy) {
        Former former = new Former(policy, key, collected);
        references.add(former);
        evicted.put(key, former);
        forgetCollected();
        return former;
    }

    private void forgetCollected() {
        for (int i = 0; i < MOST_FORGOTTEN; i++) {
            Reference<? extends Policy> gone = collected.poll();
            if (gone == null) {
                return;
            }
            forget((Former) gone);
        }
    }

    /** Removes an instance that has returned to the registry, or has not left it. */
    void forget(Former former) {
        references.remove(former);
        if (former.key != null) {
            evicted.remove(former.key, former);
        }
    }

    /** Returns the instance that was last evicted under a key; null if there is none, or it is no longer referenced. */
    @Nullable
    Former findEvicted(Object key) {
        return evicted.get(key);
    }

    void forEach(Consumer<? super Policy> action) {
        for (Former reference : references) {
            Policy policy = reference.get();
            if (policy != null) {
                action.accept(policy);
            }
        }
    }

    int size() {
        return references.size();
    }

    /** An instance that has left the registry. */
    static final class Former extends WeakReference<Policy> {

        /** Null if the instance was not evicted. */
        private final @Nullable Object key;

        Former(Policy policy, @Nullable Object key, ReferenceQueue<Policy> queue) {
            super(policy, queue);
            this.key = key;
        }
    }
}
