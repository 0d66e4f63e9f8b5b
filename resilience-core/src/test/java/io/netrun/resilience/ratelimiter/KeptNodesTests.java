package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call that runs for a long time, or whose future is kept, does not keep the calls that come after it. */
@Timeout(60)
class KeptNodesTests {

    private final AtomicInteger settled = new AtomicInteger();

    private final class Call implements Waiter {

        @Override
        public boolean watchesClock() {
            return false;
        }

        @Override
        public void onMoved(long dueAt) {}

        @Override
        public void onSettled() {
            settled.incrementAndGet();
        }
    }

    private List<Reservation> reservations() {
        List<Reservation> reservations = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            reservations.add(new Reservation(new Call(), 1));
        }
        return reservations;
    }

    private static void assertGone(WeakReference<?> node) {
        await().untilAsserted(() -> {
            System.gc();
            assertThat(node.get()).isNull();
        });
    }

    @Test
    void callThatHasBegunShouldNotKeepLaterOnes() {
        ReadyCalls ready = new ReadyCalls();
        List<Reservation> calls = reservations();
        calls.forEach(ready::inform);
        ready.start();
        await().until(() -> settled.get() == calls.size());
        WeakReference<?> later = new WeakReference<>(calls.get(50).ready());
        Reservation first = calls.get(0);
        calls.clear();
        assertGone(later);
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(ready);
    }

    @Test
    void callThatHasLeftShouldNotKeepLaterOnes() {
        WaitingList list = new WaitingList();
        Reservation waiting = new Reservation(new Call(), 1);
        list.add(waiting.node());
        List<Reservation> calls = reservations();
        for (Reservation each : calls) {
            list.add(each.node());
        }
        for (Reservation each : calls) {
            assertThat(each.tryTake()).isTrue();
            list.onTaken(each.node());
        }
        list.tidy(1);
        WeakReference<?> later = new WeakReference<>(calls.get(50).node());
        Reservation first = calls.get(0);
        calls.clear();
        assertGone(later);
        assertThat(list.first()).isSameAs(waiting);
        Reference.reachabilityFence(first);
    }
}
