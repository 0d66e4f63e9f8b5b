package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.netrun.resilience.KeyedPolicies;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.test.RecordedEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** States that an operator or the settings choose: the initial state, and trials on request. */
class OperatedCircuitTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void circuitThatBeginsForcedOpenShouldRejectUntilReset() {
        CircuitBreaker breaker = breaker(c -> c.initialState(InitialState.FORCED_OPEN));
        assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
        assertThatExceptionOfType(CircuitOpenException.class)
                .isThrownBy(() -> breaker.run(() -> {}))
                .withMessage("CircuitBreaker 'test' is forced open until it is reset");
        breaker.reset();
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void circuitThatBeginsDisabledShouldRecordNothing() {
        CircuitBreaker breaker = breaker(c -> c.initialState(InitialState.DISABLED));
        for (int i = 0; i < 10; i++) {
            breaker.acquirePermit().onFailure(new IOException());
        }
        assertThat(breaker.state()).isEqualTo(State.DISABLED);
        assertThat(breaker.isEnabled()).isTrue();
        breaker.disable();
        assertThat(breaker.isEnabled()).isFalse();
        breaker.setEnabled(true);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void changedInitialStateShouldNotTouchAnExistingCircuit() {
        CircuitBreaker breaker = breaker(c -> c.initialState(InitialState.FORCED_OPEN));
        breaker.reset();
        breaker.reconfigure(
                c -> c.toBuilder().initialState(InitialState.DISABLED).build());
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        breaker.forceOpen();
        breaker.reconfigure(c -> c.toBuilder().initialState(InitialState.CLOSED).build());
        assertThat(breaker.state()).isEqualTo(State.FORCED_OPEN);
    }

    @Test
    void forcedOpenFromTheStartShouldRejectInModeObserve() {
        CircuitBreaker breaker =
                breaker(c -> c.initialState(InitialState.FORCED_OPEN).mode(PolicyMode.OBSERVE));
        assertThat(breaker.tryAcquirePermit()).isEmpty();
    }

    @Test
    void initialStateShouldNotBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> breaker(c -> c.initialState(null)))
                .withMessage("initialState");
    }

    @ParameterizedTest
    @EnumSource(InitialState.class)
    void untouchedCircuitShouldBeIdleAndNotForced(InitialState initial) {
        CircuitBreaker breaker = breaker(c -> c.initialState(initial));
        assertThat(breaker.isIdle()).isTrue();
        assertThat(breaker.isForced()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(
            value = InitialState.class,
            names = {"FORCED_OPEN", "DISABLED"})
    void familyShouldKeepACircuitThatAnOperatorHasReset(InitialState initial) {
        ResilienceRegistry registry = ResilienceRegistry.create();
        KeyedPolicies<CircuitBreaker> tenants = registry.keyed(
                CircuitBreaker.TYPE,
                "tenants",
                CircuitBreakerConfig.builder().initialState(initial).build(),
                2);
        tenants.get("a").reset();
        for (int i = 0; i < 50; i++) {
            tenants.get("other" + i);
        }
        assertThat(tenants.get("a").state()).isEqualTo(State.CLOSED);
        assertThat(tenants.size()).isLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"closed", "open", "forced-open", "disabled", "switched-off"})
    void halfOpenShouldBeginTrialsFromEveryState(String from) {
        CircuitBreaker breaker = breaker(c -> c.halfOpenMaxCalls(1));
        switch (from) {
            case "closed" -> breaker.run(() -> {});
            case "open" -> breaker.open("test");
            case "forced-open" -> breaker.forceOpen();
            case "disabled" -> breaker.disable();
            default -> breaker.setEnabled(false);
        }
        RecordedEvents events = RecordedEvents.of(breaker);
        breaker.halfOpen();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.isEnabled()).isTrue();
        assertThat(events.of(CircuitBreakerEvent.StateChanged.class))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.to()).isEqualTo(State.HALF_OPEN);
                    assertThat(event.reason()).isEqualTo("set half-open");
                });
        Permit trial = breaker.acquirePermit();
        assertThat(breaker.tryAcquirePermit()).isEmpty();
        trial.onSuccess();
        breaker.run(() -> {});
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void failedTrialOnRequestShouldOpenForTheOpenDuration() {
        CircuitBreaker breaker = breaker(c -> c.openBackoffMultiplier(5));
        breaker.forceOpen();
        breaker.halfOpen();
        breaker.acquirePermit().onFailure(new IOException());
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.metrics().nextTrialTime()).isEqualTo(ticker.now().plus(OPEN));
        assertThat(breaker.metrics().totalOpened()).isEqualTo(1);
    }

    @Test
    void halfOpenShouldNotForgetThatReopeningsLastLonger() {
        CircuitBreaker breaker = breaker(c -> c.openBackoffMultiplier(5));
        breaker.open("test");
        breaker.halfOpen();
        breaker.acquirePermit().onFailure(new IOException());
        assertThat(breaker.metrics().nextTrialTime()).isAfter(ticker.now().plus(OPEN.multipliedBy(3)));
    }

    @Test
    void openingWhileTrialsOnRequestRunShouldLastAsLongAsTheFirst() {
        CircuitBreaker breaker = breaker(c -> c.openBackoffMultiplier(5));
        breaker.halfOpen();
        breaker.open("fleet: 2 of 2 nodes");
        assertThat(breaker.metrics().nextTrialTime()).isEqualTo(ticker.now().plus(OPEN));
    }

    @Test
    void halfOpenTwiceShouldKeepTheTrialsInFlight() {
        CircuitBreaker breaker = breaker(c -> c.successThreshold(1));
        breaker.halfOpen();
        Permit trial = breaker.acquirePermit();
        breaker.halfOpen();
        assertThat(breaker.metrics().halfOpenCalls()).isEqualTo(1);
        trial.onSuccess();
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void callAdmittedBeforeHalfOpenShouldNotCountAsTrial() {
        CircuitBreaker breaker = breaker(c -> c.successThreshold(1));
        Permit before = breaker.acquirePermit();
        breaker.halfOpen();
        before.onSuccess();
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
    }

    private CircuitBreaker breaker(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
        return CircuitBreaker.of(
                "test",
                settings.apply(CircuitBreakerConfig.builder().openDuration(OPEN))
                        .build(),
                ticker);
    }
}
