package io.netrun.resilience;

import org.jspecify.annotations.Nullable;

/**
 * A call that returns a value and may throw. The compiler infers {@code X} from the lambda, so that a guarded call
 * declares exactly the checked exceptions that the lambda throws, and none if it throws none.
 *
 * @param <T> the result, may be null
 * @param <X> what the call throws
 */
@FunctionalInterface
public interface CheckedSupplier<T extends @Nullable Object, X extends Throwable> {

    /** Makes the call. */
    T get() throws X;
}
