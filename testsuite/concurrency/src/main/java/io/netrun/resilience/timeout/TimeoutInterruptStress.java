package io.netrun.resilience.timeout;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.netrun.resilience.Ticker;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;

/** A timeout on the caller's thread fires as the call returns. */
public class TimeoutInterruptStress {

    private static final TimeoutConfig CALLER =
            TimeoutConfig.builder().thread(TimeoutThread.CALLER).build();

    /** A ticker whose scheduled task is run by another thread. */
    private static final class HandedOver implements Ticker {

        private volatile Runnable task;

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public void sleep(long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled schedule(Runnable scheduled, long delayNanos) {
            task = scheduled;
            return () -> {};
        }

        void runWhenSet() {
            Runnable scheduled;
            do {
                scheduled = task;
            } while (scheduled == null);
            scheduled.run();
        }
    }

    /** The call ignores interrupts. */
    @JCStressTest
    @Outcome(id = "returned, 0, 0", expect = ACCEPTABLE, desc = "The call was first; its thread is not interrupted.")
    @Outcome(id = "TimeoutExceededException, 0, 0", expect = ACCEPTABLE, desc = "The timeout was first.")
    @Outcome(expect = FORBIDDEN, desc = "The timeout's interrupt outlives the call, or something else was thrown.")
    @State
    public static class AgainstReturn {

        private final HandedOver ticker = new HandedOver();
        private final Timeout timeout = Timeout.of("test", CALLER, ticker);
        private Thread caller;

        @Actor
        public void call(LII_Result r) {
            caller = Thread.currentThread();
            try {
                r.r1 = timeout.<String, RuntimeException>call(() -> "returned");
            } catch (RuntimeException e) {
                r.r1 = e.getClass().getSimpleName();
            }
            r.r2 = Thread.interrupted() ? 1 : 0;
        }

        @Actor
        public void expire() {
            ticker.runWhenSet();
        }

        @Arbiter
        public void lookForALateInterrupt(LII_Result r) {
            r.r3 = caller.isInterrupted() ? 1 : 0;
        }
    }

    /** The call ends with an {@link InterruptedException} if it finds its thread interrupted. */
    @JCStressTest
    @Outcome(id = "returned, 0, 0", expect = ACCEPTABLE, desc = "The call was first; its thread is not interrupted.")
    @Outcome(id = "TimeoutExceededException, 0, 0", expect = ACCEPTABLE, desc = "The timeout was first.")
    @Outcome(
            id = "InterruptedException, 0, 0",
            expect = FORBIDDEN,
            desc = "The caller sees the timeout's interrupt instead of TimeoutExceededException.")
    @Outcome(expect = FORBIDDEN, desc = "The timeout's interrupt outlives the call.")
    @State
    public static class AgainstAnInterruptibleCall {

        private final HandedOver ticker = new HandedOver();
        private final Timeout timeout = Timeout.of("test", CALLER, ticker);
        private Thread caller;

        @Actor
        public void call(LII_Result r) {
            caller = Thread.currentThread();
            try {
                r.r1 = timeout.<String, InterruptedException>call(() -> {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    return "returned";
                });
            } catch (InterruptedException | RuntimeException e) {
                r.r1 = e.getClass().getSimpleName();
            }
            r.r2 = Thread.interrupted() ? 1 : 0;
        }

        @Actor
        public void expire() {
            ticker.runWhenSet();
        }

        @Arbiter
        public void lookForALateInterrupt(LII_Result r) {
            r.r3 = caller.isInterrupted() ? 1 : 0;
        }
    }

    /** Nested timeouts: the inner call may end as both timeouts fire, while the outer one goes on. */
    @JCStressTest
    @Outcome(
            id = "interrupted, 0, 0",
            expect = ACCEPTABLE,
            desc = "The outer timeout's interrupt reaches the outer call.")
    @Outcome(
            id = "not interrupted, 0, 0",
            expect = FORBIDDEN,
            desc = "The inner timeout cleared the interrupt of the outer one.")
    @Outcome(expect = FORBIDDEN, desc = "A timeout's interrupt outlives the calls.")
    @State
    public static class NestedTimeouts {

        private final HandedOver outerTicker = new HandedOver();
        private final HandedOver innerTicker = new HandedOver();
        private final Timeout outer = Timeout.of("outer", CALLER, outerTicker);
        private final Timeout inner = Timeout.of("inner", CALLER, innerTicker);
        private volatile boolean expired;
        private Thread caller;

        @Actor
        public void call(LII_Result r) {
            caller = Thread.currentThread();
            try {
                outer.run(() -> {
                    callInner();
                    while (!expired) {
                        Thread.onSpinWait();
                    }
                    // Worker threads interrupt, so the outer timeout's interrupt may take a moment.
                    long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
                    while (!caller.isInterrupted() && System.nanoTime() - patience < 0) {
                        Thread.onSpinWait();
                    }
                    r.r1 = caller.isInterrupted() ? "interrupted" : "not interrupted";
                });
            } catch (TimeoutExceededException expected) {
                r.r2 = Thread.interrupted() ? 1 : 0;
            }
        }

        private void callInner() {
            try {
                inner.run(() -> {});
            } catch (TimeoutExceededException expected) {
                return;
            }
        }

        @Actor
        public void expire() {
            innerTicker.runWhenSet();
            outerTicker.runWhenSet();
            expired = true;
        }

        @Arbiter
        public void lookForALateInterrupt(LII_Result r) {
            r.r3 = caller.isInterrupted() ? 1 : 0;
        }
    }
}
