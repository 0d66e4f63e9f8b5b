package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.PolicyMode;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Calls that take another number of tokens than one. */
class WeightedCallTests {

    private static final Duration TENTH = Duration.ofMillis(100);

    private final ManualTicker ticker = new ManualTicker();
    private final List<String> begun = new CopyOnWriteArrayList<>();

    /** Ten tokens a second, at most five at once. */
    private RateLimiter limiter(Duration maxWait) {
        return RateLimiter.of(
                "test",
                RateLimiterConfig.builder().limit(10).burst(5).maxWait(maxWait).build(),
                ticker);
    }

    private CompletableFuture<String> start(RateLimiter limiter, int permits, String name) {
        CheckedSupplier<CompletionStage<String>, RuntimeException> body = () -> {
            begun.add(name);
            return CompletableFuture.completedFuture(name);
        };
        return limiter.callAsync(WeightedCall.of(permits, body));
    }

    private void begins(CompletableFuture<String> call) throws Exception {
        assertThat(call.get(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void callShouldTakeItsTokens() {
        RateLimiter limiter = limiter(Duration.ZERO);

        assertThat(limiter.<String, RuntimeException>call(WeightedCall.of(3, () -> "ok")))
                .isEqualTo("ok");

        assertThat(limiter.metrics().available()).isEqualTo(2);
        assertThat(limiter.metrics().totalAccepted()).isOne();
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(3);
    }

    @Test
    void callShouldBeRejectedIfItsLastTokenIsMissing() {
        RateLimiter limiter = limiter(Duration.ZERO);
        limiter.acquirePermit(3);

        assertThatThrownBy(() -> limiter.call(WeightedCall.of(4, () -> "ok")))
                .isInstanceOfSatisfying(
                        RateLimitExceededException.class,
                        rejected -> assertThat(rejected.retryAfter()).contains(TENTH.multipliedBy(2)));

        assertThat(limiter.metrics().available()).isEqualTo(2);
        assertThat(limiter.metrics().totalRejectedTokens()).isEqualTo(4);
        ticker.advance(TENTH.multipliedBy(2));
        assertThat(limiter.tryAcquirePermit(4)).isPresent();
    }

    @Test
    void lightCallsShouldNotOvertakeAHeavyOne() throws Exception {
        RateLimiter limiter = limiter(Duration.ofSeconds(2));
        limiter.acquirePermit(4);
        CompletableFuture<String> heavy = start(limiter, 5, "heavy");
        CompletableFuture<String> light = start(limiter, 1, "light");

        assertThat(limiter.tryAcquirePermit()).isEmpty();
        assertThat(limiter.metrics().waitingTokens()).isEqualTo(6);
        ticker.advance(TENTH.multipliedBy(3));
        assertThat(begun).isEmpty();
        ticker.advance(TENTH);
        begins(heavy);
        assertThat(begun).containsExactly("heavy");
        ticker.advance(TENTH);
        begins(light);
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(10);
    }

    @Test
    void waitingCallShouldCountTheTokensThatItTookThoughTheBurstIsLowered() throws Exception {
        RateLimiter limiter = limiter(Duration.ofMinutes(1));
        limiter.run(() -> {});
        CompletableFuture<String> heavy = start(limiter, 5, "heavy");

        limiter.reconfigure(c -> c.toBuilder().burst(1).build());

        ticker.advance(Duration.ofSeconds(1));
        begins(heavy);
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(6);
    }

    @Test
    void heavyWaiterThatLeavesShouldLetThoseBehindGoOn() throws Exception {
        RateLimiter limiter = limiter(Duration.ofSeconds(2));
        limiter.acquirePermit(2);
        CompletableFuture<String> heavy = start(limiter, 5, "heavy");
        CompletableFuture<String> light = start(limiter, 2, "light");

        heavy.cancel(false);
        begins(light);

        assertThat(limiter.metrics().waitingTokens()).isZero();
        assertThat(limiter.metrics().available()).isOne();
    }

    @Test
    void callWhoseScopeEndsAfterItsGrantShouldReturnAll() {
        RateLimiter limiter = limiter(Duration.ofSeconds(2));
        limiter.acquirePermit(5);
        CompletableFuture<String> waits = start(limiter, 5, "waits");

        waits.cancel(false);
        ticker.advance(TENTH.multipliedBy(5));

        assertThat(limiter.metrics().available()).isEqualTo(5);
        assertThat(limiter.metrics().totalAccepted()).isOne();
    }

    @Test
    void callWithoutTokensShouldNeitherWaitNorTakeAny() {
        RateLimiter limiter = limiter(Duration.ofSeconds(2));
        limiter.acquirePermit(5);
        CompletableFuture<String> waits = start(limiter, 1, "waits");

        assertThat(limiter.<String, RuntimeException>call(WeightedCall.of(0, () -> "free")))
                .isEqualTo("free");

        assertThat(waits).isNotDone();
        assertThat(limiter.tryAcquirePermit(0)).isPresent();
        assertThat(limiter.metrics().totalAccepted()).isEqualTo(3);
        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(5);
    }

    private record Weighted(int permits, Runnable ran)
            implements WeightedCall, CheckedSupplier<CompletionStage<String>, RuntimeException> {
        @Override
        public CompletionStage<String> get() {
            ran.run();
            return CompletableFuture.completedFuture("ran");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 6, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void callWithANumberOutOfRangeShouldFailAndTakeNothing(int permits) {
        RateLimiter limiter = limiter(Duration.ofSeconds(2));
        String message = "RateLimiter 'test': permits is " + permits + ": must be between 0 and 5, the burst; "
                + "let the call take fewer, or raise the burst";
        Weighted body = new Weighted(permits, () -> begun.add("ran"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.call(body))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limiter.acquirePermit(permits))
                .withMessage(message);
        assertThatIllegalArgumentException().isThrownBy(() -> limiter.tryAcquirePermit(permits));
        assertThatThrownBy(limiter.callAsync(body)::join)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(IllegalArgumentException.class);

        assertThat(begun).isEmpty();
        assertThat(limiter.metrics().available()).isEqualTo(5);
        assertThat(limiter.metrics().totalAccepted()).isZero();
        assertThat(limiter.metrics().totalRejected()).isZero();
    }

    @Test
    void negativeWeightOfABodyShouldBeRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WeightedCall.of(-1, () -> "ok"))
                .withMessage("permits is -1: must be at least 0");
    }

    private record Throwing() implements WeightedCall, CheckedSupplier<CompletionStage<String>, RuntimeException> {
        @Override
        public int permits() {
            throw new IllegalStateException("unknown");
        }

        @Override
        public CompletionStage<String> get() {
            return CompletableFuture.completedFuture("ran");
        }
    }

    @Test
    void callWhoseWeightCannotBeToldShouldFailAndTakeNothing() {
        RateLimiter limiter = limiter(Duration.ZERO);

        assertThatThrownBy(() -> limiter.call(new Throwing())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(limiter.callAsync(new Throwing())::join).hasCauseInstanceOf(IllegalStateException.class);

        assertThat(limiter.metrics().available()).isEqualTo(5);
    }

    @Test
    void callWhenSwitchedOffShouldPassWhateverItsWeight() {
        RateLimiter limiter = limiter(Duration.ZERO);
        limiter.setEnabled(false);

        assertThat(limiter.<String, RuntimeException>call(WeightedCall.of(7, () -> "ok")))
                .isEqualTo("ok");
        assertThat(start(limiter, 7, "async")).isCompleted();

        assertThat(limiter.metrics().totalAcceptedTokens()).isEqualTo(10);
    }

    private record Reactive(int permits) implements WeightedCall, Supplier<Mono<String>> {
        @Override
        public Mono<String> get() {
            return Mono.just("ok");
        }
    }

    @Test
    void reactiveCallShouldTakeItsTokens() {
        RateLimiter limiter = limiter(Duration.ZERO);
        Mono<String> guarded = ReactorGuard.of(limiter).mono(new Reactive(3));

        assertThat(guarded.block()).isEqualTo("ok");
        assertThatThrownBy(guarded::block).isInstanceOf(RateLimitExceededException.class);

        assertThat(limiter.metrics().available()).isEqualTo(2);
    }

    @Test
    void dryRunShouldCountTheTokensAndPassEveryCall() {
        RateLimiter limiter = limiter(Duration.ofMillis(200));
        limiter.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());

        List<RateLimiterEvent.WouldReject> published = new ArrayList<>();
        limiter.on(RateLimiterEvent.WouldReject.class, published::add);
        for (int permits : new int[] {5, 2, 1, 9, -1}) {
            assertThat(start(limiter, permits < 0 ? 0 : permits, "call")).isCompleted();
        }

        assertThat(begun).hasSize(5);
        assertThat(limiter.metrics().totalWouldWait()).isOne();
        assertThat(limiter.metrics().totalWouldReject()).isEqualTo(2);
        assertThat(published).hasSize(2);
    }

    @Test
    void dryRunShouldPassACallOutOfRange() {
        RateLimiter limiter = limiter(Duration.ZERO);
        limiter.reconfigure(c -> c.toBuilder().mode(PolicyMode.OBSERVE).build());
        Weighted body = new Weighted(-1, () -> begun.add("ran"));

        assertThat(limiter.callAsync(body)).isCompleted();
        assertThat(limiter.<CompletionStage<String>, RuntimeException>call(new Weighted(6, () -> begun.add("ran"))))
                .isNotNull();

        assertThat(begun).hasSize(2);
        assertThat(limiter.metrics().totalWouldReject()).isEqualTo(2);
        assertThat(limiter.metrics().available()).isEqualTo(5);
    }

    @Test
    void heavyCallWhenTheRateIsLoweredShouldBeginAndPayLater() {
        RateLimiter limiter = limiter(Duration.ZERO);
        limiter.limitTo(2); // a burst of one

        assertThat(limiter.tryAcquirePermit(4)).isPresent();

        ticker.advance(Duration.ofMillis(1_999));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(Duration.ofMillis(1));
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }

    @Test
    void heavyWaiterWhenTheRateIsLoweredShouldBegin() throws Exception {
        RateLimiter limiter = limiter(Duration.ofMinutes(1));
        limiter.acquirePermit(5);
        CompletableFuture<String> heavy = start(limiter, 5, "heavy");

        limiter.limitTo(1);
        ticker.advance(Duration.ofSeconds(1));
        begins(heavy);

        assertThat(limiter.metrics().available()).isZero();
        limiter.limitTo(Double.POSITIVE_INFINITY);
        ticker.advance(Duration.ofMillis(400));
        assertThat(limiter.tryAcquirePermit()).isEmpty();
        ticker.advance(TENTH);
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }

    @Test
    void heaviestCallAtTheLowestRateShouldNotOverflow() {
        RateLimiter limiter = RateLimiter.of(
                "test",
                RateLimiterConfig.builder()
                        .limit(1)
                        .period(Duration.ofSeconds(1))
                        .burst(1_000_000)
                        .build(),
                ticker);
        limiter.reconfigure(c -> c.toBuilder().period(Duration.ofMinutes(70)).build());
        limiter.limitTo(0);

        assertThat(limiter.tryAcquirePermit(1_000_000)).isEmpty();
        assertThat(limiter.metrics().available()).isPositive();
        assertThat(limiter.tryAcquirePermit()).isPresent();
    }
}
