package io.netrun.resilience.ratelimiter;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A lock-free token bucket: one token per call, refilled evenly up to the capacity. There is no refill step. One word
 * holds the time at which the last acquired or reserved token is due, and everything else follows from it and the
 * clock.
 */
final class TokenBucket {

    /*
     * Implementation
     * ==============
     *
     * The bucket is the virtual scheduling form of the generic cell rate algorithm [1], a leaky bucket [2] that stores
     * a point in time instead of a level. Nothing is refilled, and no thread has to run for tokens to become
     * available.
     *
     *  bits      field     meaning
     *  --------  --------  ----------------------------------------------------------------------------
     *  0         WAITING   there are reservations, and a new call queues behind them
     *  1 to 63   last      when the last token that was acquired or reserved is due, in ns modulo 2^63
     *
     *  derived value           formula
     *  ----------------------  -------------------------------------------------------------------------
     *  time to fill            nanosPerToken * capacity
     *  last, as it counts      max(last, now - time to fill); an idle bucket is full, and no more than full
     *  due time of next token  last + nanosPerToken; available if that is not after now
     *  available tokens        min(time to fill, now - last) / nanosPerToken
     *  reservations            (last - due time of the first one) / nanosPerToken + 1
     *
     * In terms of [1], the theoretical arrival time is "last" plus the time to fill, and the limit is the time to fill
     * all tokens but one. Times are compared by their difference, so spans are limited to MAX_SPAN_NANOS.
     *
     * Waiting
     * -------
     * A token is acquired if it is available and no call waits, or reserved for a waiter. The bucket knows only the
     * number of waiters; ReservationQueue has their order. So the word alone decides how long a new call waits, and
     * one compare-and-set reserves its token. A waiter that leaves returns the last token, and those behind it move
     * up.
     *
     * Reconfiguration
     * ---------------
     * Other settings need another bucket. The new one is prepared from a word that was read; then one compare-and-set
     * replaces that word by REPLACED, which includes the WAITING bit, so that no call acquires a token here any more.
     *
     * Example
     * -------
     * Capacity 2, one token per 100 ns, so the time to fill is 200 ns. The bucket is full at time 1,000.
     *
     *  last =   800  two calls acquire tokens at 1,000:                    last =   900, then 1,000
     *  last = 1,000  a third call reserves the token that is due at 1,100: last = 1,100, WAITING
     *  last = 1,100  a fourth call reserves the token of 1,200:            last = 1,200, WAITING
     *  last = 1,200  either of the two leaves:                             last = 1,100, WAITING
     *  last = 1,100  the remaining waiter is granted its token at 1,100, and the queue is empty: WAITING is cleared
     *  last = 1,100  from 1,300 on the bucket is full; a call acquires a token at 1,350: last = 1,250
     *
     * References
     * ----------
     * [1] ITU-T Recommendation I.371: Traffic control and congestion control in B-ISDN, Annex A (GCRA)
     *     https://www.itu.int/rec/T-REC-I.371
     * [2] J. S. Turner: New directions in communications (or which way to the information age?), IEEE Communications
     *     Magazine 24, 10 (1986)
     */

    /** The outcome of a reservation. */
    enum Outcome {
        /** A token was available and has been acquired. */
        ACQUIRED,
        /** A token is reserved, and this is the first reservation. */
        RESERVED_FIRST,
        /** A token is reserved, behind others. */
        RESERVED,
        /** The wait would be too long. */
        REJECTED,
        /** The waiters are so overdue that the bucket would be full without them: grant them, then retry. */
        OVERDUE,
        /** Another bucket has the tokens. */
        REPLACED
    }

    /** Spans are limited to 137 years, so that they are unambiguous modulo 2<sup>63</sup>. */
    static final long MAX_SPAN_NANOS = (1L << 62) - (1L << 58);

    private static final long WAITING = 1;

