package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/**
 * Random histories against a plain model of the documented rules; the model shares no code with the circuit breaker.
 */
class CircuitBreakerModelTests {

    private static final int OPEN_SECONDS = 10;

    /** The period of a call that passes in mode observe, and whose outcome changes nothing. */
    private static final int UNRECORDED = -1;

    enum Step {
        BEGIN,
        END_WELL,
        END_BADLY,
        END_IGNORED,
        ONE_SECOND,
        TEN_SECONDS,
        RESET,
        FORCE_OPEN,
        DISABLE,
        OBSERVE,
        ENFORCE
    }

    @Property(tries = 2_000)
    void historyShouldMatchTheModel(
            @ForAll("histories") List<Step> history,
            @ForAll @IntRange(min = 1, max = 4) int failureThreshold,
            @ForAll @IntRange(min = 1, max = 4) int successThreshold,
            @ForAll @IntRange(min = 1, max = 3) int halfOpenMaxCalls) {
        ManualTicker ticker = new ManualTicker();
        CircuitBreaker breaker = CircuitBreaker.of(
                "model",
                CircuitBreakerConfig.builder()
                        .failureThreshold(failureThreshold)
                        .successThreshold(successThreshold)
                        .halfOpenMaxCalls(halfOpenMaxCalls)
                        .openDuration(Duration.ofSeconds(OPEN_SECONDS))
                        .halfOpenMaxDuration(Duration.ofDays(1))
                        .build(),
                ticker);
        Model model = new Model(failureThreshold, successThreshold, halfOpenMaxCalls);
        List<Permit> permits = new ArrayList<>();
        List<Integer> periods = new ArrayList<>();
        for (Step step : history) {
            switch (step) {
                case BEGIN -> {
                    boolean admitted = model.begin();
                    boolean passes = admitted || (model.observes && model.state != State.FORCED_OPEN);
                    try {
                        permits.add(breaker.acquirePermit());
                        assertThat(passes).as("admitted").isTrue();
                        periods.add(admitted ? model.period : UNRECORDED);
                        model.wouldReject += admitted ? 0 : 1;
                    } catch (CircuitOpenException e) {
                        assertThat(passes).as("admitted").isFalse();
                    }
                }
                case END_WELL, END_BADLY, END_IGNORED -> {
                    if (!permits.isEmpty()) {
                        Permit permit = permits.remove(0);
                        int period = periods.remove(0);
                        switch (step) {
                            case END_WELL -> permit.onSuccess();
                            case END_BADLY -> permit.onFailure(new IOException());
                            default -> permit.onIgnored();
                        }
                        model.end(step, period);
                    }
                }
                case ONE_SECOND, TEN_SECONDS -> {
                    int seconds = step == Step.ONE_SECOND ? 1 : 10;
                    ticker.advance(Duration.ofSeconds(seconds));
                    model.now += seconds;
                }
                case RESET -> {
                    breaker.reset();
                    model.move(State.CLOSED);
                }
                case FORCE_OPEN -> {
                    breaker.forceOpen();
                    model.move(State.FORCED_OPEN);
                }
                case DISABLE -> {
                    breaker.disable();
                    model.move(State.DISABLED);
                }
                case OBSERVE, ENFORCE -> {
                    model.observes = step == Step.OBSERVE;
                    PolicyMode mode = model.observes ? PolicyMode.OBSERVE : PolicyMode.ENFORCE;
                    breaker.reconfigure(c -> c.toBuilder().mode(mode).build());
                }
            }
            CircuitBreakerMetrics metrics = breaker.metrics();
            assertThat(metrics.state()).isEqualTo(model.state);
            assertThat(metrics.halfOpenCalls()).isEqualTo(model.trials);
            assertThat(metrics.successCount()).isEqualTo(model.successes);
            assertThat(metrics.totalOpened()).isEqualTo(model.opened);
            assertThat(metrics.totalWouldReject()).isEqualTo(model.wouldReject);
            if (model.state == State.CLOSED) {
                assertThat(metrics.failureCount()).isEqualTo(model.failures);
            }
        }
    }

    @Provide
    Arbitrary<List<Step>> histories() {
        return Arbitraries.frequency(
                        Tuple.of(8, Step.BEGIN),
                        Tuple.of(4, Step.END_WELL),
                        Tuple.of(4, Step.END_BADLY),
                        Tuple.of(1, Step.END_IGNORED),
                        Tuple.of(2, Step.ONE_SECOND),
                        Tuple.of(2, Step.TEN_SECONDS),
                        Tuple.of(1, Step.RESET),
                        Tuple.of(1, Step.FORCE_OPEN),
                        Tuple.of(1, Step.DISABLE),
                        Tuple.of(2, Step.OBSERVE),
                        Tuple.of(1, Step.ENFORCE))
                .list()
                .ofMaxSize(60);
    }

    /** The rules, written down plainly. */
    private static final class Model {

        private final int failureThreshold;
        private final int successThreshold;
        private final int maxTrials;
        private State state = State.CLOSED;
        private int period;
        private int failures;
        private int successes;
        private int trials;
        private int now;
        private int openedAt;
        private int opened;
        private boolean observes;
        private int wouldReject;

        Model(int failureThreshold, int successThreshold, int maxTrials) {
            this.failureThreshold = failureThreshold;
            this.successThreshold = successThreshold;
            this.maxTrials = maxTrials;
        }

        boolean begin() {
            if (state == State.OPEN && now - openedAt >= OPEN_SECONDS) {
                move(State.HALF_OPEN);
            }
            if (state == State.HALF_OPEN) {
                if (trials == maxTrials) {
                    return false;
                }
                trials++;
                return true;
            }
            return state == State.CLOSED || state == State.DISABLED;
        }

        void end(Step step, int begunIn) {
            if (begunIn != period) {
                return;
            }
            if (state == State.CLOSED) {
                if (step == Step.END_BADLY && ++failures == failureThreshold) {
                    move(State.OPEN);
                } else if (step == Step.END_WELL && failures > 0) {
                    failures--;
                }
            } else if (state == State.HALF_OPEN) {
                trials--;
                if (step == Step.END_BADLY) {
                    move(State.OPEN);
                } else if (step == Step.END_WELL && ++successes == successThreshold) {
                    move(State.CLOSED);
                }
            }
        }

        void move(State to) {
            state = to;
            period++;
            failures = 0;
            successes = 0;
            trials = 0;
            openedAt = now;
            if (to == State.OPEN) {
                opened++;
            }
        }
    }
}
