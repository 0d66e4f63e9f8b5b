package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.CircuitBreaker.Failure;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The latest few failures as text: a failure itself may refer to anything, such as a response or a large part of the
 * heap.
 */
final class LastFailures {

    private static final int KEPT = 5;

    private static final VarHandle RING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "ring", VarHandle.class, LastFailures.class, AtomicReferenceArray.class);

    private static final VarHandle ADDED = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "added", VarHandle.class, LastFailures.class, long.class);

    /** Null until there is the first failure, because most instances of a large family have none. */
    private volatile @Nullable AtomicReferenceArray<@Nullable Failure> ring;

    private volatile long added;

    void add(Failure failure) {
        AtomicReferenceArray<@Nullable Failure> present = ring;
        if (present == null) {
            RING.compareAndSet(this, null, new AtomicReferenceArray<@Nullable Failure>(KEPT));
            present = Objects.requireNonNull(ring);
        }
        present.set((int) ((long) ADDED.getAndAdd(this, 1L) % KEPT), failure);
    }

    void clear() {
        AtomicReferenceArray<@Nullable Failure> present = ring;
        for (int i = 0; present != null && i < KEPT; i++) {
            present.set(i, null);
        }
    }

    /** Returns the failures, the latest first. */
    List<Failure> list() {
        List<Failure> failures = new ArrayList<>(KEPT);
        AtomicReferenceArray<@Nullable Failure> present = ring;
        if (present == null) {
            return failures;
        }
        long next = added;
        for (long number = next - 1; number >= Math.max(0, next - KEPT); number--) {
            Failure failure = present.get((int) (number % KEPT));
            if (failure != null) {
                failures.add(failure);
            }
        }
        return failures;
    }
}
