package io.netrun.resilience;

/**
 * A call without a result that may throw; the counterpart of {@link CheckedSupplier}.
 *
 * @param <X> what the call throws
 */
@FunctionalInterface
public interface CheckedRunnable<X extends Throwable> {

    /** Makes the call. */
    void run() throws X;
}
