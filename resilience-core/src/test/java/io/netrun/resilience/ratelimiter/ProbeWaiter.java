package io.netrun.resilience.ratelimiter;

/** A waiter that does nothing but wait: the test drains the queue for it. */
final class ProbeWaiter implements Waiter {

    private final Reservation reservation;
    private boolean acquired;

    ProbeWaiter() {
        this(1);
    }

    ProbeWaiter(int permits) {
        this.reservation = new Reservation(this, permits);
    }

    int permits() {
        return reservation.permits();
    }

    /** How long it has to wait for its token; if too long, the negated time after which it would be let in. */
    long add(RateLimiter limiter, long longestWait) {
        long now = limiter.ticker().nanoTime();
        try {
            acquired = limiter.queue().add(reservation, now, longestWait, limiter.config());
        } catch (RateLimitExceededException rejected) {
            return -rejected.retryAfter().orElseThrow().toNanos();
        }
        return acquired ? 0 : reservation.dueAt() - now;
    }

    boolean leave(RateLimiter limiter) {
        return limiter.queue().cancel(reservation, Reservation.State.CANCELLED);
    }

    Reservation.State state() {
        return acquired ? Reservation.State.GRANTED : reservation.state();
    }

    @Override
    public boolean watchesClock() {
        return true;
    }

    @Override
    public void onMoved(long dueAt) {
        // It does not sleep.
    }

    @Override
    public void onSettled() {
        // It does not sleep.
    }
}
