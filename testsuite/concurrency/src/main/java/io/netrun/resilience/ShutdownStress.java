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

/** Waits that begin, end, or sleep while their policy shuts down. */
public class ShutdownStress {

    /** A wait registers during the shutdown. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Notified of the shutdown once.")
    @Outcome(expect = FORBIDDEN, desc = "Waits forever, or was notified twice.")
    @State
    public static class WaitRegisters {

        private final PendingWaits waits = new PendingWaits();
        private final AtomicInteger notifications = new AtomicInteger();

        @Actor
        public void begin() {
            waits.register(notifications::incrementAndGet);
        }

        @Actor
        public void shutdown() {
            waits.shutdown();
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = notifications.get();
        }
    }

    /** Two threads shut the policy down, as the context and the registry may. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Notified of the shutdown once.")
    @Outcome(expect = FORBIDDEN, desc = "Waits forever, or was notified twice.")
    @State
    public static class ShutdownTwice {

        private final PendingWaits waits = new PendingWaits();
        private final AtomicInteger notifications = new AtomicInteger();

        public ShutdownTwice() {
            waits.register(notifications::incrementAndGet);
        }

        @Actor
        public void shutdown() {
            waits.shutdown();
        }

        @Actor
        public void shutdownAgain() {
            waits.shutdown();
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = notifications.get();
        }
    }

    /** A thread sleeps during the shutdown. The interrupt that wakes it must not outlive the sleep. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The sleep was over before.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Woken, or found the policy shut down.")
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
        public void shutdown() {
            waits.shutdown();
        }
    }

    /**
     * A thread sleeps in real time and the application interrupts it during the shutdown. The interrupt must not be
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
        public void shutdownAndInterrupt() {
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
