package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.test.RecordedEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Mode observe: the states follow each other as they would, and all calls are admitted. */
class ObservingCircuitBreakerTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private final ManualTicker ticker = new ManualTicker();
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "test",
            CircuitBreakerConfig.builder()
                    .failureThreshold(2)
                    .successThreshold(2)
                    .halfOpenMaxCalls(1)
                    .openDuration(OPEN)
                    .mode(PolicyMode.OBSERVE)
                    .build(),
            ticker);

    @Test
    void openCircuitShouldAdmitCallsAndCountThem() {
        RecordedEvents events = RecordedEvents.of(breaker);
        open();
        assertThat(breaker.<String, RuntimeException>call(() -> "sync")).isEqualTo("sync");
        assertThat(breaker.callAsync(() -> CompletableFuture.completedFuture("async")))
                .isCompletedWithValue("async");
        fail();
        assertThat(breaker.metrics())
                .returns(State.OPEN, CircuitBreakerMetrics::state)
                .returns(2L, CircuitBreakerMetrics::totalSucceeded)
                .returns(3L, CircuitBreakerMetrics::totalFailed)
                .returns(0L, CircuitBreakerMetrics::totalRejected)
                .returns(3L, CircuitBreakerMetrics::totalWouldReject);
        assertThat(events.of(CircuitBreakerEvent.WouldReject.class))
                .hasSize(3)
                .contains(new CircuitBreakerEvent.WouldReject("test", ticker.now(), State.OPEN));
    }

    @Test
    void changeOfStateShouldSayThatTheCircuitObserves() {
        RecordedEvents events = RecordedEvents.of(breaker);
        open();
        breaker.reset();
        breaker.reconfigure(c -> c.toBuilder().mode(PolicyMode.ENFORCE).build());
        open();
        assertThat(events.of(CircuitBreakerEvent.StateChanged.class))
                .extracting(CircuitBreakerEvent.StateChanged::mode)
                .containsExactly(PolicyMode.OBSERVE, PolicyMode.OBSERVE, PolicyMode.ENFORCE);
    }

    @Test
    void trialsShouldBeTheCallsThatWouldBeAdmitted() {
        open();
        ticker.advance(OPEN);
        Permit trial = breaker.acquirePermit();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        Permit other = breaker.acquirePermit();
        assertThat(breaker.metrics().halfOpenCalls()).isEqualTo(1);
        assertThat(breaker.metrics().totalWouldReject()).isEqualTo(1);
        other.onFailure(new IOException());
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        trial.onSuccess();
        assertThat(breaker.metrics().successCount()).isEqualTo(1);
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void failedTrialShouldReopen() {
        open();
        ticker.advance(OPEN);
        fail();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.metrics().totalOpened()).isEqualTo(2);
    }

    @Test
    void outcomeOfACallThatWouldBeRejectedShouldNotCloseTheCircuit() {
        open();
        for (int i = 0; i < 5; i++) {
            breaker.run(() -> {});
        }
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.metrics().failureCount()).isEqualTo(2);
    }

    @Test
    void forcedOpenCircuitShouldReject() {
        breaker.forceOpen();
        assertThatThrownBy(() -> breaker.run(() -> {})).isInstanceOf(CircuitOpenException.class);
        assertThat(breaker.metrics().totalRejected()).isEqualTo(1);
        assertThat(breaker.metrics().totalWouldReject()).isZero();
    }

    @Test
    void enforcingShouldRejectForTheRestOfTheOpenDuration() {
        open();
        ticker.advance(Duration.ofSeconds(4));
        breaker.reconfigure(c -> c.toBuilder().mode(PolicyMode.ENFORCE).build());
        CircuitOpenException rejection = catchThrowableOfType(CircuitOpenException.class, () -> breaker.run(() -> {}));
        assertThat(rejection.retryAfter()).contains(Duration.ofSeconds(6));
        ticker.advance(Duration.ofSeconds(6));
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void observingShouldAdmitAtOnceAndEndTheHintOfEarlierRejections() {
        breaker.reconfigure(c -> c.toBuilder().mode(PolicyMode.ENFORCE).build());
        open();
        CircuitOpenException rejection = catchThrowableOfType(CircuitOpenException.class, () -> breaker.run(() -> {}));
        breaker.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
        assertThat(rejection.retryAfter()).contains(Duration.ZERO);
        assertThat(breaker.metrics().nextTrialTime()).isEqualTo(ticker.now().plus(OPEN));
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    @Test
    void fleetShouldOpenAnObservingCircuitWithoutRejections() {
        assertThat(breaker.open("fleet: 2 of 3 nodes")).isTrue();
        breaker.holdOpen(OPEN.toNanos() * 2);
        ticker.advance(OPEN);
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.metrics().totalWouldReject()).isEqualTo(1);
    }

    @Test
    void disabledCircuitShouldObserveNothing() {
        open();
        breaker.setEnabled(false);
        breaker.run(() -> {});
        assertThat(breaker.metrics().totalWouldReject()).isZero();
    }

    private void open() {
        fail();
        fail();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
    }

    private void fail() {
        assertThatThrownBy(() -> breaker.run(() -> {
                    throw new IOException("failed");
                }))
                .isInstanceOf(IOException.class);
    }
}
