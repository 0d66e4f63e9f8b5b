package io.netrun.resilience.ratelimiter;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/** A waiter's claim to its tokens and its position in the {@link ReservationQueue}. Settled exactly once. */
final class Reservation {

    /** The outcome. */
    enum State {
        WAITING,
        /** The tokens have come. */
        GRANTED,
        /** The tokens have come, and were returned because the call did not begin. */
        RETURNED,
        /** The rate limiter was disabled or is in mode observe, so the call passes without a token. */
        PASSED,
        /** The waiter was cancelled. */
        CANCELLED,
        /** The settings changed, and the token would have come later than the waiter may wait. */
        EXPIRED,
        /** The rate limiter was shut down. */
        SHUT_DOWN,
        /** No timer could be set; {@link #failure()} is the reason. */
        NO_TIMER
    }

    private static final AtomicReferenceFieldUpdater<Reservation, State> STATE =
            AtomicReferenceFieldUpdater.newUpdater(Reservation.class, State.class, "state");

    private final Waiter waiter;
    private final int permits;

    /** When the last token is due, as far as is known. It is due earlier if waiters ahead leave. */
    private final AtomicLong dueAt = new AtomicLong();

    private static final AtomicIntegerFieldUpdater<Reservation> TAKEN =
            AtomicIntegerFieldUpdater.newUpdater(Reservation.class, "taken");

    /** Its node of the queue. */
    private final WaitingList.Node node = new WaitingList.Node(this);

    /** By which the waiter is handed to a worker; null if it watches the clock. */
    private final ReadyCalls.@Nullable Node ready;

    private volatile int taken;
    private @Nullable Throwable failure;
    private volatile State state = State.WAITING;

    /**
     * A reservation.
     *
     * @param permits how many tokens the waiter takes, at least one
     */
    Reservation(Waiter waiter, int permits) {
        this.waiter = waiter;
        this.permits = permits;
        this.ready = waiter.watchesClock() ? null : new ReadyCalls.Node(waiter);
    }

    int permits() {
        return permits;
    }

    Waiter waiter() {
        return waiter;
    }

    WaitingList.Node node() {
        return node;
    }

    ReadyCalls.@Nullable Node ready() {
        return ready;
    }

    /** Decides that the calling thread settles it. Returns false if another one does. */
    boolean tryTake() {
        return TAKEN.compareAndSet(this, 0, 1);
    }

    /** Whether it is settled, or is about to be: a queue may keep it a little longer. */
    boolean isTaken() {
        return taken != 0;
    }

    long dueAt() {
        return dueAt.get();
    }

    void moveTo(long moment) {
        dueAt.set(moment);
    }

    /** For the waiter; loses against a concurrent update by the queue. */
    void tryMove(long from, long to) {
        dueAt.compareAndSet(from, to);
    }

    State state() {
        return state;
    }

    boolean isWaiting() {
        return state == State.WAITING;
    }

    /** Whether the call may begin or has begun. */
    boolean hasToken() {
        State now = state;
        return now == State.GRANTED || now == State.PASSED;
    }

    /** Whether it was settled without a token. */
    boolean hasFailed() {
        State now = state;
        return now != State.WAITING && now != State.GRANTED && now != State.RETURNED;
    }

    /** Decides that a granted token is returned. Returns false if there is none, or that was decided before. */
    boolean tryReturn() {
        return STATE.compareAndSet(this, State.GRANTED, State.RETURNED);
    }

    /** For the thread that has {@linkplain #tryTake taken} it. */
    void settle(State outcome) {
        state = outcome;
    }

    /** For the thread that has {@linkplain #tryTake taken} it. */
    void fail(Throwable noTimer) {
        failure = noTimer;
        state = State.NO_TIMER;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }
}
