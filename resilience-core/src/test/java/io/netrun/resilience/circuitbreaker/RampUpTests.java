package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netrun.resilience.InvalidSettingException;
import io.netrun.resilience.Permit;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.test.RecordedEvents;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After its trials, a circuit admits more and more calls. */
@Timeout(120)
class RampUpTests {

    private static final Duration OPEN = Duration.ofSeconds(10);
    private static final Duration RAMP = Duration.ofSeconds(100);

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void shareOfCallsShouldRiseFromTheInitialRateToAll() {
        CircuitBreaker breaker = recovered(c -> c);
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(10.0);
        assertThat(admittedOf(100, breaker)).isEqualTo(10);
        ticker.advance(RAMP.dividedBy(2));
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(55.0);
        assertThat(admittedOf(100, breaker)).isEqualTo(55);
        ticker.advance(RAMP.dividedBy(2));
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(100.0);
        assertThat(admittedOf(100, breaker)).isEqualTo(100);
    }

    @Test
    void admittedCallsShouldBeSpreadEvenly() {
        CircuitBreaker breaker = recovered(c -> c.rampUpInitialRate(25));
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            pattern.append(admittedOf(1, breaker));
        }
        assertThat(pattern).hasToString("100010001000");
    }

    @Test
    void rateThatDividesNothingShouldBeExactInTheLongRun() {
        CircuitBreaker breaker = recovered(c -> c.rampUpInitialRate(33.3));
        assertThat(admittedOf(100_000, breaker)).isEqualTo(33_300);
    }

    @Test
    void threadsShouldShareTheRate() throws Exception {
        CircuitBreaker breaker = recovered(c -> c.rampUpInitialRate(10));
        AtomicInteger admitted = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                try {
                    start.await();
                    admitted.addAndGet(admittedOf(10_000, breaker));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            threads[i].start();
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(admitted).hasValue(4_000);
    }

    @Test
    void rejectionShouldSayThatTheCircuitRampsUp() throws Exception {
        CircuitBreaker breaker = recovered(c -> c);
        admittedOf(1, breaker);
        CircuitOpenException rejection = catchThrowableOfType(CircuitOpenException.class, () -> breaker.run(() -> {}));
        String message = "CircuitBreaker 'test' ramps up after its recovery and admits a part of the calls;"
                + " all calls are admitted after 1m40s";
        assertThat(rejection).hasMessage(message);
        assertThat(rejection.state()).isEqualTo(State.CLOSED);
        assertThat(rejection.retryAfter()).contains(RAMP);
        assertThat(copyOf(rejection)).hasMessage(message);
        ticker.advance(Duration.ofSeconds(40));
        assertThat(rejection.retryAfter()).contains(Duration.ofSeconds(60));
        breaker.reset();
        assertThat(rejection.retryAfter()).contains(Duration.ZERO);
        assertThat(breaker.metrics().totalRejected()).isEqualTo(1);
    }

    @Test
    void asyncCallsShouldBeRejectedLikeSyncOnes() {
        CircuitBreaker breaker = recovered(c -> c);
        CompletableFuture<String> first = breaker.callAsync(() -> CompletableFuture.completedFuture("first"));
        assertThat(first).isCompletedWithValue("first");
        assertThat(breaker.callAsync(() -> CompletableFuture.completedFuture("second")))
                .isCompletedExceptionally();
        assertThat(breaker.tryAcquirePermit()).isEmpty();
    }

    @Test
    void failuresShouldOpenTheCircuitAsUsual() {
        CircuitBreaker breaker =
                recovered(c -> c.rampUpInitialRate(100).failureThreshold(2).openBackoffMultiplier(3));
        for (int i = 0; i < 2; i++) {
            breaker.acquirePermit().onFailure(new IOException());
        }
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(100);
        // The recovery counts as one: the open duration has not grown.
        ticker.advance(OPEN);
        breaker.run(() -> {});
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(100);
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void secondRecoveryShouldRampUpFromTheStart() {
        CircuitBreaker breaker = recovered(c -> c);
        ticker.advance(RAMP.dividedBy(2));
        breaker.open("again");
        ticker.advance(OPEN);
        breaker.run(() -> {});
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(10);
        assertThat(admittedOf(100, breaker)).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "force-open", "disable", "switch"})
    void operatorShouldEndTheRampUp(String action) {
        CircuitBreaker breaker = recovered(c -> c);
        switch (action) {
            case "reset" -> breaker.reset();
            case "force-open" -> {
                breaker.forceOpen();
                breaker.reset();
            }
            case "disable" -> {
                breaker.disable();
                assertThat(admittedOf(10, breaker)).isEqualTo(10);
                breaker.reset();
            }
            default -> {
                breaker.setEnabled(false);
                breaker.setEnabled(true);
            }
        }
        assertThat(admittedOf(100, breaker)).isEqualTo(100);
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(100);
    }

    @Test
    void changedSettingsShouldApplyToTheRampThatRuns() {
        CircuitBreaker breaker = recovered(c -> c);
        ticker.advance(Duration.ofSeconds(50));
        breaker.reconfigure(c -> c.toBuilder()
                .rampUpDuration(Duration.ofSeconds(200))
                .rampUpInitialRate(20)
                .build());
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(40);
        assertThat(admittedOf(100, breaker)).isEqualTo(40);
        breaker.reconfigure(c -> c.toBuilder().rampUpDuration(Duration.ZERO).build());
        assertThat(breaker.metrics().rampUpRate()).isEqualTo(100);
        assertThat(admittedOf(100, breaker)).isEqualTo(100);
        breaker.reconfigure(c -> c.toBuilder().rampUpDuration(RAMP).build());
        assertThat(admittedOf(100, breaker)).isEqualTo(100);
    }

    @Test
    void slowCallsShouldBeDetectedWhileTheCircuitRampsUp() {
        CircuitBreaker breaker =
                recovered(c -> c.windowSize(10).minimumCalls(1).slowCallDuration(Duration.ofSeconds(1)));
        Permit slow = breaker.acquirePermit();
        assertThat(admittedOf(5, breaker)).isZero();
        ticker.advance(Duration.ofSeconds(1));
        slow.onSuccess();
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.metrics().totalSlow()).isEqualTo(1);
    }

    @Test
    void changeOfSlowCallsShouldKeepTheRamp() {
        CircuitBreaker breaker = recovered(c -> c.windowSize(10).minimumCalls(1));
        breaker.reconfigure(
                c -> c.toBuilder().slowCallDuration(Duration.ofSeconds(1)).build());
        assertThat(admittedOf(100, breaker)).isEqualTo(10);
    }

    @Test
    void circuitThatObservesShouldCountWhatARampWouldReject() {
        CircuitBreaker breaker = recovered(c -> c.mode(PolicyMode.OBSERVE));
        RecordedEvents events = RecordedEvents.of(breaker);
        assertThat(admittedOf(10, breaker)).isEqualTo(10);
        assertThat(breaker.metrics().totalWouldReject()).isEqualTo(9);
        assertThat(events.of(CircuitBreakerEvent.WouldReject.class))
                .hasSize(9)
                .contains(new CircuitBreakerEvent.WouldReject("test", ticker.now(), State.CLOSED));
    }

    @Test
    void circuitThatRampsUpShouldNotBeIdle() {
        CircuitBreaker breaker = recovered(c -> c);
        assertThat(breaker.isIdle()).isFalse();
        ticker.advance(RAMP);
        assertThat(breaker.isIdle()).isTrue();
    }

    @Test
    void circuitShouldNotRampUpByDefault() {
        CircuitBreaker breaker = recovered(c -> c.rampUpDuration(Duration.ZERO));
        assertThat(admittedOf(100, breaker)).isEqualTo(100);
        assertThat(CircuitBreakerConfig.defaults().rampUpDuration()).isZero();
        assertThat(CircuitBreakerConfig.defaults().rampUpInitialRate()).isEqualTo(10);
    }

    @Test
    void firstPeriodShouldNotRampUp() {
        CircuitBreaker breaker = breaker(c -> c);
        assertThat(admittedOf(100, breaker)).isEqualTo(100);
    }

    @Test
    void settingsOutOfRangeShouldBeNamed() {
        assertThatThrownBy(() -> breaker(c -> c.rampUpDuration(Duration.ofSeconds(-1))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage("rampUpDuration is PT-1S: must be zero or positive, such as 0s, 500ms or 5s");
        for (double rate : new double[] {0, -1, 100.1, Double.NaN}) {
            assertThatThrownBy(() -> breaker(c -> c.rampUpInitialRate(rate)))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessage("rampUpInitialRate is " + rate + ": must be a percentage above 0, at most 100");
        }
    }

    /** A circuit that has opened, tried, and closed. */
    private CircuitBreaker recovered(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
        CircuitBreaker breaker = breaker(settings);
        breaker.open("test");
        ticker.advance(OPEN);
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.CLOSED);
        return breaker;
    }

    private CircuitBreaker breaker(UnaryOperator<CircuitBreakerConfig.Builder> settings) {
        return CircuitBreaker.of(
                "test",
                settings.apply(CircuitBreakerConfig.builder()
                                .successThreshold(1)
                                .openDuration(OPEN)
                                .rampUpDuration(RAMP))
                        .build(),
                ticker);
    }

    private static int admittedOf(int calls, CircuitBreaker breaker) {
        int admitted = 0;
        for (int i = 0; i < calls; i++) {
            Optional<Permit> permit = breaker.tryAcquirePermit();
            permit.ifPresent(Permit::onSuccess);
            admitted += permit.isPresent() ? 1 : 0;
        }
        return admitted;
    }

    private static CircuitOpenException copyOf(CircuitOpenException thrown) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(thrown);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (CircuitOpenException) in.readObject();
        }
    }
}
