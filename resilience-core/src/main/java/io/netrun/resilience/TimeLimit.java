package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A scope with a limit of its own. Most scopes have none, so they do without its fields. */
final class TimeLimit extends Deadline {

    private static final VarHandle STARTED = ConstantBootstraps.fieldVarHandle(
            MethodHandles.lookup(), "started", VarHandle.class, TimeLimit.class, boolean.class);

    private final Ticker ticker;
    private final long nanos;

    /** Written before {@link #started}. Threads that compute it concurrently write nearly the same value. */
    private long expiresAt;

    private volatile boolean started;

    TimeLimit(Ticker ticker, long nanos, @Nullable Deadline outer) {
        super(outer);
        this.ticker = ticker;
        this.nanos = nanos;
    }

    /** Returns the time at which the limit expires, which is decided by the first call. */
    long expiresAt() {
        if (!started) {
            expiresAt = ticker.nanoTime() + nanos;
            STARTED.setRelease(this, true); // no fence: who does not see it yet computes the time again
        }
        return expiresAt;
    }

    @Override
    public long remainingNanosOfThis() {
        return expiresAt() - ticker.nanoTime();
    }

    @Override
    public Ticker.Scheduled schedule(Runnable task) {
        return ticker.scheduleAt(task, expiresAt());
    }

    @Override
    public Ticker.Scheduled scheduleHandOver(Runnable task) {
        return ticker == SystemTicker.INSTANCE
                ? SystemTicker.handOverAt(task, expiresAt())
                : ticker.scheduleAt(Workers.handOverWhenDue(task), expiresAt());
    }
}
