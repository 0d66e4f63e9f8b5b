package io.netrun.resilience;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance of a family, with what determines when it is evicted. */
final class KeyedInstance<P extends Policy> {

    private static final Logger log = LoggerFactory.getLogger(KeyedInstance.class);

    private final String key;
    private final P policy;
    private final Record config;
    private final boolean enabled;
    private volatile long usedAt;
    private volatile boolean gone;

    KeyedInstance(String key, P policy) {
        this(key, policy, policy.config(), policy.isEnabled());
    }

    private KeyedInstance(String key, P policy, Record config, boolean enabled) {
        this.key = key;
        this.policy = policy;
        this.config = config;
        this.enabled = enabled;
    }

    /** Returns an entry for an evicted instance that has returned, which may have been changed meanwhile. */
    KeyedInstance<P> returned() {
        return new KeyedInstance<>(key, policy, config, enabled);
    }

    String key() {
        return key;
    }

    P policy() {
        return policy;
    }

    /** Returns the family's time at which this instance was last requested. */
    long usedAt() {
        return usedAt;
    }

    void use(long time) {
        if (usedAt != time) {
            usedAt = time;
        }
    }

    /** Marks this instance as no longer in the family. */
    void leave() {
        gone = true;
    }

    boolean isGone() {
        return gone;
    }

    /**
     * Returns the rank for eviction. Runs code of the policy, and {@code equals} of the objects that its settings refer
     * to.
     */
    Rank rank() {
        try {
            if (isChanged()) {
                return Rank.CHANGED;
            }
            return policy.isInUse() ? Rank.IN_USE : policy.isIdle() ? Rank.IDLE : Rank.REMEMBERS;
        } catch (Throwable thrown) {
            SafeLog.error(log, "{}: the check whether it is in use failed; it counts as not in use", policy, thrown);
            return Rank.REMEMBERS;
        }
    }

    /** Returns whether this instance was changed after its creation, so that a new one would differ. */
    private boolean isChanged() {
        AbstractPolicy.Base base = policy instanceof AbstractPolicy<?> known ? known.base() : null;
        Boolean switched = base == null ? null : base.enabled();
        return policy.isEnabled() != (switched == null ? enabled : switched)
                || (policy.isForced() && policy.isEnabled())
                || !policy.config().equals(base == null ? config : base.config());
    }

    /** The order of eviction, starting with the first rank. */
    enum Rank {
        IDLE,
        REMEMBERS,
        IN_USE,
        CHANGED
    }
}
