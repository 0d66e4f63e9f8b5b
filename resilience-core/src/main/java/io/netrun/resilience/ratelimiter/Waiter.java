package io.netrun.resilience.ratelimiter;

/** What waits for a token. None of its methods blocks or runs code of the user, but {@link #onSettled}. */
interface Waiter {

    /** Whether it drains the queue itself when its token is due, so that it needs no timer. */
    boolean watchesClock();

    /** The token comes at another moment than was known; may be called when nothing has changed. */
    void onMoved(long dueAt);

    /**
     * The reservation was settled by another thread. Called once: on that thread, if the waiter watches the clock;
     * otherwise on a worker, where it may run code of the user.
     */
    void onSettled();
}
