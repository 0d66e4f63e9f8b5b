package io.netrun.resilience.circuitbreaker;

import io.netrun.resilience.FailureText;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.Failure;
import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts the failures, and keeps the latest few as text: a failure itself may refer to anything, such as a response or
 * a large part of the heap.
 */
final class LastFailures {

    private static final int KEPT = 5;

    private static final VarHandle RING = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "ring", VarHandle.class, LastFailures.class, AtomicReferenceArray.class);

    private static final VarHandle COUNT = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "count", VarHandle.class, LastFailures.class, long.class);

    private final Ticker ticker;

    /** Null until there is the first failure, because most instances of a large family have none. */
    private volatile @Nullable AtomicReferenceArray<@Nullable Kept> ring;

    /** The number of all failures; the number of the latest one is one less. */
    private volatile long count;

    LastFailures(Ticker ticker) {
        this.ticker = ticker;
    }

    /** Adds what a call threw. It is counted in any case, also if there is no memory to keep it. */
    void add(Throwable thrown) {
        long number = next();
        keep(number, new Kept(ticker.millis(), thrown.getClass().getName(), FailureText.messageOf(thrown), null));
    }

    /** Adds a call that counts as failed for another reason; otherwise like {@link #add}. */
    void addBecause(String reason) {
        long number = next();
        keep(number, new Kept(ticker.millis(), null, null, reason));
    }

    private long next() {
        return (long) COUNT.getAndAdd(this, 1L);
    }

    private void keep(long number, Kept failure) {
        AtomicReferenceArray<@Nullable Kept> present = ring;
        if (present == null) {
            RING.compareAndSet(this, null, new AtomicReferenceArray<@Nullable Kept>(KEPT));
            present = Objects.requireNonNull(ring);
        }
        // Nothing that follows depends on when other threads see it.
        present.setRelease((int) (number % KEPT), failure);
    }

    /** Forgets the failures that are kept, but not their number. */
    void clear() {
        AtomicReferenceArray<@Nullable Kept> present = ring;
        for (int i = 0; present != null && i < KEPT; i++) {
            present.set(i, null);
        }
    }

    /** Returns how many failures there were. */
    long count() {
        return count;
    }

    /** Returns the failures that are kept, the latest first. */
    List<Failure> list() {
        List<Failure> failures = new ArrayList<>(KEPT);
        AtomicReferenceArray<@Nullable Kept> present = ring;
        if (present == null) {
            return failures;
        }
        long next = count;
        for (long number = next - 1; number >= Math.max(0, next - KEPT); number--) {
            Kept failure = present.get((int) (number % KEPT));
            if (failure != null) {
                failures.add(failure.toFailure());
            }
        }
        return failures;
    }

    /** A failure as it is kept: it becomes a {@link Failure} for those who ask. */
    private record Kept(
            long epochMillis,
            @Nullable String exception,
            @Nullable String message,
            @Nullable String reason) {

        Failure toFailure() {
            return new Failure(Instant.ofEpochMilli(epochMillis), exception, message, reason);
        }
    }
}
