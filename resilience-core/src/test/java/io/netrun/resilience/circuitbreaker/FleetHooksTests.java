package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netrun.resilience.Permit;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What other processes can do to a circuit: tighten it, open it, hold it open, end its open duration. */
class FleetHooksTests {

    private static final Duration OPEN = Duration.ofSeconds(60);

    private final ManualTicker ticker = new ManualTicker();

    @ParameterizedTest
    @CsvSource({"10, 5", "5, 3", "4, 2", "3, 2", "2, 2", "1, 1"})
    void tightenedCircuitShouldOpenAtHalfTheFailures(int threshold, int tightened) {
        for (Detection detection : List.of(Detection.LEAKY_COUNT, Detection.CONSECUTIVE)) {
            CircuitBreaker breaker = breaker(c -> c.detection(detection).failureThreshold(threshold));
            breaker.tighten(true);
            assertThat(failuresUntilOpen(breaker)).isEqualTo(tightened);
        }
    }

    @ParameterizedTest
    @CsvSource({"COUNT_WINDOW, 20, 10", "COUNT_WINDOW, 500, 50", "TIME_WINDOW, 20, 10", "TIME_WINDOW, 1, 1"})
    void tightenedWindowShouldNeedHalfTheCalls(Detection detection, int minimum, int tightened) {
        CircuitBreaker breaker = breaker(c -> c.detection(detection).minimumCalls(minimum));
        breaker.tighten(true);
        assertThat(failuresUntilOpen(breaker)).isEqualTo(tightened);
    }

    @Test
    void thresholdsShouldBeTheConfiguredOnesAfterTightening() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(10));
        breaker.tighten(true);
        fail(breaker, 3);
        breaker.tighten(false);
        assertThat(failuresUntilOpen(breaker)).isEqualTo(7);
        assertThat(breaker.config().failureThreshold()).isEqualTo(10);
    }

    @Test
    void tighteningShouldKeepCountsAndOpenWithTheNextFailureOnly() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(10));
        fail(breaker, 8);
        breaker.tighten(true);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThat(failuresUntilOpen(breaker)).isEqualTo(1);
    }

    @Test
    void tighteningShouldLastThroughChangesOfSettingsAndStates() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(10));
        breaker.tighten(true);
        breaker.reconfigure(c -> c.toBuilder().failureThreshold(20).build());
        assertThat(failuresUntilOpen(breaker)).isEqualTo(10);
        breaker.reset();
        assertThat(failuresUntilOpen(breaker)).isEqualTo(10);
    }

    @Test
    void closedCircuitShouldOpenWithTheReason() {
        CircuitBreaker breaker = breaker(c -> {});
        List<String> reasons = reasons(breaker);
        assertThat(breaker.open("fleet: 7 of 12 nodes")).isTrue();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.open("again")).isFalse();
        assertThat(breaker.metrics().totalOpened()).isEqualTo(1);
        assertThat(reasons).containsExactly("CLOSED OPEN fleet: 7 of 12 nodes");
        ticker.advance(OPEN);
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void halfOpenCircuitShouldOpenWithoutGrowthOfItsDuration() {
        CircuitBreaker breaker = breaker(c -> c.openBackoffMultiplier(10));
        breaker.open("fleet");
        ticker.advance(OPEN);
        Permit trial = breaker.acquirePermit();
        assertThat(breaker.open("fleet")).isTrue();
        trial.onFailure(new IOException());
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.metrics().totalOpened()).isEqualTo(2);
        ticker.advance(OPEN);
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void circuitThatAnOperatorHasSwitchedShouldNotOpen() {
        CircuitBreaker breaker = breaker(c -> {});
        breaker.forceOpen();
        assertThat(breaker.open("fleet")).isFalse();
        breaker.disable();
        assertThat(breaker.open("fleet")).isFalse();
        assertThat(breaker.state()).isEqualTo(State.DISABLED);
    }

    @Test
    void heldCircuitShouldAdmitNoTrialUntilTheHoldEnds() {
        CircuitBreaker breaker = breaker(c -> {});
        breaker.open("fleet");
        ticker.advance(OPEN.minusSeconds(1));
        breaker.holdOpen(Duration.ofSeconds(5).toNanos());
        assertThat(breaker.isTrialDue()).isFalse();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(breaker.isTrialDue()).isTrue();
        for (int i = 0; i < 20; i++) {
            CircuitOpenException rejected = catchThrowableOfType(CircuitOpenException.class, breaker::acquirePermit);
            assertThat(rejected.retryAfter()).contains(Duration.ofSeconds(4));
        }
        assertThat(breaker.metrics().nextTrialTime()).isEqualTo(ticker.now().plusSeconds(4));
        ticker.advance(Duration.ofSeconds(4));
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void holdOfZeroShouldEndAHold() {
        CircuitBreaker breaker = breaker(c -> {});
        breaker.open("fleet");
        breaker.holdOpen(Long.MAX_VALUE);
        ticker.advance(OPEN);
        assertThatThrownBy(breaker::acquirePermit).isInstanceOf(CircuitOpenException.class);
        breaker.holdOpen(0);
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void holdShouldNotConcernACircuitThatIsNotOpen() {
        CircuitBreaker breaker = breaker(c -> {});
        breaker.holdOpen(Long.MAX_VALUE);
        breaker.run(() -> {});
        assertThat(breaker.isTrialDue()).isFalse();
        assertThat(breaker.expireOpen()).isFalse();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        assertThatThrownBy(() -> breaker.holdOpen(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void openDurationShouldEndEarlyUnlessTheCircuitIsHeld() {
        CircuitBreaker breaker = breaker(c -> {});
        breaker.open("fleet");
        breaker.holdOpen(1_000);
        assertThat(breaker.expireOpen()).isTrue();
        assertThat(breaker.isTrialDue()).isTrue();
        CircuitOpenException rejected = catchThrowableOfType(CircuitOpenException.class, breaker::acquirePermit);
        assertThat(rejected.retryAfter()).contains(Duration.ofNanos(1_000));
        ticker.advance(Duration.ofNanos(1_000));
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void fleetSettingsShouldHaveTheirDefaultsAndRanges() {
        assertThat(CircuitBreakerConfig.defaults().fleet()).isEqualTo(FleetMode.HINT);
        assertThat(CircuitBreakerConfig.defaults().fleetQuorum()).isEqualTo(0.5);
        for (double invalid : new double[] {0, -1, 1.01, Double.NaN}) {
            assertThatThrownBy(() -> breaker(c -> c.fleetQuorum(invalid)))
                    .hasMessage("fleetQuorum is " + invalid + ": must be above 0, at most 1");
        }
        CircuitBreakerConfig config = CircuitBreakerConfig.builder()
                .fleet(FleetMode.QUORUM)
                .fleetQuorum(1)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    private static int failuresUntilOpen(CircuitBreaker breaker) {
        int failures = 0;
        while (breaker.state() == State.CLOSED) {
            fail(breaker, 1);
            failures++;
        }
        return failures;
    }

    private static void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.acquirePermit().onFailure(new IOException());
        }
    }

    private static List<String> reasons(CircuitBreaker breaker) {
        List<String> reasons = new ArrayList<>();
        breaker.on(
                CircuitBreakerEvent.StateChanged.class,
                event -> reasons.add(event.from() + " " + event.to() + " " + event.reason()));
        return reasons;
    }

    private CircuitBreaker breaker(Consumer<CircuitBreakerConfig.Builder> settings) {
        CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
        settings.accept(builder);
        return CircuitBreaker.of("test", builder.build(), ticker);
    }
}
