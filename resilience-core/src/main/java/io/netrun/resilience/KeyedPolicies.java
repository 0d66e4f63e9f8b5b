package io.netrun.resilience;

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
 * {@linkplain Policy#isInUse() in use}, such as a bulkhead in which calls run, stays, so that its own limit holds. So
 * does one that was changed since it was created: whose settings or switch are others now, or whose circuit was
 * {@linkplain Policy#isForced() forced} open. If all are in use or changed, there are more instances: up to twice the
 * limit, or 1,000 more than the limit if that is larger. Beyond that, those in use go before those that were changed,
 * and the loss of a change is logged. An evicted instance that somebody still refers to becomes the instance of its key
 * again when that is asked for. Ask for the instance at each call, and do not keep it. Thread-safe.
 *
 * <p>The same key costs a look-up without a lock. A new one costs the same whatever the number of instances: what is
 * evicted is the best of a few, and a family of up to 16 is compared as a whole.
 *
 * @param <P> the policy
 */
public final class KeyedPolicies<P extends Policy> {

    static final int MAX_LIMIT = 100_000;

    private static final String SEPARATOR = ":";

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
    private final ConcurrentMap<String, KeyedInstance<P>> entries = new ConcurrentHashMap<>();

    /** Guards {@link #samples}, {@link #creating} and {@link #evicting}; no foreign code runs under it. */
    private final ReentrantLock lock = new ReentrantLock();

    /** All entries, and for a while some that are gone; those that were compared longest ago come first. */
    private final Deque<KeyedInstance<P>> samples = new ArrayDeque<>();

    /** Keys whose instances are being created, with the creation that has made room for each. */
    private final Map<String, Object> creating = new HashMap<>();

    /** Evictions under way, so that threads that exceed the limit together evict as many instances as they added. */
    private int evicting;

    /** The time of {@link KeyedInstance#usedAt}: it moves on with each entry created. Written under {@link #lock}. */
    private volatile long now;

    KeyedPolicies(
            ResilienceRegistry registry, PolicyType<P, ?> type, String name, int limit, Function<String, P> factory) {
        this.registry = registry;
        this.type = type;
        this.name = requireName(name);
        this.factory = factory;
        this.limit = Require.range("limit", limit, 1, MAX_LIMIT);
    }

    /** The name of a family, without a colon, so that an instance's name belongs to one family and key alone. */
    static String requireName(String name) {
        if (Require.name(name).contains(SEPARATOR)) {
            throw new IllegalArgumentException("name is '" + name
                    + "': must not contain a colon, which ends a family's name within the names of its instances");
        }
        return name;
    }

    static String instanceName(String family, String key) {
        return family + SEPARATOR + key;
    }

    /**
     * The instance of a key, created if there is none.
     *
     * @throws IllegalArgumentException if the key cannot be part of a name: it is blank, too long or has control
     *     characters
     */
    public P get(String key) {
        KeyedInstance<P> entry = entries.get(Objects.requireNonNull(key, "key"));
        if (entry == null) {
            return find(key);
        }
        entry.use(now);
        return entry.policy();
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
        String prefix = name + SEPARATOR;
        if (policy.name().startsWith(prefix)) {
            KeyedInstance<P> entry = entries.get(policy.name().substring(prefix.length()));
            // It may have been asked for again meanwhile.
            if (entry != null && entry.policy() == policy && !registry.holds(type, policy)) {
                forget(entry);
            }
        }
    }

    private boolean forget(KeyedInstance<P> entry) {
        entry.leave();
        return entries.remove(entry.key(), entry);
    }

    /** An instance of that name that is not of this family is the key's instance, and is looked up each time. */
    private P find(String key) {
        String full = instanceName(name, key);
        P foreign = registry.find(type, full).orElse(null);
        if (foreign != null) {
            return foreign;
        }
        // An instance that is evicted while somebody holds it, between asking for it and calling through it perhaps,
        // stays that of its key: one more beside it would let in its limit once more.
        FormerPolicies.Former evicted = registry.findEvicted(type, full);
        Policy held = evicted == null ? null : evicted.get();
        P created = held == null ? factory.apply(key) : type.policyClass().cast(held);
        Object creation = new Object();
        try {
            makeRoom(key, creation);
            Policy present = registry.addIfAbsent(type, full, created);
            if (present != created) {
                return type.policyClass().cast(present);
            }
            add(new KeyedInstance<>(key, created));
            if (evicted != null) {
                // Only now: another thread that asks meanwhile must not create one beside it.
                registry.takeBack(evicted);
            }
        } finally {
            locked(() -> creating.remove(key, creation));
        }
        return created;
    }

    /** Evicts before the new instance is added, as listeners expect it. */
    private void makeRoom(String key, Object creation) {
        evict(locked(() -> {
            boolean first = creating.putIfAbsent(key, creation) == null;
            return nextEvictions(first);
        }));
    }

    /** Evicts once more where instances that were added at the same time were not there yet to be evicted. */
    private void add(KeyedInstance<P> fresh) {
        evict(locked(() -> {
            // Later than all that was used before, and earlier than all that will be.
            long time = now;
            fresh.use(time + 1);
            now = time + 2;
            KeyedInstance<P> left = entries.put(fresh.key(), fresh);
            if (left != null) {
                left.leave(); // it has left the registry, and was about to be forgotten
            }
            creating.remove(fresh.key());
            Evictions<P> evictions = nextEvictions(true);
            samples.add(fresh);
            return evictions;
        }));
        if (!registry.holds(type, fresh.policy())) {
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
    private List<KeyedInstance<P>> nextSamples(int most) {
        List<KeyedInstance<P>> next = new ArrayList<>(most);
        for (int left = Math.min(2 * SAMPLE, samples.size()); left > 0 && next.size() < most; left--) {
            KeyedInstance<P> entry = samples.remove();
            if (!entry.isGone()) {
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
            for (Ranked<P> ranked : inOrderOfEviction(evictions.candidates)) {
                KeyedInstance<P> entry = ranked.entry;
                if (left[0] > 0 && locked(() -> evicted(entry))) {
                    left[0]--;
                    if (ranked.rank == KeyedInstance.Rank.CHANGED) {
                        warnOfLoss(entry.policy());
                    }
                    registry.evict(entry.policy());
                }
            }
        } finally {
            locked(() -> evicting -= left[0]);
        }
        boolean added = now != evictions.time;
        return left[0] > 0 && added ? locked(() -> nextEvictions(true)) : new Evictions<>(0, List.of(), now);
    }

    private void warnOfLoss(P policy) {
        SafeLog.warn(
                log,
                "{} was changed at run time and is evicted all the same, so the change is lost: the family '{}' has"
                        + " more than {} instances. Give it a higher limit, or put the change into the settings",
                policy,
                name,
                mostInstances());
    }

    private boolean evicted(KeyedInstance<P> entry) {
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

    /** The size from which instances are evicted that should stay. */
    private int mostInstances() {
        return limit + Math.max(limit, LEAST_RESERVE);
    }

    /**
     * Idle ones, then those that are not in use, each by when they were last asked for; those in use, and then those
     * that were changed, only in an emergency.
     */
    private List<Ranked<P>> inOrderOfEviction(List<KeyedInstance<P>> candidates) {
        boolean isEmergency = entries.size() > mostInstances();
        List<Ranked<P>> ranked = new ArrayList<>(candidates.size());
        for (KeyedInstance<P> entry : candidates) {
            KeyedInstance.Rank rank = entry.rank();
            if (isEmergency || rank.compareTo(KeyedInstance.Rank.IN_USE) < 0) {
                ranked.add(new Ranked<>(entry, rank, entry.usedAt()));
            }
        }
        ranked.sort(Comparator.<Ranked<P>, KeyedInstance.Rank>comparing(Ranked::rank)
                .thenComparingLong(Ranked::usedAt));
        return ranked;
    }

    /**
     * What is to be evicted.
     *
     * @param time when it was decided, see {@link KeyedPolicies#now}
     */
    private record Evictions<P extends Policy>(int count, List<KeyedInstance<P>> candidates, long time) {}

    private record Ranked<P extends Policy>(KeyedInstance<P> entry, KeyedInstance.Rank rank, long usedAt) {}
}
