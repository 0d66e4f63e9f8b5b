package io.netrun.resilience.ratelimiter;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A waiter's claim to one token, and its position in the {@link ReservationQueue}. It is settled once. */
final class Reservation {

    /** What became of it. */
    enum State {
        WAITING,
        /** The token has come. */
        GRANTED,
        /** The rate limiter was switched off, so the call passes and uses no token. */
        PASSED,
        /** The waiter left of its own accord. */
        CANCELLED,
        /** The settings have changed so that it would have come later than the waiter may wait. */
        EXPIRED,
        /** The rate limiter was shut down. */
        SHUT_DOWN,
        /** There is no timer to wait by; {@link #failure()} says why. */
        NO_TIMER
    }

    private final Waiter waiter;

    /** When the token comes, as far as is known; it comes earlier if those before it leave. */
    private final AtomicLong dueAt = new AtomicLong();

    private long ticket;
    private @Nullable Throwable failure;
    private volatile State state = State.WAITING;

    Reservation(Waiter waiter) {
        this.waiter = waiter;
    }

    Waiter waiter() {
        return waiter;
    }

    long ticket() {
        return ticket;
    }

    /** Written once, before it is queued. */
    void setTicket(long ticket) {
        this.ticket = ticket;
    }

    long dueAt() {
        return dueAt.get();
    }

    void moveTo(long moment) {
        dueAt.set(moment);
    }

    /** For the waiter, which may be overtaken by news from the queue. */
    void tryMove(long from, long to) {
        dueAt.compareAndSet(from, to);
    }

    State state() {
        return state;
    }

    boolean isWaiting() {
        return state == State.WAITING;
    }

    /** Whether it was settled, and not with a token. */
    boolean hasFailed() {
        return state != State.WAITING && state != State.GRANTED;
    }

    /** For whoever took it out of the queue. */
    void settle(State outcome) {
        state = outcome;
    }

    /** For whoever took it out of the queue. */
    void fail(Throwable noTimer) {
        failure = noTimer;
        state = State.NO_TIMER;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }
}
