package io.netrun.resilience.spring.pattern;

import io.netrun.resilience.retry.BeforeRetry;
import java.util.function.Supplier;

/** Code before a retry that a setting names. */
final class NamedBeforeRetry extends NamedCode<BeforeRetry> implements BeforeRetry {

    NamedBeforeRetry(String name, Supplier<BeforeRetry> code) {
        super(name, code);
    }

    @Override
    public void beforeRetry(Throwable failure, int attempt) throws Exception {
        code().beforeRetry(failure, attempt);
    }
}
