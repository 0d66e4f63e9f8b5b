package io.netrun.resilience.ratelimiter;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The state machine: a bucket of tokens, one per call, that is refilled evenly up to its capacity. Nothing refills it:
 * one word holds the moment at which the last token that was taken or reserved comes, or came, and everything else
 * follows from that and the time. This is the virtual scheduling of the generic cell rate algorithm (ITU-T I.371), seen
 * as a bucket.
 *
 * <p>A token is either taken, where it is there and nobody waits, or reserved by a waiter, of which the bucket knows
 * the number only: {@link ReservationQueue} knows them and their order. So the word alone decides how long a new call
 * has to wait, and one compare-and-set makes that true.
 *
 * <h2>The word</h2>
 *
 * <table>
 * <caption>Bits</caption>
 * <tr><td>0</td><td>{@link #WAITING}: there are reservations, so a new call has to stand behind them.</td></tr>
 * <tr><td>1 to 63</td><td>The moment of the last token, in nanoseconds modulo 2<sup>63</sup>.</td></tr>
 * </table>
 *
 * <p>Example: capacity 2, a token each 100 ns, full at 1,000, so the last token came at 800 as far as anyone can tell.
 * Two calls take tokens: 900, 1,000. A third at 1,000 reserves the token of 1,100, a fourth that of 1,200. If either
 * leaves, the word says 1,100 again.
 */
final class TokenBucket {

    /** Whether and how a call got a token. */
    enum Outcome {
        /** A token was there and is taken. */
        ACQUIRED,
        /** A token is reserved, and this is the first reservation. */
        RESERVED_FIRST,
        /** A token is reserved, behind others. */
        RESERVED,
        /** The wait would be too long. */
        REJECTED,
        /** The waiters are due for so long that the bucket would be full without them: grant them, then ask again. */
        OVERDUE,
        /** Another bucket has the tokens. */
        REPLACED
    }

    /**
     * Spans are cut at 137 years, so that they can be told from each other modulo 2<sup>63</sup> whenever a call comes.
     */
    static final long MAX_SPAN_NANOS = (1L << 62) - (1L << 58);

    private static final long WAITING = 1;

    /**
     * Instead of a moment: another bucket has the tokens. Has the bit of those who wait, so that nobody takes a token.
     */
    private static final long REPLACED = -1;

    private static final VarHandle WORD = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "word", VarHandle.class, TokenBucket.class, long.class);

    private final long nanosPerToken;
    private final long nanosToFill;
    private final int capacity;
    private volatile long word;

    /** Written before the word says so. */
    private @Nullable TokenBucket replacement;

    /** A full bucket. */
    TokenBucket(RateLimiterConfig config, long now) {
        this.capacity = config.capacity();
        this.nanosPerToken = Math.min(config.nanosPerCall(), MAX_SPAN_NANOS / capacity);
        this.nanosToFill = nanosPerToken * capacity;
        this.word = wordOf(now - nanosToFill, false);
    }

    /** Whether it does what a configuration asks for. */
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

    /** The moment of the last token, seen from another moment. */
    private static long lastSince(long word, long moment) {
        return (word - (moment << 1)) >> 1;
    }

    /** Takes a token if one is there and nobody waits. */
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

    /** How long a new call would have to wait, in nanoseconds; zero or less if it would not, or is to ask again. */
    long waitOf(long now) {
        long seen = word;
        return seen == REPLACED ? 0 : Math.max(lastSince(seen, now), -nanosToFill) + nanosPerToken;
    }

    /**
     * Takes a token, or reserves one that comes soon enough. A reservation is to be {@linkplain ReservationQueue#add
     * queued} or {@linkplain #tryCancel cancelled}.
     *
     * @param longestWait in nanoseconds, at most {@link io.netrun.resilience.Require#nanos}
     * @param reservation gets the moment at which its token comes, or would
     * @param whenOverdue whether to answer {@link Outcome#OVERDUE}, where that is so
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
     * Gives back one token, reserved or taken: the last one, so that whoever stands behind moves up.
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

    /** Gives back tokens that were taken, if nobody waits; false if there are reservations, or another bucket. */
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
     * Clears the bit of those who wait if there is no reservation any more.
     *
     * @param next the moment of the first reservation, if there is any
     * @return whether there was none, and none has been made meanwhile
     */
    boolean tryEndWaiting(long next) {
        long seen = word;
        return lastSince(seen, next) < 0 && WORD.compareAndSet(this, seen, seen & ~WAITING);
    }

    /**
     * How many reservations there are.
     *
     * @param seen the {@linkplain #word() word}
     * @param next the moment of the first of them
     */
    long reservations(long seen, long next) {
        return Math.floorDiv(lastSince(seen, next), nanosPerToken) + 1;
    }

    /** The word, for {@link #reservations} and {@link #tryReplace}. */
    long word() {
        return word;
    }

    /**
     * The moment of the first reservation in a bucket with other settings: the share of its token that has come stays.
     */
    long rescaled(long next, long now, TokenBucket other) {
        double share = (double) (next - now) / nanosPerToken;
        return now + (long) (share * other.nanosPerToken);
    }

    /** Whether a number of reservations fits into the time that can be told. */
    boolean holds(long reservations) {
        return reservations <= MAX_SPAN_NANOS / nanosPerToken;
    }

    /**
     * Passes the tokens on to a new bucket, and gives none from now on. A smaller one lets what it cannot hold go;
     * reservations are for tokens of the new rate.
     *
     * @param seen the word that the reservations were counted in
     * @param reservations how many there are, if the word says that there are any
     * @param next the moment of the first of them in the new bucket
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

    /** The bucket that has the tokens now: this one, or the one by which it was replaced. */
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

    /** Tokens that are there. */
    int available(long now) {
        long last = lastSince(word, now);
        return (int) Math.max(0, Math.min(nanosToFill, -last) / nanosPerToken);
    }
}
