package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Require;
import io.netrun.resilience.WrappedBody;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A body with the number of tokens that it takes. */
final class WeightedBody<T extends @Nullable Object, X extends Throwable> extends WrappedBody<T, X>
        implements WeightedCall {

    private final int permits;
    private final CheckedSupplier<T, X> body;

    WeightedBody(int permits, CheckedSupplier<T, X> body) {
        this.permits = Require.range("permits", permits, 0, Integer.MAX_VALUE);
        this.body = Objects.requireNonNull(body, "body");
    }

    @Override
    public int permits() {
        return permits;
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
