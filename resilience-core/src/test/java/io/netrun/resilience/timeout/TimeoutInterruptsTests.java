package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeoutInterruptsTests {

    private final TimeoutInterrupts outer = TimeoutInterrupts.enter();

    @AfterEach
    void leaveNothingOnTheThread() {
        Thread.interrupted();
    }

    @Test
    void callsWithinEachOtherShouldShareThemUntilTheOutermostHasEnded() {
        assertThat(TimeoutInterrupts.enter()).isSameAs(outer);
        outer.leave();
        assertThat(TimeoutInterrupts.enter()).isSameAs(outer);
        outer.leave();
        outer.leave();
        TimeoutInterrupts next = TimeoutInterrupts.enter();
        assertThat(next).isNotSameAs(outer);
        next.leave();
    }

    @Test
    void foreignInterruptShouldBeLeftAlone() {
        Thread.currentThread().interrupt();
        assertThat(outer.interrupt()).isFalse();
        outer.leave();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void flagShouldStayUntilTheLastInterruptIsTakenBack() {
        assertThat(outer.interrupt()).isTrue();
        assertThat(outer.interrupt()).isTrue();
        outer.clear(0);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        outer.clear(0);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        outer.leave();
    }

    /** One that the waiting thread has cleared, and one that is there now: the limit made one of them. */
    @Test
    void secondInterruptShouldBeLeftToItsUser() {
        assertThat(outer.interrupt()).isTrue();
        outer.clear(1);
        assertThat(Thread.interrupted()).isTrue();
        outer.leave();
    }

    @Test
    void callOnItsCallersThreadShouldLeaveNothingOnIt() {
        outer.leave();
        TimeoutInterrupts[] within = new TimeoutInterrupts[1];
        Timeout.of("test", c -> c.thread(TimeoutThread.CALLER)).run(() -> {
            within[0] = TimeoutInterrupts.enter();
            within[0].leave();
        });
        TimeoutInterrupts afterwards = TimeoutInterrupts.enter();
        assertThat(afterwards).isNotSameAs(within[0]);
        afterwards.leave();
    }

    /** A thread whose interrupt takes its time, as the close of a channel may. */
    private static final class Slow extends Thread {

        private final CountDownLatch interrupting = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);
        private volatile boolean slow;
        private volatile boolean cleared;

        Slow(Runnable body) {
            super(body, "slow");
        }

        @Override
        public void interrupt() {
            if (slow) {
                slow = false;
                interrupting.countDown();
                awaitUninterruptibly(go);
            }
            super.interrupt();
        }

        /** Lets the interrupt go on once the thread waits for it, or has not waited for it. */
        void release() {
            while (!cleared && getState() == State.RUNNABLE) {
                Thread.onSpinWait();
            }
            go.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                done = latch.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException again) {
                // the flag belongs to the test
            }
        }
    }

    /** The inner call ends while the interrupt by the outer limit is on its way. */
    @Test
    void innerCallShouldWaitForTheInterruptOfAnOuterLimit() throws Exception {
        AtomicBoolean leaked = new AtomicBoolean(true);
        AtomicBoolean kept = new AtomicBoolean();
        Slow[] self = new Slow[1];
        Thread[] limit = new Thread[1];
        self[0] = new Slow(() -> {
            Slow thread = self[0];
            TimeoutInterrupts interrupts = TimeoutInterrupts.enter();
            interrupts.interrupt(); // by the inner limit
            thread.slow = true;
            limit[0] = new Thread(interrupts::interrupt);
            limit[0].start();
            awaitUninterruptibly(thread.interrupting);
            Thread releasing = new Thread(thread::release);
            releasing.start();
            interrupts.clear(0);
            thread.cleared = true;
            kept.set(Thread.currentThread().isInterrupted());
            int cleared = 0;
            while (limit[0].isAlive()) { // as the outer call waits for the end of the interrupt
                cleared += Thread.interrupted() ? 1 : 0;
                Thread.onSpinWait();
            }
            interrupts.clear(cleared);
            leaked.set(Thread.interrupted());
            interrupts.leave();
        });
        self[0].start();
        self[0].join(60_000);
        assertThat(kept).as("the outer call is interrupted within").isTrue();
        assertThat(leaked).as("nothing is left after the outer call").isFalse();
    }
}
