package io.netrun.resilience.circuitbreaker;

import static io.netrun.resilience.circuitbreaker.CircuitBreaker.State.CLOSED;
import static io.netrun.resilience.circuitbreaker.CircuitBreaker.State.HALF_OPEN;
import static io.netrun.resilience.circuitbreaker.CircuitBreaker.State.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.Permit;
import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A circuit breaker whose settings change: what it has seen and admitted stays. */
class CircuitBreakerReconfigureTests {

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void closedShouldKeepItsCountUnderAHigherThreshold() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(3));
        fail(breaker, 2);
        change(breaker, c -> c.failureThreshold(5));
        fail(breaker, 2);
        assertThat(breaker.state()).isEqualTo(CLOSED);
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void closedShouldOpenWithTheNextFailureUnderALowerThreshold() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(5));
        fail(breaker, 4);
        change(breaker, c -> c.failureThreshold(2));
        assertThat(breaker.state()).isEqualTo(CLOSED);
        succeed(breaker, 1);
        assertThat(breaker.metrics().failureCount()).isZero();
        fail(breaker, 2);
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void closedShouldCountCallsThatItAdmittedBeforeTheChange() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(2));
        Permit before = breaker.acquirePermit();
        change(breaker, c -> c.failureThreshold(1));
        before.onFailure(new IOException());
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void closedShouldStartAnewWithAnotherKindOfDetection() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(5));
        fail(breaker, 4);
        change(breaker, c -> c.detection(Detection.COUNT_WINDOW).minimumCalls(2));
        assertThat(breaker.metrics().failureCount()).isZero();
        fail(breaker, 2);
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void countWindowShouldKeepTheLatestCallsThatFit() {
        CircuitBreaker breaker =
                breaker(c -> c.detection(Detection.COUNT_WINDOW).windowSize(6).minimumCalls(6));
        fail(breaker, 2);
        succeed(breaker, 5); // one failure has left the window
        assertThat(breaker.metrics().failureCount()).isEqualTo(1);
        change(breaker, c -> c.windowSize(8));
        assertThat(breaker.metrics().failureCount()).isEqualTo(1);
        succeed(breaker, 2);
        assertThat(breaker.metrics().failureCount()).isEqualTo(1);
        succeed(breaker, 1);
        assertThat(breaker.metrics().failureCount()).isZero();
        fail(breaker, 2);
        change(breaker, c -> c.windowSize(3).minimumCalls(100));
        assertThat(breaker.metrics().failureCount()).isEqualTo(2);
        succeed(breaker, 1);
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void timeWindowShouldLetItsCallsLeaveAtTheNewPace() {
        CircuitBreaker breaker = breaker(c -> c.detection(Detection.TIME_WINDOW)
                .windowDuration(Duration.ofSeconds(100))
                .minimumCalls(10));
        fail(breaker, 3);
        ticker.advance(Duration.ofSeconds(50));
        change(breaker, c -> c.windowDuration(Duration.ofSeconds(10)));
        assertThat(breaker.metrics().failureCount()).isEqualTo(3);
        ticker.advance(Duration.ofSeconds(4));
        assertThat(breaker.metrics().failureCount()).isEqualTo(3);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(breaker.metrics().failureCount()).isZero();
    }

    @Test
    void slowCallsShouldBeWatchedFromTheChangeOn() {
        CircuitBreaker breaker =
                breaker(c -> c.detection(Detection.COUNT_WINDOW).windowSize(2).minimumCalls(2));
        Permit before = breaker.acquirePermit();
        change(breaker, c -> c.slowCallDuration(Duration.ofSeconds(1)));
        Permit after = breaker.acquirePermit();
        ticker.advance(Duration.ofSeconds(2));
        before.onSuccess();
        assertThat(breaker.state()).isEqualTo(CLOSED);
        after.onSuccess();
        Permit another = breaker.acquirePermit();
        ticker.advance(Duration.ofSeconds(1));
        another.onSuccess();
        assertThat(breaker.state()).isEqualTo(OPEN);
    }

    @Test
    void openShouldLastAsLongAsTheNewSettingsSayFromWhenItOpened() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).openDuration(Duration.ofSeconds(60)));
        List<String> changes = new ArrayList<>();
        fail(breaker, 1);
        breaker.onStateChange((from, to) -> changes.add(from + " " + to));
        ticker.advance(Duration.ofSeconds(5));
        change(breaker, c -> c.openDuration(Duration.ofSeconds(10)));
        ticker.advance(Duration.ofSeconds(4));
        assertThatThrownBy(breaker::acquirePermit).isInstanceOf(CircuitOpenException.class);
        assertThat(ticker.scheduledCount()).isEqualTo(1);
        ticker.advance(Duration.ofSeconds(1));
        breaker.acquirePermit();
        assertThat(breaker.state()).isEqualTo(HALF_OPEN);
        assertThat(changes).containsExactly("OPEN HALF_OPEN");
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void openWhenTheNewDurationIsOverShouldLetTheNextCallIn() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        fail(breaker, 1);
        ticker.advance(Duration.ofSeconds(5));
        change(breaker, c -> c.openDuration(Duration.ofSeconds(1)));
        breaker.acquirePermit().onSuccess();
        assertThat(breaker.metrics().successCount()).isEqualTo(1);
    }

    @Test
    void openShouldStayTheSameWhereItsDurationDoes() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1).openBackoffMultiplier(2));
        fail(breaker, 1);
        ticker.advance(Duration.ofSeconds(60));
        fail(breaker, 1);
        Object next = breaker.metrics().nextTrialTime();
        change(breaker, c -> c.failureThreshold(7));
        assertThat(breaker.metrics().nextTrialTime()).isEqualTo(next);
    }

    @Test
    void halfOpenShouldKeepItsTrialsAndLetInAsManyAsTheNewSettingsSay() {
        CircuitBreaker breaker =
                breaker(c -> c.failureThreshold(1).halfOpenMaxCalls(1).successThreshold(3));
        fail(breaker, 1);
        ticker.advance(Duration.ofSeconds(60));
        Permit first = breaker.acquirePermit();
        assertThatThrownBy(breaker::acquirePermit).isInstanceOf(CircuitOpenException.class);
        change(breaker, c -> c.halfOpenMaxCalls(2).successThreshold(2));
        Permit second = breaker.acquirePermit();
        assertThatThrownBy(breaker::acquirePermit).isInstanceOf(CircuitOpenException.class);
        assertThat(breaker.metrics().halfOpenCalls()).isEqualTo(2);
        first.onSuccess();
        second.onSuccess();
        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    @Test
    void exceptionsShouldBeJudgedByTheLatestSettings() {
        CircuitBreaker breaker = breaker(c -> c.failureThreshold(1));
        change(breaker, c -> c.ignoreExceptions(IOException.class));
        fail(breaker, 1);
        assertThat(breaker.metrics().totalIgnored()).isEqualTo(1);
        assertThat(breaker.state()).isEqualTo(CLOSED);
    }

    private CircuitBreaker breaker(Consumer<CircuitBreakerConfig.Builder> settings) {
        CircuitBreakerConfig.Builder builder = CircuitBreakerConfig.builder();
        settings.accept(builder);
        return CircuitBreaker.of("c", builder.build(), ticker);
    }

    private static void change(CircuitBreaker breaker, UnaryOperator<CircuitBreakerConfig.Builder> change) {
        breaker.reconfigure(config -> change.apply(config.toBuilder()).build());
    }

    private static void fail(CircuitBreaker breaker, int calls) {
        for (int i = 0; i < calls; i++) {
            breaker.acquirePermit().onFailure(new IOException());
        }
    }

    private static void succeed(CircuitBreaker breaker, int calls) {
        for (int i = 0; i < calls; i++) {
            breaker.acquirePermit().onSuccess();
        }
    }
}
