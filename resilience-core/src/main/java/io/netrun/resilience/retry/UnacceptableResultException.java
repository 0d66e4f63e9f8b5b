package io.netrun.resilience.retry;

import io.netrun.resilience.ResilienceException;
import io.netrun.resilience.ResultFailure;
import org.jspecify.annotations.Nullable;

/**
 * An attempt returned a result that {@link RetryConfig#failureResult()} does not accept. Events and the cause of a
 * {@link RetryExhaustedException} contain it as the failure; it is never thrown by itself.
 */
public final class UnacceptableResultException extends ResilienceException implements ResultFailure {

    private static final long serialVersionUID = 1L;

    private final transient @Nullable Object result;

    UnacceptableResultException(String name, @Nullable Object result) {
        super(name, "Retry '" + name + "': the result is not acceptable", null, false);
        this.result = result;
    }

    /** Returns the result; null also after serialization. */
    @Override
    public @Nullable Object result() {
        return result;
    }
}
