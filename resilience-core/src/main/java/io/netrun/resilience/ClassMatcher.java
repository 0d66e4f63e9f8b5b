package io.netrun.resilience;

import java.util.Objects;

/** Selects failures of a class and its subclasses. */
record ClassMatcher(Class<? extends Throwable> type) implements FailureMatcher {

    ClassMatcher {
        Objects.requireNonNull(type, "type");
    }

    @Override
    public boolean matches(Throwable failure) {
        return type.isInstance(failure);
    }

    @Override
    public String toString() {
        return type.getName();
    }
}
