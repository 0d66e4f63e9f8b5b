package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.SafeLog;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The calls that wait for a token, first come, first served, and the bucket that the tokens come from. Free of locks:
 * what has to be done one after the other (granting, new settings, the timer) is done by one thread at a time in
 * {@link #drain()}; a thread that finds another one there leaves its wish behind and goes on.
 *
 * <p>The bucket knows how many tokens are reserved, {@link #next} when the first of them comes, and the queue for whom.
 * So a waiter that leaves, from wherever in the queue, gives back the <em>last</em> token: those behind it move up by
 * one, those before it notice nothing. The first waiter gets the next token, whichever it reserved when it came.
 *
 * <p>A call reserves its token first and is queued then, and leaves the queue before it gives its token back: so there
 * are never more waiters than reservations, and whoever is between the two steps drains afterwards.
 */
final class ReservationQueue implements PendingWaits.Waiting {

    private static final Logger log = LoggerFactory.getLogger(ReservationQueue.class);

    /** How often a call asks for waiters that are long due to be granted by another thread. */
    private static final int OVERDUE_ROUNDS = 10_000;

    private final RateLimiter limiter;
    private final ConcurrentSkipListMap<Long, Reservation> queue = new ConcurrentSkipListMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final SettledCalls settled = new SettledCalls();
    private final DueTimer timer;

    /** Tokens that were granted and not used. */
    private final AtomicInteger returned = new AtomicInteger();

    /** Calls of {@link #drain()} that have not been seen to; above zero while a thread is there. */
    private final AtomicInteger drains = new AtomicInteger();

    private volatile TokenBucket bucket;
    private volatile boolean shutDown;

    /** Whether the reservations' moments have to be computed anew. */
    private volatile boolean moved;

    /**
     * When the first reserved token comes; valid while {@link #started}. Of the draining thread, but see {@link #add}.
     */
    private volatile long next;

    private volatile boolean started;

    /** The settings of the bucket; of the draining thread. */
    private volatile RateLimiterConfig applied;

    ReservationQueue(RateLimiter limiter, RateLimiterConfig config) {
        this.limiter = limiter;
        this.applied = config;
        this.bucket = new TokenBucket(config, limiter.ticker().nanoTime());
        this.timer = new DueTimer(limiter.ticker(), this::drain);
    }

    /** Takes a token if one is there and nobody waits. */
    boolean tryAcquire(long now) {
        return bucket.tryAcquire(now);
    }

    /** How long a new call would have to wait, in nanoseconds. */
    long waitOf(long now) {
        return bucket.latest().waitOf(now);
    }

    /** Tokens that are there. */
    int available(long now) {
        return bucket.latest().available(now);
    }

    int waiting() {
        return waiting.get();
    }

    /** Whether the bucket is that of a configuration. */
    boolean follows(RateLimiterConfig config) {
        return applied.equals(config);
    }

    /**
     * Takes a token, or queues a reservation for one that comes soon enough.
     *
     * @return whether the token was there; if not, the reservation is queued, and may have been settled already
     * @throws RateLimitExceededException if the wait would be too long
     */
    boolean add(Reservation reservation, long now, long longestWait, RateLimiterConfig config) {
        for (int round = 0; ; round++) {
            TokenBucket latest = bucket.latest();
            switch (latest.reserve(now, longestWait, reservation, round < OVERDUE_ROUNDS)) {
                case ACQUIRED -> {
                    return true;
                }
                case RESERVED_FIRST -> {
                    next = reservation.dueAt();
                    started = true;
                    enqueue(reservation, latest);
                    return false;
                }
                case RESERVED -> {
                    enqueue(reservation, latest);
                    return false;
                }
                case REJECTED -> {
                    long retryAfter = reservation.dueAt() - now - longestWait;
                    limiter.countRejected();
                    throw limiter.rejection(config, retryAfter);
                }
                case OVERDUE -> {
                    drain();
                    Thread.onSpinWait();
                }
                case REPLACED -> Thread.onSpinWait();
            }
        }
    }

    private void enqueue(Reservation reservation, TokenBucket from) {
        waiting.incrementAndGet();
        try {
            reservation.setTicket(tickets.getAndIncrement());
            queue.put(reservation.ticket(), reservation);
        } catch (Throwable outOfMemory) {
            waiting.decrementAndGet();
            cancelToken();
            drain();
            throw outOfMemory;
        }
        if (bucket.latest() != from) {
            moved = true;
        }
        drain();
    }

    /**
     * Takes a reservation out of the queue, so that those behind it move up.
     *
     * @return false if it was settled before, or is in this moment
     */
    boolean cancel(Reservation reservation, Reservation.State outcome) {
        if (!queue.remove(reservation.ticket(), reservation)) {
            return false;
        }
        waiting.decrementAndGet();
        reservation.settle(outcome);
        cancelToken();
        drain();
        return true;
    }

    private void cancelToken() {
        while (!bucket.latest().tryCancel()) {
            Thread.onSpinWait();
        }
    }

    /** Gives back a token that was granted to a call which then did not begin. */
    void returnToken() {
        returned.incrementAndGet();
        drain();
    }

    /**
     * When the token of a reservation comes, if nobody before it leaves. Looks at all of those, so not for every call.
     */
    long dueAtOf(Reservation reservation) {
        if (!started) {
            return reservation.dueAt();
        }
        return next + queue.headMap(reservation.ticket()).size() * bucket.nanosPerToken();
    }

    /** The time, which is never before a moment at which the ticker woke somebody. */
    long now() {
        return timer.now();
    }

    /** Takes note that a moment has come, whatever the clock says. */
    void reach(long moment) {
        timer.reach(moment);
    }

    @Override
    public void onShutdown() {
        shutDown = true;
        drain();
    }

    /** Does what is to be done: grants tokens that have come, follows new settings, sets the timer. Never throws. */
    void drain() {
        if (drains.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                drainOnce();
            } catch (Throwable thrown) {
                SafeLog.error(log, "A rate limiter failed to serve its waiters", thrown);
            }
            seen = drains.addAndGet(-seen);
        } while (seen != 0);
        settled.start();
    }

    private void drainOnce() {
        if (bucket.isWaiting() && !started) {
            return; // whoever made the first reservation has not said for when, and drains then
        }
        long now = timer.now();
        takeReturned();
        grantDue(now);
        if (!applied.equals(limiter.config())) {
            reconfigure(limiter.config(), now);
            grantDue(now);
        }
        if (moved) {
            moved = false;
            move();
        }
        if (shutDown) {
            settleAll(Reservation.State.SHUT_DOWN);
        } else if (!limiter.isEnabled()) {
            settleAll(Reservation.State.PASSED);
        }
        if (started && bucket.reservations(bucket.word(), next) <= 0) {
            started = false;
            if (!bucket.tryEndWaiting(next)) {
                started = true;
            }
        }
        setTimer(now);
    }

    private void takeReturned() {
        int tokens = returned.getAndSet(0);
        if (tokens == 0) {
            return;
        }
        if (started) {
            for (int i = 0; i < tokens; i++) {
                cancelToken();
                moveNext(-bucket.nanosPerToken());
            }
        } else if (!bucket.tryReturn(tokens)) {
            returned.addAndGet(tokens); // the first waiter has just come, and drains
        }
    }

    private void grantDue(long now) {
        while (started && next - now <= 0) {
            Map.Entry<Long, Reservation> first = queue.pollFirstEntry();
            if (first == null) {
                return;
            }
            moveNext(bucket.nanosPerToken());
            settle(first.getValue(), Reservation.State.GRANTED);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the draining thread writes it while there are reservations
    private void moveNext(long nanos) {
        next += nanos;
    }

    /** Ends all waits without a token. */
    private void settleAll(Reservation.State outcome) {
        for (Map.Entry<Long, Reservation> first = queue.pollFirstEntry();
                first != null;
                first = queue.pollFirstEntry()) {
            cancelToken();
            settle(first.getValue(), outcome);
        }
    }

    private void settle(Reservation reservation, Reservation.State outcome) {
        waiting.decrementAndGet();
        reservation.settle(outcome);
        settled.inform(reservation.waiter());
    }

    /** Moves tokens and reservations into a bucket with other settings. */
    private void reconfigure(RateLimiterConfig config, long now) {
        TokenBucket former = bucket;
        if (former.fits(config)) {
            applied = config;
            return;
        }
        TokenBucket replacement = new TokenBucket(config, now);
        while (true) {
            long seen = former.word();
            long reservations = 0;
            long first = 0;
            boolean waits = TokenBucket.isWaiting(seen);
            if (waits) {
                if (!started) {
                    return; // the first waiter has just come, and drains
                }
                reservations = former.reservations(seen, next);
                first = former.rescaled(next, now, replacement);
                if (!replacement.holds(reservations)) {
                    if (!shedLast()) {
                        return; // those who are about to queue up drain
                    }
                    continue;
                }
            }
            if (former.tryReplace(replacement, now, seen, reservations, first)) {
                bucket = replacement;
                if (waits) {
                    next = first;
                    moved = true;
                }
                applied = config;
                return;
            }
        }
    }

    /** Rejects the last waiter, whose token would not come in this age. */
    private boolean shedLast() {
        Map.Entry<Long, Reservation> last = queue.pollLastEntry();
        if (last == null) {
            return false;
        }
        cancelToken();
        settle(last.getValue(), Reservation.State.EXPIRED);
        return true;
    }

    private void move() {
        if (!started) {
            return;
        }
        long dueAt = next;
        for (Reservation reservation : queue.values()) {
            moveTo(reservation, dueAt);
            dueAt += bucket.nanosPerToken();
        }
    }

    private static void moveTo(Reservation reservation, long dueAt) {
        try {
            reservation.moveTo(dueAt);
            reservation.waiter().onMoved(dueAt);
        } catch (Throwable thrown) {
            SafeLog.error(log, "A rate limiter failed to serve its waiters", thrown);
        }
    }

    /** Sees to it that somebody drains when the first waiter's token comes. */
    private void setTimer(long now) {
        while (true) {
            Map.Entry<Long, Reservation> first = queue.firstEntry();
            if (first == null || !started || next - now <= 0) {
                timer.cancel();
                return; // if a waiter is due, it has just come, and drains
            }
            Reservation reservation = first.getValue();
            boolean watchesClock = reservation.waiter().watchesClock();
            if (watchesClock) {
                moveTo(reservation, next);
            }
            if (watchesClock && timer.isSystem()) {
                timer.cancel();
                return;
            }
            try {
                timer.set(next);
                if (next - timer.now() <= 0) {
                    drains.incrementAndGet(); // so once more
                }
                return;
            } catch (Throwable noTimer) {
                if (watchesClock) {
                    return;
                }
                if (queue.remove(reservation.ticket(), reservation)) {
                    waiting.decrementAndGet();
                    cancelToken();
                    reservation.fail(noTimer);
                    settled.inform(reservation.waiter());
                }
            }
        }
    }
}
