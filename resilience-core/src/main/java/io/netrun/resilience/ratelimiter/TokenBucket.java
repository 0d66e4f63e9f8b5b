package io.netrun.resilience.ratelimiter;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A lock-free token bucket: one token per call or more, refilled evenly up to the capacity. There is no refill step.
 * One word holds the time at which the last acquired or reserved token is due, and everything else follows from it and
 * the clock.
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
     *  reserved tokens         (last - due time of the first one) / nanosPerToken + 1
     *
     * In terms of [1], the theoretical arrival time is "last" plus the time to fill, and the limit is the time to fill
     * all tokens but one. Times are compared by their difference, so spans are limited to MAX_SPAN_NANOS.
     *
     * Waiting
     * -------
     * A token is acquired if it is available and no call waits, or reserved for a waiter. The bucket knows only the
     * number of reserved tokens; ReservationQueue has the order of the waiters. So the word alone decides how long a
     * new call waits, and one compare-and-set reserves its tokens. A waiter that leaves returns as many of the last
     * tokens, and those behind it move up.
     *
     * A call may take more tokens than the bucket holds, since the capacity in force may be lower than the configured
     * one. It begins when the bucket is full, and takes the other tokens in advance: the next call waits for them.
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

    /** Whether each step has run once in this JVM. */
    private static volatile boolean linked;

    private final long nanosPerToken;
    private final long nanosToFill;
    private final int capacity;
    private volatile long word;

    /** Written before the word becomes {@link #REPLACED}. */
    private @Nullable TokenBucket replacement;

    /** A bucket with its initial tokens. */
    TokenBucket(RateLimiterConfig config, long now) {
        this.capacity = config.capacity();
        this.nanosPerToken = Math.min(config.nanosPerCall(), MAX_SPAN_NANOS / capacity);
        this.nanosToFill = nanosPerToken * capacity;
        this.word = wordOf(now - nanosPerToken * config.tokensAtFirst(), false);
    }

    /** Runs each step once where nothing can be lost, because the JVM allocates when it runs one for the first time. */
    static void linkSteps() {
        if (linked) {
            return;
        }
        TokenBucket bucket = new TokenBucket(RateLimiterConfig.defaults(), 0);
        bucket.tryAcquire(0);
        bucket.tryAcquire(0, 1);
        bucket.acquireAhead(0, 0, 1);
        bucket.tryCancel(1);
        bucket.tryReturn(1);
        bucket.word = wordOf(0, true);
        bucket.tryEndWaiting(1);
        bucket.word = wordOf(1, false);
        bucket.forgive(0);
        bucket.tryReplace(new TokenBucket(RateLimiterConfig.defaults(), 0), bucket.word, 0, 0);
        linked = true;
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

    /** The tokens that must be there before a call begins: a full bucket is enough for every call. */
    private long nanosToBegin(int permits) {
        return nanosPerToken * Math.min(permits, capacity);
    }

    /** The time in which tokens come, at most the representable one. */
    long nanosOf(long tokens) {
        return nanosPerToken * Math.min(tokens, MAX_SPAN_NANOS / nanosPerToken);
    }

    /** When the last token of a reservation is due that begins with a token; later ones are taken in advance. */
    long dueAt(long firstToken, int permits) {
        return firstToken + nanosToBegin(permits) - nanosPerToken;
    }

    /** Whether the time of the last of several tokens can be represented, relative to now. */
    private boolean fits(long last, int permits) {
        return permits <= 1
                || (permits <= MAX_SPAN_NANOS / nanosPerToken && last <= MAX_SPAN_NANOS - nanosPerToken * permits);
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

    /** Acquires several tokens if they are available, or the bucket is full, and no call waits. */
    boolean tryAcquire(long now, int permits) {
        while (true) {
            long seen = word;
            long last = Math.max(lastSince(seen, now), -nanosToFill);
            if (last + nanosToBegin(permits) > 0 || isWaiting(seen) || !fits(last, permits)) {
                return false;
            }
            if (WORD.compareAndSet(this, seen, wordOf(now + last + nanosPerToken * permits, false))) {
                return true;
            }
        }
    }

    /** The nanoseconds that a new call would have to wait; zero or less if it need not wait, or must retry. */
    long waitOf(long now, int permits) {
        long seen = word;
        return seen == REPLACED ? 0 : Math.max(lastSince(seen, now), -nanosToFill) + nanosToBegin(permits);
    }

    /** Whether calls wait whose tokens are so overdue that the bucket would be full without them. */
    boolean isOverdue(long now) {
        return isOverdue(word, now);
    }

    private boolean isOverdue(long seen, long now) {
        return seen != REPLACED && isWaiting(seen) && lastSince(seen, now) < -nanosToFill;
    }

    /**
     * Acquires tokens, or reserves those that are due soon enough. A reservation must be
     * {@linkplain ReservationQueue#add queued} or {@linkplain #tryCancel cancelled}.
     *
     * @param longestWait in nanoseconds, at most {@link io.netrun.resilience.Require#nanos}
     * @param reservation receives the time at which its last token is due, or would be
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
            if (whenOverdue && isOverdue(seen, now)) {
                return Outcome.OVERDUE;
            }
            int permits = reservation.permits();
            long before = behind ? last : Math.max(last, -nanosToFill);
            long wait = before + nanosToBegin(permits);
            reservation.moveTo(now + wait);
            if (wait > longestWait || !fits(before, permits)) {
                return Outcome.REJECTED;
            }
            boolean waits = behind || wait > 0;
            if (WORD.compareAndSet(this, seen, wordOf(now + before + nanosPerToken * permits, waits))) {
                return behind ? Outcome.RESERVED : waits ? Outcome.RESERVED_FIRST : Outcome.ACQUIRED;
            }
        }
    }

    /**
     * Acquires tokens without waiting for them, as a call would reserve them that may wait. The bucket then owes the
     * tokens until they are due. Acquires none if that would take too long, or while others wait.
     *
     * @param longestWait in nanoseconds
     * @return the nanoseconds until the tokens are due; zero or less if they were available
     */
    long acquireAhead(long now, long longestWait, int permits) {
        while (true) {
            long seen = word;
            if (seen == REPLACED) {
                return latest().acquireAhead(now, longestWait, permits);
            }
            long last = Math.max(lastSince(seen, now), -nanosToFill);
            long wait = last + nanosToBegin(permits);
            if (wait > longestWait
                    || isWaiting(seen)
                    || !fits(last, permits)
                    || WORD.compareAndSet(this, seen, wordOf(now + last + nanosPerToken * permits, false))) {
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
     * Returns acquired or reserved tokens: the last ones, so that the waiters behind move up.
     *
     * @return false if another bucket has the tokens
     */
    boolean tryCancel(long tokens) {
        while (true) {
            long seen = word;
            if (seen == REPLACED) {
                return false;
            }
            if (WORD.compareAndSet(this, seen, less(seen, nanosOf(tokens)))) {
                return true;
            }
        }
    }

    /** Returns acquired tokens if no call waits; false if there are reservations, or another bucket. */
    boolean tryReturn(long tokens) {
        long seen = word;
        while (!isWaiting(seen)) {
            if (WORD.compareAndSet(this, seen, less(seen, nanosOf(tokens)))) {
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
     * @param next the time of the first reserved token, if there is any
     * @return whether there was none, and none was made meanwhile
     */
    boolean tryEndWaiting(long next) {
        long seen = word;
        return lastSince(seen, next) < 0 && WORD.compareAndSet(this, seen, seen & ~WAITING);
    }

    /**
     * The number of reserved tokens.
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
     * Returns when the next token, or the first reserved one, is due in a bucket with other settings: what has been
     * refilled is kept, up to the capacity, and the rest comes at the other rate.
     */
    long rescaled(long next, long now, TokenBucket other) {
        double share = (double) Math.max(next - now, nanosPerToken - nanosToFill) / nanosPerToken;
        double nanos = Math.min(share * other.nanosPerToken, MAX_SPAN_NANOS);
        return now + Math.max((long) nanos, other.nanosPerToken - other.nanosToFill);
    }

    /** How many of the reserved tokens do not fit into the representable time; zero or less if all do. */
    long excess(long reservations) {
        return reservations - MAX_SPAN_NANOS / nanosPerToken;
    }

    /**
     * Moves the tokens to a new bucket, after which this one grants none.
     *
     * @param seen the word that the other values were computed from
     * @param reservations their number, if the {@link #WAITING} bit is set
     * @param next when the next token, or the first reserved one, is due in the new bucket
     * @return false if the word has changed meanwhile
     */
    boolean tryReplace(TokenBucket other, long seen, long reservations, long next) {
        long acquired = isWaiting(seen) ? reservations - 1 : -1;
        other.word = wordOf(next + acquired * other.nanosPerToken, isWaiting(seen));
        replacement = other;
        return WORD.compareAndSet(this, seen, REPLACED);
    }

    /**
     * The nanoseconds by which the next token is due before a moment; negative if it is due after it.
     *
     * @param seen the {@linkplain #word() word}
     */
    long untilNext(long seen, long moment) {
        return -lastSince(seen, moment) - nanosPerToken;
    }

    /**
     * Moves the tokens and reservations to a new bucket with the same settings, in which they are due at another time.
     * This one grants none any more.
     *
     * @param seen the word that the time was computed from
     * @param nanos how much later they are due; earlier if it is negative
     * @return false if the word has changed meanwhile
     */
    boolean tryMove(TokenBucket other, long seen, long nanos) {
        other.word = wordOf((seen >> 1) + nanos, isWaiting(seen));
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

    /** When the next token was due if the bucket has just become full. */
    long nextIfFull(long now) {
        return now + nanosPerToken - nanosToFill;
    }

    /** The nanoseconds until the bucket is full. */
    long untilFull(long now) {
        return Math.max(lastSince(word, now), -nanosToFill) + nanosToFill;
    }

    /** The number of available tokens. */
    int available(long now) {
        long last = lastSince(word, now);
        return (int) Math.max(0, Math.min(nanosToFill, -last) / nanosPerToken);
    }
}
