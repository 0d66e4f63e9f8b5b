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
 * Instances that have left the registry, as long as they are in use: calls may wait in them, which have to end with the
 * registry, and one that a family has evicted becomes the instance of its key again when that is asked for. A call that
 * waits refers to its policy, so weak references suffice, and nothing is kept that nobody uses. Thread-safe.
 */
final class FormerPolicies {

    /** References are compared by identity, and so are the policies. */
    private final Set<Former> references = ConcurrentHashMap.newKeySet();

    /** Those that were evicted, by what they were registered under. */
    private final ConcurrentMap<Object, Former> evicted = new ConcurrentHashMap<>();

    private final ReferenceQueue<Policy> collected = new ReferenceQueue<>();

    /** Adds an instance that was removed or replaced. */
    void add(Policy policy) {
        references.add(new Former(policy, null, collected));
        forgetCollected();
    }

    /** Adds an instance that is evicted, and is to be found by its key. */
    Former addEvicted(Object key, Policy policy) {
        Former former = new Former(policy, key, collected);
        references.add(former);
        evicted.put(key, former);
        forgetCollected();
        return former;
    }

    private void forgetCollected() {
        for (Reference<? extends Policy> gone = collected.poll(); gone != null; gone = collected.poll()) {
            forget((Former) gone);
        }
    }

    /** Takes an instance out that has returned to the registry, or has not left it. */
    void forget(Former former) {
        references.remove(former);
        if (former.key != null) {
            evicted.remove(former.key, former);
        }
    }

    /** What was evicted last under a key; null if nothing was, or if nobody refers to it any longer. */
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
