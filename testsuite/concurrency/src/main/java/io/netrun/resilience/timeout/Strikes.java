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

/** A time limit on its caller's thread that strikes at the moment at which the call returns. */
public class Strikes {

    private static final TimeoutConfig CALLER =
            TimeoutConfig.builder().thread(TimeoutThread.CALLER).build();

    /** Time whose task another thread runs. */
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

    /** The call does not look at interrupts. */
    @JCStressTest
    @Outcome(id = "returned, 0, 0", expect = ACCEPTABLE, desc = "The call was first; its thread is not interrupted.")
    @Outcome(id = "TimeoutExceededException, 0, 0", expect = ACCEPTABLE, desc = "The limit was first.")
    @Outcome(expect = FORBIDDEN, desc = "The limit's interrupt outlives the call, or something else was thrown.")
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
        public void strike() {
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
    @Outcome(id = "TimeoutExceededException, 0, 0", expect = ACCEPTABLE, desc = "The limit was first.")
    @Outcome(
            id = "InterruptedException, 0, 0",
            expect = FORBIDDEN,
            desc = "The caller sees the limit's interrupt instead of the limit.")
    @Outcome(expect = FORBIDDEN, desc = "The limit's interrupt outlives the call.")
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
        public void strike() {
            ticker.runWhenSet();
        }

        @Arbiter
        public void lookForALateInterrupt(LII_Result r) {
            r.r3 = caller.isInterrupted() ? 1 : 0;
        }
    }

    /** Two limits within each other: the inner call may end as both strike, the outer one goes on. */
    @JCStressTest
    @Outcome(
            id = "interrupted, 0, 0",
            expect = ACCEPTABLE,
            desc = "The outer limit's interrupt reaches what it is for.")
    @Outcome(
            id = "not interrupted, 0, 0",
            expect = FORBIDDEN,
            desc = "The inner limit took the outer one's interrupt with it.")
    @Outcome(expect = FORBIDDEN, desc = "An interrupt of a limit outlives the calls.")
    @State
    public static class OfTwoLimits {

        private final HandedOver outerTicker = new HandedOver();
        private final HandedOver innerTicker = new HandedOver();
        private final Timeout outer = Timeout.of("outer", CALLER, outerTicker);
        private final Timeout inner = Timeout.of("inner", CALLER, innerTicker);
        private volatile boolean struck;
        private Thread caller;

        @Actor
        public void call(LII_Result r) {
            caller = Thread.currentThread();
            try {
                outer.run(() -> {
                    callInner();
                    while (!struck) {
                        Thread.onSpinWait();
                    }
                    // Workers make the interrupts, so that of the outer limit may take a moment.
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
        public void strike() {
            innerTicker.runWhenSet();
            outerTicker.runWhenSet();
            struck = true;
        }

        @Arbiter
        public void lookForALateInterrupt(LII_Result r) {
            r.r3 = caller.isInterrupted() ? 1 : 0;
        }
    }
}
