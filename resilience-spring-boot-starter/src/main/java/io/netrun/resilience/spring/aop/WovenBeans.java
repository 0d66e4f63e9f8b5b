package io.netrun.resilience.spring.aop;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;

/**
 * Which application context an object with woven methods is a bean of. Keeps neither alive. Asking takes no lock and
 * allocates nothing, since each woven call may ask: a map with weak keys would need a key object for that. Thread-safe.
 */
final class WovenBeans {

    private static final int LEAST_BUCKETS = 64;

    /** Held for all writing. */
    private static final ReentrantLock WRITING = new ReentrantLock();

    private static final ReferenceQueue<Object> GONE = new ReferenceQueue<>();

    /** Chains by identity hash; the length is a power of two. */
    private static volatile AtomicReferenceArray<@Nullable Link> buckets = new AtomicReferenceArray<>(LEAST_BUCKETS);

    /** The owner of all recorded beans; null if there are several, or none is recorded. */
    private static volatile @Nullable WeakReference<BeanFactory> onlyOwner;

    private static int size;

    private WovenBeans() {}

    /** Records the owner of a bean, instead of a former one. */
    static void add(Object bean, BeanFactory owner) {
        Recorded present = find(bean);
        if (present != null && present.owner.refersTo(owner)) {
            return;
        }
        WRITING.lock();
        try {
            removeGone();
            put(bean, owner);
        } finally {
            WRITING.unlock();
        }
    }

    /** The factory of a bean; null for an object that is none, or whose constructor still runs. */
    static @Nullable BeanFactory ownerOf(Object bean) {
        Recorded present = find(bean);
        return present == null ? null : present.owner.get();
    }

    /** Whether every recorded bean is one of a factory. */
    static boolean areAllOf(@Nullable BeanFactory owner) {
        WeakReference<BeanFactory> only = onlyOwner;
        return only != null && owner != null && only.refersTo(owner);
    }

    private static @Nullable Recorded find(Object bean) {
        AtomicReferenceArray<@Nullable Link> chains = buckets;
        int bucket = System.identityHashCode(bean) & (chains.length() - 1);
        for (Link link = chains.get(bucket); link != null; link = link.next) {
            if (link.recorded.refersTo(bean)) {
                return link.recorded;
            }
        }
        return null;
    }

    private static void put(Object bean, BeanFactory owner) {
        WeakReference<BeanFactory> only = onlyOwner;
        if (size == 0) {
            only = new WeakReference<>(owner);
        } else if (only != null && !only.refersTo(owner)) {
            only = null;
        }
        onlyOwner = only; // before the bean is recorded, so that no call of it finds the former one
        WeakReference<BeanFactory> reference = only == null ? new WeakReference<>(owner) : only;
        Recorded present = find(bean);
        if (present != null) {
            present.owner = reference;
            return;
        }
        if (size == buckets.length()) {
            grow();
        }
        link(buckets, new Recorded(bean, reference));
        size++;
    }

    private static void link(AtomicReferenceArray<@Nullable Link> chains, Recorded recorded) {
        int bucket = recorded.hash & (chains.length() - 1);
        chains.set(bucket, new Link(recorded, chains.get(bucket)));
    }

    private static void grow() {
        AtomicReferenceArray<@Nullable Link> former = buckets;
        AtomicReferenceArray<@Nullable Link> grown = new AtomicReferenceArray<>(former.length() * 2);
        for (int bucket = 0; bucket < former.length(); bucket++) {
            for (Link link = former.get(bucket); link != null; link = link.next) {
                link(grown, link.recorded);
            }
        }
        buckets = grown;
    }

    private static void removeGone() {
        for (Object gone = GONE.poll(); gone != null; gone = GONE.poll()) {
            AtomicReferenceArray<@Nullable Link> chains = buckets;
            int bucket = ((Recorded) gone).hash & (chains.length() - 1);
            Link kept = null;
            for (Link link = chains.get(bucket); link != null; link = link.next) {
                if (link.recorded != gone) {
                    kept = new Link(link.recorded, kept);
                }
            }
            chains.set(bucket, kept);
            size--;
        }
    }

    /** A bean and its owner. */
    private static final class Recorded extends WeakReference<Object> {

        final int hash;
        volatile WeakReference<BeanFactory> owner;

        Recorded(Object bean, WeakReference<BeanFactory> owner) {
            super(bean, GONE);
            this.hash = System.identityHashCode(bean);
            this.owner = owner;
        }
    }

    /** Never changes, so that it can be read while the chain is replaced. */
    private record Link(Recorded recorded, @Nullable Link next) {}
}
