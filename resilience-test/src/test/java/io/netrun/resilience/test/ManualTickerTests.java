package io.netrun.resilience.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.retry.RetryConfig;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ManualTickerTests {

    private static final Duration LONG = Duration.ofDays(1);

    private final ManualTicker ticker = new ManualTicker();
    private final List<String> ran = new ArrayList<>();

    private void schedule(String task, Duration delay) {
        ticker.schedule(() -> ran.add(task), delay.toNanos());
    }

    @Test
    void advanceToNextShouldRunWhatIsDueAtTheNextMoment() {
        schedule("late", Duration.ofHours(2));
        schedule("first", Duration.ofHours(1));
        schedule("second", Duration.ofHours(1));
        long start = ticker.nanoTime();
        assertThat(ticker.advanceToNext(LONG)).isTrue();
        assertThat(ran).containsExactly("first", "second");
        assertThat(ticker.nanoTime() - start).isEqualTo(Duration.ofHours(1).toNanos());
        assertThat(ticker.advanceToNext(LONG)).isTrue();
        assertThat(ran).containsExactly("first", "second", "late");
        assertThat(ticker.advanceToNext(LONG)).isFalse();
        assertThat(ticker.nanoTime() - start).isEqualTo(Duration.ofHours(2).toNanos());
    }

    @Test
    void advanceToNextShouldNotTurnToWhatWasCancelled() {
        ticker.schedule(() -> ran.add("cancelled"), 1).cancel();
        assertThat(ticker.advanceToNext(LONG)).isFalse();
        assertThat(ran).isEmpty();
    }

    @Test
    void tasksOfOneMomentShouldRunInTheirOrder() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            names.add("task " + i);
            schedule("task " + i, Duration.ofSeconds(1));
        }
        ticker.advance(Duration.ofSeconds(1));
        assertThat(ran).isEqualTo(names);
    }

    @Test
    void advanceToNextShouldLeaveWhatIsFurtherAway() {
        schedule("limit", Duration.ofSeconds(5));
        long start = ticker.nanoTime();
        assertThat(ticker.advanceToNext(Duration.ofSeconds(4))).isFalse();
        assertThat(ticker.nanoTime()).isEqualTo(start);
        assertThat(ticker.advanceToNext(Duration.ofSeconds(5))).isTrue();
        assertThat(ran).containsExactly("limit");
    }

    /** The attempts run on other threads, so the test may look before a delay has begun. */
    @Test
    @org.junit.jupiter.api.Timeout(60)
    void advanceToNextShouldPassTheDelaysOfAnAsyncRetry() throws Exception {
        Retry retry = Retry.of("payments", RetryConfig.builder().maxAttempts(4).build(), ticker);
        Timeout limit = Timeout.of(
                "payments",
                TimeoutConfig.builder().duration(Duration.ofHours(1)).build(),
                ticker);
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<String> call = Pipeline.of(limit, retry)
                .callAsync(() -> attempts.incrementAndGet() < 4
                        ? CompletableFuture.failedFuture(new IllegalStateException("down"))
                        : CompletableFuture.completedFuture("paid"));
        for (int delays = 0; delays < 3; ) {
            assertThat(call).isNotDone();
            if (ticker.advanceToNext(Duration.ofMinutes(1))) {
                delays++;
            }
        }
        assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo("paid");
        assertThat(attempts).hasValue(4);
    }
}
