package io.netrun.resilience.ratelimiter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The state machine: a bucket of tokens, one per call, that fills evenly up to its capacity. Nothing fills it: one word says
 * when it will be full if nobody takes a token any more, and everything else follows from that and the time. Taking a token
 * moves that moment on by the time that a token takes to come, whether the token is there already or yet to come; in the
 * latter case its taker waits. So those who wait have their turns in the order in which they came.
 *
 * <p>This is the virtual scheduling of the generic cell rate algorithm (ITU-T I.371), told as a bucket.
 */
final class TokenBucket {

    private static final VarHandle FULL_AT;

    static {
        try {
            FULL_AT = MethodHandles.lookup().findVarHandle(TokenBucket.class, "fullAt", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What {@link #take} says when another bucket has the tokens. */
    static final long REPLACED = Long.MIN_VALUE;

    /** Instead of a time: another bucket has the tokens. */
    private static final long MOVED = Long.MIN_VALUE;

    private final long nanosPerToken;
    private final long nanosToFill;
    private final int capacity;
    private volatile long fullAt;

    /** A full bucket. */
    TokenBucket(RateLimiterConfig config, long now) {
        this.nanosPerToken = config.nanosPerCall();
        this.capacity = config.capacity();
        this.nanosToFill = nanosPerToken * capacity;
        this.fullAt = timeOf(now);
    }

    /** Whether it does what a configuration asks for. */
    boolean fits(RateLimiterConfig config) {
        return nanosPerToken == config.nanosPerCall() && capacity == config.capacity();
    }

    /**
     * Another bucket with the tokens of this one, which has none to give from now on. A smaller one lets what it can not hold
     * go; one that had already promised tokens owes them still.
     */
    TokenBucket replaced(RateLimiterConfig config, long now) {
        TokenBucket next = new TokenBucket(config, now);
        long missing = Math.max(0, (long) FULL_AT.getAndSet(this, MOVED) - now);
        double lacking = (double) next.capacity - capacity + (double) missing / nanosPerToken;
        next.fullAt = timeOf(now + (long) (Math.max(0, lacking) * next.nanosPerToken));
        return next;
    }

    /** Times overflow, so any number may come up, but one has another meaning here. */
    private static long timeOf(long nanos) {
        return nanos == MOVED ? nanos + 1 : nanos;
    }

    /**
     * Takes a token if it is there, or comes soon enough.
     *
     * @param now the time in nanoseconds
     * @param longestWait in nanoseconds
     * @return how long the taker has to wait for it, in nanoseconds; negative if none was taken: the negated time after which
     *     one could be, or {@link #REPLACED}
     */
    long take(long now, long longestWait) {
        while (true) {
            long seen = fullAt;
            if (seen == MOVED) {
                return REPLACED;
            }
            long next = timeOf((seen - now > 0 ? seen : now) + nanosPerToken);
            long wait = next - now - nanosToFill;
            if (wait > longestWait) {
                return longestWait - wait;
            }
            if (FULL_AT.compareAndSet(this, seen, next)) {
                return Math.max(0, wait);
            }
        }
    }

    /**
     * Puts back a token that was waited for in vain, unless somebody has taken one since, whose turn would not come sooner.
     *
     * @param turn when its turn would have been
     */
    void putBack(long turn) {
        long mine = timeOf(turn + nanosToFill);
        FULL_AT.compareAndSet(this, mine, timeOf(mine - nanosPerToken));
    }

    /** Tokens that are there. */
    int available(long now) {
        long missing = Math.max(0, fullAt - now);
        return (int) Math.max(0, capacity - (missing + nanosPerToken - 1) / nanosPerToken);
    }
}
