package io.netrun.resilience.ratelimiter;

/** A call that waits for a token. Only {@link #onSettled} may block or run user code. */
interface Waiter {

    /** Whether it drains the queue itself when its token is due, so that it needs no timer. */
    boolean watchesClock();

    /** The token is due at another time than was known. May be called although nothing has changed. */
    void onMoved(long dueAt);

    /**
     * The reservation was settled by another thread. Called once: on that thread if the waiter watches the clock,
     * otherwise on a worker thread, where it may run user code.
     */
    void onSettled();
}
