package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.retry.BeforeRetry;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Code before a retry that a setting names. */
final class NamedBeforeRetry implements BeforeRetry, NamedCode {

    private final String name;
    private final Supplier<BeforeRetry> code;

    NamedBeforeRetry(String name, Supplier<BeforeRetry> code) {
        this.name = name;
        this.code = code;
    }

    @Override
    public void beforeRetry(Throwable failure, int attempt) throws Exception {
        code.get().beforeRetry(failure, attempt);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NamedBeforeRetry named && name.equals(named.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
