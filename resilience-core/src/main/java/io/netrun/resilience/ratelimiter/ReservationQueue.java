package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.SafeLog;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fair queue of calls that wait for a token, and the bucket that the tokens come from. Free of locks: granting, new
 * settings and the timer are serialized in {@link #drain()}, which one thread runs at a time. A thread that finds
 * another one draining leaves a request and moves on.
 *
 * <p>The bucket knows the number of reserved tokens, {@link #next} is when the first of them is due, and the queue has
 * the order of the waiters. A waiter that leaves, from any position, returns the <em>last</em> token: the waiters
 * behind it move up by one, those ahead notice nothing. The first waiter gets the next token, whichever one it reserved
 * on arrival.
 *
 * <p>A call reserves its token before it enters the queue, and leaves the queue before it returns its token. So there
 * are never more waiters than reservations, and a thread between the two steps drains afterwards.
 */
final class ReservationQueue implements PendingWaits.Waiting {

    private static final Logger log = LoggerFactory.getLogger(ReservationQueue.class);

    /** How often a call retries until overdue waiters have been granted by another thread. */
    private static final int OVERDUE_ROUNDS = 10_000;

    private final RateLimiter limiter;
    private final ConcurrentSkipListMap<Long, Reservation> queue = new ConcurrentSkipListMap<>();
    private final AtomicLong tickets = new AtomicLong();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReadyCalls settled = new ReadyCalls();
    private final DueTimer timer;

    /** Tokens that were granted and returned unused. */
    private final AtomicInteger returned = new AtomicInteger();

    /** Pending calls of {@link #drain()}; above zero while a thread drains. */
    private final AtomicInteger drains = new AtomicInteger();

    private volatile TokenBucket bucket;
    private volatile boolean shutDown;

    /** Whether the due times of the reservations must be recomputed. */
    private volatile boolean moved;

    /**
     * When the first reserved token is due; valid while {@link #started}. Written by the draining thread, except in
     * {@link #add}.
     */
    private volatile long next;

    private volatile boolean started;

    /** The settings of the bucket; written by the draining thread. */
    private volatile RateLimiterConfig applied;

    ReservationQueue(RateLimiter limiter, RateLimiterConfig config) {
        this.limiter = limiter;
        this.applied = config;
        this.bucket = new TokenBucket(config, limiter.ticker().nanoTime());
        this.timer = new DueTimer(limiter.ticker(), this::drain);
    }

    /** Acquires a token if one is available and no call waits. */
    boolean tryAcquire(long now) {
        return bucket.tryAcquire(now);
    }

    /** Acquires a token without waiting; see {@link TokenBucket#acquireAhead}. */
    long acquireAhead(long now, long longestWait) {
        return bucket.latest().acquireAhead(now, longestWait);
    }

    /** The nanoseconds that a new call would have to wait. */
    long waitOf(long now) {
        return bucket.latest().waitOf(now);
    }

    /** The number of available tokens. */
    int available(long now) {
        return bucket.latest().available(now);
    }

    int waiting() {
        return waiting.get();
    }

    /** Whether the bucket has the given settings. */
    boolean follows(RateLimiterConfig config) {
        return applied.equals(config);
    }

    /**
     * Acquires a token, or queues a reservation for one that is due soon enough.
     *
     * @return whether a token was available; if not, the reservation is queued, and may already be settled
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
     * Removes a reservation from the queue, so that those behind it move up.
     *
     * @return false if it has been settled, or is being settled
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

    /** Returns a token that was granted to a call that did not begin. */
    void returnToken() {
        returned.incrementAndGet();
        drain();
    }

    /**
     * When the token of a reservation is due if no waiter ahead leaves. Linear in their number, so not for every call.
     */
    long dueAtOf(Reservation reservation) {
        if (!started) {
            return reservation.dueAt();
        }
        return next + queue.headMap(reservation.ticket()).size() * bucket.nanosPerToken();
    }

    /** The current time, never before a moment for which the ticker has fired. */
    long now() {
        return timer.now();
    }

    /** Records that a moment has been reached, whatever the clock shows. */
    void reach(long moment) {
        timer.reach(moment);
    }

    @Override
    public void onShutdown() {
        shutDown = true;
        drain();
    }

    /** Grants due tokens, applies new settings and sets the timer. Never throws. */
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
            return; // the thread of the first reservation is about to publish its time, and then drains
        }
        long now = timer.now();
        takeReturned();
        grantDue(now);
        RateLimiterConfig inForce = limiter.inForce();
        if (!applied.equals(inForce)) {
            reconfigure(inForce, now);
            grantDue(now);
        }
        if (moved) {
            moved = false;
            move();
        }
        if (shutDown) {
            settleAll(Reservation.State.SHUT_DOWN);
        } else if (!limiter.isEnabled() || inForce.mode() == PolicyMode.OBSERVE) {
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
            returned.addAndGet(tokens); // the first waiter has just arrived, and drains
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
        if (applied.mode() == PolicyMode.OBSERVE && config.mode() == PolicyMode.ENFORCE) {
            former.forgive(now); // those calls have been made
        }
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
                    return; // the first waiter has just arrived, and drains
                }
                reservations = former.reservations(seen, next);
                first = former.rescaled(next, now, replacement);
                if (!replacement.holds(reservations)) {
                    if (!shedLast()) {
                        return; // the waiters about to enter the queue drain
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

    /** Rejects the last waiter, whose token would come beyond the representable time. */
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

    /** Ensures that a thread drains when the first waiter's token is due. */
    private void setTimer(long now) {
        while (true) {
            Map.Entry<Long, Reservation> first = queue.firstEntry();
            if (first == null || !started || next - now <= 0) {
                timer.cancel();
                return; // a waiter that is due has just arrived, and drains
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
                    drains.incrementAndGet(); // drain once more
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
