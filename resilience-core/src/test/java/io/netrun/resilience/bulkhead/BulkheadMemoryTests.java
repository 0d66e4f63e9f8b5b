package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What fails between two steps of a wait, such as an allocation while the heap is full, loses no permit. */
@org.junit.jupiter.api.Timeout(60)
class BulkheadMemoryTests {

    @Test
    void fullHeapShouldLoseNoPermitAndNoPlace() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx24m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullHeap.class.getName())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(output).contains("hung 0, active 0, queued 0, later call true");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void clockThatFailsAfterTheWaitShouldNotKeepThePermit() {
        AtomicBoolean failing = new AtomicBoolean();
        Bulkhead bulkhead = Bulkhead.of(
                "b", BulkheadConfig.builder().maxConcurrent(1).maxQueue(1).build(), new FailingTicker(failing));
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> running = CompletableFuture.runAsync(
                () -> bulkhead.run(() -> LimitFixture.awaitLatch(release)), BulkheadMemoryTests::start);
        await().until(() -> bulkhead.metrics().syncActive() == 1);
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> bulkhead.run(() -> {}), BulkheadMemoryTests::start);
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        failing.set(true);
        release.countDown();
        running.join();
        assertThatThrownBy(waiting::join).hasRootCauseMessage("no clock");
        assertThat(bulkhead.metrics().syncActive()).isZero();
    }

    /** Not in the common pool, which may have a single thread. */
    private static void start(Runnable task) {
        new Thread(task).start();
    }

    @Test
    void clockThatFailsAsAnAsyncCallIsGrantedShouldNotKeepIt() {
        AtomicBoolean failing = new AtomicBoolean();
        Bulkhead bulkhead = Bulkhead.of(
                "b", BulkheadConfig.builder().maxConcurrent(1).maxQueue(1).build(), new FailingTicker(failing));
        CompletableFuture<String> running = new CompletableFuture<>();
        bulkhead.callAsync(() -> running);
        CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("done"));
        failing.set(true);
        running.complete("first");
        assertThat(waiting.join()).isEqualTo("done");
        await().until(() -> bulkhead.metrics().asyncActive() == 0);
    }

    private record FailingTicker(AtomicBoolean failing) implements Ticker {

        @Override
        public long nanoTime() {
            if (failing.get()) {
                throw new IllegalStateException("no clock");
            }
            return Ticker.system().nanoTime();
        }

        @Override
        public Instant now() {
            return Ticker.system().now();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            Ticker.system().sleep(nanos);
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            return Ticker.system().schedule(task, delayNanos);
        }
    }

    /** Calls that wait, in a JVM whose heap is full for a moment every few milliseconds. */
    static final class FullHeap {

        private static volatile Object garbage = "";

        public static void main(String[] arguments) throws InterruptedException {
            Bulkhead bulkhead = Bulkhead.of(
                    "b",
                    c -> c.maxConcurrent(2)
                            .maxQueue(20)
                            .maxWait(Duration.ofMillis(20))
                            .pools(BulkheadPools.SHARED));
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                callers.add(daemon(() -> call(bulkhead), end));
            }
            Thread filler = daemon(FullHeap::fill, end);
            for (Thread caller : callers) {
                caller.join(8_000);
            }
            filler.join();
            long hung = callers.stream().filter(Thread::isAlive).count();
            BulkheadMetrics metrics = bulkhead.metrics();
            System.out.println("hung " + hung + ", active " + metrics.syncActive() + ", queued " + metrics.syncQueued()
                    + ", later call " + bulkhead.tryAcquirePermit().isPresent());
            Runtime.getRuntime().halt(0);
        }

        private static void call(Bulkhead bulkhead) {
            bulkhead.run(() -> LockSupport.parkNanos(1_000_000));
        }

        private static Thread daemon(Runnable task, long end) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() - end < 0) {
                    try {
                        task.run();
                    } catch (Throwable expected) {
                        // rejected, or without memory
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        private static void fill() {
            Object[] parts = new Object[10_000];
            int size = 1 << 18;
            for (int i = 0; i < parts.length && size >= 32; ) {
                try {
                    parts[i] = new byte[size];
                    i++;
                } catch (OutOfMemoryError full) {
                    size /= 4;
                }
            }
            garbage = parts;
            LockSupport.parkNanos(3_000_000);
            garbage = "";
            LockSupport.parkNanos(10_000_000);
        }
    }
}
