package io.netrun.resilience.spring.aop;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;

/** Which application context an object with woven methods is a bean of. Keeps neither alive. Thread-safe. */
final class WovenBeans {

    private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();
    private static final ConcurrentMap<Identity, WeakReference<BeanFactory>> OWNERS = new ConcurrentHashMap<>();

    private WovenBeans() {}

    static void add(Object bean, BeanFactory owner) {
        for (Object gone = GONE.poll(); gone != null; gone = GONE.poll()) {
            OWNERS.remove(gone);
        }
        OWNERS.put(new Identity(bean, GONE), new WeakReference<>(owner));
    }

    /** The factory of a bean; null for an object that is none, or whose constructor still runs. */
    static @Nullable BeanFactory ownerOf(Object bean) {
        WeakReference<BeanFactory> owner = OWNERS.get(new Identity(bean, null));
        return owner == null ? null : owner.get();
    }

    /** Equal to another one of the same object. */
    private static final class Identity extends WeakReference<Object> {

        private final int hash;

        Identity(Object bean, @Nullable ReferenceQueue<Object> queue) {
            super(bean, queue);
            this.hash = System.identityHashCode(bean);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            if (this == other) {
                return true;
            }
            Object own = get();
            return own != null && other instanceof Identity same && same.get() == own;
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
