package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.circuitbreaker.CircuitBreaker.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The latest few failures as text: a failure itself may refer to anything, such as a response or a large part of the
 * heap.
 */
final class LastFailures {

    private static final int KEPT = 5;

    private final AtomicReferenceArray<@Nullable Failure> ring = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong added = new AtomicLong();

    void add(Failure failure) {
        ring.set((int) (added.getAndIncrement() % KEPT), failure);
    }

    void clear() {
        for (int i = 0; i < KEPT; i++) {
            ring.set(i, null);
        }
    }

    /** Returns the failures, the latest first. */
    List<Failure> list() {
        List<Failure> failures = new ArrayList<>(KEPT);
        long next = added.get();
        for (long number = next - 1; number >= Math.max(0, next - KEPT); number--) {
            Failure failure = ring.get((int) (number % KEPT));
            if (failure != null) {
                failures.add(failure);
            }
        }
        return failures;
    }
}
