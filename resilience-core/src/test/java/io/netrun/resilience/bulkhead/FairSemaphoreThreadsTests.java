package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.FairSemaphore.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Threads that enter, leave and release at the same time. */
@org.junit.jupiter.api.Timeout(60)
class FairSemaphoreThreadsTests {

    private final FairSemaphore semaphore = new FairSemaphore(2, 50);
    private final AtomicInteger granted = new AtomicInteger();

    @Test
    void permitsAndPlacesShouldAllComeBack() {
        List<CompletableFuture<Void>> threads = new ArrayList<>();
        for (int seed = 0; seed < 4; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            threads.add(CompletableFuture.runAsync(() -> enterAndLeave(random), task -> new Thread(task).start()));
        }
        threads.forEach(CompletableFuture::join);
        assertThat(semaphore.active()).isZero();
        assertThat(semaphore.queued()).isZero();
        assertThat(granted.get()).isPositive();
        assertThat(semaphore.tryAcquire()).isTrue();
    }

    /** Each thread has up to 20 waiters, some of which leave. A waiter that has a permit releases it at once. */
    private void enterAndLeave(SplittableRandom random) {
        List<Node> own = new ArrayList<>();
        for (int round = 0; round < 50_000; round++) {
            boolean acquired = semaphore.tryAcquire();
            Node node = new Node(() -> {
                granted.incrementAndGet();
                semaphore.release();
            });
            if (semaphore.enqueue(node)) {
                own.add(node);
            }
            if (own.size() > 20 || random.nextInt(8) == 0) {
                while (!own.isEmpty()) {
                    semaphore.cancel(own.remove(random.nextInt(own.size())));
                }
            }
            if (acquired) {
                semaphore.release();
            }
        }
        own.forEach(semaphore::cancel);
    }

    @Test
    void waiterThatFailsShouldNotKeepOthersWaiting() {
        assertThat(semaphore.tryAcquire()).isTrue();
        assertThat(semaphore.tryAcquire()).isTrue();
        semaphore.enqueue(new Node(() -> {
            throw new OutOfMemoryError("simulated");
        }));
        semaphore.enqueue(new Node(granted::incrementAndGet));
        semaphore.release();
        semaphore.release();
        assertThat(granted).hasValue(1);
        assertThat(semaphore.active()).isEqualTo(2);
        assertThat(semaphore.queued()).isZero();
    }

    @Test
    void placesThatWereLeftShouldNotBeKept() {
        assertThat(semaphore.tryAcquire()).isTrue();
        assertThat(semaphore.tryAcquire()).isTrue();
        Node first = new Node(granted::incrementAndGet);
        semaphore.enqueue(first);
        for (int i = 0; i < 1_000; i++) {
            Node node = new Node(granted::incrementAndGet);
            semaphore.enqueue(node);
            semaphore.cancel(node);
        }
        assertThat(semaphore.countLinked()).isLessThan(50);
        semaphore.release();
        assertThat(first.isGranted()).isTrue();
        assertThat(granted).hasValue(1);
    }
}
