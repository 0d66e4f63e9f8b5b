package io.netrun.resilience;

import java.lang.invoke.ConstantBootstraps;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ticker that is foreign code, so that policies need not fear it: reading a clock and a cancel never throw, a task
 * runs at most once and not at all once it was cancelled, and neither does one whose {@code schedule} failed. While a
 * clock cannot be read, its time stands still: policies read it between what they acquire and what they release.
 */
final class GuardedTicker implements Ticker {

    private static final Logger log = LoggerFactory.getLogger(GuardedTicker.class);

    private final Ticker foreign;

    /** The latest readings. Racy: they only serve for want of a better one. */
    private long lastNanos;

    private Instant lastTime = Instant.EPOCH;

    /** Whether it was logged that a clock cannot be read. Racy: it may be logged again. */
    private boolean logged;

    private GuardedTicker(Ticker foreign) {
        this.foreign = foreign;
    }

    /** Returns the ticker itself if it is the system's, or guarded already. */
    static Ticker of(Ticker ticker) {
        return ticker == SystemTicker.INSTANCE || ticker instanceof GuardedTicker ? ticker : new GuardedTicker(ticker);
    }

    @Override
    public long nanoTime() {
        try {
            long now = foreign.nanoTime();
            lastNanos = now;
            return now;
        } catch (Throwable failed) {
            log("nanoTime()", failed);
            return lastNanos;
        }
    }

    @Override
    public Instant now() {
        try {
            Instant now = Objects.requireNonNull(foreign.now(), "the ticker's now() returned null");
            lastTime = now;
            return now;
        } catch (Throwable failed) {
            log("now()", failed);
            return lastTime;
        }
    }

    private void log(String method, Throwable failed) {
        if (!logged) {
            logged = true;
            SafeLog.warn(log, "{} of a ticker failed; its latest reading is used", method, failed);
        }
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        foreign.sleep(nanos);
    }

    @Override
    public Scheduled schedule(Runnable task, long delayNanos) {
        return guarded(task, guarded -> foreign.schedule(guarded, delayNanos));
    }

    @Override
    public Scheduled scheduleAt(Runnable task, long at) {
        return guarded(task, guarded -> foreign.scheduleAt(guarded, at));
    }

    private static Scheduled guarded(Runnable task, Function<Runnable, Scheduled> schedule) {
        Task guarded = new Task(task);
        try {
            return guarded.set(schedule.apply(guarded));
        } catch (Throwable failed) {
            guarded.drop();
            throw failed;
        }
    }

    @Override
    public String toString() {
        return foreign.toString();
    }

    /** A task, which is released with its run or its cancel, and its handle. */
    private static final class Task implements Runnable, Scheduled {

        private static final VarHandle ACTION = ConstantBootstraps.fieldVarHandle(
                MethodHandles.lookup(), "action", VarHandle.class, Task.class, Runnable.class);

        @SuppressWarnings("UnusedVariable") // read through ACTION
        private @Nullable Runnable action;

        /** Null until the task is set. */
        private @Nullable Scheduled foreign;

        Task(Runnable action) {
            this.action = action;
        }

        Task set(@Nullable Scheduled by) {
            foreign = Objects.requireNonNull(by, "the ticker's schedule returned null instead of a handle");
            return this;
        }

        @Override
        public void run() {
            Runnable due = drop();
            if (due != null) {
                due.run();
            }
        }

        @Nullable
        Runnable drop() {
            return (Runnable) ACTION.getAndSet(this, null);
        }

        @Override
        public void cancel() {
            drop();
            Scheduled present = foreign;
            if (present == null) {
                return;
            }
            try {
                present.cancel();
            } catch (Throwable failed) {
                SafeLog.warn(log, "A timer could not be cancelled; it does nothing when it is due", failed);
            }
        }
    }
}
