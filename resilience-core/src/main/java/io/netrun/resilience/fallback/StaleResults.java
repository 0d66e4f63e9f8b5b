package io.netrun.resilience.fallback;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.WrappedBody;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last results of successful calls. Loaded only where stale results are configured, since Caffeine may be absent
 * otherwise. A key that cannot be computed or compared never fails a call: its result is not kept.
 */
final class StaleResults {

    private static final Logger log = LoggerFactory.getLogger(StaleResults.class);

    /** The key of all bodies that have none. */
    private static final String SHARED = "";

    private final String name;
    private final Ticker ticker;
    private final Cache<Key, Kept> kept;

    /** A failure of a key is logged once. */
    private volatile boolean logged;

    StaleResults(String name, Duration stale, int size, Ticker ticker) {
        this.name = name;
        this.ticker = ticker;
        this.kept = Caffeine.newBuilder()
                .expireAfterWrite(stale)
                .maximumSize(size)
                .ticker(ticker::nanoTime)
                .executor(Runnable::run)
                .build();
    }

    /** Applies changed settings. Results that are still young enough stay. */
    void reconfigure(Duration stale, int size) {
        kept.policy().expireAfterWrite().ifPresent(age -> age.setExpiresAfter(stale));
        kept.policy().eviction().ifPresent(eviction -> eviction.setMaximum(size));
    }

    /** Keeps the result of a successful call. Never throws. */
    void keep(Object body, @Nullable Object result) {
        if (body instanceof AdaptedCall<?> adapted && !adapted.hasWholeResult()) {
            return;
        }
        try {
            Key key = keyOf(body);
            if (key != null) {
                kept.put(key, new Kept(result, ticker.nanoTime()));
            }
        } catch (Throwable thrown) {
            log(thrown);
        }
    }

    /** Returns the last result for a call that has failed; null if there is none. Never throws. */
    @Nullable
    Kept of(Object body) {
        try {
            Key key = keyOf(body);
            return key == null ? null : kept.getIfPresent(key);
        } catch (Throwable thrown) {
            log(thrown);
            return null;
        }
    }

    private @Nullable Key keyOf(Object body) {
        CacheableCall call = WrappedBody.find(CacheableCall.class, body, Deadline.NONE);
        Object key = call != null ? call.cacheKey() : SHARED;
        return key == null ? null : new Key(key, key.hashCode());
    }

    private void log(Throwable thrown) {
        if (!logged) {
            logged = true;
            SafeLog.error(
                    log,
                    "Fallback '{}': the key of a call failed. Its result is not kept. Make cacheKey(), or"
                            + " equals() and hashCode() of the arguments, not throw",
                    name,
                    thrown);
        }
    }

    /**
     * A key with its hash code, which is computed once: that of an object that changes, or that fails later, would keep
     * the cache from ever evicting the entry, and everything behind it.
     */
    private final class Key {

        private final Object key;
        private final int hash;

        Key(Object key, int hash) {
            this.key = key;
            this.hash = hash;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other || (other instanceof Key same && hash == same.hash && isEqual(same.key));
        }

        /** A key that cannot be compared is equal to none. */
        private boolean isEqual(Object other) {
            try {
                return key == other || key.equals(other);
            } catch (Throwable thrown) {
                log(thrown);
                return false;
            }
        }
    }

    /**
     * A result.
     *
     * @param at when it was kept, on the scale of the ticker
     */
    record Kept(@Nullable Object result, long at) {}
}
