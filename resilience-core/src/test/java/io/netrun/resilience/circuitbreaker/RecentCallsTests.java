package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.circuitbreaker.CircuitBreaker.State;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the window of a circuit breaker holds, in each of its states. */
class RecentCallsTests {

    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final ManualTicker ticker = new ManualTicker();

    @ParameterizedTest
    @EnumSource(names = {"COUNT_WINDOW", "TIME_WINDOW"})
    void windowShouldHoldTheCallsThatEnded(Detection detection) {
        CircuitBreaker breaker = breaker(detection);
        assertThat(breaker.recentCalls()).contains(new RecentCalls(0, 0, 0));
        breaker.run(() -> {});
        breaker.run(() -> ticker.advance(Duration.ofSeconds(1)));
        fail(breaker);
        RecentCalls recent = breaker.recentCalls().orElseThrow();
        assertThat(recent).isEqualTo(new RecentCalls(3, 1, 1));
        assertThat(recent.failureRate()).isEqualTo(100 / 3.0);
        assertThat(recent.slowCallRate()).isEqualTo(100 / 3.0);
    }

    @Test
    void timeWindowShouldForgetWhatIsOld() {
        CircuitBreaker breaker = breaker(Detection.TIME_WINDOW);
        breaker.run(() -> {});
        ticker.advance(WINDOW);
        assertThat(breaker.recentCalls()).contains(new RecentCalls(0, 0, 0));
    }

    @Test
    void callsThatOpenedTheCircuitShouldStayUntilItCloses() {
        CircuitBreaker breaker = breaker(Detection.COUNT_WINDOW);
        while (breaker.state() == State.CLOSED) {
            fail(breaker);
        }
        RecentCalls opened = new RecentCalls(4, 4, 0);
        assertThat(breaker.recentCalls()).contains(opened);
        ticker.advance(Duration.ofMinutes(1));
        breaker.run(() -> {});
        assertThat(breaker.state()).isEqualTo(State.HALF_OPEN);
        assertThat(breaker.recentCalls()).contains(opened);
        fail(breaker);
        assertThat(breaker.state()).isEqualTo(State.OPEN);
        assertThat(breaker.recentCalls()).contains(opened);
        breaker.reset();
        assertThat(breaker.recentCalls()).contains(new RecentCalls(0, 0, 0));
    }

    @Test
    void circuitShouldHaveNoneWithoutAWindow() {
        CircuitBreaker breaker = CircuitBreaker.of("a");
        assertThat(breaker.recentCalls()).isEmpty();
        breaker.open("test");
        assertThat(breaker.recentCalls()).isEmpty();
        CircuitBreaker windowed = breaker(Detection.COUNT_WINDOW);
        windowed.forceOpen();
        assertThat(windowed.recentCalls()).isEmpty();
    }

    @Test
    void rateOfNoCallsShouldNotBeANumber() {
        assertThat(new RecentCalls(0, 0, 0).failureRate()).isNaN();
        assertThat(new RecentCalls(0, 0, 0).slowCallRate()).isNaN();
    }

    private CircuitBreaker breaker(Detection detection) {
        CircuitBreakerConfig.Builder config = CircuitBreakerConfig.builder()
                .detection(detection)
                .minimumCalls(4)
                .slowCallDuration(Duration.ofSeconds(1))
                .openDuration(Duration.ofMinutes(1));
        if (detection == Detection.TIME_WINDOW) {
            config.windowDuration(WINDOW);
        }
        return CircuitBreaker.of("a", config.build(), ticker);
    }

    private static void fail(CircuitBreaker breaker) {
        catchThrowable(() -> breaker.run(() -> {
            throw new IOException();
        }));
    }
}
