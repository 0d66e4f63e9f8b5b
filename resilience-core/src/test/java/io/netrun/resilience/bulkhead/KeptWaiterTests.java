package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A waiter that has left does not keep those that came after it. */
@Timeout(60)
class KeptWaiterTests {

    @Test
    void waiterThatHasLeftShouldNotKeepLaterOnes() {
        FairSemaphore semaphore = new FairSemaphore(1, 1_000);
        assertThat(semaphore.tryAcquire()).isTrue();
        semaphore.enqueue(new FairSemaphore.Node(() -> {}));
        List<FairSemaphore.Node> nodes = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            nodes.add(new FairSemaphore.Node(() -> {}));
        }
        nodes.forEach(semaphore::enqueue);
        nodes.forEach(semaphore::cancel);
        WeakReference<?> later = new WeakReference<>(nodes.get(20));
        FairSemaphore.Node first = nodes.get(0);
        nodes.clear();
        await().untilAsserted(() -> {
            System.gc();
            assertThat(later.get()).isNull();
        });
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(semaphore);
    }
}
