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
        FairSemaphore places = new FairSemaphore(maxActive, maxQueue);
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
                    boolean taken = places.tryAcquire();
                    assertThat(taken).isEqualTo(active < max && queue.isEmpty());
                    if (taken) {
                        active++;
                        accepted++;
                    } else {
                        boolean entered = places.enqueue(caller.place);
                        assertThat(entered).isEqualTo(queue.size() < maxQueue);
                        if (entered) {
                            queue.add(caller);
                        } else {
                            rejected++;
                            assertThat(places.cancel(caller.place)).isFalse();
                        }
                    }
                }
                case GIVE_BACK -> {
                    if (active > 0) {
                        places.release();
                        active--;
                    }
                }
                case WITHDRAW_FIRST, WITHDRAW_LAST -> {
                    Caller leaving = step == Step.WITHDRAW_FIRST ? queue.pollFirst() : queue.pollLast();
                    if (leaving != null) {
                        assertThat(places.cancel(leaving.place)).isTrue();
                    }
                }
                case GROW -> places.resize(++max, maxQueue);
                case SHRINK -> {
                    if (max > 1) {
                        places.resize(--max, maxQueue);
                    }
                }
            }
            while (!queue.isEmpty() && active < max) {
                expected.add(queue.remove());
                active++;
                accepted++;
            }
            assertThat(granted).containsExactlyElementsOf(expected);
            assertThat(places.active()).isEqualTo(active);
            assertThat(places.queued()).isEqualTo(queue.size());
            assertThat(places.totalAccepted()).isEqualTo(accepted);
            assertThat(places.totalRejected()).isEqualTo(rejected);
        }
    }

    private static final class Caller implements FairSemaphore.Waiter {

        private final List<Caller> granted;
        private final FairSemaphore.Place place = new FairSemaphore.Place(this);

        Caller(List<Caller> granted) {
            this.granted = granted;
        }

        @Override
        public void onPermit() {
            granted.add(this);
        }
    }
}
