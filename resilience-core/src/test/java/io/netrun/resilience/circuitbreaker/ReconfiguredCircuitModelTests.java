package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Permit;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Random histories, with every kind of detection and settings that change at any moment, against a plain model of the
 * documented rules. The model keeps every outcome and counts anew each time.
 */
class ReconfiguredCircuitModelTests {

    private static final int SLICES = 10;

    private record Settings(
            Detection detection,
            int failureThreshold,
            int windowSize,
            int sliceSeconds,
            int minimumCalls,
            int failurePercent,
            int successThreshold,
            int maxTrials,
            int openSeconds) {

        CircuitBreakerConfig config() {
            return CircuitBreakerConfig.builder().failureThreshold(failureThreshold).build().toBuilder()
                    .windowSize(windowSize)
                    .detection(Detection.COUNT_WINDOW)
                    .build()
                    .toBuilder()
                    .detection(Detection.TIME_WINDOW)
                    .windowDuration(Duration.ofSeconds((long) SLICES * sliceSeconds))
                    .build()
                    .toBuilder()
                    .minimumCalls(minimumCalls)
                    .failureRateThreshold(failurePercent)
                    .successThreshold(successThreshold)
                    .halfOpenMaxCalls(maxTrials)
                    .halfOpenMaxDuration(Duration.ofDays(1))
                    .openDuration(Duration.ofSeconds(openSeconds))
                    .build()
                    .toBuilder()
                    .detection(detection)
                    .build();
        }

        boolean counts() {
            return detection == Detection.LEAKY_COUNT || detection == Detection.CONSECUTIVE;
        }

        /** Whether what was counted by others is of use. */
        boolean continues(Settings others) {
            return counts() ? others.counts() : detection == others.detection;
        }
    }

    private sealed interface Step {}

    private enum Simple implements Step {
        BEGIN,
        END_WELL,
        END_BADLY,
        END_IGNORED,
        LAST_ENDS_BADLY,
        RESET,
        FORCE_OPEN
    }

    private record Pause(int seconds) implements Step {}

    private record Change(Settings to) implements Step {}

    private record Running(Permit permit, int period) {}

    @Property(tries = 3_000)
    void historyShouldMatchTheModel(@ForAll("settings") Settings first, @ForAll("histories") List<Step> history) {
        ManualTicker ticker = new ManualTicker();
        CircuitBreaker breaker = CircuitBreaker.of("model", first.config(), ticker);
        Model model = new Model(first);
        Deque<Running> running = new ArrayDeque<>();
        for (Step step : history) {
            if (step instanceof Pause pause) {
                ticker.advance(Duration.ofSeconds(pause.seconds));
                model.now += pause.seconds;
            } else if (step instanceof Change change) {
                breaker.reconfigure(now -> change.to.config());
                model.change(change.to);
            } else if (step == Simple.RESET) {
                breaker.reset();
                model.move(State.CLOSED);
            } else if (step == Simple.FORCE_OPEN) {
                breaker.forceOpen();
                model.move(State.FORCED_OPEN);
            } else if (step == Simple.BEGIN) {
                begin(breaker, model, running);
            } else {
                end((Simple) step, model, running);
            }
            CircuitBreakerMetrics metrics = breaker.metrics();
            assertThat(metrics.state()).isEqualTo(model.state);
            assertThat(metrics.halfOpenCalls()).isEqualTo(model.trials);
            // With a lower threshold it is the next success that closes; until then no more are shown than are needed.
            assertThat(metrics.successCount()).isEqualTo(Math.min(model.successes, model.settings.successThreshold));
            if (model.state == State.CLOSED) {
                assertThat(metrics.failureCount()).isEqualTo(model.failureCount());
            }
        }
    }

    private static void begin(CircuitBreaker breaker, Model model, Deque<Running> running) {
        boolean admitted = model.begin();
        try {
            running.add(new Running(breaker.acquirePermit(), model.period));
            assertThat(admitted).as("admitted").isTrue();
        } catch (CircuitOpenException e) {
            assertThat(admitted).as("admitted").isFalse();
        }
    }

    private static void end(Simple how, Model model, Deque<Running> running) {
        Running call = how == Simple.LAST_ENDS_BADLY ? running.pollLast() : running.pollFirst();
        if (call == null) {
            return;
        }
        switch (how) {
            case END_WELL -> call.permit.onSuccess();
            case END_IGNORED -> call.permit.onIgnored();
            default -> call.permit.onFailure(new IOException());
        }
        if (call.period == model.period) {
            model.end(how);
        }
    }

