package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.ObservedPool.Call;
import io.netrun.resilience.bulkhead.ObservedPool.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * The simulation learns how long a call takes only when it ends; the model knows it from the beginning, and goes
 * through all moments one after the other.
 */
class ObservedPoolModelTests {

    /** Just before the overflow of the clock. */
    private static final long START = Long.MAX_VALUE - 20;

    record Arrival(int gap, int duration) {}

    @Property(tries = 1_000)
    void verdictsShouldBeThoseOfAnEnforcedBulkhead(
            @ForAll("arrivals") List<Arrival> arrivals,
            @ForAll @IntRange(min = 1, max = 3) int maxActive,
            @ForAll @IntRange(min = 0, max = 3) int maxQueue,
            @ForAll @IntRange(min = 0, max = 6) int maxWait) {
        BulkheadConfig config = BulkheadConfig.builder()
                .maxWait(maxWait == 0 ? null : Duration.ofNanos(maxWait))
                .build();
        ObservedPool pool = new ObservedPool(maxActive, maxQueue);
        Model model = new Model(maxActive, maxQueue, maxWait);
        List<Running> running = new ArrayList<>();
        int now = 0;
        for (Arrival arrival : arrivals) {
            now += arrival.gap;
            end(pool, running, now);
            Call call = pool.begin(START + now, config, true);
            assertThat(call.verdict()).isEqualTo(model.arrive(now, arrival.duration));
            assertThat(pool.queued(START + now)).isEqualTo(model.queue.size());
            running.add(new Running(call, now + arrival.duration));
        }
        end(pool, running, now + 1_000);
        model.advanceTo(now + 1_000);
        assertThat(pool.expired(START + now + 1_000)).isEqualTo(model.expired);
        assertThat(pool.queued(START + now + 1_000)).isZero();
    }

    private record Running(Call call, int endsAt) {}

    private static void end(ObservedPool pool, List<Running> running, int now) {
        running.stream()
                .filter(each -> each.endsAt <= now)
                .sorted(Comparator.comparingInt(Running::endsAt))
                .forEach(each -> pool.end(each.call, START + each.endsAt));
        running.removeIf(each -> each.endsAt <= now);
    }

    @Provide
    Arbitrary<List<Arrival>> arrivals() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(1, 9))
                .as(Arrival::new)
                .list()
                .ofMaxSize(40);
    }

    /** Permits and a queue, moment by moment. */
    private static final class Model {

        private final int maxActive;
        private final int maxQueue;
        private final int maxWait;
        private final List<Integer> ends = new ArrayList<>();
        private final List<Waiting> queue = new ArrayList<>();
        private int now;
        private int expired;

        private record Waiting(int since, int duration) {}

        Model(int maxActive, int maxQueue, int maxWait) {
            this.maxActive = maxActive;
            this.maxQueue = maxQueue;
            this.maxWait = maxWait;
        }

        Verdict arrive(int at, int duration) {
            advanceTo(at);
            if (ends.size() < maxActive && queue.isEmpty()) {
                ends.add(at + duration);
                return Verdict.ADMIT;
            }
            if (queue.size() < maxQueue) {
                queue.add(new Waiting(at, duration));
                return Verdict.WAIT;
            }
            return Verdict.REJECT;
        }

        void advanceTo(int to) {
            for (; now < to; now++) {
                tick(now);
            }
            tick(now);
        }

        private void tick(int moment) {
            ends.removeIf(end -> end <= moment);
            int waiting = queue.size();
            queue.removeIf(each -> maxWait > 0 && moment > each.since + maxWait);
            expired += waiting - queue.size();
            while (ends.size() < maxActive && !queue.isEmpty()) {
                ends.add(moment + queue.remove(0).duration);
            }
        }
    }
}
