package io.netrun.resilience;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Waits that begin, end, or are slept through, while their policy is closed. */
public class Closings {

    /** A wait begins. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "It heard of the closing once.")
    @Outcome(expect = FORBIDDEN, desc = "It waits for ever, or was told twice.")
    @State
    public static class WaitBegins {

        private final PendingWaits waits = new PendingWaits();
        private final AtomicInteger told = new AtomicInteger();

        @Actor
        public void begin() {
            waits.register(told::incrementAndGet);
        }

        @Actor
        public void close() {
            waits.shutdown();
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = told.get();
        }
    }

    /** Two close, as the context and the registry may. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "It heard of the closing once.")
    @Outcome(expect = FORBIDDEN, desc = "It waits for ever, or was told twice.")
    @State
    public static class ClosedByTwo {

        private final PendingWaits waits = new PendingWaits();
        private final AtomicInteger told = new AtomicInteger();

        public ClosedByTwo() {
            waits.register(told::incrementAndGet);
        }

        @Actor
        public void close() {
            waits.shutdown();
        }

        @Actor
        public void closeToo() {
            waits.shutdown();
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = told.get();
        }
    }

    /** A thread sleeps. Whatever wakes it must not outlive its sleep. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "It had slept long enough before.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "It was woken, or found the policy closed.")
    @Outcome(expect = FORBIDDEN, desc = "The thread was interrupted.")
    @State
    public static class ThreadSleeps {

        private final PendingWaits waits = new PendingWaits();

        @Actor
        public void sleep(II_Result r) {
            try {
                r.r1 = waits.sleep(PassingTicker.INSTANCE, 1, Deadline.NONE) ? 1 : 0;
            } catch (InterruptedException e) {
                r.r1 = -1;
            }
            r.r2 = Thread.interrupted() ? 1 : 0;
        }

        @Actor
        public void close() {
            waits.shutdown();
        }
    }

    /**
     * A thread sleeps in real time and is interrupted by its user while the policy is closed: the interrupt must not be
     * lost.
     */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The interrupt was thrown, or is still set.")
    @Outcome(expect = FORBIDDEN, desc = "The interrupt is lost.")
    @State
    public static class SleeperIsInterrupted {

        private final PendingWaits waits = new PendingWaits();
        private volatile Thread sleeper;
        private volatile boolean interrupted;

        @Actor
        public void sleep(I_Result r) {
            sleeper = Thread.currentThread();
            boolean thrown = false;
            try {
                waits.sleep(Ticker.system(), 1_000, Deadline.NONE);
            } catch (InterruptedException e) {
                thrown = true;
            }
            while (!interrupted) {
                Thread.onSpinWait();
            }
            r.r1 = thrown | Thread.interrupted() ? 1 : 0;
        }

        @Actor
        public void closeAndInterrupt() {
            Thread thread;
            do {
                thread = sleeper;
            } while (thread == null);
            waits.shutdown();
            thread.interrupt();
            interrupted = true;
        }
    }
}
