package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netrun.resilience.test.ManualTicker;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** In real time: sleeping and waking is what it is about. */
@Timeout(60)
class TimerThreadTests {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final TimerThread timer = new TimerThread(Ticker.system(), MINUTE);

    @Test
    void taskShouldRunOnceAndNotBeforeItsTime() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        AtomicLong at = new AtomicLong();
        long due = System.nanoTime() + 20 * MILLI;
        timer.schedule(
                () -> {
                    at.set(System.nanoTime());
                    ran.countDown();
                },
                20 * MILLI);
        assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(at.get() - due).isNotNegative();
        await().until(timer::isEmpty);
    }

    @Test
    void tasksShouldRunInTheOrderOfTheirTimes() {
        // By a clock that stands still meanwhile, so that they are set at the same time however busy the machine is.
        ManualTicker clock = new ManualTicker();
        TimerThread byClock = new TimerThread(clock, MINUTE);
        List<Integer> order = new CopyOnWriteArrayList<>();
        for (int delay : List.of(60, 20, 40, 0, 50, 10, 30)) {
            byClock.schedule(() -> order.add(delay), delay * MILLI);
        }
        clock.advance(Duration.ofMillis(60));
        await().until(() -> order.size() == 7);
        assertThat(order).containsExactly(0, 10, 20, 30, 40, 50, 60);
    }

    @Test
    void cancelledTaskShouldNotRunAndNotBeKept() {
        AtomicInteger runs = new AtomicInteger();
        Ticker.Scheduled atOnce = timer.schedule(runs::incrementAndGet, MINUTE);
        atOnce.cancel();
        Ticker.Scheduled later = timer.schedule(runs::incrementAndGet, MINUTE);
        await().pollDelay(50, TimeUnit.MILLISECONDS).until(() -> true);
        later.cancel();
        later.cancel();
        // Taken out by the round after the next task has come.
        timer.schedule(() -> {}, 0);
        await().until(timer::isEmpty);
        assertThat(runs).hasValue(0);
    }

    @Test
    void roundThatFailsShouldNeitherEndTheThreadNorLoseATask() {
        FailingClock clock = new FailingClock();
        TimerThread byClock = new TimerThread(clock, MINUTE);
        AtomicInteger runs = new AtomicInteger();
        byClock.schedule(runs::incrementAndGet, 0);
        await().until(() -> runs.get() == 1);
        Thread thread = byClock.thread();
        clock.failures.set(3);
        for (int i = 0; i < 100; i++) {
            byClock.scheduleAt(runs::incrementAndGet, System.nanoTime() + i % 5 * MILLI);
        }
        await().until(() -> runs.get() == 101);
        assertThat(clock.failures).hasValue(0);
        assertThat(byClock.thread()).isSameAs(thread);
    }

    /** Fails a given number of times on the timer thread, with the error of an exhausted heap. */
    private static final class FailingClock implements Ticker {

        private final AtomicInteger failures = new AtomicInteger();

        @Override
        public long nanoTime() {
            if (Thread.currentThread().getName().equals("resilience-timer")
                    && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new OutOfMemoryError("Java heap space");
            }
            return System.nanoTime();
        }

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public void sleep(long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void taskOfTheFarthestFutureShouldNotHoldUpOneThatIsDue() {
        Ticker.Scheduled farAway = timer.schedule(() -> {}, Long.MAX_VALUE);
        timer.scheduleAt(() -> {}, System.nanoTime() + Long.MAX_VALUE);
        AtomicInteger runs = new AtomicInteger();
        timer.schedule(runs::incrementAndGet, MILLI);
        timer.schedule(runs::incrementAndGet, Long.MIN_VALUE);
        await().until(() -> runs.get() == 2);
        farAway.cancel();
    }

    @Test
    void taskThatFailsShouldHarmNoOther() {
        AtomicInteger runs = new AtomicInteger();
        timer.schedule(
                () -> {
                    throw new AssertionError("task");
                },
                0);
        timer.schedule(runs::incrementAndGet, MILLI);
        await().until(() -> runs.get() == 1);
    }

    /** A log call may block. */
    @Test
    void failureOfATaskShouldBeLoggedOnAnotherThread() throws Exception {
        CompletableFuture<String> logged = new CompletableFuture<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                logged.complete(Thread.currentThread().getName());
            }
        };
        Logger log = (Logger) LoggerFactory.getLogger(TimerThread.class);
        appender.start();
        log.addAppender(appender);
        try {
            timer.schedule(
                    () -> {
                        throw new AssertionError("task");
                    },
                    0);
            assertThat(logged.get(20, TimeUnit.SECONDS)).startsWith("resilience-timer-worker-");
        } finally {
            log.detachAppender(appender);
        }
    }

    @Test
    void taskShouldStartAThreadThatAnotherOneCouldNot() throws Exception {
        setThread(new Thread(timer, "resilience-timer"));
        AtomicInteger runs = new AtomicInteger();
        timer.schedule(runs::incrementAndGet, 0);
        await().until(() -> runs.get() == 1);
    }

    @Test
    void taskShouldReplaceAThreadThatHasDied() throws Exception {
        Thread dead = new Thread(() -> {});
        dead.start();
        dead.join();
        setThread(dead);
        AtomicInteger runs = new AtomicInteger();
        timer.schedule(runs::incrementAndGet, 0);
        await().until(() -> runs.get() == 1);
        assertThat(timer.isRunning()).isTrue();
    }

    private void setThread(Thread thread) throws ReflectiveOperationException {
        Field field = TimerThread.class.getDeclaredField("thread");
        field.setAccessible(true);
        field.set(timer, thread);
    }

    @Test
    void interruptShouldNotStopTheThread() {
        timer.schedule(() -> {}, MINUTE);
        await().until(() -> timer.thread() != null);
        timer.thread().interrupt();
        AtomicInteger runs = new AtomicInteger();
        timer.schedule(runs::incrementAndGet, MILLI);
        await().until(() -> runs.get() == 1);
    }

    @Test
    void threadShouldEndWhenIdleAndBeThereAgainForTheNextTask() {
        TimerThread shortLived = new TimerThread(Ticker.system(), 20 * MILLI);
        for (int i = 0; i < 50; i++) {
            AtomicInteger runs = new AtomicInteger();
            shortLived.schedule(runs::incrementAndGet, i % 3 * MILLI);
            await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> runs.get() == 1);
            if (i % 2 == 0) {
                await().pollInterval(1, TimeUnit.MILLISECONDS).until(() -> shortLived.thread() == null);
            }
        }
    }

    @Test
    void threadShouldEndSoonAfterItsLastTaskWasCancelled() {
        TimerThread brief = new TimerThread(Ticker.system(), 20 * MILLI);
        Ticker.Scheduled farAway = brief.schedule(() -> {}, 60 * MINUTE);
        await().until(() -> brief.thread().getState() == Thread.State.TIMED_WAITING);
        farAway.cancel();
        await().until(() -> brief.thread() == null);
    }

    @Test
    void threadShouldStayWhileATaskWaits() {
        TimerThread brief = new TimerThread(Ticker.system(), MILLI);
        brief.schedule(() -> {}, 60 * MINUTE);
        await().during(Duration.ofMillis(50)).until(() -> brief.thread() != null);
    }

    @Test
    void tasksOfManyThreadsShouldEachRunOnceUnlessCancelled() throws Exception {
        TimerThread shortLived = new TimerThread(Ticker.system(), MILLI);
        AtomicInteger early = new AtomicInteger();
        Queue<AtomicInteger> kept = new ConcurrentLinkedQueue<>();
        Queue<AtomicInteger> cancelled = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                ThreadLocalRandom random = ThreadLocalRandom.current();
                for (int i = 0; i < 20_000; i++) {
                    AtomicInteger runs = new AtomicInteger();
                    long delay = random.nextInt(3) == 0 ? 0 : random.nextLong(5 * MILLI);
                    long due = System.nanoTime() + delay;
                    Ticker.Scheduled task = shortLived.schedule(
                            () -> {
                                if (System.nanoTime() - due < 0) {
                                    early.incrementAndGet();
                                }
                                runs.incrementAndGet();
                            },
                            delay);
                    if (random.nextBoolean()) {
                        task.cancel();
                        cancelled.add(runs);
                    } else {
                        kept.add(runs);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        await().until(() -> shortLived.isEmpty() && shortLived.thread() == null);
        assertThat(early).hasValue(0);
        assertThat(kept).isNotEmpty().allSatisfy(runs -> assertThat(runs).hasValue(1));
        assertThat(cancelled).isNotEmpty().allSatisfy(runs -> assertThat(runs).hasValueLessThan(2));
    }
}
