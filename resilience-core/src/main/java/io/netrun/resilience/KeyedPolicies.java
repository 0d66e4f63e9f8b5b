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
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A family of instances of one pattern, created on demand, one for each key: a circuit breaker for each host, a
 * bulkhead for each tenant. Beyond the limit, each new instance evicts one that was not requested recently; it leaves
 * the registry as well, and its counts are lost. Instances that are {@linkplain Policy#isIdle() idle} are evicted
 * first. An instance that is {@linkplain Policy#isInUse() in use}, such as a bulkhead in which calls run, is kept, so
 * that its own limit holds. So is one that was changed after its creation: its settings or switch differ, or its
 * circuit was {@linkplain Policy#isForced() forced} open. If all are in use or changed, the family grows up to twice
 * the limit, or 1,000 beyond the limit if that is larger. Beyond that, instances in use are evicted before those that
 * were changed, and the loss of a change is logged. An evicted instance that is still referenced becomes the instance
 * of its key again when the key is requested. Request the instance for each call, and do not keep it. Thread-safe.
 *
 * <p>Requesting an existing key is a look-up without a lock. Requesting a new one takes the same time whatever the
 * number of instances: the instance to evict is the best of a small sample, and a family of up to 16 is compared as a
 * whole.
 *
 * @param <P> the policy
 */
public final class KeyedPolicies<P extends Policy> {

    static final int MAX_LIMIT = 100_000;

    static final String SEPARATOR = ":";

    private static final Logger log = LoggerFactory.getLogger(KeyedPolicies.class);

    /** The number of instances to compare before an eviction. */
    private static final int SAMPLE = 16;

    /** The family shrinks by up to two with each new instance, so that it returns to its limit. */
    private static final int MOST_EVICTIONS = 2;

    private static final int LEAST_RESERVE = 1_000;

    private final ResilienceRegistry registry;
    private final PolicyType<P, ?> type;
    private final String name;
    private final FamilyConfigs<?> configs;
    private final Function<String, P> factory;
    private volatile int limit;
    private final ConcurrentMap<String, KeyedInstance<P>> entries = new ConcurrentHashMap<>();

    /** Guards {@link #samples}, {@link #creating} and {@link #evicting}; no foreign code runs under it. */
    private final ReentrantLock lock = new ReentrantLock();

    /** All entries, and for a while some that have been removed; those that were compared longest ago come first. */
    private final Deque<KeyedInstance<P>> samples = new ArrayDeque<>();

    /** Keys whose instances are being created, with the creation that has made room for each. */
    private final Map<String, Object> creating = new HashMap<>();

    /** Evictions in progress, so that threads that exceed the limit together evict as many instances as they added. */
    private int evicting;

    /** The clock of {@link KeyedInstance#usedAt}: advances with each entry created. Written under {@link #lock}. */
    private volatile long now;

    /**
     * Creates an empty family.
     *
     * @param factory creates the instance of a key with its configuration
     */
    <C extends Record> KeyedPolicies(
            ResilienceRegistry registry,
            PolicyType<P, ?> type,
            String name,
            int limit,
            FamilyConfigs<C> configs,
            BiFunction<String, C, P> factory) {
        this.registry = registry;
        this.type = type;
        this.name = requireName(name);
        this.configs = configs;
        this.factory = key -> factory.apply(instanceName(name, key), configs.of(key));
        this.limit = Require.range("limit", limit, 1, MAX_LIMIT);
    }

    /**
     * Validates the name of a family. It has no colon, so that an instance's name belongs to one family and key alone.
     */
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
     * Returns the instance of a key, created if there is none.
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

    /** Returns the number of instances; see above for when it exceeds the limit. */
    public int size() {
        return entries.size();
    }

    /**
     * Returns this family for a repeated request, whose type and limit must match. If all who have requested it before
     * are closed, the limit becomes that of the request.
     */
    <Q extends Policy> KeyedPolicies<Q> as(PolicyType<Q, ?> asked, int askedLimit) {
        if (askedLimit != limit && !configs.isEmpty()) {
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
        limit = askedLimit;
        @SuppressWarnings("unchecked") // a family only returns policies
        KeyedPolicies<Q> same = (KeyedPolicies<Q>) this;
        return same;
    }

    PolicyType<P, ?> type() {
        return type;
    }

    /** Returns the configurations that code has given for the keys. */
    FamilyConfigs<?> configs() {
        return configs;
    }

    /** Returns the key of an instance in the name of that instance; null if it is not of this family. */
    @Nullable
    String keyIn(String instance) {
        int end = name.length();
        return instance.startsWith(name) && instance.startsWith(SEPARATOR, end) ? instance.substring(end + 1) : null;
    }

    /** Removes an instance that has left the registry. */
    void forget(Policy policy) {
        String key = keyIn(policy.name());
        KeyedInstance<P> entry = key == null ? null : entries.get(key);
        // It may have been requested again meanwhile.
        if (entry != null && entry.policy() == policy && !registry.holds(type, policy)) {
            forget(entry);
        }
    }

    private boolean forget(KeyedInstance<P> entry) {
        entry.leave();
        return entries.remove(entry.key(), entry);
    }

    /** An instance of that name that is not of this family is the instance of the key, and is looked up each time. */
    private P find(String key) {
        if (key.isBlank()) {
            throw new InvalidSettingException(
                    "key",
                    "key is '" + key
                            + "': must not be blank, since all calls without a key would share an instance of the"
                            + " family '" + name + "'. Give such calls a key of their own, such as (none)");
        }
        String full = instanceName(name, key);
        P foreign = registry.find(type, full).orElse(null);
        if (foreign != null) {
            return foreign;
        }
        // An instance that is evicted while a caller holds it, for example between requesting it and calling through
        // it, remains the instance of its key: a second one would admit as many calls as its limit once more.
        Policy held = registry.findEvicted(type, full);
        P fresh = held == null ? factory.apply(key) : type.policyClass().cast(held);
        // Before others find it, so that what they change counts as a change. What listeners of its creation change
        // belongs to it, and is known of policies of this library.
        KeyedInstance<P> created = new KeyedInstance<>(key, fresh);
        Object creation = new Object();
        try {
            makeRoom(key, creation);
            Policy added = registry.tryAddKeyed(type, full, fresh);
            if (added != null) {
                P instance = type.policyClass().cast(added);
                add(entryOf(key, instance, created));
                return instance;
            }
        } finally {
            locked(() -> creating.remove(key, creation));
        }
        return get(key); // another thread has added it meanwhile
    }

    /** Evicts before the new instance is added, as listeners expect it. */
    private void makeRoom(String key, Object creation) {
        evict(locked(() -> {
            boolean first = creating.putIfAbsent(key, creation) == null;
            return nextEvictions(first);
        }));
    }

    /** Evicts once more if instances that were added concurrently were not there yet to be evicted. */
    private void add(KeyedInstance<P> fresh) {
        evict(locked(() -> {
            // Later than all former uses, and earlier than all later ones.
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
            // It was removed before the family had recorded it.
            forget(fresh);
        }
    }

    private Evictions<P> nextEvictions(boolean isDue) {
        int excess = isDue ? entries.size() + creating.size() - evicting - limit : 0;
        int count = Math.min(Math.max(0, excess), MOST_EVICTIONS);
        evicting += count;
        return new Evictions<>(count, nextSamples(count == 0 ? MOST_EVICTIONS : SAMPLE), now);
    }

    /**
     * Returns the entries that were compared longest ago, and moves them to the end of the queue; those that are gone
     * are dropped.
     */
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
     * Evicts as many instances as possible.
     *
     * @return the evictions to make next: a thread that added an instance meanwhile may have left its eviction to this
     *     one, which could not make it
     */
    private Evictions<P> evictOnce(Evictions<P> evictions) {
        int[] left = {evictions.count};
        try {
            List<Ranked<P>> busier = evictIdle(evictions.candidates, left);
            if (left[0] > 0) {
                busier.sort(Comparator.comparing(Ranked::rank)); // a stable sort: those of a rank stay in their order
                boolean isEmergency = entries.size() > mostInstances();
                for (Ranked<P> ranked : busier) {
                    if (isEmergency || ranked.rank.compareTo(KeyedInstance.Rank.IN_USE) < 0) {
                        tryEvict(ranked.entry, ranked.rank, left);
                    }
                }
            }
        } finally {
            locked(() -> evicting -= left[0]);
        }
        boolean added = now != evictions.time;
        return left[0] > 0 && added ? locked(() -> nextEvictions(true)) : new Evictions<>(0, List.of(), now);
    }

    /**
     * Evicts idle instances, those first that were not requested for longest. Most are idle, so that few have to be
     * ranked: that reads memory of theirs that no cache has.
     *
     * @param left the number to evict
     * @return those that were looked at in vain, in the order of their last requests
     */
    private List<Ranked<P>> evictIdle(List<KeyedInstance<P>> candidates, int[] left) {
        List<Used<P>> inOrder = new ArrayList<>(candidates.size());
        for (KeyedInstance<P> entry : candidates) {
            inOrder.add(new Used<>(entry, entry.usedAt()));
        }
        inOrder.sort(Comparator.comparingLong(Used::at));
        List<Ranked<P>> busier = new ArrayList<>();
        for (int i = 0; i < inOrder.size() && left[0] > 0; i++) {
            KeyedInstance<P> entry = inOrder.get(i).entry;
            KeyedInstance.Rank rank = entry.rank();
            if (rank == KeyedInstance.Rank.IDLE) {
                tryEvict(entry, rank, left);
            } else {
                busier.add(new Ranked<>(entry, rank));
            }
        }
        return busier;
    }

    /** Evicts an instance, unless none is left to evict or another thread has evicted it. */
    private void tryEvict(KeyedInstance<P> entry, KeyedInstance.Rank rank, int[] left) {
        if (left[0] > 0 && locked(() -> evicted(entry))) {
            left[0]--;
            if (rank == KeyedInstance.Rank.CHANGED) {
                warnOfLoss(entry.policy());
            }
            evict(entry, rank);
        }
    }

    private void evict(KeyedInstance<P> entry, KeyedInstance.Rank rank) {
        if (!(entry.policy() instanceof AbstractPolicy<?> policy)) {
            registry.evict(entry.policy());
            return;
        }
        Evicted<P> evicted = new Evicted<>(this, entry);
        policy.setEviction(evicted); // before the check below: a change meanwhile is found by one of the two
        registry.evict(policy);
        KeyedInstance.Rank later = entry.rank();
        // It was changed, or a call has begun in it, since it was looked at.
        if (later.compareTo(rank) > 0 && later.compareTo(KeyedInstance.Rank.IN_USE) >= 0) {
            evicted.takeBack();
        }
    }

    /** Takes back an instance that was evicted, unless that has been undone, or the instance was removed. */
    private void takeBack(KeyedInstance<P> entry) {
        if (registry.findEvicted(type, entry.policy().name()) == entry.policy()) {
            get(entry.key());
        }
    }

    /**
     * Returns the entry of an instance that is new, or was evicted before.
     *
     * @param created the entry of the new one, from before it was added
     */
    private KeyedInstance<P> entryOf(String key, P instance, KeyedInstance<P> created) {
        if (!(instance instanceof AbstractPolicy<?> policy)) {
            return new KeyedInstance<>(key, instance);
        }
        if (policy.eviction() != null) {
            Evicted<?> evicted = policy.eviction();
            policy.setEviction(null);
            @SuppressWarnings("unchecked") // the entry is that of the instance
            KeyedInstance<P> before = evicted == null ? null : (KeyedInstance<P>) evicted.entry;
            return before == null ? new KeyedInstance<>(key, instance) : before.returned();
        }
        return created.policy() == instance ? created : new KeyedInstance<>(key, instance);
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

    /** Returns the size beyond which instances that are in use or changed are evicted as well. */
    private int mostInstances() {
        return limit + Math.max(limit, LEAST_RESERVE);
    }

    /**
     * What to evict.
     *
     * @param time when this was decided, see {@link KeyedPolicies#now}
     */
    private record Evictions<P extends Policy>(int count, List<KeyedInstance<P>> candidates, long time) {}

    private record Used<P extends Policy>(KeyedInstance<P> entry, long at) {}

    private record Ranked<P extends Policy>(KeyedInstance<P> entry, KeyedInstance.Rank rank) {}

    /** An instance that has left its family, and returns to it when it is changed, or used in a way that must count. */
    record Evicted<P extends Policy>(KeyedPolicies<P> family, KeyedInstance<P> entry) {

        /** Takes it back unless a new one would be equal, such as after a change of its configuration. Never throws. */
        void takeBack() {
            try {
                if (entry.rank().compareTo(KeyedInstance.Rank.IN_USE) >= 0) {
                    family.takeBack(entry);
                }
            } catch (Throwable thrown) {
                SafeLog.warn(
                        log,
                        "{} was changed or used after its family '{}' had evicted it, and the change may be lost",
                        entry.policy(),
                        family.name,
                        thrown);
            }
        }
    }
}
