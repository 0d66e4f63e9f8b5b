package io.netrun.resilience.circuitbreaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.LimitFixture;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutExceededException;
import io.netrun.resilience.timeout.TimeoutThread;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A call that is given up while its end is judged, or before its body has given a future, is counted at that moment.
 */
@org.junit.jupiter.api.Timeout(60)
class JudgedAtTheLimitTests {

    private final LimitFixture limits = new LimitFixture();
    private final CountDownLatch judging = new CountDownLatch(1);

    private final CircuitBreaker breaker = CircuitBreaker.of("c", c -> c.failureThreshold(1));
    private final CircuitBreaker slowJudge = CircuitBreaker.of(
            "slow",
            c -> c.failureThreshold(1)
                    .failure(failure -> {
                        awaitRelease();
                        return true;
                    })
                    .failureResult(result -> {
                        awaitRelease();
                        return false;
                    }));

    @AfterEach
    void release() {
        limits.release.countDown();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callThatIsJudgedAtItsLimitShouldCountAsFailed(boolean failing) {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call =
                Pipeline.of(limits.timeout(TimeoutThread.AUTO), slowJudge).callAsync(() -> own);
        CompletableFuture<CircuitBreakerMetrics> found = call.handle((value, failure) -> slowJudge.metrics());
        Thread ending = end(own, failing);
        limits.ticker.advance(LimitFixture.LIMIT);
        assertThat(found).succeedsWithin(LimitFixture.LONG).satisfies(metrics -> {
            assertThat(metrics.state()).isEqualTo(CircuitBreaker.State.OPEN);
            assertThat(metrics.totalFailed()).isEqualTo(1);
        });
        assertThat(call).isCompletedExceptionally();
        assertCountedOnce(ending);
        assertThat(slowJudge.metrics().totalFailed()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void callThatIsJudgedWhenItIsCancelledShouldCountAsCancelled(boolean failing) {
        CompletableFuture<String> own = new CompletableFuture<>();
        CompletableFuture<String> call = slowJudge.callAsync(() -> own);
        Thread ending = end(own, failing);
        call.cancel(true);
        assertThat(slowJudge.metrics().totalCancelled()).isEqualTo(1);
        assertCountedOnce(ending);
        assertThat(slowJudge.state()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void syncCallThatIsJudgedAtItsLimitShouldCountAsFailed() {
        Timeout limit = limits.timeout(TimeoutThread.WORKER, false);
        Throwable thrown = limits.exceedWhen(
                () -> judging.getCount() == 0,
                () -> Pipeline.of(limit, slowJudge).run(() -> {
                    throw new IllegalStateException("down");
                }));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(slowJudge.state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(slowJudge.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void asyncBodyThatBlocksAtTheLimitShouldCountAsFailed() {
        Timeout limit = limits.timeout(TimeoutThread.WORKER, false);
        Throwable thrown = limits.exceed(() -> limit.run(() -> breaker.callAsync(this::block)));
        assertThat(thrown).isInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.state()).isEqualTo(CircuitBreaker.State.OPEN);
        assertThat(breaker.metrics().totalFailed()).isEqualTo(1);
    }

    @Test
    void trialWhoseBodyBlocksAtTheLimitShouldGiveItsPermitBack() {
        CircuitBreaker trial = CircuitBreaker.of(
                "trial",
                CircuitBreakerConfig.builder()
                        .failureThreshold(1)
                        .openDuration(LimitFixture.LIMIT)
                        .build(),
                limits.ticker);
        catchThrowable(() -> trial.run(() -> {
            throw new IllegalStateException("down");
        }));
        limits.ticker.advance(LimitFixture.LIMIT);
        Guard limit = limits.timeout(TimeoutThread.WORKER, false);
        limits.exceed(() -> limit.run(() -> trial.callAsync(this::block)));
        assertThat(trial.metrics().halfOpenCalls()).isZero();
        assertThat(trial.state()).isEqualTo(CircuitBreaker.State.OPEN);
    }

    private CompletableFuture<String> block() {
        limits.hangDeaf();
        return CompletableFuture.completedFuture("late");
    }

    private Thread end(CompletableFuture<String> own, boolean failing) {
        Thread ending = new Thread(() -> {
            if (failing) {
                own.completeExceptionally(new IllegalStateException("down"));
            } else {
                own.complete("ok");
            }
        });
        ending.start();
        LimitFixture.awaitLatch(judging);
        return ending;
    }

    private void awaitRelease() {
        judging.countDown();
        LimitFixture.awaitUninterruptibly(limits.release);
    }

    private void assertCountedOnce(Thread ending) {
        limits.release.countDown();
        await().atMost(LimitFixture.LONG).until(() -> !ending.isAlive());
        CircuitBreakerMetrics metrics = slowJudge.metrics();
        assertThat(metrics.totalSucceeded() + metrics.totalFailed() + metrics.totalIgnored() + metrics.totalCancelled())
                .isEqualTo(1);
    }
}
