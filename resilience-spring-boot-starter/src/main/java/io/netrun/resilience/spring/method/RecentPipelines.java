package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The pipelines of keys that were used recently, in two generations: once the young one is full it becomes the old one,
 * and what nobody has asked for since is dropped with it. So at most about two times the limit are kept, and asking is
 * a look-up without a lock. Thread-safe.
 */
final class RecentPipelines {

    private final int limit;
    private final ReentrantLock ageing = new ReentrantLock();
    private volatile ConcurrentMap<Object, Pipeline> young = new ConcurrentHashMap<>();
    private volatile ConcurrentMap<Object, Pipeline> old = new ConcurrentHashMap<>();

    RecentPipelines(int limit) {
        this.limit = limit;
    }

    @Nullable
    Pipeline get(Object key) {
        Pipeline found = young.get(key);
        if (found != null) {
            return found;
        }
        Pipeline aged = old.get(key);
        return aged == null ? null : add(key, aged);
    }

    /** Keeps a pipeline. Returns the one of this key that is kept. */
    Pipeline add(Object key, Pipeline pipeline) {
        ConcurrentMap<Object, Pipeline> present = young;
        Pipeline faster = present.putIfAbsent(key, pipeline);
        if (faster == null && present.size() >= limit && ageing.tryLock()) {
            try {
                if (young == present) {
                    old = present;
                    young = new ConcurrentHashMap<>();
                }
            } finally {
                ageing.unlock();
            }
        }
        return faster == null ? pipeline : faster;
    }

    int size() {
        return young.size() + old.size();
    }
}
