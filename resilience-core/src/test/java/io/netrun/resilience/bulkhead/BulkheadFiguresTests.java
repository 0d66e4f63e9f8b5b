package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Subscription;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a bulkhead reports, and what it leaves behind. */
class BulkheadFiguresTests {

    private final ManualTicker ticker = new ManualTicker();
    private final Bulkhead bulkhead = Bulkhead.of(
            "test",
            BulkheadConfig.builder()
                    .maxConcurrent(1)
                    .maxQueue(1)
                    .maxWait(Duration.ofSeconds(5))
                    .build(),
            ticker);

    @Test
    void ofShouldHaveTheDocumentedDefaults() {
        BulkheadMetrics metrics = Bulkhead.of("test").metrics();
        assertThat(metrics.maxConcurrent()).isEqualTo(10);
        assertThat(metrics.maxQueue()).isEqualTo(100);
        assertThat(Bulkhead.of("test")).hasToString("Bulkhead 'test' (10 concurrent, 100 queued)");
    }

    @Test
    void rejectionShouldCarryTheFigures() {
        bulkhead.callAsync(CompletableFuture::new);
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<Object> refused = bulkhead.callAsync(CompletableFuture::new);
        BulkheadFullException full = (BulkheadFullException)
                catchThrowableOfType(CompletionException.class, refused::join).getCause();
        assertThat(full.active()).isOne();
        assertThat(full.queued()).isOne();
        assertThat(full.maxConcurrent()).isOne();
        assertThat(full.maxQueue()).isOne();
    }

    @Test
    void totalsShouldBeThoseOfBothPools() {
        bulkhead.run(() -> {});
        bulkhead.callAsync(() -> CompletableFuture.completedFuture("done"));
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(2);
    }

    @Test
    void listenerShouldReceiveRejectionsUntilItUnsubscribes() {
        List<BulkheadEvent.Rejected> heard = new ArrayList<>();
        Subscription subscription = bulkhead.onRejected(heard::add);
        for (int i = 0; i < 3; i++) {
            bulkhead.callAsync(CompletableFuture::new);
        }
        subscription.close();
        bulkhead.callAsync(CompletableFuture::new);
        assertThat(heard)
                .singleElement()
                .satisfies(event -> assertThat(event.type()).isEqualTo(Bulkhead.TYPE));
    }

    @Test
    void grantedAsyncCallShouldLeaveNoTimerAndReportItsWait() {
        CompletableFuture<String> running = new CompletableFuture<>();
        bulkhead.callAsync(() -> running);
        CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("done"));
        assertThat(ticker.scheduledCount()).isOne();
        ticker.advance(Duration.ofSeconds(2));
        running.complete("done");
        await().until(waiting::isDone);
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(bulkhead.metrics().longestWait()).isEqualTo(Duration.ofSeconds(2));
        await().untilAsserted(() -> assertThat(bulkhead.metrics().asyncActive()).isZero());
    }

    @Test
    void longestWaitShouldBeTakenOnce() {
        assertThat(bulkhead.takeLongestWait()).isZero();
        for (int seconds : new int[] {3, 2}) {
            CompletableFuture<String> running = new CompletableFuture<>();
            bulkhead.callAsync(() -> running);
            CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("done"));
            ticker.advance(Duration.ofSeconds(seconds));
            running.complete("done");
            await().until(waiting::isDone);
            await().untilAsserted(
                            () -> assertThat(bulkhead.metrics().asyncActive()).isZero());
            assertThat(bulkhead.takeLongestWait()).isEqualTo(Duration.ofSeconds(seconds));
            assertThat(bulkhead.takeLongestWait()).isZero();
        }
        assertThat(bulkhead.metrics().longestWait()).as("of all").isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void grantedSyncCallShouldLeaveNoTimer() throws Exception {
        AtomicReference<Thread> waiter = new AtomicReference<>();
        bulkhead.run(() -> {
            Thread waiting = new Thread(() -> bulkhead.run(() -> {}));
            waiting.start();
            waiter.set(waiting);
            await().until(() -> ticker.scheduledCount() == 1);
        });
        waiter.get().join(10_000);
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(2);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void callThatIsCancelledWhileItWaitsShouldLeaveNoTimer() {
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<Object> waiting = bulkhead.callAsync(CompletableFuture::new);
        waiting.cancel(true);
        assertThat(ticker.scheduledCount()).isZero();
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
    }

    @Test
    void callThatWaitsTooLongShouldCountAsRejected() {
        bulkhead.callAsync(CompletableFuture::new);
        CompletableFuture<Object> waiting = bulkhead.callAsync(CompletableFuture::new);
        ticker.advance(Duration.ofSeconds(5));
        await().until(waiting::isCompletedExceptionally);
        assertThat(bulkhead.metrics().totalRejected()).isOne();
        assertThat(bulkhead.metrics().asyncQueued()).isZero();
    }

    @Test
    void limitsOfBothPoolsShouldChange() {
        bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(2).build());
        assertThat(bulkhead.sync().tryAcquire()).isTrue();
        assertThat(bulkhead.sync().tryAcquire()).isTrue();
        assertThat(bulkhead.async().tryAcquire()).isTrue();
        assertThat(bulkhead.async().tryAcquire()).isTrue();
        assertThat(bulkhead.async().tryAcquire()).isFalse();
    }
}
