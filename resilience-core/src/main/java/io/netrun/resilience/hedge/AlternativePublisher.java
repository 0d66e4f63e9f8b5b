package io.netrun.resilience.hedge;

import java.util.Objects;
import java.util.function.Supplier;

/** The body of a reactive call with an alternative. */
record AlternativePublisher<P>(Supplier<? extends P> body, Supplier<? extends P> alternative)
        implements AlternativeCall, Supplier<P> {

    AlternativePublisher {
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(alternative, "alternative");
    }

    @Override
    public P get() {
        return isAlternative() ? alternative.get() : body.get();
    }
}
