package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Permit;
import io.netrun.resilience.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A waiter whose time is over, and whose thread could not run yet: a virtual one while all carriers are busy. */
@Timeout(60)
class OverdueWaiterTests {

    private static final Duration MAX_WAIT = Duration.ofHours(1);

    private final FairSemaphore semaphore = new FairSemaphore(1, 10);
    private final List<String> informed = new ArrayList<>();

    private final class Named implements FairSemaphore.Waiter {

        private final String name;
        private final boolean overdue;

        Named(String name, boolean overdue) {
            this.name = name;
            this.overdue = overdue;
        }

        @Override
        public void onPermit() {
            informed.add(name);
        }

        @Override
        public boolean isOverdue() {
            return overdue;
        }
    }

    private FairSemaphore.Node enqueue(String name, boolean overdue) {
        FairSemaphore.Node node = new FairSemaphore.Node(new Named(name, overdue));
        assertThat(semaphore.enqueue(node)).isTrue();
        return node;
    }

    @Test
    void permitShouldPassWaitersThatAreOverdue() {
        semaphore.tryAcquire();
        FairSemaphore.Node first = enqueue("first", true);
        FairSemaphore.Node second = enqueue("second", true);
        FairSemaphore.Node third = enqueue("third", false);
        FairSemaphore.Node fourth = enqueue("fourth", false);
        semaphore.release();
        assertThat(informed).containsExactly("first", "second", "third");
        assertThat(first.isLeft() && second.isLeft() && third.isGranted()).isTrue();
        assertThat(fourth.isLeft() || fourth.isGranted()).isFalse();
        assertThat(semaphore.queued()).isEqualTo(1);
        assertThat(semaphore.active()).isEqualTo(1);
    }

    @Test
    void permitShouldBeFreeIfAllWaitersAreOverdue() {
        semaphore.tryAcquire();
        enqueue("first", true);
        enqueue("second", true);
        semaphore.release();
        assertThat(semaphore.active()).isZero();
        assertThat(semaphore.queued()).isZero();
        assertThat(semaphore.tryAcquire()).isTrue();
    }

    /** Its timer does not wake anybody. */
    private static final class Clock implements Ticker {

        private final AtomicLong now = new AtomicLong();

        @Override
        public long nanoTime() {
            return now.get();
        }

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public void sleep(long nanos) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Scheduled schedule(Runnable task, long delayNanos) {
            return () -> {};
        }
    }

    @Test
    void overdueCallShouldBeRejectedAsItsTurnComes() throws Exception {
        Clock clock = new Clock();
        Bulkhead bulkhead = Bulkhead.of(
                "b",
                BulkheadConfig.builder()
                        .maxConcurrent(1)
                        .maxQueue(5)
                        .maxWait(MAX_WAIT)
                        .build(),
                clock);
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Permit held = bulkhead.acquirePermit();
        Thread waiter = new Thread(() -> end.complete(catchThrowable(() -> bulkhead.run(() -> {}))));
        waiter.start();
        await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
        clock.now.addAndGet(MAX_WAIT.toNanos());
        held.close();
        assertThat(bulkhead.metrics().syncActive()).isZero();
        assertThat(end).succeedsWithin(Duration.ofSeconds(20)).isInstanceOf(BulkheadFullException.class);
        assertThat(bulkhead.metrics().totalRejected()).isEqualTo(1);
        assertThat(bulkhead.metrics().totalAccepted()).isEqualTo(1);
        waiter.join();
    }
}
