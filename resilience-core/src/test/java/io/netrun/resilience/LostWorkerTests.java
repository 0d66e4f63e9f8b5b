package io.netrun.resilience;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.test.ManualTicker;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of tasks whose thread has died, for example of exhausted memory. */
@Timeout(120)
class LostWorkerTests {

    private static final Duration RETRY = Duration.ofMillis(10);

    private final ManualTicker ticker = new ManualTicker();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private PlatformPool pool(Function<Runnable, Runnable> body) {
        return new PlatformPool(
                task -> {
                    Thread thread = new Thread(body.apply(task));
                    thread.setDaemon(true);
                    thread.setUncaughtExceptionHandler((dead, thrown) -> {});
                    threads.add(thread);
                    return thread;
                },
                () -> true,
                ticker);
    }

    private void turnUntil(CompletableFuture<?> ran) {
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    ticker.advance(RETRY);
                    return ran.isDone();
                });
    }

    @Test
    void taskShouldRunThoughThreadsDiedWithoutATrace() {
        AtomicInteger created = new AtomicInteger();
        PlatformPool pool = pool(task -> created.incrementAndGet() <= 3 ? () -> {} : task);
        CompletableFuture<Void> first = new CompletableFuture<>();
        pool.execute(() -> first.complete(null));
        CompletableFuture<Void> second = new CompletableFuture<>();
        pool.execute(() -> second.complete(null));
        turnUntil(first);
        turnUntil(second);
        assertThat(created.get()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void handedOverTaskShouldRunThoughItsThreadDiedWithoutATrace() {
        AtomicInteger created = new AtomicInteger();
        PlatformPool pool = pool(task -> created.incrementAndGet() == 1 ? () -> {} : task);
        CompletableFuture<Void> ran = new CompletableFuture<>();
        pool.prepare(() -> ran.complete(null)).run();
        assertThat(created).hasValue(1);
        assertThat(pool.relieve()).isTrue();
        ticker.advance(Duration.ofMillis(99));
        assertThat(pool.relieve()).isTrue();
        assertThat(created).hasValue(1);
        ticker.advance(Duration.ofMillis(1));
        pool.relieve();
        assertThat(created).hasValueGreaterThanOrEqualTo(2); // the second one may have started its successor
        assertThat(ran).succeedsWithin(Duration.ofSeconds(30));
        assertThat(pool.relieve()).isFalse();
    }

    @Test
    void threadThatWasOnlySlowShouldLeaveTheTasksToItsSuccessor() throws Exception {
        CountDownLatch goesOn = new CountDownLatch(1);
        AtomicInteger created = new AtomicInteger();
        PlatformPool pool = pool(task -> created.incrementAndGet() > 1
                ? task
                : () -> {
                    awaitLatch(goesOn);
                    task.run();
                });
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        pool.execute(() -> ran.complete(Thread.currentThread()));
        turnUntil(ran);
        assertThat(ran.get()).isSameAs(threads.get(1));
        goesOn.countDown();
        AtomicInteger runs = new AtomicInteger();
        for (int i = 0; i < 1_000; i++) {
            pool.execute(runs::incrementAndGet);
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> runs.get() == 1_000);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void limitsShouldFireThoughThreadsAreStopped(boolean timersToo) throws ReflectiveOperationException {
        Predicate<String> chosen =
                name -> name.startsWith("resilience-timer-worker") || timersToo && name.equals("resilience-timer");
        for (int round = 0; round < 15; round++) {
            List<CompletableFuture<Void>> fired = new ArrayList<>();
            int stopped = 0;
            for (int i = 0; i <= round % 5; i++) {
                fired.add(schedule(i * 100_000L));
                if (i % 2 == 1) {
                    stopped += stop(chosen);
                }
            }
            // A thread can be stopped between taking a task and the first step of the task, which is lost then.
            assertThat(countLost(fired)).as("round " + round).isLessThanOrEqualTo(stopped);
            stop(chosen);
            assertThat(schedule(0)).as("round " + round).succeedsWithin(Duration.ofSeconds(30));
        }
    }

    private static CompletableFuture<Void> schedule(long delayNanos) {
        CompletableFuture<Void> ran = new CompletableFuture<>();
        Ticker.system().schedule(Workers.handOverWhenDue(() -> ran.complete(null)), delayNanos);
        return ran;
    }

    private static int countLost(List<CompletableFuture<Void>> fired) {
        int lost = 0;
        for (CompletableFuture<Void> ran : fired) {
            try {
                ran.get(10, SECONDS);
            } catch (ExecutionException | InterruptedException | TimeoutException stillWaiting) {
                lost++;
            }
        }
        return lost;
    }

    /**
     * Stops threads, as an error of the virtual machine may end them anywhere, and returns their number. Only older
     * JDKs can.
     */
    private static int stop(Predicate<String> chosen) throws ReflectiveOperationException {
        int stopped = 0;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (chosen.test(thread.getName())) {
                try {
                    Thread.class.getMethod("stop").invoke(thread);
                    stopped++;
                } catch (InvocationTargetException unsupported) {
                    Assumptions.abort("This JDK cannot stop threads");
                } catch (NoSuchMethodException gone) {
                    Assumptions.abort("This JDK cannot stop threads");
                }
            }
        }
        return stopped;
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
