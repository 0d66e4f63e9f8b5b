package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.PendingWaits;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.SafeLog;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.StackRoom;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fair queue of calls that wait for tokens, and the bucket that the tokens come from. Free of locks: granting, new
 * settings and the timer are serialized in {@link #drain()}, which one thread runs at a time. A thread that finds
 * another one draining leaves a request and moves on.
 *
 * <p>The bucket knows the number of reserved tokens, {@link #next} is when the first of them is due, and the queue has
 * the order of the waiters. A waiter that leaves, from any position, returns as many of the <em>last</em> tokens: the
 * waiters behind it move up by them, those ahead notice nothing. The first waiter gets the next tokens, whichever ones
 * it reserved on arrival.
 *
 * <p>A call reserves its tokens before it enters the queue, and leaves the queue before it returns its tokens. So the
 * waiters never have more tokens than are reserved, and a thread between the two steps drains afterwards.
 *
 * <p>Between two steps of a change nothing is allocated, since an OutOfMemoryError there would lose a waiter or a token
 * for ever: what a wait needs is allocated before it is counted.
 */
final class ReservationQueue implements PendingWaits.Waiting {

    private static final Logger log = LoggerFactory.getLogger(ReservationQueue.class);

    /** No variable handle, whose first use would take memory. */
    private static final AtomicIntegerFieldUpdater<ReservationQueue> DRAINS =
            AtomicIntegerFieldUpdater.newUpdater(ReservationQueue.class, "drains");

    /**
     * How often a call briefly waits until overdue waiters have been granted: the thread that is granting them, or
     * about to queue up as the first one, may have to wait for a processor, and without them the bucket has no limit.
     */
    private static final int OVERDUE_ROUNDS = 100;

    /**
     * For how long a late timer or thread may have waited for a processor without costing tokens. What comes later than
     * that was held up by a standstill of the process.
     */
    private static final long USUAL_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final RateLimiter limiter;
    private final WaitingList queue = new WaitingList();
    private final AtomicInteger waiting = new AtomicInteger();

    /** The tokens that the waiters will take, beyond one for each. */
    private final AtomicLong furtherTokens = new AtomicLong();

    private final ReadyCalls settled = new ReadyCalls();
    private final DueTimer timer;

    /** Tokens that were granted and returned unused. */
    private final AtomicLong returned = new AtomicLong();

    /** Pending calls of {@link #drain()}; above zero while a thread drains. */
    private volatile int drains;

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

    /** The pause that the bucket follows; written by the draining thread. */
    private Pauses.@Nullable Pause pause;

    /** By how much that pause has moved the tokens; written by the draining thread. */
    private long pausedBy;

    /** The settings of the bucket; written by the draining thread. */
    private volatile RateLimiterConfig applied;

    ReservationQueue(RateLimiter limiter, RateLimiterConfig config) {
        TokenBucket.linkSteps();
        this.limiter = limiter;
        this.applied = config;
        this.bucket = new TokenBucket(config, limiter.ticker().nanoTime());
        this.timer = new DueTimer(limiter.ticker(), this::drain);
    }

    /** Acquires a token if one is available and no call waits. */
    boolean tryAcquire(long now) {
        return bucket.tryAcquire(now);
    }

    /** Acquires several tokens if they are available and no call waits. */
    boolean tryAcquire(long now, int permits) {
        return permits == 1 ? bucket.tryAcquire(now) : bucket.tryAcquire(now, permits);
    }

    /** Acquires tokens without waiting; see {@link TokenBucket#acquireAhead}. */
    long acquireAhead(long now, long longestWait, int permits) {
        return bucket.latest().acquireAhead(now, longestWait, permits);
    }

    /** The nanoseconds that a new call would have to wait. */
    long waitOf(long now, int permits) {
        return bucket.latest().waitOf(now, permits);
    }

    /** The number of available tokens. */
    int available(long now) {
        return bucket.latest().available(now);
    }

    /** The nanoseconds until the bucket is full. */
    long untilFull(long now) {
        return bucket.latest().untilFull(now);
    }

    int waiting() {
        return waiting.get();
    }

    /** The number of tokens that the waiters will take. */
    long waitingTokens() {
        return Math.max(0, waiting.get() + furtherTokens.get());
    }

    private void enters(Reservation reservation) {
        waiting.incrementAndGet();
        if (reservation.permits() > 1) {
            furtherTokens.addAndGet(reservation.permits() - 1L);
        }
    }

    private void leaves(Reservation reservation) {
        waiting.decrementAndGet();
        if (reservation.permits() > 1) {
            furtherTokens.addAndGet(1L - reservation.permits());
        }
    }

    /** Whether the bucket has the given settings. */
    boolean follows(RateLimiterConfig config) {
        return applied.equals(config);
    }

    /**
     * Acquires tokens, or queues a reservation for those that are due soon enough.
     *
     * @return whether they were available; if not, the reservation is queued, and may already be settled
     * @throws RateLimitExceededException if the wait would be too long
     * @throws StackOverflowError if the stack is nearly full; nothing is reserved then
     */
    boolean add(Reservation reservation, long now, long longestWait, RateLimiterConfig config) {
        StackRoom.require();
        for (int round = 0; ; round++) {
            TokenBucket latest = bucket.latest();
            switch (latest.reserve(now, longestWait, reservation, round < OVERDUE_ROUNDS)) {
                case ACQUIRED -> {
                    return true;
                }
                case RESERVED_FIRST -> {
                    next = reservation.dueAt() - latest.dueAt(0, reservation.permits());
                    started = true;
                    enqueue(reservation, latest);
                    return false;
                }
                case RESERVED -> {
                    enqueue(reservation, latest);
                    return false;
                }
                case REJECTED -> {
                    long retryAfter = Math.max(0, reservation.dueAt() - now - longestWait);
                    limiter.countRejected(reservation.permits());
                    throw limiter.rejection(config, retryAfter);
                }
                case OVERDUE -> awaitGrantOfOverdue(latest, now);
                case REPLACED -> SpinBackoff.pause();
            }
        }
    }

    private void awaitGrantOfOverdue(TokenBucket latest, long now) {
        SpinBackoff.awaitBriefly(() -> {
            drain();
            return !latest.isOverdue(now);
        });
    }

    private void enqueue(Reservation reservation, TokenBucket from) {
        enters(reservation);
        queue.add(reservation.node());
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
        if (!take(reservation)) {
            return false;
        }
        leaves(reservation);
        reservation.settle(outcome);
        cancelTokens(reservation.permits());
        drain();
        return true;
    }

    /**
     * Decides that the calling thread settles a reservation, which is not in the queue any more then.
     *
     * @return false if it has been settled, or is being settled
     */
    private boolean take(Reservation reservation) {
        if (!reservation.tryTake()) {
            return false;
        }
        queue.onTaken(reservation.node());
        return true;
    }

    private void cancelTokens(long tokens) {
        while (!bucket.latest().tryCancel(tokens)) {
            SpinBackoff.pause();
        }
    }

    /** Returns the tokens that were granted to a call that did not begin. */
    void returnTokens(int tokens) {
        returned.addAndGet(tokens);
        drain();
    }

    /**
     * When the tokens of a reservation are due if no waiter ahead leaves. Linear in their number, so not for every
     * call.
     */
    long dueAtOf(Reservation reservation) {
        if (!started) {
            return reservation.dueAt();
        }
        long ahead = queue.permitsAhead(reservation);
        return bucket.dueAt(next + ahead * bucket.nanosPerToken(), reservation.permits());
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

    /**
     * Grants due tokens, applies new settings and sets the timer. Never throws. Does nothing if the stack is nearly
     * full, since a waiter could be lost halfway: then the timer's thread drains, or the next caller.
     */
    void drain() {
        if (!StackRoom.exists() || DRAINS.getAndIncrement(this) != 0) {
            return;
        }
        boolean drained = false;
        try {
            drainAll();
            drained = true;
        } finally {
            if (!drained) {
                drains = 0; // which takes neither memory nor stack: this thread must not keep others from draining
            }
        }
        settled.start();
    }

    private void drainAll() {
        int seen = 1;
        do {
            try {
                drainOrReport();
            } catch (OutOfMemoryError full) {
                // Not even the report was possible.
            }
            seen = DRAINS.addAndGet(this, -seen);
        } while (seen != 0);
    }

    /**
     * Drains, and waits briefly until another thread that is draining has applied what was changed before: no call may
     * begin once a pause has been set.
     */
    void drainAndAwait() {
        drain();
        if (drains != 0) {
            SpinBackoff.awaitBriefly(() -> drains == 0);
        }
    }

    private void drainOrReport() {
        try {
            drainOnce();
        } catch (Throwable thrown) {
            SafeLog.error(log, "A rate limiter failed to serve its waiters", thrown);
        }
    }

    private void drainOnce() {
        if (bucket.isWaiting() && !started) {
            return; // the thread of the first reservation is about to publish its time, and then drains
        }
        long now = timer.now();
        try {
            serve(now);
        } finally {
            setTimer(now); // whatever fails before, waiters without a thread are not forgotten
        }
        queue.tidy(waiting.get());
    }

    private void serve(long now) {
        takeReturned(now);
        dropOverflow(now);
        grantDue(now);
        // The clock is read after what has changed: time before the change must not count as time after it.
        Pauses.Pause wanted = limiter.pause();
        if (!Objects.equals(pause, wanted)) {
            long until = wanted == null ? limiter.pauseEndedAt() : wanted.until();
            followPause(wanted, until, timer.now());
            grantDue(now);
        }
        RateLimiterConfig inForce = limiter.inForce();
        if (!applied.equals(inForce)) {
            reconfigure(inForce, timer.now());
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
    }

    private void takeReturned(long now) {
        long tokens = returned.getAndSet(0);
        if (tokens == 0 || isPaused(now)) {
            return; // a token that is returned must not let a call begin before the pause is over
        }
        if (started) {
            cancelTokens(tokens);
            moveNext(-bucket.nanosOf(tokens));
        } else if (!bucket.tryReturn(tokens)) {
            returned.addAndGet(tokens); // the first waiter has just arrived, and drains
        }
    }

    /**
     * Moves the reservations to later tokens if nobody granted the due ones for so long that the bucket would have
     * overflowed, as when the process stood still: all of them at once would be more than the burst. Only in real time:
     * who advances the time by hand wants all that happens meanwhile.
     */
    private void dropOverflow(long now) {
        while (started && timer.isSystem()) {
            long overflow = bucket.nextIfFull(now) - USUAL_DELAY_NANOS - next;
            if (overflow <= 0 || isPaused(now)) {
                return;
            }
            try {
                if (tryMove(bucket.word(), overflow, now)) {
                    return;
                }
            } catch (OutOfMemoryError full) {
                return; // those that are due would not begin at all
            }
        }
    }

    /**
     * Moves the tokens and reservations by a span.
     *
     * @param seen the bucket's word that the span was computed from
     * @return false if the word has changed meanwhile
     * @throws OutOfMemoryError if there is no memory for another bucket; nothing has changed then
     */
    private boolean tryMove(long seen, long nanos, long now) {
        TokenBucket replacement = new TokenBucket(applied, now);
        if (!bucket.tryMove(replacement, seen, nanos)) {
            return false;
        }
        bucket = replacement;
        if (TokenBucket.isWaiting(seen)) {
            moveNext(nanos);
            moved = true;
        }
        return true;
    }

    private void grantDue(long now) {
        while (started && next - now <= 0) {
            Reservation reservation = queue.first();
            if (reservation == null || dueAt(reservation) - now > 0) {
                return;
            }
            if (take(reservation)) {
                moveNext(reservation.permits() * bucket.nanosPerToken());
                settle(reservation, Reservation.State.GRANTED);
            }
        }
    }

    /** When the tokens of the first reservation are due. */
    private long dueAt(Reservation first) {
        return bucket.dueAt(next, first.permits());
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the draining thread writes it while there are reservations
    private void moveNext(long nanos) {
        next += nanos;
    }

    /** Ends all waits without a token. */
    private void settleAll(Reservation.State outcome) {
        for (Reservation first = queue.first(); first != null; first = queue.first()) {
            if (take(first)) {
                cancelTokens(first.permits());
                settle(first, outcome);
            }
        }
    }

    private void settle(Reservation reservation, Reservation.State outcome) {
        leaves(reservation);
        reservation.settle(outcome);
        settled.inform(reservation);
    }

    private boolean isPaused(long now) {
        return pause != null && pause.until() - now > 0;
    }

    /** By how much the pause that is in force has moved the tokens; zero if none is. */
    private long pausedBy(long now) {
        return isPaused(now) ? pausedBy : 0;
    }

    /**
     * Moves the tokens and reservations by a pause: the next token is due at its end, unless it is due later anyway,
     * and the others follow at the rate. If the pause ends before its time, that token is due when it would be without
     * the pause, but those of the meantime are lost.
     *
     * @param wanted the present pause, which may be over; null for none
     * @param until when it ends, or when the latest one has ended, which may be some time ago: the tokens since then
     *     count, up to a full bucket, however late a thread comes here
     */
    private void followPause(Pauses.@Nullable Pause wanted, long until, long now) {
        while (true) {
            long seen = bucket.word();
            boolean waits = TokenBucket.isWaiting(seen);
            if (waits && !started) {
                return; // the first waiter has just arrived, and drains
            }
            long due = waits ? next : now - bucket.untilNext(seen, now);
            long unpaused = due - pausedBy(now);
            long moved = due;
            boolean begins = wanted != null && until - now > 0;
            if (begins) {
                moved = later(unpaused, until);
            } else if (isPaused(now)) {
                // Not more than a full bucket: calls that wait now may have come after the end.
                moved = later(unpaused, until - now > 0 ? now : later(until, bucket.nextIfFull(now)));
            }
            if (moved != due && !tryMove(seen, moved - due, now)) {
                continue;
            }
            pause = wanted;
            pausedBy = begins ? moved - unpaused : 0;
            return;
        }
    }

    private static long later(long moment, long other) {
        return moment - other < 0 ? other : moment;
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
        long until = pause != null && isPaused(now) ? pause.until() : 0;
        while (true) {
            long seen = former.word();
            long reservations = 0;
            boolean waits = TokenBucket.isWaiting(seen);
            if (waits) {
                if (!started) {
                    return; // the first waiter has just arrived, and drains
                }
                reservations = former.reservations(seen, next);
                long excess = replacement.excess(reservations);
                if (excess > 0) {
                    if (!shedLast(excess)) {
                        return; // the waiters about to enter the queue drain
                    }
                    continue;
                }
            }
            // A pause stays as long as it is, at whatever rate; without it, the tokens come at the new one from now on.
            long due = waits ? next : now - former.untilNext(seen, now);
            long unpaused = former.rescaled(due - pausedBy(now), now, replacement);
            long first = isPaused(now) ? later(unpaused, until) : unpaused;
            if (former.tryReplace(replacement, seen, reservations, first)) {
                bucket = replacement;
                if (waits) {
                    next = first;
                    moved = true;
                }
                pausedBy = first - unpaused;
                applied = config;
                return;
            }
        }
    }

    /** Rejects the last waiters, whose tokens would come beyond the representable time. Returns false for none. */
    private boolean shedLast(long tokens) {
        long kept = -tokens;
        for (Reservation each = queue.first(); each != null; each = queue.after(each)) {
            kept += each.permits();
        }
        boolean shed = false;
        long seen = 0;
        for (Reservation each = queue.first(); each != null; each = queue.after(each)) {
            seen += each.permits();
            if (seen > kept && take(each)) {
                cancelTokens(each.permits());
                settle(each, Reservation.State.EXPIRED);
                shed = true;
            }
        }
        return shed;
    }

    private void move() {
        if (!started) {
            return;
        }
        long firstToken = next;
        for (Reservation reservation = queue.first(); reservation != null; reservation = queue.after(reservation)) {
            moveTo(reservation, bucket.dueAt(firstToken, reservation.permits()));
            firstToken += reservation.permits() * bucket.nanosPerToken();
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

    /** Ensures that a thread drains when the first waiter's tokens are due. */
    private void setTimer(long now) {
        while (true) {
            Reservation reservation = queue.first();
            if (reservation == null || !started) {
                timer.cancel();
                return;
            }
            long dueAt = dueAt(reservation);
            if (dueAt - now <= 0) {
                timer.cancel();
                return; // a waiter that is due has just arrived, and drains
            }
            boolean watchesClock = reservation.waiter().watchesClock();
            if (watchesClock) {
                moveTo(reservation, dueAt);
            }
            if (watchesClock && timer.isSystem()) {
                timer.cancel();
                return;
            }
            try {
                timer.set(dueAt);
                if (dueAt - timer.now() <= 0) {
                    DRAINS.getAndIncrement(this); // drain once more
                }
                return;
            } catch (Throwable noTimer) {
                if (watchesClock) {
                    return;
                }
                if (take(reservation)) {
                    leaves(reservation);
                    cancelTokens(reservation.permits());
                    reservation.fail(noTimer);
                    settled.inform(reservation);
                }
            }
        }
    }
}
