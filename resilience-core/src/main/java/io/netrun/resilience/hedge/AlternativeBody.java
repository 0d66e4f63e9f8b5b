package io.netrun.resilience.hedge;

import io.netrun.resilience.CheckedSupplier;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The body of a call with an alternative. */
record AlternativeBody<T extends @Nullable Object, X extends Throwable>(
        CheckedSupplier<T, X> body, CheckedSupplier<? extends T, ? extends X> alternative)
        implements AlternativeCall, CheckedSupplier<T, X> {

    AlternativeBody {
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(alternative, "alternative");
    }

    @Override
    public T get() throws X {
        return isAlternative() ? alternative.get() : body.get();
    }
}
