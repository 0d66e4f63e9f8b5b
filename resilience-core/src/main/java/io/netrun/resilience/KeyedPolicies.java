package io.netrun.resilience;

import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Instances of one pattern, made as they are needed, one for each key: a circuit breaker for each host, a bulkhead for each
 * tenant. Their number is bounded: beyond the limit, the one that was asked for least recently goes, from the registry too,
 * with its counts; calls that run through it go on. Thread-safe.
 *
 * @param <P> the policy
 */
public final class KeyedPolicies<P extends Policy> {

    private static final int MAX_LIMIT = 100_000;

    private final ResilienceRegistry registry;
    private final Function<String, P> factory;
    private final int limit;
    private final ConcurrentMap<String, Entry<P>> entries = new ConcurrentHashMap<>();
    private final ReentrantLock making = new ReentrantLock();

    /** The time by which "recently" is told: it moves on with each entry made. Written under {@link #making}. */
    private volatile long now;

    KeyedPolicies(ResilienceRegistry registry, Function<String, P> factory, int limit) {
        this.registry = registry;
        this.factory = factory;
        this.limit = Require.range("limit", limit, 1, MAX_LIMIT);
    }

    /**
     * The instance of a key, made if there is none.
     *
     * @throws IllegalArgumentException if the key can not be part of a name: it is blank, too long or has control characters
     */
    public P get(String key) {
        Entry<P> entry = entries.get(Objects.requireNonNull(key, "key"));
        if (entry == null) {
            return make(key);
        }
        long time = now;
        if (entry.usedAt != time) {
            entry.usedAt = time;
        }
        return entry.policy;
    }

    /** How many instances there are; at most the limit. */
    public int size() {
        return entries.size();
    }

    private P make(String key) {
        Entry<P> fresh = new Entry<>(factory.apply(key));
        Entry<P> evicted = null;
        making.lock();
        try {
            Entry<P> faster = entries.get(key);
            if (faster != null) {
                return faster.policy;
            }
            if (entries.size() >= limit) {
                evicted = evictOldest();
            }
            // Later than all that was used before, and earlier than all that will be.
            long time = now;
            fresh.usedAt = time + 1;
            now = time + 2;
            entries.put(key, fresh);
        } finally {
            making.unlock();
        }
        // The registry tells its listeners, so it is not called under the lock.
        if (evicted != null) {
            registry.remove(evicted.policy);
        }
        register(key, fresh);
        return fresh.policy;
    }

    /** Others may be making and evicting the same key meanwhile: whoever registers last looks again whether it was right. */
    private void register(String key, Entry<P> fresh) {
        Entry<P> registered = fresh;
        registry.register(fresh.policy);
        for (Entry<P> present = entries.get(key); present != registered; present = entries.get(key)) {
            if (present == null) {
                registry.remove(registered.policy);
                return;
            }
            registry.register(present.policy);
            registered = present;
        }
    }

    private @Nullable Entry<P> evictOldest() {
        String oldest = null;
        long usedAt = Long.MAX_VALUE;
        for (var each : entries.entrySet()) {
            if (each.getValue().usedAt < usedAt) {
                oldest = each.getKey();
                usedAt = each.getValue().usedAt;
            }
        }
        return oldest == null ? null : entries.remove(oldest);
    }

    private static final class Entry<P> {

        private final P policy;
        private volatile long usedAt;

        Entry(P policy) {
            this.policy = policy;
        }
    }
}
