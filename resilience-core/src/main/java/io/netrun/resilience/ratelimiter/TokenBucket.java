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

    private final long nanosPerToken;
    private final long nanosToFill;
    private final int capacity;
    private volatile long fullAt;

    /** A full bucket. */
    TokenBucket(RateLimiterConfig config, long now) {
        this.nanosPerToken = config.nanosPerCall();
        this.capacity = config.capacity();
        this.nanosToFill = nanosPerToken * capacity;
        this.fullAt = now;
    }

    /**
     * Takes a token if it is there, or comes soon enough.
     *
     * @param now the time in nanoseconds
     * @param longestWait in nanoseconds
     * @return how long the taker has to wait for it, in nanoseconds; negative if none was taken: the negated time after which
     *     one could be
     */
    long take(long now, long longestWait) {
        while (true) {
            long seen = fullAt;
            long next = (seen - now > 0 ? seen : now) + nanosPerToken;
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
        long mine = turn + nanosToFill;
        FULL_AT.compareAndSet(this, mine, mine - nanosPerToken);
    }

    /** Tokens that are there. */
    int available(long now) {
        long missing = Math.max(0, fullAt - now);
        return (int) Math.max(0, capacity - (missing + nanosPerToken - 1) / nanosPerToken);
    }
}
