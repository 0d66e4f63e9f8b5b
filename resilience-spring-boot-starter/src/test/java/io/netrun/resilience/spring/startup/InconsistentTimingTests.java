package io.netrun.resilience.spring.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.AttemptTimeout;
import io.netrun.resilience.annotation.Bulkhead;
import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.PatternOrder;
import io.netrun.resilience.annotation.RateLimiter;
import io.netrun.resilience.annotation.Retry;
import io.netrun.resilience.annotation.Timeout;
import io.netrun.resilience.spring.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Durations of a method's policies that are each valid and do not fit together. */
@ExtendWith(OutputCaptureExtension.class)
class InconsistentTimingTests {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    static class Calls {

        @Timeout(name = "bounded", duration = "5s")
        @Retry(name = "bounded", maxDuration = "1s", baseDelay = "2s")
        public void bounded() {
            // Only its annotations matter.
        }

        @Retry(name = "never", baseDelay = "10s", maxDuration = "5s")
        public void never() {
            // Only its annotation matters.
        }

        @Retry(name = "seldom", baseDelay = "8s", maxDuration = "5s")
        public void seldom() {
            // Only its annotation matters.
        }

        @Retry(name = "once", maxAttempts = 1, baseDelay = "8s", maxDuration = "5s")
        public void once() {
            // Only its annotation matters.
        }

        @Timeout(name = "slow", duration = "2s")
        @CircuitBreaker(name = "slow", slowCallDuration = "5s")
        public void slow() {
            // Only its annotations matter.
        }

        @CircuitBreaker(name = "slowAttempt", slowCallDuration = "5s")
        @AttemptTimeout(name = "slowAttempt", duration = "2s")
        public void slowAttempt() {
            // Only its annotations matter.
        }

        @PatternOrder({"circuit-breaker", "retry"})
        @CircuitBreaker(name = "slowCall", slowCallDuration = "5s")
        @Retry(name = "slowCall")
        @AttemptTimeout(name = "slowCallAttempt", duration = "2s")
        public void slowCall() {
            // Only its annotations matter.
        }

        @Timeout(name = "sum", duration = "5s")
        @Retry(name = "sum", baseDelay = "3s", maxAttempts = 2)
        @Bulkhead(name = "sum", maxWait = "4s")
        public void sum() {
            // Only its annotations matter.
        }

        @Timeout(name = "equal", duration = "5s")
        @RateLimiter(name = "equal", maxWait = "3s")
        @Bulkhead(name = "equal", maxWait = "2s")
        public void equal() {
            // Only its annotations matter.
        }

        @Timeout(name = "attempts", duration = "5s")
        @RateLimiter(name = "attempts", maxWait = "3s")
        @Retry(name = "attempts", baseDelay = "1s", maxAttempts = 2, jitter = "none")
        @AttemptTimeout(name = "attempt", duration = "2s")
        public void attempts() {
            // Only its annotations matter.
        }

        @PatternOrder({"retry", "rate-limiter"})
        @Timeout(name = "limited", duration = "5s")
        @Retry(name = "limited", baseDelay = "1ms", maxAttempts = 3)
        @RateLimiter(name = "limited", maxWait = "2s")
        public void limited() {
            // Only its annotations matter.
        }

        @PatternOrder({"retry", "bulkhead"})
        @Timeout(name = "queued", duration = "5s")
        @Retry(name = "queued", baseDelay = "1ms", maxAttempts = 3)
        @Bulkhead(name = "queued", maxWait = "2s")
        public void queued() {
            // Only its annotations matter.
        }

        @PatternOrder({"retry", "bulkhead"})
        @Timeout(name = "queuedOnce", duration = "5s")
        @Retry(name = "queuedOnce", baseDelay = "1ms", maxAttempts = 2)
        @Bulkhead(name = "queuedOnce", maxWait = "2s")
        public void queuedOnce() {
            // Only its annotations matter.
        }

        @Timeout(name = "hedged", duration = "5s")
        @Hedge(name = "hedged", delay = "2s", maxAttempts = 4)
        public String hedged() {
            return "";
        }

        @Timeout(name = "fits", duration = "5s")
        @RateLimiter(name = "fits", maxWait = "1s")
        @Bulkhead(name = "fits", maxWait = "3s")
        public void fits() {
            // Only its annotations matter.
        }
    }

    @Test
    void retryShouldTakeNoLongerThanItsMaxDuration(CapturedOutput output) {
        runner.withBean(Calls.class)
                .run(context -> assertThat(output).doesNotContain("the waits between 3 attempts of Retry 'bounded'"));
    }

    @Test
    void delayBeyondTheMaxDurationShouldBeLogged(CapturedOutput output) {
        runner.withBean(Calls.class)
                .run(context -> assertThat(output)
                        .contains("base-delay of Retry 'bounded' is 2s, but its max-duration is 1s: it never retries")
                        .contains("base-delay of Retry 'never' is 10s, but its max-duration is 5s: it never retries")
                        .contains(
                                "base-delay of Retry 'seldom' is 8s, but its max-duration is 5s: it retries only where")
                        .doesNotContain("Retry 'once'"));
    }

    @Test
    void slowCallThatATimeoutEndsShouldBeLogged(CapturedOutput output) {
        runner.withBean(Calls.class)
                .run(context -> assertThat(output)
                        .contains(
                                "slow-call-duration of CircuitBreaker 'slow' is 5s, but Timeout 'slow' ends each call")
                        .contains("slow-call-duration of CircuitBreaker 'slowAttempt' is 5s, but Timeout 'slowAttempt'")
                        .doesNotContain("slow-call-duration of CircuitBreaker 'slowCall'"));
    }

    @Test
    void sumOfTheLimitShouldNotBeLogged(CapturedOutput output) {
        runner.withBean(Calls.class)
                .run(context -> assertThat(output)
                        .doesNotContain("Timeout 'equal'", "Timeout 'queuedOnce'")
                        .doesNotContain("of Retry 'attempts' can take 5s, but"));
    }

    @Test
    void waitsOfEachAttemptShouldBeAddedUp(CapturedOutput output) {
        runner.withBean(Calls.class)
                .run(context -> assertThat(output)
                        .contains("of Retry 'attempts' (5s) can take 8s together, but Timeout 'attempts'")
                        .contains("of Retry 'limited' can take 6")
                        .contains("of Retry 'queued' can take 6")
                        .contains("the sum of the 3 delays of Hedge 'hedged' can take 6s, but Timeout 'hedged'"));
    }

    @Test
    void waitsThatDoNotFitTogetherShouldBeLogged(CapturedOutput output) {
        runner.withBean(Calls.class)
                .run(context -> assertThat(output)
                        .contains("max-wait of Bulkhead 'sum' (4s) and the waits between 2 attempts of Retry 'sum' (3s)"
                                + " can take 7s together, but Timeout 'sum' around them gives up after 5s")
                        .doesNotContain("Timeout 'fits'"));
    }
}
