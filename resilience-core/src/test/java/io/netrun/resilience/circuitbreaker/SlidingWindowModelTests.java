package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Random outcomes through both windows, against lists that keep every outcome and count anew each time. */
class SlidingWindowModelTests {

    private static final long SLICE = Duration.ofSeconds(1).toNanos();

    /** An outcome: bit 0 failed, bit 1 slow, and the rest how many tenths of a slice pass before it. */
    private record Outcome(boolean failed, boolean slow, long pause) {

        static Outcome of(int code) {
            int tenths = code >> 2;
            // Mostly short pauses, sometimes one longer than the whole window.
            return new Outcome((code & 1) != 0, (code & 2) != 0, tenths < 60 ? tenths * SLICE / 10 : tenths * SLICE);
        }
    }

    private record Kept(Outcome outcome, long slice) {}

    @Property(tries = 500)
    void countWindowShouldJudgeTheLastCallsExactly(
            @ForAll @Size(max = 200) List<@IntRange(max = 255) Integer> codes,
            @ForAll @IntRange(min = 1, max = 20) int size,
            @ForAll @IntRange(min = 1, max = 30) int minimum,
            @ForAll @IntRange(min = 1, max = 100) int failurePercent,
            @ForAll @IntRange(min = 1, max = 100) int slowPercent) {
        CircuitBreakerConfig config = settings(minimum, failurePercent, slowPercent)
                .detection(Detection.COUNT_WINDOW)
                .windowSize(size)
                .build();
        CountWindow window = new CountWindow(config);
        List<Outcome> recent = new ArrayList<>();
        for (int code : codes) {
            Outcome outcome = Outcome.of(code);
            recent.add(outcome);
            if (recent.size() > size) {
                recent.remove(0);
            }
            boolean opens = window.record(outcome.failed, outcome.slow);
            assertThat(opens).isEqualTo(isOver(recent, Math.min(minimum, size), failurePercent, slowPercent));
            assertThat(window.failureCount()).isEqualTo(failures(recent));
        }
    }

    @Property(tries = 500)
    void timeWindowShouldJudgeTheRecentSlicesExactly(
            @ForAll @Size(max = 200) List<@IntRange(max = 300) Integer> codes,
            @ForAll @IntRange(min = 1, max = 30) int minimum,
            @ForAll @IntRange(min = 1, max = 100) int failurePercent,
            @ForAll @IntRange(min = 1, max = 100) int slowPercent) {
        ManualTicker ticker = new ManualTicker();
        CircuitBreakerConfig config = settings(minimum, failurePercent, slowPercent)
                .detection(Detection.TIME_WINDOW)
                .windowDuration(Duration.ofNanos(10 * SLICE))
                .build();
        TimeWindow window = new TimeWindow(config, ticker);
        List<Kept> all = new ArrayList<>();
        long time = 0;
        for (int code : codes) {
            Outcome outcome = Outcome.of(code);
            time += outcome.pause;
            ticker.advance(Duration.ofNanos(outcome.pause));
            long slice = time / SLICE;
            all.add(new Kept(outcome, slice));
            List<Outcome> recent = all.stream()
                    .filter(kept -> kept.slice > slice - 10)
                    .map(Kept::outcome)
                    .toList();
            boolean opens = window.record(outcome.failed, outcome.slow);
            assertThat(opens).isEqualTo(isOver(recent, minimum, failurePercent, slowPercent));
            assertThat(window.failureCount()).isEqualTo(failures(recent));
        }
    }

    private static boolean isOver(List<Outcome> recent, int minimum, int failurePercent, int slowPercent) {
        long slow = recent.stream().filter(Outcome::slow).count();
        return recent.size() >= minimum
                && (failures(recent) * 100 >= failurePercent * recent.size()
                        || slow * 100 >= slowPercent * recent.size());
    }

    private static int failures(List<Outcome> recent) {
        return (int) recent.stream().filter(Outcome::failed).count();
    }

    private static CircuitBreakerConfig.Builder settings(int minimum, int failurePercent, int slowPercent) {
        return CircuitBreakerConfig.builder()
                .minimumCalls(minimum)
                .failureRateThreshold(failurePercent)
                .slowCallRateThreshold(slowPercent)
                .slowCallDuration(Duration.ofSeconds(1));
    }
}
