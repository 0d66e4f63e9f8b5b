package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random histories of a semaphore against a plain model: a count and a queue. */
class FairSemaphoreModelTests {

    enum Step {
        ADMIT_ONE,
        GIVE_BACK,
        WITHDRAW_FIRST,
        WITHDRAW_LAST,
        GROW,
        SHRINK
    }

    @Property(tries = 2_000)
    void historyShouldMatchTheModel(
            @ForAll @Size(max = 60) List<Step> history,
            @ForAll @IntRange(min = 1, max = 3) int maxActive,
            @ForAll @IntRange(min = 0, max = 3) int maxQueue) {
        FairSemaphore nodes = new FairSemaphore(maxActive, maxQueue);
        List<Caller> granted = new ArrayList<>();
        int max = maxActive;
        int active = 0;
        int accepted = 0;
        int rejected = 0;
        Deque<Caller> queue = new ArrayDeque<>();
        List<Caller> expected = new ArrayList<>();
        for (Step step : history) {
            switch (step) {
                case ADMIT_ONE -> {
                    Caller caller = new Caller(granted);
                    boolean taken = nodes.tryAcquire();
                    assertThat(taken).isEqualTo(active < max && queue.isEmpty());
                    if (taken) {
                        active++;
                        accepted++;
                    } else {
                        boolean entered = nodes.enqueue(caller.node);
                        assertThat(entered).isEqualTo(queue.size() < maxQueue);
                        if (entered) {
                            queue.add(caller);
                        } else {
                            rejected++;
                            assertThat(nodes.cancel(caller.node)).isFalse();
                        }
                    }
                }
                case GIVE_BACK -> {
                    if (active > 0) {
                        nodes.release();
                        active--;
                    }
                }
                case WITHDRAW_FIRST, WITHDRAW_LAST -> {
                    Caller leaving = step == Step.WITHDRAW_FIRST ? queue.pollFirst() : queue.pollLast();
                    if (leaving != null) {
                        assertThat(nodes.cancel(leaving.node)).isTrue();
                    }
                }
                case GROW -> nodes.resize(++max, maxQueue);
                case SHRINK -> {
                    if (max > 1) {
                        nodes.resize(--max, maxQueue);
                    }
                }
            }
            while (!queue.isEmpty() && active < max) {
                expected.add(queue.remove());
                active++;
            }
            assertThat(granted).containsExactlyElementsOf(expected);
            assertThat(nodes.active()).isEqualTo(active);
            assertThat(nodes.queued()).isEqualTo(queue.size());
            assertThat(nodes.totalAccepted()).isEqualTo(accepted);
            assertThat(nodes.totalRejected()).isEqualTo(rejected);
        }
    }

    private static final class Caller implements FairSemaphore.Waiter {

        private final List<Caller> granted;
        private final FairSemaphore.Node node = new FairSemaphore.Node(this);

        Caller(List<Caller> granted) {
            this.granted = granted;
        }

        @Override
        public void onPermit() {
            granted.add(this);
        }
    }
}
