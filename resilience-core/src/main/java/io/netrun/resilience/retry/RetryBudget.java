package io.netrun.resilience.retry;

import io.netrun.resilience.Require;
import io.netrun.resilience.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all retries together may spend, so that retries can not become the outage: a bucket of {@value #CAPACITY}
 * tokens, shared by the retries that name it. A retry costs {@value #RETRY_COST} of them, or {@value #OVERLOAD_COST} if
 * the failure tells of overload (it is a {@link io.netrun.resilience.RetryAfter} or a rejection). A call whose first
 * attempt succeeds returns one, a call that a retry saved returns that retry's cost, and so does a retry that is not
 * made after all. A retry that the bucket does not cover is not made, and its call fails as its last attempt did. For
 * the sake of services with few calls, which fill the bucket slowly, one retry a second is free where no more than
 * {@value #QUIET} were wanted in the second before. Thread-safe.
 *
 * <p>The shape and the costs are those of the standard retry mode of the AWS SDKs, as of 2026.
 */
public final class RetryBudget {

    static final int CAPACITY = 500;
    static final int RETRY_COST = 14;
    static final int OVERLOAD_COST = 5;
    static final int QUIET = 10;

    /** What {@link #take} says of a retry that is not covered. */
    static final int DENIED = -1;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /**
     * Of {@link #wanted}: bits 0 to 11 retries wanted in this second, 12 to 23 in the one before, 24 to 63 its number.
     */
    private static final int COUNT_BITS = 12;

    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

    private final String name;
    private final Ticker ticker;
    private final long origin;
    private final AtomicInteger tokens = new AtomicInteger(CAPACITY);
    private final AtomicLong wanted = new AtomicLong();

    private RetryBudget(String name, Ticker ticker) {
        this.name = Require.name(name);
        this.ticker = ticker;
        this.origin = ticker.nanoTime();
    }

    /** A full budget. */
    public static RetryBudget of(String name) {
        return of(name, Ticker.system());
    }

    /** A full budget that lives by a ticker. */
    public static RetryBudget of(String name, Ticker ticker) {
        return new RetryBudget(name, ticker);
    }

    /** Its name, for people. */
    public String name() {
        return name;
    }

    /** The tokens that are left; 0 to {@value #CAPACITY}. */
    public int available() {
        return tokens.get();
    }

    /** Pays for a retry: what it cost, or {@link #DENIED}. */
    int take(boolean overload) {
        int cost = overload ? OVERLOAD_COST : RETRY_COST;
        int seen;
        do {
            seen = tokens.get();
            if (seen < cost) {
                return isFree() ? 0 : DENIED;
            }
        } while (!tokens.compareAndSet(seen, seen - cost));
        return cost;
    }

    /**
     * Returns what {@link #take} took for a retry that was not made after all: its call was cancelled, or shut down,
     * during the delay.
     *
     * @param cost what {@code take} returned; 0 and {@link #DENIED} return nothing
     */
    void refund(int cost) {
        if (cost > 0) {
            giveBack(cost);
        }
    }

    /** Returns tokens, up to the capacity; while that is reached, the usual case, nothing is written. */
    void giveBack(int returned) {
        int seen;
        do {
            seen = tokens.get();
        } while (seen < CAPACITY && !tokens.compareAndSet(seen, Math.min(CAPACITY, seen + returned)));
    }

    /** Whether this is the first retry wanted in a second that follows a quiet one. */
    private boolean isFree() {
        long second = (ticker.nanoTime() - origin) / SECOND;
        while (true) {
            long seen = wanted.get();
            long ago = second - (seen >>> (2 * COUNT_BITS));
            long now = seen & COUNT_MASK;
            if (ago <= 0) {
                if (now == COUNT_MASK || wanted.compareAndSet(seen, seen + 1)) {
                    // The very first second has no retry before this one either.
                    return now == 0;
                }
            } else {
                long before = ago == 1 ? now : 0;
                if (wanted.compareAndSet(seen, second << (2 * COUNT_BITS) | before << COUNT_BITS | 1)) {
                    return before <= QUIET;
                }
            }
        }
    }

    /** Its name. */
    @Override
    public String toString() {
        return name;
    }
}
