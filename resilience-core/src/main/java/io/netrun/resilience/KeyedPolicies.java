package io.netrun.resilience;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances of one pattern, created as they are needed, one for each key: a circuit breaker for each host, a bulkhead
 * for each tenant. Beyond the limit, each new instance evicts one that was not asked for lately: from the registry too,
 * and with its counts. Instances that are {@linkplain Policy#isIdle() idle} go first. An instance that is
 * {@linkplain Policy#isInUse() in use}, such as a bulkhead in which calls run, stays, so that its own limit holds; if
 * all are in use, there are more instances for a while: up to twice the limit, or 1,000 more than the limit if that is
 * larger. An evicted instance that somebody still refers to becomes the instance of its key again when that is asked
 * for. Ask for the instance at each call, and do not keep it. Thread-safe.
 *
 * <p>The same key costs a look-up without a lock. A new one costs the same whatever the number of instances: what is
 * evicted is the best of a few, and a family of up to 16 is compared as a whole.
 *
 * @param <P> the policy
 */
public final class KeyedPolicies<P extends Policy> {

    static final int MAX_LIMIT = 100_000;

    private static final Logger log = LoggerFactory.getLogger(KeyedPolicies.class);

    /** How many instances are compared when one has to go. */
    private static final int SAMPLE = 16;

    /** With each new instance the family shrinks by up to two, so that it returns to its limit. */
    private static final int MOST_EVICTIONS = 2;

    private static final int LEAST_RESERVE = 1_000;

    private final ResilienceRegistry registry;
    private final PolicyType<P, ?> type;
    private final String name;
    private final Function<String, P> factory;
    private final int limit;
    private final ConcurrentMap<String, Entry<P>> entries = new ConcurrentHashMap<>();

    /** Evicted instances, as long as anybody but this refers to them. */
    private final ConcurrentMap<String, EvictedReference<P>> stillHeld = new ConcurrentHashMap<>();

    private final ReferenceQueue<P> collected = new ReferenceQueue<>();

    /** Guards {@link #samples}, {@link #creating} and {@link #evicting}; no foreign code runs under it. */
    private final ReentrantLock lock = new ReentrantLock();

    /** All entries, and for a while some that are gone; those that were compared longest ago come first. */
    private final Deque<Entry<P>> samples = new ArrayDeque<>();

    /** Keys whose instances are being created, with the creation that has made room for each. */
    private final Map<String, Object> creating = new HashMap<>();

    /** Evictions under way, so that threads that exceed the limit together evict as many instances as they added. */
    private int evicting;

    /** The time of {@link Entry#usedAt}: it moves on with each entry created. Written under {@link #lock}. */
    private volatile long now;

    KeyedPolicies(
            ResilienceRegistry registry, PolicyType<P, ?> type, String name, int limit, Function<String, P> factory) {
        this.registry = registry;
        this.type = type;
        this.name = name;
        this.factory = factory;
        this.limit = Require.range("limit", limit, 1, MAX_LIMIT);
    }

    /**
     * The instance of a key, created if there is none.
     *
     * @throws IllegalArgumentException if the key cannot be part of a name: it is blank, too long or has control
     *     characters
     */
    public P get(String key) {
        Entry<P> entry = entries.get(Objects.requireNonNull(key, "key"));
        if (entry == null) {
            return find(key);
        }
        long time = now;
        if (entry.usedAt != time) {
            entry.usedAt = time;
        }
        return entry.policy;
    }

    /** How many instances there are; see above for when they are more than the limit. */
    public int size() {
        return entries.size();
    }

    /** This family, as someone sees it who asks for it once more. */
    <Q extends Policy> KeyedPolicies<Q> as(PolicyType<Q, ?> asked, int askedLimit) {
        if (askedLimit != limit) {
            throw new InvalidSettingException(
                    "limit",
                    "limit is " + askedLimit + ": must be " + limit + ", since the " + type.key() + " family '" + name
                            + "' exists with that limit");
        }
        if (!asked.policyClass().isAssignableFrom(type.policyClass())) {
            throw new InvalidSettingException(
                    "type",
                    "type is " + asked.policyClass() + ": must be " + type.policyClass() + ", since the " + type.key()
                            + " family '" + name + "' exists with that type");
        }
        @SuppressWarnings("unchecked") // a family only gives policies out
        KeyedPolicies<Q> same = (KeyedPolicies<Q>) this;
        return same;
    }

    /** Lets go of an instance that has left the registry. */
    void forget(Policy policy) {
        String prefix = name + ":";
        if (policy.name().startsWith(prefix)) {
            Entry<P> entry = entries.get(policy.name().substring(prefix.length()));
            // It may have been asked for again meanwhile.
            if (entry != null && entry.policy == policy && !registry.holds(type, policy)) {
                forget(entry);
            }
        }
    }

    private boolean forget(Entry<P> entry) {
        entry.gone = true;
        return entries.remove(entry.key, entry);
    }

    /** An instance of that name that is not of this family is the key's instance, and is looked up each time. */
    private P find(String key) {
        String full = name + ":" + key;
        P foreign = registry.find(type, full).orElse(null);
        if (foreign != null) {
            return foreign;
        }
        EvictedReference<P> evicted = stillHeld.get(key);
        P held = evicted == null ? null : evicted.get();
        P created = held == null ? factory.apply(key) : held;
        Object creation = new Object();
        try {
            makeRoom(key, creation);
            Policy present = registry.addIfAbsent(type, full, created);
            if (present != created) {
                return type.policyClass().cast(present);
            }
            add(new Entry<>(key, created));
            if (evicted != null) {
                // Only now: another thread that asks meanwhile must not create one beside it.
                stillHeld.remove(key, evicted);
            }
        } finally {
            locked(() -> creating.remove(key, creation));
        }
        return created;
    }

    /**
     * An instance that is evicted while somebody holds it, between asking for it and calling through it perhaps, stays
     * that of its key: one more beside it would let in its limit once more.
     */
    private void keepWhileHeld(Entry<P> entry) {
        stillHeld.put(entry.key, new EvictedReference<>(entry, collected));
        for (Reference<? extends P> gone = collected.poll(); gone != null; gone = collected.poll()) {
            stillHeld.remove(((EvictedReference<?>) gone).key, gone);
        }
    }

    /** Evicts before the new instance is added, as listeners expect it. */
    private void makeRoom(String key, Object creation) {
        evict(locked(() -> {
            boolean first = creating.putIfAbsent(key, creation) == null;
            return nextEvictions(first);
        }));
    }

    /** Evicts once more where instances that were added at the same time were not there yet to be evicted. */
    private void add(Entry<P> fresh) {
        evict(locked(() -> {
            // Later than all that was used before, and earlier than all that will be.
            long time = now;
            fresh.usedAt = time + 1;
            now = time + 2;
            Entry<P> left = entries.put(fresh.key, fresh);
            if (left != null) {
                left.gone = true; // it has left the registry, and was about to be forgotten
            }
            creating.remove(fresh.key);
            Evictions<P> evictions = nextEvictions(true);
            samples.add(fresh);
            return evictions;
        }));
        if (!registry.holds(type, fresh.policy)) {
            // Removed before the family knew of it.
            forget(fresh);
        }
    }

    private Evictions<P> nextEvictions(boolean isDue) {
        int excess = isDue ? entries.size() + creating.size() - evicting - limit : 0;
        int count = Math.min(Math.max(0, excess), MOST_EVICTIONS);
        evicting += count;
        return new Evictions<>(count, nextSamples(count == 0 ? MOST_EVICTIONS : SAMPLE), now);
    }

    /** The entries that were compared longest ago, which are the last in line now; those that are gone leave it. */
    private List<Entry<P>> nextSamples(int most) {
        List<Entry<P>> next = new ArrayList<>(most);
        for (int left = Math.min(2 * SAMPLE, samples.size()); left > 0 && next.size() < most; left--) {
            Entry<P> entry = samples.remove();
            if (!entry.gone) {
                next.add(entry);
                samples.add(entry);
            }
        }
        return next;
    }

    private void evict(Evictions<P> evictions) {
        Evictions<P> next = evictions;
        while (next.count > 0) {
            next = evictOnce(next);
        }
    }

    /**
     * Evicts as many as it can.
     *
     * @return what is to be evicted next: a thread that added an instance meanwhile may have left its eviction to this
     *     one, which could not make it
     */
    private Evictions<P> evictOnce(Evictions<P> evictions) {
        int[] left = {evictions.count};
        try {
            for (Entry<P> entry : inOrderOfEviction(evictions.candidates)) {
                if (left[0] > 0 && locked(() -> evicted(entry))) {
                    left[0]--;
                    keepWhileHeld(entry);
                    registry.remove(entry.policy);
                }
            }
        } finally {
            locked(() -> evicting -= left[0]);
        }
        boolean added = now != evictions.time;
        return left[0] > 0 && added ? locked(() -> nextEvictions(true)) : new Evictions<>(0, List.of(), now);
    }

    private boolean evicted(Entry<P> entry) {
        boolean evicted = forget(entry);
        evicting -= evicted ? 1 : 0;
        return evicted;
    }

    private <T extends @Nullable Object> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Idle ones, then those that are not in use, each by when they were last asked for; those in use only in an
     * emergency.
     */
    private List<Entry<P>> inOrderOfEviction(List<Entry<P>> candidates) {
        boolean isEmergency = entries.size() > limit + Math.max(limit, LEAST_RESERVE);
        List<Ranked<P>> ranked = new ArrayList<>(candidates.size());
        for (Entry<P> entry : candidates) {
            Rank rank = rank(entry.policy);
            if (rank != Rank.IN_USE || isEmergency) {
                ranked.add(new Ranked<>(entry, rank, entry.usedAt));
            }
        }
        ranked.sort(Comparator.<Ranked<P>, Rank>comparing(Ranked::rank).thenComparingLong(Ranked::usedAt));
        return ranked.stream().map(Ranked::entry).toList();
    }

    private static Rank rank(Policy policy) {
        try {
            return policy.isInUse() ? Rank.IN_USE : policy.isIdle() ? Rank.IDLE : Rank.REMEMBERS;
        } catch (Throwable thrown) {
            SafeLog.error(log, "{}: the check whether it is in use failed; it counts as not in use", policy, thrown);
            return Rank.REMEMBERS;
        }
    }

    private enum Rank {
        IDLE,
        REMEMBERS,
        IN_USE
    }

    /**
     * What is to be evicted.
     *
     * @param time when it was decided, see {@link KeyedPolicies#now}
     */
    private record Evictions<P extends Policy>(int count, List<Entry<P>> candidates, long time) {}

    private record Ranked<P extends Policy>(Entry<P> entry, Rank rank, long usedAt) {}

    private static final class Entry<P extends Policy> {

        private final String key;
        private final P policy;
        private volatile long usedAt;
        private volatile boolean gone;

        Entry(String key, P policy) {
            this.key = key;
            this.policy = policy;
        }
    }

    private static final class EvictedReference<P extends Policy> extends WeakReference<P> {

        private final String key;

        EvictedReference(Entry<P> entry, ReferenceQueue<P> queue) {
            super(entry.policy, queue);
            this.key = entry.key;
        }
    }
}
