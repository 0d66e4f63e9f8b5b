package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.retry.BackoffStrategy;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A backoff strategy that a setting names. */
final class NamedBackoff implements BackoffStrategy.Custom, NamedCode {

    private final String name;
    private final Supplier<BackoffStrategy.Custom> code;

    NamedBackoff(String name, Supplier<BackoffStrategy.Custom> code) {
        this.name = name;
        this.code = code;
    }

    @Override
    public Duration delay(int retry, Throwable failure) {
        return code.get().delay(retry, failure);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NamedBackoff named && name.equals(named.name);
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
