package io.netrun.resilience.fallback;

import io.netrun.resilience.CheckedSupplier;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A body with the key of its result. */
record CacheableBody<T extends @Nullable Object, X extends Throwable>(Object cacheKey, CheckedSupplier<T, X> body)
        implements CacheableCall, CheckedSupplier<T, X> {

    CacheableBody {
        Objects.requireNonNull(cacheKey, "key");
        Objects.requireNonNull(body, "body");
    }

    @Override
    public T get() throws X {
        return body.get();
    }
}
