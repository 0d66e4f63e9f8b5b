package io.netrun.resilience.fallback;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.WrappedBody;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A body with the key of its result. */
final class CacheableBody<T extends @Nullable Object, X extends Throwable> extends WrappedBody<T, X>
        implements CacheableCall {

    private final Object key;
    private final CheckedSupplier<T, X> body;

    CacheableBody(Object key, CheckedSupplier<T, X> body) {
        this.key = Objects.requireNonNull(key, "key");
        this.body = Objects.requireNonNull(body, "body");
    }

    @Override
    public Object cacheKey() {
        return key;
    }

    @Override
    public T get() throws X {
        return body.get();
    }

    @Override
    protected Object inner() {
        return body;
    }
}