    @Provide
    Arbitrary<Settings> settings() {
        Arbitrary<Integer> few = Arbitraries.integers().between(1, 4);
        return Combinators.combine(
                        Arbitraries.of(Detection.class),
                        few,
                        Arbitraries.integers().between(1, 7),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(1, 6))
                .flatAs((detection, threshold, size, slice, minimum) -> Combinators.combine(
                                Arbitraries.of(1, 34, 50, 100), few, few, Arbitraries.of(5, 10, 20))
                        .as((percent, successes, trials, open) -> new Settings(
                                detection, threshold, size, slice, minimum, percent, successes, trials, open)));
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Arbitraries.frequencyOf(
                        Tuple.of(
                                20,
                                Arbitraries.frequency(
                                        Tuple.of(9, (Step) Simple.BEGIN),
                                        Tuple.of(4, Simple.END_WELL),
                                        Tuple.of(4, Simple.END_BADLY),
                                        Tuple.of(1, Simple.END_IGNORED),
                                        Tuple.of(1, Simple.LAST_ENDS_BADLY),
                                        Tuple.of(1, Simple.RESET))),
                        Tuple.of(4, Arbitraries.of(1, 2, 5, 10, 25).map(Pause::new)),
                        Tuple.of(2, settings().map(Change::new)),
                        Tuple.of(1, Arbitraries.just((Step) Simple.FORCE_OPEN)))
                .list()
                .ofMaxSize(80);
    }

    /** The rules, written down plainly. */
    private static final class Model {

        private record Outcome(boolean failed, long slice) {}

        private final List<Outcome> outcomes = new ArrayList<>();
        private Settings settings;
        private State state = State.CLOSED;
        private int period;
        private int now;
        private int count;
        private int successes;
        private int trials;
        private int openedAt;
        /** Since when slices are as long as they are, and which was the present one then. */
        private int paceSince;

        private long sliceThen;

        Model(Settings settings) {
            this.settings = settings;
        }

        boolean begin() {
            if (state == State.OPEN && now - openedAt >= settings.openSeconds) {
                move(State.HALF_OPEN);
            }
            if (state == State.HALF_OPEN && trials < settings.maxTrials) {
                trials++;
                return true;
            }
            return state == State.CLOSED;
        }

        void end(Simple how) {
            if (state == State.HALF_OPEN) {
                trials--;
                if (how == Simple.END_WELL && ++successes >= settings.successThreshold) {
                    move(State.CLOSED);
                } else if (how != Simple.END_WELL && how != Simple.END_IGNORED) {
                    move(State.OPEN);
                }
            } else if (state == State.CLOSED && how != Simple.END_IGNORED && opens(how != Simple.END_WELL)) {
                move(State.OPEN);
            }
        }

        private boolean opens(boolean failed) {
            if (settings.counts()) {
                if (failed) {
                    return ++count >= settings.failureThreshold;
                }
                count = settings.detection == Detection.CONSECUTIVE ? 0 : Math.max(0, count - 1);
                return false;
            }
            outcomes.add(new Outcome(failed, slice()));
            List<Outcome> recent = recent();
            int minimum = settings.detection == Detection.COUNT_WINDOW
                    ? Math.min(settings.minimumCalls, settings.windowSize)
                    : settings.minimumCalls;
            return recent.size() >= minimum && failures(recent) * 100 >= settings.failurePercent * recent.size();
        }

        private List<Outcome> recent() {
            if (settings.detection == Detection.COUNT_WINDOW) {
                return outcomes.subList(Math.max(0, outcomes.size() - settings.windowSize), outcomes.size());
            }
            long present = slice();
            return outcomes.stream()
                    .filter(outcome -> outcome.slice > present - SLICES)
                    .toList();
        }

        private static int failures(List<Outcome> outcomes) {
            return (int) outcomes.stream().filter(Outcome::failed).count();
        }

        private long slice() {
            return sliceThen + (now - paceSince) / settings.sliceSeconds;
        }

        int failureCount() {
            return settings.counts() ? count : failures(recent());
        }

        void change(Settings to) {
            if (to.continues(settings)) {
                count = Math.min(count, to.failureThreshold - 1);
                if (to.detection == Detection.COUNT_WINDOW && to.windowSize != settings.windowSize) {
                    // What does not fit now is gone, even if the window grows again.
                    List<Outcome> kept = List.copyOf(recent());
                    List<Outcome> latest = kept.subList(Math.max(0, kept.size() - to.windowSize), kept.size());
                    outcomes.clear();
                    outcomes.addAll(latest);
                }
                if (to.sliceSeconds != settings.sliceSeconds) {
                    sliceThen = slice();
                    paceSince = now;
                }
            } else {
                forget();
            }
            settings = to;
        }

        void move(State to) {
            state = to;
            period++;
            successes = 0;
            trials = 0;
            openedAt = now;
            forget();
        }

        private void forget() {
            count = 0;
            outcomes.clear();
            sliceThen = 0;
            paceSince = now;
        }
    }
}
