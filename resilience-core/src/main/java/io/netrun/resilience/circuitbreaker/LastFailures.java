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

    /** The ring has a few more, a power of two: a failure that is just being counted leaves as many as are wanted. */
    private static final int MASK = 7;

    /** How often the ring is read again while failures arrive. */
    private static final int MOST_ROUNDS = 16;

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
        int number = next();
        keep(new Kept(number, ticker.millis(), thrown.getClass().getName(), FailureText.messageOf(thrown)));
    }

    /** Adds a call that counts as failed for another reason; otherwise like {@link #add}. */
    void addBecause(String reason) {
        int number = next();
        keep(new Kept(number, ticker.millis(), null, reason));
    }

    private int next() {
        return (int) (long) COUNT.getAndAdd(this, 1L);
    }

    private void keep(Kept failure) {
        AtomicReferenceArray<@Nullable Kept> present = ring;
        if (present == null) {
            RING.compareAndSet(this, null, new AtomicReferenceArray<@Nullable Kept>(MASK + 1));
            present = Objects.requireNonNull(ring);
        }
        int slot = failure.number & MASK;
        Kept former;
        do {
            former = present.get(slot);
            if (former != null && former.number - failure.number > 0) {
                return; // this thread was suspended meanwhile
            }
        } while (!present.compareAndSet(slot, former, failure));
    }

    /** Forgets the failures that are kept, but not their number. */
    void clear() {
        AtomicReferenceArray<@Nullable Kept> present = ring;
        for (int i = 0; present != null && i <= MASK; i++) {
            present.set(i, null);
        }
    }

    /** Returns how many failures there were. */
    long count() {
        return count;
    }

    /** Returns the latest failures that are kept, the latest first. */
    List<Failure> list() {
        AtomicReferenceArray<@Nullable Kept> present = ring;
        if (present == null) {
            return List.of();
        }
        List<Kept> latest = new ArrayList<>(MASK + 1);
        int rounds = 0;
        do {
            latest.clear();
        } while (!tryRead(present, latest) && ++rounds < MOST_ROUNDS);
        return latest.stream().limit(KEPT).map(Kept::toFailure).toList();
    }

    /**
     * Reads the failures that are kept. Returns false if some were replaced meanwhile, so that failures between those
     * that were read may be missing.
     */
    private boolean tryRead(AtomicReferenceArray<@Nullable Kept> from, List<Kept> latest) {
        int next = (int) count;
        boolean atOnce = true;
        for (int i = 0; i <= MASK; i++) {
            Kept failure = from.get(i);
            if (failure != null) {
                latest.add(failure);
                atOnce &= failure.number - next < 0;
            }
        }
        latest.sort((one, other) -> Integer.compare(other.number - next, one.number - next));
        return atOnce;
    }

    /**
     * A failure as it is kept: it becomes a {@link Failure} for those who ask.
     *
     * @param number its number, compared by difference, since it may overflow
     * @param exception the class of what was thrown; null if nothing was
     * @param text the message of what was thrown, or why the call counts as failed
     */
    private record Kept(
            int number,
            long epochMillis,
            @Nullable String exception,
            @Nullable String text) {

        Failure toFailure() {
            Instant time = Instant.ofEpochMilli(epochMillis);
            return exception == null ? new Failure(time, null, null, text) : new Failure(time, exception, text, null);
        }
    }
}
