package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.retry.BackoffStrategy;
import java.time.Duration;
import java.util.function.Supplier;

/** A backoff strategy that a setting names. */
final class NamedBackoff extends NamedCode<BackoffStrategy.Custom> implements BackoffStrategy.Custom {

    NamedBackoff(String name, Supplier<BackoffStrategy.Custom> code) {
        super(name, code);
    }

    @Override
    public Duration delay(int retry, Throwable failure) {
        return code().delay(retry, failure);
    }
}
