package io.netrun.resilience;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance of a family, with what decides when it is evicted. */
final class KeyedInstance<P extends Policy> {

    private static final Logger log = LoggerFactory.getLogger(KeyedInstance.class);

    private final String key;
    private final P policy;
    private final Record config;
    private final boolean enabled;
    private volatile long usedAt;
    private volatile boolean gone;

    KeyedInstance(String key, P policy) {
        this.key = key;
        this.policy = policy;
        this.config = policy.config();
        this.enabled = policy.isEnabled();
    }

    String key() {
        return key;
    }

    P policy() {
        return policy;
    }

    /** The family's time when it was last asked for. */
    long usedAt() {
        return usedAt;
    }

    void use(long time) {
        if (usedAt != time) {
            usedAt = time;
        }
    }

    /** It has left the family. */
    void leave() {
        gone = true;
    }

    boolean isGone() {
        return gone;
    }

    /** Runs code of the policy, and {@code equals} of what its settings refer to. */
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

    /** Whether somebody has changed it since it was created, so that a new instance would be another one. */
    private boolean isChanged() {
        return policy.isEnabled() != enabled
                || policy.isForced()
                || !policy.config().equals(config);
    }

    /** Those of the first rank are evicted first. */
    enum Rank {
        IDLE,
        REMEMBERS,
        IN_USE,
        CHANGED
    }
}
