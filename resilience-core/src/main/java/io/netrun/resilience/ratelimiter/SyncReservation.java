package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CallInterruptedException;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Require;
import io.netrun.resilience.SpinBackoff;
import io.netrun.resilience.Ticker;
import io.netrun.resilience.Workers;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A sync caller that waits on its thread until it has a permit, is interrupted, its call is abandoned, or the rate
 * limiter shuts down. The thread checks the clock itself: when its token is due, it drains the queue, which grants the
 * tokens of the waiters ahead and its own. Other threads only wake it when its token is due earlier than it knew.
 */
final class SyncReservation extends Deadline.InFlight implements Waiter {

    /** How long it parks while another thread is about to settle it. */
    private static final long MOMENT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final RateLimiter limiter;
    private final RateLimiterConfig config;
    private final Deadline deadline;
    private final long giveUpAt;
    private final Reservation reservation;
    private final Thread thread = Thread.currentThread();

    /** When the sleeping thread wakes up; written before its last check whether it may sleep. */
    private volatile long wakesAt;

    /** The current sleep if time is not real; confined to the thread. */
    private @Nullable ReservationSleep sleep;

    SyncReservation(RateLimiter limiter, RateLimiterConfig config, Deadline deadline, long now, int permits) {
        this.limiter = limiter;
        this.config = config;
        this.deadline = deadline;
        this.reservation = new Reservation(this, permits);
        this.giveUpAt = now + Require.nanos(config.maxWait());
    }

    /** Returns with a permit, or throws without one. */
    void acquire(long now, long longestWait) {
        if (limiter.queue().add(reservation, now, longestWait, config)) {
            return;
        }
        if (reservation.isWaiting()) {
            Ticker.Scheduled expiry = null;
            try {
                expiry = watch(now);
                deadline.register(this);
                await();
            } catch (Throwable thrown) {
                leave();
                throw thrown;
            } finally {
                tryEnd();
                stopSleep();
                if (expiry != null) {
                    expiry.cancel();
                }
            }
        }
        switch (reservation.state()) {
            case GRANTED, PASSED -> requireWanted();
            case SHUT_DOWN -> throw rejected(true);
            case EXPIRED -> throw rejected(false);
            default -> throw givenUp();
        }
    }

    /**
     * A virtual thread does not wake up by itself while all carriers are busy, so that a worker ends its wait in time:
     * it would stay in the queue.
     */
    private Ticker.@Nullable Scheduled watch(long now) {
        return SpinBackoff.isOnVirtualThread()
                ? limiter.ticker().schedule(Workers.handOverWhenDue(this::expire), giveUpAt - now)
                : null;
    }

    private void expire() {
        ReservationQueue queue = limiter.queue();
        queue.drain();
        if (reservation.isWaiting() && queue.cancel(reservation, Reservation.State.EXPIRED)) {
            LockSupport.unpark(thread);
        }
    }

    /** Counts the rejection, unless the call was given up before: then its caller does not get the rejection. */
    private RuntimeException rejected(boolean shutDown) {
        if (deadline.isOver()) {
            return givenUp();
        }
        if (!shutDown) {
            return limiter.rejectExpired(config, reservation.permits());
        }
        limiter.countRejected(reservation.permits());
        limiter.publishRejected(limiter.retryAfter(reservation.permits()));
        return limiter.rejectionByShutdown(config);
    }

    /** Returns a permit that is not needed any more, so that the waiters behind move up, and throws. */
    private void requireWanted() {
        if (thread.isInterrupted()) {
            returnUnused();
            throw interrupted();
        }
        if (deadline != Deadline.NONE && deadline.isOver()) {
            returnUnused();
            throw givenUp();
        }
    }

    private RuntimeException givenUp() {
        return new CancellationException(
                "the call was given up while it waited for a permit of RateLimiter '" + limiter.name() + "'");
    }

    /** Returns when the reservation is settled. */
    private void await() {
        while (reservation.isWaiting()) {
            long now = limiter.queue().now();
            long dueAt = reservation.dueAt();
            if (dueAt - now <= 0 || giveUpAt - now <= 0) {
                checkClock(dueAt, now);
            } else if (!thread.isInterrupted()) {
                sleepUntil(giveUpAt - dueAt < 0 ? giveUpAt : dueAt, now);
            }
            if (thread.isInterrupted()) {
                throw interrupted(); // also with a token, which is returned
            }
        }
    }

    /** The token is due, or would come too late. */
    private void checkClock(long dueAt, long now) {
        ReservationQueue queue = limiter.queue();
        queue.drain();
        if (!reservation.isWaiting()) {
            return;
        }
        long moved = queue.dueAtOf(reservation);
        if (moved - now > 0 && giveUpAt - now <= 0) {
            queue.cancel(reservation, Reservation.State.EXPIRED);
        } else if (moved - now > 0) {
            reservation.tryMove(dueAt, moved);
        } else {
            LockSupport.parkNanos(this, MOMENT_NANOS); // another thread grants it, or is about to queue up before it
        }
    }

    private void sleepUntil(long moment, long now) {
        wakesAt = moment;
        if (!reservation.isWaiting() || isEarlierThan(moment)) {
            return;
        }
        if (limiter.ticker() == Ticker.system()) {
            LockSupport.parkNanos(this, moment - now);
            return;
        }
        ReservationSleep asleep = sleep;
        if (asleep == null || !asleep.isUntil(moment)) {
            stopSleep();
            asleep = new ReservationSleep(limiter, moment);
            sleep = asleep;
            asleep.begin();
        }
        LockSupport.park(this);
        Throwable failure = asleep.failure();
        if (failure != null) {
            throw new IllegalStateException("the ticker cannot sleep", failure);
        }
    }

    private void stopSleep() {
        if (sleep != null) {
            sleep.stop();
        }
    }

    private boolean isEarlierThan(long moment) {
        return reservation.dueAt() - moment < 0;
    }

    private CallInterruptedException interrupted() {
        return new CallInterruptedException(
                limiter.name(),
                "RateLimiter '" + limiter.name() + "': interrupted while waiting for a permit",
                new InterruptedException());
    }

    /** Leaves the queue. A permit that is granted at the same time is returned. */
    private void leave() {
        ReservationQueue queue = limiter.queue();
        for (int checks = 0;
                reservation.isWaiting() && !queue.cancel(reservation, Reservation.State.CANCELLED);
                checks++) {
            SpinBackoff.await(checks); // the thread that removed it settles it next
        }
        returnUnused();
    }

    private void returnUnused() {
        if (reservation.state() == Reservation.State.GRANTED) {
            limiter.queue().returnTokens(reservation.permits());
        }
    }

    @Override
    public boolean watchesClock() {
        return true;
    }

    @Override
    public void onMoved(long dueAt) {
        if (dueAt - wakesAt < 0) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void onSettled() {
        LockSupport.unpark(thread);
    }

    @Override
    protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
        if (limiter.queue().cancel(reservation, Reservation.State.CANCELLED)) {
            LockSupport.unpark(thread);
        }
    }
}
