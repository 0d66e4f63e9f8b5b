package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cancels that fail with an {@link OutOfMemoryError}, which may also have another cause than a full heap. */
@Timeout(60)
class LateCancelsTests {

    private final AtomicInteger rounds = new AtomicInteger();
    private final List<Integer> triedIn = new CopyOnWriteArrayList<>();
    private final LateCancels<Object> late = new LateCancels<>(this::fail, over -> false, rounds::incrementAndGet);

    /** A future whose cancel fails some times. */
    private static final class Uncancellable extends CompletableFuture<String> {

        private final AtomicInteger cancels = new AtomicInteger();
        private final int failures;

        Uncancellable(int failures) {
            this.failures = failures;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            if (cancels.incrementAndGet() <= failures) {
                throw new OutOfMemoryError("array too large");
            }
            return super.cancel(mayInterruptIfRunning);
        }
    }

    private void fail(Object cancelled) {
        triedIn.add(rounds.get());
        throw new OutOfMemoryError("array too large");
    }

    @Test
    void cancelThatAlwaysFailsShouldBeGivenUp() {
        late.add("source");
        await().until(late::isEmpty);
        assertThat(triedIn).hasSize(LateCancels.MAX_TRIES);
    }

    @Test
    void pausesShouldGrowUpToAboutASecond() {
        late.add("source");
        await().until(late::isEmpty);
        List<Integer> pauses = new CopyOnWriteArrayList<>();
        for (int i = 1; i < triedIn.size(); i++) {
            pauses.add(triedIn.get(i) - triedIn.get(i - 1));
        }
        assertThat(pauses).startsWith(1, 2, 4, 8, 16, 32, 64, 64).endsWith(64);
    }

    @Test
    void nextOneShouldBeCancelledAtOnceAgain() {
        late.add("source");
        await().until(late::isEmpty);
        triedIn.clear();
        late.add("next");
        await().until(late::isEmpty);
        assertThat(triedIn.get(1) - triedIn.get(0)).isEqualTo(1);
    }

    @Test
    void futureThatHasEndedShouldNotBeCancelledAgain() {
        Uncancellable ended = new Uncancellable(Integer.MAX_VALUE);
        ForeignStage.cancel(ended);
        await().until(() -> ended.cancels.get() > 2);
        ended.complete("by itself");
        int before = ended.cancels.get();
        Uncancellable other = new Uncancellable(6);
        ForeignStage.cancel(other);
        await().until(other::isCancelled);
        assertThat(ended.cancels.get() - before).isLessThanOrEqualTo(1); // one may have been in progress
    }

    @Test
    void futureCancelledTwiceShouldBeRepeatedOnce() {
        Uncancellable twice = new Uncancellable(Integer.MAX_VALUE);
        ForeignStage.cancel(twice);
        ForeignStage.cancel(twice);
        Uncancellable other = new Uncancellable(4);
        ForeignStage.cancel(other);
        await().until(other::isCancelled);
        twice.complete("by itself");
        assertThat(twice.cancels.get()).isBetween(5, 7);
    }
}
