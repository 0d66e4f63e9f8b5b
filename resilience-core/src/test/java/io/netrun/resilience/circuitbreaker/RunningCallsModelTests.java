package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The count of calls that run for too long, against a model that keeps them all, and under load. */
class RunningCallsModelTests {

    private static final long START = Long.MAX_VALUE - 500; // what follows overflows
    private static final long LIMIT = 100;
    private static final long SLICE = 10;

    private record Step(int advance, boolean begins, int ends) {}

    @Property
    void overdueShouldBeWhatTheModelCounts(@ForAll("steps") List<Step> steps) {
        RunningCalls running = new RunningCalls(LIMIT, START);
        List<RunningCalls.Slice> slices = new ArrayList<>();
        List<Long> begun = new ArrayList<>();
        long now = 0;
        for (Step step : steps) {
            now += step.advance;
            if (step.begins) {
                slices.add(running.begin(START + now));
                begun.add(now);
            } else if (!slices.isEmpty()) {
                int index = step.ends % slices.size();
                slices.remove(index).leave();
                begun.remove(index);
            }
            long present = now / SLICE;
            long expected = begun.stream()
                    .filter(each -> present - each / SLICE > LIMIT / SLICE)
                    .count();
            assertThat(running.overdue(START + now)).isEqualTo((int) expected);
        }
    }

    /** What the model's slices mean: no call counts early, and none more than a tenth of the limit late. */
    @Property
    void callShouldCountFromTheLimitOnOrATenthLater(
            @ForAll @IntRange(min = 0, max = 1_000) int begin, @ForAll @IntRange(max = 200) int after) {
        RunningCalls running = new RunningCalls(LIMIT, START);
        running.begin(START + begin);
        int overdue = running.overdue(START + begin + after);
        if (after < LIMIT) {
            assertThat(overdue).isZero();
        } else if (after >= LIMIT + SLICE) {
            assertThat(overdue).isOne();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(
                                        20, Arbitraries.integers().between(0, 15)),
                                net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(50, 500))),
                        Arbitraries.frequency(net.jqwik.api.Tuple.of(3, true), net.jqwik.api.Tuple.of(2, false)),
                        Arbitraries.integers().between(0, 10_000))
                .as(Step::new)
                .list()
                .ofMaxSize(200);
    }

    @Test
    void callThatNeverEndsShouldCostNothingLater() throws Exception {
        RunningCalls running = new RunningCalls(LIMIT, START);
        running.begin(START);
        Field field = RunningCalls.class.getDeclaredField("ring");
        field.setAccessible(true);
        Object[] ring = (Object[]) field.get(running);
        long now = START;
        for (int slice = 0; slice < 1_000_000; slice++) {
            now += SLICE;
            RunningCalls.Slice call = running.begin(now);
            if (slice > 20) {
                assertThat(running.overdue(now)).isOne();
            }
            call.leave();
        }
        assertThat(field.get(running)).isSameAs(ring);
        assertThat(ring).hasSize(11).doesNotContainNull();
        for (Field each : ring[0].getClass().getDeclaredFields()) {
            assertThat(each.getType()).as("a slice refers to no other").isNotEqualTo(RunningCalls.Slice.class);
        }
        assertThat(running.overdue(now + 20 * SLICE)).isOne();
    }

    @Test
    @Timeout(120)
    void callsOfManyThreadsShouldAllBeCountedOnce() throws Exception {
        RunningCalls running = new RunningCalls(1_000, START);
        AtomicInteger time = new AtomicInteger();
        List<RunningCalls.Slice> left = java.util.Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    RunningCalls.Slice call = running.begin(START + time.addAndGet(7));
                    running.overdue(START + time.get());
                    if (i % 50 == 0) {
                        left.add(call);
                    } else {
                        call.leave();
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long end = START + time.get() + 10_000;
        assertThat(running.overdue(end)).isEqualTo(left.size()).isEqualTo(4_000);
        left.forEach(RunningCalls.Slice::leave);
        assertThat(running.overdue(end + 10_000)).isZero();
    }
}
