package io.netrun.resilience.retry;

import io.netrun.resilience.Require;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the retries of all calls together, so that retries cannot cause an outage themselves: a bucket of
 * {@value #CAPACITY} tokens, shared by the retries that name it. A retry costs {@value #RETRY_COST} tokens, or
 * {@value #OVERLOAD_COST} if the failure indicates overload (it is a {@link io.netrun.resilience.RetryAfter} or a
 * rejection). A call whose first attempt succeeds returns one token, and a call that a retry saved returns the cost of
 * that retry. A retry that is not made after all is refunded. If the bucket does not cover a retry, the retry is not
 * made, and the call fails as its last attempt failed. For services with few calls, which refill the bucket slowly, one
 * retry per second is free if no more than {@value #QUIET} were wanted in the second before. Thread-safe.
 *
 * <p>Design and costs are those of the standard retry mode of the AWS SDKs, as of 2026.
 */
public final class RetryBudget {

    static final int CAPACITY = 500;
    static final int RETRY_COST = 14;
    static final int OVERLOAD_COST = 5;
    static final int QUIET = 10;

    /** Returned by {@link #tryAcquire} for a retry that is not covered. */
    static final int DENIED = -1;

    private static final Logger log = LoggerFactory.getLogger(RetryBudget.class);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /**
     * The fields of {@link #wanted}: bits 0 to 11 are the retries wanted in the current second, 12 to 23 those in the
     * previous one, 24 to 63 the number of the current second.
     */
    private static final int COUNT_BITS = 12;

    private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

    private final String name;
    private final Ticker ticker;
    private final long origin;
    private final AtomicInteger tokens = new AtomicInteger(CAPACITY);
    private final AtomicLong wanted = new AtomicLong();

    /** Whether it was logged that the clock cannot be read. Racy: it may be logged again. */
    private boolean logged;

    private RetryBudget(String name, Ticker ticker) {
        this.name = Require.name(name);
        this.ticker = ticker;
        this.origin = ticker.nanoTime();
    }

    /** Creates a full budget. */
    public static RetryBudget of(String name) {
        return of(name, Ticker.system());
    }

    /** Creates a full budget that measures time with a ticker. */
    public static RetryBudget of(String name, Ticker ticker) {
        return new RetryBudget(name, ticker);
    }

    /** Returns the name of this budget. */
    public String name() {
        return name;
    }

    /** Returns the number of available tokens; 0 to {@value #CAPACITY}. */
    public int available() {
        return tokens.get();
    }

    /** Takes the tokens for a retry. Returns its cost, or {@link #DENIED}. */
    int tryAcquire(boolean overload) {
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
     * Refunds a retry that was not made after all, because its call was cancelled or the retry was shut down during the
     * delay.
     *
     * @param cost what {@code tryAcquire} returned; nothing is refunded for 0 and {@link #DENIED}
     */
    void refund(int cost) {
        if (cost > 0) {
            returnTokens(cost);
        }
    }

    /** Returns tokens, up to the capacity. In the usual case of a full bucket, nothing is written. */
    void returnTokens(int returned) {
        int seen;
        do {
            seen = tokens.get();
        } while (seen < CAPACITY && !tokens.compareAndSet(seen, Math.min(CAPACITY, seen + returned)));
    }

    /** Returns whether this is the first retry wanted in a second that follows a quiet one. */
    private boolean isFree() {
        long second = second();
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

    /** Returns the current second. While the ticker, which is foreign code, cannot be read, its time stands still. */
    private long second() {
        try {
            return (ticker.nanoTime() - origin) / SECOND;
        } catch (Throwable failed) {
            if (!logged) {
                logged = true;
                SafeLog.warn(log, "The clock of retry budget '{}' failed; its latest reading is used", name, failed);
            }
            return wanted.get() >>> (2 * COUNT_BITS);
        }
    }

    /** Returns the name. */
    @Override
    public String toString() {
        return name;
    }
}
