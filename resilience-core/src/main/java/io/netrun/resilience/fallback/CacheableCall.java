package io.netrun.resilience.fallback;

import io.netrun.resilience.CheckedSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call that identifies its result, so that a {@link Fallback} with {@linkplain FallbackConfig#stale()
 * stale results} keeps one result for each key. Bodies of other types share one result for the whole instance.
 *
 * <p>A body may be of several kinds: {@link #of} keeps the kinds of the body that it is given, and a body of one's own
 * implements several interfaces.
 *
 * <p>Everything that the result depends on must be in the key, the identity of the caller included.
 */
public interface CacheableCall {

    /**
     * Returns the key. Called after a successful call, and again before a stale result replaces a failure.
     *
     * @return compared by {@code equals} and {@code hashCode}, must not change afterwards; null for a call whose result
     *     is not kept
     */
    @Nullable
    Object cacheKey();

    /**
     * Gives the body of a call a key: {@code fallback.call(CacheableCall.of(id, () -> catalog.product(id)))}.
     *
     * @param key compared by {@code equals} and {@code hashCode}; must not change afterwards
     * @param body the body, also one that returns a {@link java.util.concurrent.CompletionStage}
     */
    static <T extends @Nullable Object, X extends Throwable> CheckedSupplier<T, X> of(
            Object key, CheckedSupplier<T, X> body) {
        return new CacheableBody<>(key, body);
    }
}
