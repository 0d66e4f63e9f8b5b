package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.Pipeline;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.test.ManualTicker;
import io.netrun.resilience.test.RecordedEvents;
import io.netrun.resilience.timeout.Timeout;
import io.netrun.resilience.timeout.TimeoutConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Mode observe: nothing waits and nothing is rejected. */
class ObservingRateLimiterTests {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void callsBeyondTheLimitShouldBeginAndBeCounted() {
        RateLimiter limiter = limiter(c -> c.limit(1).maxWait(SECOND));
        RecordedEvents events = RecordedEvents.of(limiter);
        for (int i = 0; i < 3; i++) {
            limiter.run(() -> {});
        }
        assertThat(limiter.metrics())
                .isEqualTo(new RateLimiterMetrics(1, SECOND, 1, 0, 0, 3, 0, 1, 1, 0, 3, 0, Duration.ZERO, 0, 0));
        assertThat(events.all()).containsExactly(new RateLimiterEvent.WouldReject("test", ticker.now(), SECOND));
        assertThat(ticker.sleeps()).isEmpty();
    }

    @Test
    void asyncCallsBeyondTheLimitShouldBeginAtOnce() {
        RateLimiter limiter = limiter(c -> c.limit(1).maxWait(SECOND));
        for (int i = 0; i < 3; i++) {
            assertThat(limiter.callAsync(() -> CompletableFuture.completedFuture("done")))
                    .isCompletedWithValue("done");
        }
        assertThat(limiter.metrics().totalWouldWait()).isEqualTo(1);
        assertThat(limiter.metrics().totalWouldReject()).isEqualTo(1);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void permitShouldBeGivenAlthoughThereIsNoToken() {
        RateLimiter limiter = limiter(c -> c.limit(1).maxWait(SECOND));
        limiter.acquirePermit();
        assertThat(limiter.tryAcquirePermit()).isPresent();
        assertThat(limiter.metrics().totalWouldReject()).isEqualTo(1); // it does not wait
        limiter.acquirePermit();
        assertThat(limiter.metrics().totalWouldWait()).isEqualTo(1);
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(3);
    }

    @Test
    void timeoutAroundTheCallShouldLimitTheWaitThatIsObserved() {
        RateLimiter limiter = limiter(c -> c.limit(1).maxWait(Duration.ofSeconds(10)));
        Timeout timeout = Timeout.of(
                "test", TimeoutConfig.builder().duration(Duration.ofMillis(500)).build(), ticker);
        limiter.run(() -> {});
        assertThat(Pipeline.of(timeout, limiter).callAsync(() -> CompletableFuture.completedFuture("done")))
                .isCompletedWithValue("done");
        assertThat(limiter.metrics().totalWouldReject()).isEqualTo(1);
    }

    @Test
    void enforcingShouldForgiveTokensOfCallsThatDidNotWait() {
        RateLimiter limiter = limiter(c -> c.limit(1).maxWait(Duration.ofSeconds(60)));
        for (int i = 0; i < 50; i++) {
            limiter.run(() -> {});
        }
        limiter.reconfigure(c ->
                c.toBuilder().mode(PolicyMode.ENFORCE).maxWait(Duration.ZERO).build());
        assertThatThrownBy(() -> limiter.run(() -> {}))
                .isInstanceOf(RateLimitExceededException.class)
                .hasMessageContaining("retry after 1s");
        ticker.advance(SECOND);
        limiter.run(() -> {});
    }

    @Test
    void observingShouldLetWaitingCallsProceed() {
        RateLimiter limiter = limiter(c -> c.limit(1).maxWait(SECOND).mode(PolicyMode.ENFORCE));
        limiter.run(() -> {});
        CompletableFuture<String> waiting = limiter.callAsync(() -> CompletableFuture.completedFuture("done"));
        assertThat(limiter.metrics().waiting()).isEqualTo(1);
        limiter.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(30));
        assertThat(limiter.metrics().waiting()).isZero();
        limiter.run(() -> {});
        assertThat(limiter.metrics().totalWouldWait()).isEqualTo(1);
    }

    @Test
    void disabledLimiterShouldObserveNothing() {
        RateLimiter limiter = limiter(c -> c.limit(1));
        limiter.setEnabled(false);
        limiter.run(() -> {});
        limiter.run(() -> {});
        assertThat(limiter.metrics().totalWouldReject()).isZero();
    }

    @Test
    void loweredRateShouldBeTheOneThatIsObserved() {
        RateLimiter limiter = limiter(c -> c.limit(10).burst(1));
        limiter.limitTo(1);
        limiter.run(() -> {});
        ticker.advance(Duration.ofMillis(500));
        limiter.run(() -> {});
        assertThat(limiter.metrics().totalWouldReject()).isEqualTo(1);
    }

    /** An enforced limiter at the same time, with the same calls. */
    @Property(tries = 500)
    void countsShouldBeThoseOfAnEnforcedLimiter(
            @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 400) Integer> gaps,
            @ForAll @IntRange(min = 1, max = 4) int burst,
            @ForAll @IntRange(min = 0, max = 3) int maxWait) {
        Consumer<RateLimiterConfig.Builder> settings =
                c -> c.limit(5).burst(burst).maxWait(Duration.ofMillis(200L * maxWait));
        RateLimiter observing = limiter(settings);
        RateLimiter enforcing = limiter(c -> {
            settings.accept(c);
            c.mode(PolicyMode.ENFORCE);
        });
        long now = 0;
        long last = -200L * burst;
        long waits = 0;
        for (int gap : gaps) {
            ticker.advance(Duration.ofMillis(gap));
            enforcing.callAsync(() -> CompletableFuture.completedFuture("done"));
            observing.run(() -> {});
            now += gap;
            long dueAt = Math.max(last, now - 200L * burst) + 200;
            last = dueAt - now <= 200L * maxWait ? dueAt : last;
            waits += last == dueAt && dueAt > now ? 1 : 0;
            assertThat(observing.metrics().totalWouldWait()).isEqualTo(waits);
            assertThat(observing.metrics().totalWouldReject())
                    .isEqualTo(enforcing.metrics().totalRejected());
        }
    }

    private RateLimiter limiter(Consumer<RateLimiterConfig.Builder> settings) {
        RateLimiterConfig.Builder builder = RateLimiterConfig.builder().mode(PolicyMode.OBSERVE);
        settings.accept(builder);
        return RateLimiter.of("test", builder.build(), ticker);
    }
}
