package io.netrun.resilience;

/** A ticker that can set no timer, as when the process may start no more threads. */
public final class TimerlessTicker extends RelayTicker {

    public TimerlessTicker(Ticker time) {
        super(time);
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        throw new OutOfMemoryError("unable to create native thread");
    }
}