    /**
     * Replaces the time once another bucket has the tokens. Includes the {@link #WAITING} bit, so that no call acquires
     * a token here.
     */
    private static final long REPLACED = -1;

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, TokenBucket.class, long.class);

    private final long nanosPerToken;
    private final long nanosToFill;
    private final int capacity;
    private volatile long word;

    /** Written before the word becomes {@link #REPLACED}. */
    private @Nullable TokenBucket replacement;

    /** A full bucket. */
    TokenBucket(RateLimiterConfig config, long now) {
        this.capacity = config.capacity();
        this.nanosPerToken = Math.min(config.nanosPerCall(), MAX_SPAN_NANOS / capacity);
        this.nanosToFill = nanosPerToken * capacity;
        this.word = wordOf(now - nanosToFill, false);
    }

    /** Whether this bucket has the given settings. */
    boolean fits(RateLimiterConfig config) {
        return capacity == config.capacity()
                && nanosPerToken == Math.min(config.nanosPerCall(), MAX_SPAN_NANOS / capacity);
    }

    long nanosPerToken() {
        return nanosPerToken;
    }

    private static long wordOf(long last, boolean waiting) {
        long word = last << 1 | (waiting ? WAITING : 0);
        return word == REPLACED ? word + 2 : word;
    }

    static boolean isWaiting(long word) {
        return (word & WAITING) != 0;
    }

    /** The time of the last token, relative to another time. */
    private static long lastSince(long word, long moment) {
        return (word - (moment << 1)) >> 1;
    }

    /** Acquires a token if one is available and no call waits. */
    boolean tryAcquire(long now) {
        while (true) {
            long seen = word;
            long last = Math.max(lastSince(seen, now), -nanosToFill) + nanosPerToken;
            if (last > 0 || isWaiting(seen)) {
                return false;
            }
            if (WORD.compareAndSet(this, seen, wordOf(now + last, false))) {
                return true;
            }
        }
    }

    /** The nanoseconds that a new call would have to wait; zero or less if it need not wait, or must retry. */
    long waitOf(long now) {
        long seen = word;
        return seen == REPLACED ? 0 : Math.max(lastSince(seen, now), -nanosToFill) + nanosPerToken;
    }

    /**
     * Acquires a token, or reserves one that is due soon enough. A reservation must be {@linkplain ReservationQueue#add
     * queued} or {@linkplain #tryCancel cancelled}.
     *
     * @param longestWait in nanoseconds, at most {@link io.netrun.resilience.Require#nanos}
     * @param reservation receives the time at which its token is due, or would be
     * @param whenOverdue whether {@link Outcome#OVERDUE} may be returned
     */
    Outcome reserve(long now, long longestWait, Reservation reservation, boolean whenOverdue) {
        while (true) {
            long seen = word;
            if (seen == REPLACED) {
                return Outcome.REPLACED;
            }
            boolean behind = isWaiting(seen);
            long last = lastSince(seen, now);
            if (behind && whenOverdue && last < -nanosToFill) {
                return Outcome.OVERDUE;
            }
            long wait = (behind ? last : Math.max(last, -nanosToFill)) + nanosPerToken;
            reservation.moveTo(now + wait);
            if (wait > longestWait) {
                return Outcome.REJECTED;
            }
            boolean waits = behind || wait > 0;
            if (WORD.compareAndSet(this, seen, wordOf(now + wait, waits))) {
                return behind ? Outcome.RESERVED : waits ? Outcome.RESERVED_FIRST : Outcome.ACQUIRED;
            }
        }
    }

    /**
     * Acquires a token without waiting for it, as a call would reserve it that may wait. The bucket then owes the token
     * until it is due. Acquires none if that would take too long, or while others wait.
     *
     * @param longestWait in nanoseconds
     * @return the nanoseconds until the token is due; zero or less if it was available
     */
    long acquireAhead(long now, long longestWait) {
        while (true) {
            long seen = word;
            if (seen == REPLACED) {
                return latest().acquireAhead(now, longestWait);
            }
            long wait = Math.max(lastSince(seen, now), -nanosToFill) + nanosPerToken;
            if (wait > longestWait || isWaiting(seen) || WORD.compareAndSet(this, seen, wordOf(now + wait, false))) {
                return wait;
            }
        }
    }

    /** Forgives the tokens that were {@linkplain #acquireAhead acquired ahead}: the bucket is empty then. */
    void forgive(long now) {
        while (true) {
            long seen = word;
            if (isWaiting(seen) || lastSince(seen, now) <= 0 || WORD.compareAndSet(this, seen, wordOf(now, false))) {
                return;
            }
        }
    }

    /**
     * Returns one acquired or reserved token: the last one, so that the waiters behind move up.
     *
     * @return false if another bucket has the tokens
     */
    boolean tryCancel() {
        while (true) {
            long seen = word;
            if (seen == REPLACED) {
                return false;
            }
            if (WORD.compareAndSet(this, seen, less(seen, nanosPerToken))) {
                return true;
            }
        }
    }

    /** Returns acquired tokens if no call waits; false if there are reservations, or another bucket. */
    boolean tryReturn(int tokens) {
        long seen = word;
        while (!isWaiting(seen)) {
            if (WORD.compareAndSet(this, seen, less(seen, nanosPerToken * Math.min(tokens, capacity)))) {
                return true;
            }
            seen = word;
        }
        return false;
    }

    private static long less(long word, long nanos) {
        return wordOf((word >> 1) - nanos, isWaiting(word));
    }

    /** Whether there are reservations, or another bucket. */
    boolean isWaiting() {
        return isWaiting(word);
    }

    /**
     * Clears the {@link #WAITING} bit if there are no reservations left.
     *
     * @param next the time of the first reservation, if there is any
     * @return whether there was none, and none was made meanwhile
     */
    boolean tryEndWaiting(long next) {
        long seen = word;
        return lastSince(seen, next) < 0 && WORD.compareAndSet(this, seen, seen & ~WAITING);
    }

    /**
     * The number of reservations.
     *
     * @param seen the {@linkplain #word() word}
     * @param next the time of the first of them
     */
    long reservations(long seen, long next) {
        return Math.floorDiv(lastSince(seen, next), nanosPerToken) + 1;
    }

    /** The word, for {@link #reservations} and {@link #tryReplace}. */
    long word() {
        return word;
    }

    /**
     * The time of the first reservation in a bucket with other settings: the refilled fraction of its token is kept.
     */
    long rescaled(long next, long now, TokenBucket other) {
        double share = (double) (next - now) / nanosPerToken;
        return now + (long) (share * other.nanosPerToken);
    }

    /** Whether a number of reservations fits into the representable time. */
    boolean holds(long reservations) {
        return reservations <= MAX_SPAN_NANOS / nanosPerToken;
    }

    /**
     * Moves the tokens to a new bucket, after which this one grants none. A smaller bucket drops the excess;
     * reservations continue at the new rate.
     *
     * @param seen the word that the reservations were counted in
     * @param reservations their number, if the {@link #WAITING} bit is set
     * @param next the time of the first of them in the new bucket
     * @return false if the word has changed meanwhile
     */
    boolean tryReplace(TokenBucket other, long now, long seen, long reservations, long next) {
        if (isWaiting(seen)) {
            other.word = wordOf(next + (reservations - 1) * other.nanosPerToken, true);
        } else {
            double tokens = -(double) Math.max(lastSince(seen, now), -nanosToFill) / nanosPerToken;
            other.word = wordOf(now - (long) (Math.min(tokens, other.capacity) * other.nanosPerToken), false);
        }
        replacement = other;
        return WORD.compareAndSet(this, seen, REPLACED);
    }

    /** The bucket that has the tokens now: this one, or its replacement. */
    TokenBucket latest() {
        TokenBucket latest = this;
        while (latest.word == REPLACED) {
            TokenBucket next = latest.replacement;
            if (next == null) {
                return latest;
            }
            latest = next;
        }
        return latest;
    }

    /** The number of available tokens. */
    int available(long now) {
        long last = lastSince(word, now);
        return (int) Math.max(0, Math.min(nanosToFill, -last) / nanosPerToken);
    }
}
