package io.netrun.resilience;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;

/** What becomes of a task for which no thread can be started. */
class WorkersTests {

    private final ManualTicker ticker = new ManualTicker();
    private final List<Thread> ran = new ArrayList<>();
    private int refusals;

    @Test
    void taskShouldRunAsSoonAsThereIsAThread() {
        refusals = 3;
        Workers.dispatch(this::run, this::execute, ticker);
        ticker.advance(Duration.ofMillis(20));
        assertThat(ran).isEmpty();
        ticker.advance(Duration.ofMillis(10));
        assertThat(ran).hasSize(1);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void taskShouldRunAtOnceWhereThereIsAThread() {
        Workers.dispatch(this::run, this::execute, new TimerlessTicker(ticker));
        assertThat(ran).hasSize(1);
    }

    @Test
    void taskWithoutAThreadAndATimerShouldRunOnTheCallingThread() {
        refusals = 1;
        Workers.dispatch(this::run, this::execute, new TimerlessTicker(ticker));
        assertThat(ran).containsExactly(Thread.currentThread());
    }

    private void run() {
        ran.add(Thread.currentThread());
    }

    /** An {@link Executor} that has no thread for the first tasks. */
    private void execute(Runnable task) {
        if (refusals-- > 0) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        task.run();
    }

    private static final InheritableThreadLocal<String> INHERITED = new InheritableThreadLocal<>();

    @ParameterizedTest
    @MethodSource("waysToAWorker")
    void workerShouldInheritNothingAndHaveAName(Consumer<Runnable> way) throws Exception {
        INHERITED.set("alice");
        try {
            CompletableFuture<String> seen = new CompletableFuture<>();
            way.accept(() -> seen.complete(Thread.currentThread().getName() + " " + INHERITED.get()));
            assertThat(seen.get(20, SECONDS)).matches("resilience-(timer-)?worker-\\d+ null");
        } finally {
            INHERITED.remove();
        }
    }

    static Stream<Consumer<Runnable>> waysToAWorker() {
        return Stream.of(
                Workers::execute,
                Workers::executePromptly,
                Workers::dispatch,
                task -> Workers.handOver(task).run());
    }

    @Test
    void taskHandedOverTwiceShouldRunOnce() throws Exception {
        AtomicInteger count = new AtomicInteger();
        Runnable handover = Workers.handOver(count::incrementAndGet);
        handover.run();
        handover.run();
        CountDownLatch later = new CountDownLatch(1);
        Workers.dispatch(later::countDown);
        assertThat(later.await(20, SECONDS)).isTrue();
        await().until(() -> count.get() == 1);
    }

    @Test
    void tasksThatBlockShouldHoldUpNoOther() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) {
            Workers.dispatch(() -> {
                begun.countDown();
                awaitUninterruptibly(release);
            });
        }
        try {
            assertThat(begun.await(20, SECONDS)).isTrue();
        } finally {
            release.countDown();
        }
    }

    @Test
    void taskThatFailsShouldLeaveTheWorkersAsTheyAre() throws Exception {
        for (int i = 0; i < 50; i++) {
            Workers.dispatch(() -> {
                throw new StackOverflowError();
            });
        }
        CountDownLatch later = new CountDownLatch(1);
        Workers.dispatch(later::countDown);
        assertThat(later.await(20, SECONDS)).isTrue();
    }

    @Test
    void whatATaskLeavesOnItsThreadShouldNotBeSeenByOthers() throws Exception {
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        ClassLoader foreign = new ClassLoader() {};
        for (int i = 0; i < 100; i++) {
            CountDownLatch done = new CountDownLatch(1);
            Workers.dispatch(() -> {
                if (MDC.get("user") != null
                        || Thread.currentThread().isInterrupted()
                        || Thread.currentThread().getContextClassLoader() == foreign) {
                    seen.add(Thread.currentThread().getName());
                }
                MDC.put("user", "alice");
                Thread.currentThread().setContextClassLoader(foreign);
                Thread.currentThread().interrupt();
                done.countDown();
            });
            assertThat(done.await(20, SECONDS)).isTrue();
        }
        assertThat(seen).isEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean open = false;
        while (!open) {
            try {
                open = latch.await(60, SECONDS);
            } catch (InterruptedException again) {
                // waits on
            }
        }
    }
}
