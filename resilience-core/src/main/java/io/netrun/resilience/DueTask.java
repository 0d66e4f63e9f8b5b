package io.netrun.resilience;

/**
 * A task for a worker thread that takes part in its expiry: the timer asks it at its time, and hands it over only if it
 * agrees. So what expires is decided at that moment, however long a worker takes to begin.
 *
 * @apiNote For authors of policies. See {@link Workers#handOverWhenDue}.
 */
public interface DueTask extends Runnable {

    /**
     * Decides whether this task is to run. Called on the timer's thread: must be short, must not throw, block, allocate
     * or run user code.
     *
     * @return false if it is not to run, since what it would end has ended
     */
    boolean tryFire();
}
