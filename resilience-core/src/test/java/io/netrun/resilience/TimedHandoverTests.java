package io.netrun.resilience;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task that is one object for the timer and for the pool that runs it. */
@Timeout(60)
class TimedHandoverTests {

    private static final long MILLI = MILLISECONDS.toNanos(1);
    private static final long HOUR = SECONDS.toNanos(3_600);

    private final ManualTicker ticker = new ManualTicker();
    private final TimerThread timer = new TimerThread(Ticker.system(), 50 * MILLI);
    private final PlatformPool pool = new PlatformPool(TimedHandoverTests::thread, () -> false, ticker);
    private final SynchronousQueue<Thread> runs = new SynchronousQueue<>();
    private final TimedHandover handover = pool.prepareTimed(this::run);

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "pool");
        thread.setDaemon(true);
        return thread;
    }

    private void run() {
        try {
            runs.offer(Thread.currentThread(), 30, SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void assertRuns() throws InterruptedException {
        Thread ranOn = runs.poll(20, SECONDS);
        assertThat(ranOn).isNotNull();
        assertThat(ranOn.getName()).isEqualTo("pool");
    }

    /** Everything that was handed over before this has begun: the pool takes its tasks in order. */
    private void assertRunsNoMore() throws InterruptedException {
        CountDownLatch later = new CountDownLatch(1);
        pool.execute(later::countDown);
        assertThat(later.await(20, SECONDS)).isTrue();
        assertThat(runs.poll()).isNull();
    }

    @AfterEach
    void timerIsEmpty() {
        handover.cancel();
    }

    @Test
    void dueTaskShouldRunOnAThreadOfThePool() throws Exception {
        timer.schedule(handover, MILLI);
        assertRuns();
        assertRunsNoMore();
    }

    @Test
    void scheduledTaskShouldBeItsOwnHandle() {
        assertThat(timer.schedule(handover, HOUR)).isSameAs(handover);
    }

    @Test
    void dueTaskOfAnotherTickerShouldRunOnce() throws Exception {
        ticker.schedule(handover, MILLI);
        ticker.advance(Duration.ofMillis(1));
        assertRuns();
        handover.run();
        assertRunsNoMore();
    }

    @Test
    void cancelledTaskShouldNotRun() throws Exception {
        timer.schedule(handover, HOUR).cancel();
        handover.run();
        assertRunsNoMore();
    }

    /** Its links belong to the stack and the heap of the timer meanwhile. */
    @Test
    void taskRunWhileScheduledShouldLeaveTheTimerIntact() throws Exception {
        CountDownLatch others = new CountDownLatch(2);
        timer.schedule(others::countDown, MILLI);
        Ticker.Scheduled scheduled = timer.schedule(handover, HOUR);
        timer.schedule(others::countDown, MILLI);
        handover.run();
        assertRuns();
        assertThat(others.await(20, SECONDS)).isTrue();
        scheduled.cancel();
        assertRunsNoMore();
    }

    @Test
    void taskScheduledTwiceShouldRunOnce() throws Exception {
        timer.schedule(handover, MILLI);
        assertThat(timer.schedule(handover, MILLI)).isNotSameAs(handover);
        assertRuns();
        CountDownLatch later = new CountDownLatch(1);
        timer.schedule(later::countDown, 2 * MILLI);
        assertThat(later.await(20, SECONDS)).isTrue();
        assertRunsNoMore();
    }

    /** A task that is asked when it is due, with what it answers. */
    private final class Asked implements DueTask {

        private final boolean fires;
        private final List<Thread> askedOn = new CopyOnWriteArrayList<>();

        Asked(boolean fires) {
            this.fires = fires;
        }

        @Override
        public boolean tryFire() {
            askedOn.add(Thread.currentThread());
            return fires;
        }

        @Override
        public void run() {
            TimedHandoverTests.this.run();
        }
    }

    @Test
    void dueTaskShouldBeAskedOnceOnTheTimersThread() throws Exception {
        Asked asked = new Asked(true);
        timer.handOverAt(pool, asked, System.nanoTime() + MILLI);
        assertRuns();
        assertThat(asked.askedOn)
                .singleElement()
                .satisfies(thread -> assertThat(thread.getName()).isEqualTo("resilience-timer"));
        assertRunsNoMore();
    }

    @Test
    void dueTaskThatDeclinesShouldNotRun() throws Exception {
        Asked asked = new Asked(false);
        timer.handOverAt(pool, asked, System.nanoTime() + MILLI);
        while (asked.askedOn.isEmpty()) {
            Thread.onSpinWait();
        }
        assertRunsNoMore();
    }

    @Test
    void taskOfAnotherTickerThatDeclinesShouldNotRun() throws Exception {
        Asked asked = new Asked(false);
        ticker.schedule(pool.prepareTimed(asked), MILLI);
        ticker.advance(Duration.ofMillis(1));
        assertThat(asked.askedOn).containsExactly(Thread.currentThread());
        assertRunsNoMore();
    }

    @Test
    void cancelledTaskShouldNotBeAsked() throws Exception {
        Asked asked = new Asked(true);
        timer.handOverAt(pool, asked, System.nanoTime() + HOUR).cancel();
        CountDownLatch later = new CountDownLatch(1);
        timer.schedule(later::countDown, MILLI);
        assertThat(later.await(20, SECONDS)).isTrue();
        assertThat(asked.askedOn).isEmpty();
        assertRunsNoMore();
    }

    @Test
    void taskThatIsAskedTwiceShouldRunOnce() throws Exception {
        AtomicBoolean fired = new AtomicBoolean();
        DueTask once = new DueTask() {
            @Override
            public boolean tryFire() {
                return fired.compareAndSet(false, true);
            }

            @Override
            public void run() {
                TimedHandoverTests.this.run();
            }
        };
        TimedHandover twice = pool.prepareTimed(once);
        timer.schedule(twice, 50 * MILLI);
        twice.run();
        assertRuns();
        CountDownLatch later = new CountDownLatch(1);
        timer.schedule(later::countDown, 60 * MILLI);
        assertThat(later.await(20, SECONDS)).isTrue();
        assertRunsNoMore();
    }

    @Test
    void timeFarFromThePresentShouldBeReached() throws Exception {
        timer.handOverAt(pool, this::run, System.nanoTime() - Long.MAX_VALUE / 2);
        assertRuns();
    }

    @Test
    void tasksScheduledAndHandedOverShouldAllRun() throws Exception {
        int count = 10_000;
        CountDownLatch all = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            Ticker.Scheduled dropped = timer.schedule(pool.prepareTimed(() -> {}), HOUR);
            timer.schedule(pool.prepareTimed(all::countDown), i % 5 * MILLI);
            dropped.cancel();
        }
        assertThat(all.await(30, SECONDS)).isTrue();
    }
}
