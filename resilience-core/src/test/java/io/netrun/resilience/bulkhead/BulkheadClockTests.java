package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Ticker;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What fails between two steps of a wait loses no permit. */
@org.junit.jupiter.api.Timeout(60)
class BulkheadClockTests {

    @Test
    void clockThatFailsAfterTheWaitShouldNotKeepThePermit() {
        AtomicBoolean failing = new AtomicBoolean();
        Bulkhead bulkhead = Bulkhead.of(
                "b", BulkheadConfig.builder().maxConcurrent(1).maxQueue(1).build(), new FailingTicker(failing));
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> running = CompletableFuture.runAsync(
                () -> bulkhead.run(() -> LimitFixture.awaitLatch(release)), BulkheadClockTests::start);
        await().until(() -> bulkhead.metrics().syncActive() == 1);
        CompletableFuture<Void> waiting =
                CompletableFuture.runAsync(() -> bulkhead.run(() -> {}), BulkheadClockTests::start);
        await().until(() -> bulkhead.metrics().syncQueued() == 1);
        failing.set(true);
        release.countDown();
        running.join();
        assertThat(waiting).succeedsWithin(LimitFixture.LONG);
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
}
