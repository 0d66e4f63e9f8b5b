package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TaskHeapModelTests {

    private final TimerThread timer = new TimerThread(Ticker.system(), 1);

    /** Each step adds a task at a time, or, if it is negative, removes one that was added or the first one. */
    @Property(tries = 2_000)
    void historyShouldMatchASortedSet(@ForAll @Size(max = 200) List<@IntRange(min = -20, max = 20) Integer> steps) {
        TaskHeap heap = new TaskHeap();
        TreeSet<TimerTask> model =
                new TreeSet<>(Comparator.<TimerTask>comparingLong(TimerTask::at).thenComparingInt(task -> task.number));
        List<TimerTask> added = new ArrayList<>();
        for (int step : steps) {
            if (step >= 0 || added.isEmpty()) {
                TimerTask task = task(step, added.size());
                added.add(task);
                heap.add(task);
                model.add(task);
            } else {
                TimerTask task = step % 3 == 0 && !model.isEmpty() ? model.first() : added.get(-step % added.size());
                heap.remove(task);
                model.remove(task);
            }
            assertThat(heap.first()).isSameAs(model.isEmpty() ? null : model.first());
        }
        for (TimerTask first = heap.first(); first != null; first = heap.first()) {
            assertThat(first).isSameAs(model.pollFirst());
            heap.remove(first);
        }
        assertThat(model).isEmpty();
    }

    @Test
    void heapOfManyTasksShouldNotOverflowTheStack() {
        TaskHeap heap = new TaskHeap();
        int count = 300_000;
        for (int i = 0; i < count; i++) {
            heap.add(task(i, i));
        }
        long last = -1;
        int removed = 0;
        for (TimerTask first = heap.first(); first != null; first = heap.first()) {
            assertThat(first.at() > last).isTrue();
            last = first.at();
            heap.remove(first);
            removed++;
        }
        assertThat(removed).isEqualTo(count);
    }

    @Test
    void timesBeyondTheOverflowShouldComeAfterThoseBefore() {
        TaskHeap heap = new TaskHeap();
        TimerTask before = task(Long.MAX_VALUE - 1, 0);
        TimerTask after = task(Long.MIN_VALUE + 1, 1);
        heap.add(after);
        heap.add(before);
        assertThat(heap.first()).isSameAs(before);
    }

    @Test
    void numbersBeyondTheOverflowShouldComeAfterThoseBefore() {
        TaskHeap heap = new TaskHeap();
        TimerTask before = task(1, Integer.MAX_VALUE);
        TimerTask after = task(1, Integer.MIN_VALUE);
        heap.add(after);
        heap.add(before);
        assertThat(heap.first()).isSameAs(before);
    }

    private TimerTask task(long at, int number) {
        TimerTask task = new TimerTask(timer, () -> {}, at);
        task.number = number;
        return task;
    }
}
