package io.netrun.resilience;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Instances that have left the registry, as long as they are in use: calls may wait in them, which have to end with the
 * registry. A call that waits refers to its policy, so weak references suffice, and nothing is kept that nobody uses.
 * Thread-safe.
 */
final class FormerPolicies {

    /** References are compared by identity, and so are the policies. */
    private final Set<Reference<? extends Policy>> references = ConcurrentHashMap.newKeySet();

    private final ReferenceQueue<Policy> collected = new ReferenceQueue<>();

    void add(Policy policy) {
        references.add(new WeakReference<>(policy, collected));
        for (Reference<? extends Policy> gone = collected.poll(); gone != null; gone = collected.poll()) {
            references.remove(gone);
        }
    }

    void forEach(Consumer<? super Policy> action) {
        for (Reference<? extends Policy> reference : references) {
            Policy policy = reference.get();
            if (policy != null) {
                action.accept(policy);
            }
        }
    }

    int size() {
        return references.size();
    }
}
