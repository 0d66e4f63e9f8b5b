package io.netrun.resilience;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** What becomes of tasks for which no thread can be started. */
@Timeout(60)
class PlatformPoolTests {

    private static final Duration RETRY = Duration.ofMillis(10);

    private final ManualTicker ticker = new ManualTicker();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final CountDownLatch threadsMayBegin = new CountDownLatch(1);
    private final PlatformPool pool = new PlatformPool(this::thread, () -> true, ticker);
    private final List<Thread> ran = new CopyOnWriteArrayList<>();

    private Thread thread(Runnable task) {
        asked.incrementAndGet();
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        Thread thread = new Thread(() -> {
            awaitLatch(threadsMayBegin);
            task.run();
        });
        thread.setDaemon(true);
        return thread;
    }

    private void run() {
        ran.add(Thread.currentThread());
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void taskShouldRunAsSoonAsThereIsAThread() {
        threadsMayBegin.countDown();
        refusals.set(3);
        pool.execute(this::run);
        ticker.advance(RETRY);
        ticker.advance(RETRY);
        assertThat(asked).hasValue(3);
        ticker.advance(RETRY);
        await().until(() -> ran.size() == 1);
        ticker.advance(RETRY);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void tasksWithoutAThreadShouldShareOneRetry() {
        refusals.set(Integer.MAX_VALUE);
        for (int i = 0; i < 100; i++) {
            pool.execute(this::run);
        }
        assertThat(asked).hasValue(1);
        for (int i = 0; i < 50; i++) {
            ticker.advance(RETRY);
            pool.relieve();
        }
        assertThat(asked).hasValue(51);
        assertThat(ticker.scheduledCount()).isEqualTo(1);
        refusals.set(0);
        threadsMayBegin.countDown();
        ticker.advance(RETRY);
        await().until(() -> ran.size() == 100);
    }

    @Test
    void tasksHandedOverWithoutAThreadShouldShareOneRetry() {
        refusals.set(Integer.MAX_VALUE);
        List<Runnable> handovers = List.of(pool.prepare(this::run), pool.prepare(this::run), pool.prepare(this::run));
        assertThat(ticker.scheduledCount()).isZero();
        asked.set(0);
        handovers.forEach(Runnable::run);
        assertThat(asked).hasValue(1);
        ticker.advance(RETRY);
        assertThat(asked).hasValue(2);
        assertThat(ticker.scheduledCount()).isEqualTo(1);
        refusals.set(0);
        threadsMayBegin.countDown();
        ticker.advance(RETRY);
        await().until(() -> ran.size() == 3);
    }

    /** The leader has taken all three when there is no second thread. */
    @Test
    void tasksBehindABlockedOneShouldRunWhenThereIsAThread() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        pool.execute(() -> {
            begun.countDown();
            awaitLatch(release);
        });
        pool.execute(this::run);
        pool.execute(this::run);
        refusals.set(2);
        threadsMayBegin.countDown();
        awaitLatch(begun);
        ticker.advance(RETRY);
        ticker.advance(RETRY);
        await().until(() -> ran.size() == 2);
        release.countDown();
    }

    @Test
    void taskWithoutAThreadAndATimerShouldRunOnTheCallingThread() {
        PlatformPool alone = new PlatformPool(this::thread, () -> true, new TimerlessTicker(ticker));
        refusals.set(1);
        MDC.put("user", "alice");
        try {
            alone.execute(this::run);
            assertThat(ran).containsExactly(Thread.currentThread());
            assertThat(MDC.get("user")).isEqualTo("alice");
        } finally {
            MDC.clear();
        }
    }

    @Test
    void taskThatFailsOnTheCallingThreadShouldNotFailTheCaller() {
        PlatformPool alone = new PlatformPool(this::thread, () -> true, new TimerlessTicker(ticker));
        refusals.set(1);
        alone.execute(() -> {
            throw new AssertionError("task");
        });
        assertThat(asked).hasValue(1);
    }

    @Test
    void taskHandedOverWithoutAThreadAndATimerShouldWaitForATry() {
        PlatformPool alone = new PlatformPool(this::thread, () -> true, new TimerlessTicker(ticker));
        threadsMayBegin.countDown();
        refusals.set(3);
        alone.prepare(this::run).run();
        assertThat(ran).isEmpty();
        assertThat(alone.relieve()).isTrue();
        alone.relieve();
        await().until(() -> ran.size() == 1);
        assertThat(ran).doesNotContain(Thread.currentThread());
    }
}
