package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Require;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A body with the number of tokens that it takes. */
record WeightedBody<T extends @Nullable Object, X extends Throwable>(int permits, CheckedSupplier<T, X> body)
        implements WeightedCall, CheckedSupplier<T, X> {

    WeightedBody {
        Require.range("permits", permits, 0, Integer.MAX_VALUE);
        Objects.requireNonNull(body, "body");
    }

    @Override
    public T get() throws X {
        return body.get();
    }
}
