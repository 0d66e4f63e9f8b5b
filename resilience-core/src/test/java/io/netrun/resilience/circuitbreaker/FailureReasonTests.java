package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netrun.resilience.Deadline;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryExhaustedException;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import io.netrun.resilience.timeout.TimeoutThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Why a call counts as failed although it threw no failure. */
@org.junit.jupiter.api.Timeout(60)
class FailureReasonTests {

    private final LimitFixture limits = new LimitFixture();
    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(100));

    @AfterEach
    void releaseAll() {
        limits.release.countDown();
    }

    private CircuitBreaker.Failure last() {
        assertThat(breaker.lastFailures()).hasSize(1);
        return breaker.lastFailures().get(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void failureShouldNameTheLimitThatGaveASyncCallUp(TimeoutThread thread) {
        limits.exceed(() -> Pipeline.of(limits.timeout(thread), breaker).run(limits::hang));
        assertThat(last().reason()).isEqualTo("given up by Timeout 't'");
        assertThat(last().exception()).isNull();
    }

    @ParameterizedTest
    @EnumSource(names = {"WORKER", "CALLER"})
    void failureShouldNameALimitOfAnotherGuard(TimeoutThread thread) {
        Timeout timeout = limits.timeout(thread);
        limits.exceed(() -> timeout.run(() -> breaker.run(limits::hang)));
        assertThat(last().reason()).isEqualTo("given up by Timeout 't'");
    }

    @Test
    void failureShouldNameTheLimitOfAnAsyncCall() {
        CompletableFuture<String> call = Pipeline.of(limits.timeout(TimeoutThread.WORKER), breaker)
                .callAsync(() -> new CompletableFuture<String>());
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(catchThrowable(call::join)).isNotNull();
        assertThat(last().reason()).isEqualTo("given up by Timeout 't'");
    }

    @Test
    void failureShouldNameTheLimitThatFiredAmongSeveral() {
        Timeout around = Timeout.of(
                "around", TimeoutConfig.builder().duration(Duration.ofDays(1)).build(), limits.ticker);
        Timeout within = Timeout.of(
                "within", TimeoutConfig.builder().duration(Duration.ofHours(1)).build(), limits.ticker);
        limits.exceed(() -> Pipeline.of(around, limits.timeout(TimeoutThread.WORKER))
                .run(() -> Pipeline.of(breaker, within).run(limits::hang)));
        assertThat(last().reason()).isEqualTo("given up by Timeout 't'");
    }

    @Test
    void failureOfAnInnerLimitShouldBeWhatItThrows() {
        limits.exceed(
                () -> Pipeline.of(breaker, limits.timeout(TimeoutThread.WORKER)).run(limits::hang));
        assertThat(last().exception()).endsWith("TimeoutExceededException");
        assertThat(last().reason()).isNull();
    }

    @Test
    void failureOfALimitWithoutANameShouldStillSaySo() {
        Deadline limit = Deadline.NONE.within(limits.ticker, 1_000);
        catchThrowable(() -> breaker.entry()
                .call(
                        () -> {
                            limit.tryExceed();
                            throw new IOException();
                        },
                        limit));
        assertThat(last().reason()).isEqualTo("given up by a time limit");
    }

    @Test
    void trialThatSucceedsTooLateShouldSaySo() {
        ManualTicker ticker = new ManualTicker();
        CircuitBreaker slow = CircuitBreaker.of(
                "slow",
                CircuitBreakerConfig.builder()
                        .detection(Detection.COUNT_WINDOW)
                        .slowCallDuration(Duration.ofSeconds(1))
                        .minimumCalls(1)
                        .windowSize(1)
                        .openDuration(Duration.ofSeconds(10))
                        .build(),
                ticker);
        slow.acquirePermit().onFailure(new IOException());
        ticker.advance(Duration.ofSeconds(10));
        slow.run(() -> ticker.advance(Duration.ofSeconds(2)));
        assertThat(slow.lastFailures().get(0).reason()).isEqualTo("a trial that succeeded too late");
    }

    @Test
    void failureOfARetryShouldBeThatOfItsLastAttempt() {
        Retry retry = Retry.of("r", c -> c.maxAttempts(1));
        assertThat(catchThrowable(() -> Pipeline.of(breaker, retry).run(() -> {
                    throw new IOException("down");
                })))
                .isInstanceOf(RetryExhaustedException.class);
        assertThat(last().exception()).isEqualTo("java.io.IOException");
        assertThat(last().message()).isEqualTo("down");
    }
}
