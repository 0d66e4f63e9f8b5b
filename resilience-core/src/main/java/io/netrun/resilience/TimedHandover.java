package io.netrun.resilience;

/**
 * A task of a timer that hands its action to a thread of the pool when it is due. It is one object for the pool and for
 * the {@link TimerThread} that it is scheduled with, because nearly every call with a time limit needs both. With
 * another timer it is a {@link Runnable} like any other.
 */
final class TimedHandover extends TimerTask implements Runnable {

    private final PlatformPool pool;

    /** Creates a task that is scheduled later, at most once. */
    TimedHandover(PlatformPool pool, Runnable action) {
        super(action);
        this.pool = pool;
    }

    /** Creates a task for a timer, which is to add it. */
    TimedHandover(PlatformPool pool, Runnable action, TimerThread timer, long at) {
        super(timer, action, at);
        this.pool = pool;
    }

    /** Hands the action over, on the timer's thread, after which no stack of the timer contains this task. */
    @Override
    void fire() {
        if (isStillDue()) {
            pool.handOver(this);
        }
    }

    private boolean isStillDue() {
        return !(action() instanceof DueTask due) || due.tryFire();
    }

    /** Hands the action over, for other timers. Does nothing once it was handed over or cancelled. */
    @Override
    public void run() {
        if (tryMove(UNSCHEDULED, OVER)) {
            fire();
        } else if (state() != OVER && isStillDue()) {
            pool.execute(this::runAction); // its own links belong to the timer that it was scheduled with
        }
    }

    private void runAction() {
        Runnable due = takeAction();
        if (due != null) {
            due.run();
        }
    }
}
